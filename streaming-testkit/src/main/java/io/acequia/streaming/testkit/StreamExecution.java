/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import io.acequia.streaming.DStreamLike;
import io.acequia.streaming.MapWithStateDStream;
import io.acequia.streaming.PairDStream;
import io.acequia.streaming.PairRDD;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.listener.ContextStatus;
import io.acequia.streaming.testkit.Drawn.Input;
import io.acequia.streaming.testkit.Drawn.Sink;
import io.acequia.streaming.testkit.Drawn.Step;
import io.acequia.streaming.testkit.RandomStreams.Feature;
import io.acequia.streaming.testkit.RandomStreams.Program;
import io.acequia.streaming.testkit.StreamFunctions.Batches;
import io.acequia.streaming.testkit.StreamModel.Node;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A run of a random program: its streams on a context, and outside of it the inputs, the traps and what the outputs were given,
 * which outlive a context.
 */
final class StreamExecution implements AutoCloseable {
    /** A round batch time that is no accident: 2026-01-01T00:00:00Z. */
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    static final Duration AT_MOST = Duration.ofMinutes(1);

    final Program program;
    final Batches times;
    final Map<Integer, MapWithStateDStream<Object, Long, Long, Tuple2<Object, Long>>> mapped = new HashMap<>();
    final Map<Integer, Trap> traps = new HashMap<>();
    final List<SinkRecords> collected = new ArrayList<>();
    /** The batches that ran, in their order. */
    final TreeSet<Integer> ran;

    private final StreamingConf conf;
    private final Map<Integer, ReplayableInput<Tuple2<Object, Long>>> inputs = new HashMap<>();
    private final List<DStreamLike<?, ?, ?>> streams = new ArrayList<>();
    private final AtomicLong spilledPages = new AtomicLong();
    private @Nullable MergedPace pace;
    private @Nullable StreamingContext context;

    StreamExecution(Program program, StreamingConf conf, SinkRecords.Passing passing) {
        this.program = program;
        this.conf = conf;
        this.ran = new TreeSet<>(program.times);
        this.times = new Batches(START.toEpochMilli(), program.interval.toMillis());
        program.settings.forEach(conf::set);
        conf.set(StreamingConf.BACKLOG_MAX, 2 * DrawnSteps.MOST_BATCHES)
                .set(StreamingConf.MULTIPLE_CONTEXTS, true)
                .set(StreamingConf.STOP_ON_SHUTDOWN, false);
        for (Step step : program.steps) {
            if (step.trap() > 0) {
                traps.put(step.node().number(), Trap.at(step.trap(), program.restarts.deadly()));
            }
        }
        for (Input input : program.inputs) {
            ReplayableInput<Tuple2<Object, Long>> replayable =
                    new ReplayableInput<>("input " + input.number(), input.pieces());
            program.times.forEach(
                    time -> replayable.add(StreamModel.pairs(input.batches().get(time - 1))));
            inputs.put(input.number(), replayable);
        }
        for (Sink sink : program.sinks) {
            collected.add(new SinkRecords(sink, times, passing));
        }
    }

    /** Runs the program in one context. */
    void run() throws InterruptedException {
        boolean merges = program.features.contains(Feature.MERGED_BATCHES);
        HurriedClock clock = new HurriedClock(START, merges ? START.plus(program.interval) : Instant.MAX);
        MergedPace merged = merges ? new MergedPace(clock, times, program.times) : null;
        pace = merged;
        conf.set(StreamingConf.STOP_AFTER_BATCHES, merges ? 0L : program.batches);
        StreamingContext open = open(clock, null);
        if (merged == null) {
            open.start();
        } else {
            merged.run(open, AT_MOST);
        }
        if (!open.awaitTerminationOrTimeout(AT_MOST)) {
            throw new AssertionError(program + "\nhas not ended after " + AT_MOST);
        }
    }

    /** A new context with the streams and outputs of the program. */
    StreamingContext open(StreamClock clock, @Nullable String directory) {
        StreamingContext opened = new StreamingContext(conf, program.interval, clock);
        context = opened;
        if (directory != null) {
            opened.checkpoint(directory);
        }
        streams.clear();
        for (Step step : program.steps) {
            DStreamLike<?, ?, ?> stream = step.building().on(this);
            stream.uid("#" + streams.size());
            streams.add(stream);
        }
        for (SinkRecords sink : collected) {
            int place = collected.indexOf(sink);
            streams.get(sink.sink.stream())
                    .foreachRDD((rdd, time) -> {
                        sink.add(time, rdd.collect());
                        if (program.features.contains(Feature.LITTLE_MEMORY)) {
                            lookAtPages(opened);
                        }
                    })
                    .uid("output " + place);
        }
        return opened;
    }

    private void lookAtPages(StreamingContext opened) {
        long now = opened.status().states().stream()
                .mapToLong(ContextStatus.StateStatus::spilledPages)
                .sum();
        spilledPages.accumulateAndGet(now, Math::max);
    }

    long spilledPages() {
        return spilledPages.get();
    }

    private StreamingContext context() {
        return Objects.requireNonNull(context, "no context is open");
    }

    /** A uid for what stands within the stream that is being made, and keeps something. */
    String inner() {
        return "within #" + streams.size();
    }

    PairDStream<Object, Long> input(int number) {
        ReplayableInput<Tuple2<Object, Long>> input = Objects.requireNonNull(inputs.get(number));
        MergedPace paced = number == 0 ? pace : null;
        return context()
                .directStream(paced == null ? input : paced.paced(input))
                .uid("input " + number)
                .mapToPair(pair -> pair);
    }

    @SuppressWarnings("unchecked") // the program says which streams are of pairs
    PairDStream<Object, Long> pairs(Node node) {
        return (PairDStream<Object, Long>) streams.get(node.number());
    }

    PairRDD<Object, Long> initial(Map<Object, Long> state, int partitions) {
        return context().batchContext().parallelizePairs(StreamModel.pairs(StreamModel.pairsOf(state)), partitions);
    }

    /** The trap of the stream that is being made. */
    Trap trap() {
        return traps.getOrDefault(streams.size(), Trap.NONE);
    }

    static Instant start() {
        return START;
    }

    @Override
    public void close() {
        traps.values().forEach(Trap::remove);
        if (context != null) {
            context.stop(true);
        }
    }
}
