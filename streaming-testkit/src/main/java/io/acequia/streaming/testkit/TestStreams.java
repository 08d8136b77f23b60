/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import io.acequia.streaming.BatchFailedException;
import io.acequia.streaming.DStreamLike;
import io.acequia.streaming.InputDStream;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.StreamingContext.ContextState;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.function.VoidFunction;
import io.acequia.streaming.listener.BatchInfo;
import io.acequia.streaming.listener.StreamingListener;
import io.acequia.streaming.listener.StreamingStopped;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Runs a streaming program on a clock that the test owns, with inputs that the test writes.
 *
 * <pre>{@code
 * try (TestStreams t = TestStreams.every(Durations.seconds(1), s -> s.collect("counts", count(s.input("lines"))))) {
 *     t.add("lines", "a b", "a").advance(1);
 *     assertThat(t.<Tuple2<String, Integer>>last("counts")).containsExactlyInAnyOrder(Tuple2.of("a", 2), Tuple2.of("b", 1));
 * }
 * }</pre>
 *
 * Unless a configuration is given, the program runs on {@code local[2]} and every function is copied through serialization,
 * as a cluster would. For one thread.
 *
 * <p>With a checkpoint directory the program can be stopped or killed and go on from its checkpoint. The clock, what was added
 * to the inputs and what was collected are outside of the program: they survive. A batch that is repeated replaces what was
 * collected of it before; {@link #runs} tells how often it ran.
 */
public final class TestStreams implements AutoCloseable {
    /** A round batch time that is no accident: 2026-01-01T00:00:00Z. */
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final Map<String, ReplayableInput<Object>> inputs = new LinkedHashMap<>();
    private final Map<String, CollectedBatches> collected = new LinkedHashMap<>();
    private final ManualClock clock = new ManualClock(START);
    private final AtomicBoolean dying = new AtomicBoolean();
    private final @Nullable Path checkpointDir;
    private Version version;
    private Run run;
    /** The last batch of an earlier run; the last one of a graceful stop takes what was received, and comes before its time. */
    private Time ranAhead = new Time(0);

    private TestStreams(@Nullable Path checkpointDir, Version version) {
        this.checkpointDir = checkpointDir;
        this.version = version;
        this.run = new Run(version, clock);
        define();
    }

    /** A program, and what it runs on. */
    private record Version(Duration interval, StreamingConf conf, VoidFunction<TestStreams> program) {}

    /** From a start to a stop. */
    private static final class Run {
        final StreamingContext context;
        final Progress progress = new Progress();
        final Set<String> inputs = new HashSet<>();
        final List<String> outputs = new ArrayList<>();

        Run(Version version, ManualClock clock) {
            context = new StreamingContext(version.conf, version.interval, clock);
            context.addStreamingListener(progress);
        }
    }

    /** Defines a program with a batch every {@code interval}. */
    public static TestStreams every(Duration interval, VoidFunction<TestStreams> program) {
        return every(interval, defaults(), program);
    }

    /** Defines a program on these settings. */
    public static TestStreams every(Duration interval, StreamingConf conf, VoidFunction<TestStreams> program) {
        return new TestStreams(null, new Version(interval, conf, program));
    }

    /**
     * Defines a program that recovers from a checkpoint directory. The program is called now, and again at each restart: it
     * must define the same streams each time.
     */
    public static TestStreams every(
            Duration interval, StreamingConf conf, Path checkpointDir, VoidFunction<TestStreams> program) {
        return new TestStreams(checkpointDir, new Version(interval, conf, program));
    }

    private void define() {
        StreamingContext context = run.context;
        try {
            if (checkpointDir != null) {
                context.checkpoint(checkpointDir.toString());
            }
            version.program.call(this);
        } catch (RuntimeException | Error e) {
            context.stop();
            throw e;
        } catch (Exception e) {
            context.stop();
            throw new IllegalStateException("ACQ-2002 the program of the test threw: " + e, e);
        }
    }

    /** The settings of a test: nothing from outside, two workers, functions copied through serialization. */
    public static StreamingConf defaults() {
        return StreamingConf.withoutDefaults()
                .setMaster("local[2]")
                .setAppName("test")
                .set(StreamingConf.MULTIPLE_CONTEXTS, true)
                .set(StreamingConf.STOP_ON_SHUTDOWN, false)
                .set(StreamingConf.SERIALIZE_CLOSURES, true);
    }

    /** The context under test; another one after each restart. */
    public StreamingContext context() {
        return run.context;
    }

    /** The clock of the context. */
    public ManualClock clock() {
        return clock;
    }

    /** A stream whose batches the test writes with {@link #add}; the same stream for the same name is an error. */
    @SuppressWarnings("unchecked")
    public <T> InputDStream<T> input(String name) {
        if (!run.inputs.add(name)) {
            throw new IllegalArgumentException("ACQ-2003 there is an input '" + name + "' already: take another name");
        }
        ReplayableInput<Object> input = inputs.computeIfAbsent(name, ReplayableInput::new);
        return (InputDStream<T>) run.context.directStream(input).uid(name);
    }

    /** Keeps the batches of a stream under a name. */
    public void collect(String name, DStreamLike<?, ?, ?> stream) {
        if (run.outputs.contains(name)) {
            throw new IllegalArgumentException("ACQ-2004 '" + name + "' is collected already: take another name");
        }
        run.outputs.add(name);
        CollectedBatches batches = collected.computeIfAbsent(name, any -> new CollectedBatches());
        int place = run.outputs.size();
        Run current = run;
        stream.foreachRDD((rdd, time) -> {
                    batches.put(time, rdd.collect());
                    if (place == current.outputs.size() && dying.getAndSet(false)) {
                        throw new Death("ACQ-2098 the test kills the program in the middle of batch " + time);
                    }
                })
                .uid("collect " + name);
    }

    /** Ends a context under every failure policy, as the end of its process would. */
    private static final class Death extends VirtualMachineError {
        private static final long serialVersionUID = 1L;

        Death(String message) {
            super(message);
        }
    }

    /** The content of the next batch of {@code input} that has none. */
    @SafeVarargs
    @SuppressWarnings("varargs") // only read
    public final <T> TestStreams add(String input, T... nextBatch) {
        ReplayableInput<Object> known = inputs.get(input);
        if (known == null) {
            throw new IllegalArgumentException(
                    "ACQ-2005 there is no input '" + input + "': the program has " + inputs.keySet());
        }
        known.add(new ArrayList<>(Arrays.<Object>asList(nextBatch)));
        return this;
    }

    /**
     * Moves the clock by so many batches, one at a time, and returns when they are done. Starts the context the first time.
     *
     * @throws io.acequia.streaming.BatchFailedException when one of them failed and the context stopped
     */
    public TestStreams advance(int batches) {
        if (run.context.state() == ContextState.INITIALIZED) {
            run.context.start();
        }
        for (int i = 0; i < batches; i++) {
            awaitBatch(toNextBatch());
        }
        return this;
    }

    private Time toNextBatch() {
        long interval = version.interval.toMillis();
        long now = Math.max(clock.now().toEpochMilli(), ranAhead.milliseconds());
        Time next = new Time((Math.floorDiv(now, interval) + 1) * interval);
        clock.advance(Duration.between(clock.now(), next.instant()));
        return next;
    }

    private void awaitBatch(Time time) {
        try {
            Optional<BatchInfo> done = run.progress.await(time);
            if (done.isEmpty()
                    || !run.context
                            .status()
                            .lastCompleted()
                            .filter(last -> last.compareTo(time) >= 0)
                            .isPresent()) {
                run.context.awaitTermination();
                throw new IllegalStateException("ACQ-2007 the context stopped before batch " + time + " was done");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("ACQ-2006 interrupted while a batch ran", e);
        }
    }

    /** All batches of a collected stream so far, in the order of their times; of one that was repeated, the last run. */
    @SuppressWarnings("unchecked")
    public <T> List<List<T>> batches(String name) {
        List<List<T>> batches = new ArrayList<>();
        collected(name).inOrder().forEach(batch -> batches.add((List<T>) batch));
        return batches;
    }

    private CollectedBatches collected(String name) {
        CollectedBatches batches = collected.get(name);
        if (batches == null) {
            throw new IllegalArgumentException(
                    "ACQ-2008 '" + name + "' is not collected: " + collected.keySet() + " are");
        }
        return batches;
    }

    /** The newest batch of a collected stream. */
    public <T> List<T> last(String name) {
        List<List<T>> batches = batches(name);
        if (batches.isEmpty()) {
            throw new IllegalStateException("ACQ-2009 '" + name + "' has no batch yet: advance first");
        }
        return batches.get(batches.size() - 1);
    }

    /** How often the output of a collected stream ran, by batch time: once each, unless a batch was repeated. */
    public Map<Time, Integer> runs(String name) {
        return collected(name).runs();
    }

    // ---- restarts

    /** Stops at once, as if the process was killed, and starts anew from the checkpoint. */
    public TestStreams restart() {
        return restart(Duration.ZERO);
    }

    /**
     * The same, with so much time between the stop and the start; {@link #advance} goes to the next batch time after it. What
     * comes in meanwhile is to be added before.
     */
    public TestStreams restart(Duration downTime) {
        return restart(false, downTime, version);
    }

    /** Stops at once, and starts another version of the program from the checkpoint. */
    public TestStreams restart(VoidFunction<TestStreams> program) {
        return restart(version.interval, version.conf, program);
    }

    /** Stops at once, and starts another version of the program, on other settings. */
    TestStreams restart(Duration interval, StreamingConf conf, VoidFunction<TestStreams> program) {
        return restart(false, Duration.ZERO, new Version(interval, conf, program));
    }

    /** Stops gracefully and starts anew from the checkpoint. */
    public TestStreams stopAndRestart() {
        return restart(true, Duration.ZERO, version);
    }

    private TestStreams restart(boolean graceful, Duration downTime, Version next) {
        if (checkpointDir == null) {
            throw new IllegalStateException(
                    "ACQ-2096 a program without a checkpoint directory cannot be restarted: define"
                            + " it by every(interval, conf, checkpointDir, program)");
        }
        run.context.stop(true, graceful);
        ranAhead = run.context.status().lastCompleted().orElse(ranAhead);
        clock.advance(downTime);
        version = next;
        run = new Run(version, clock);
        define();
        run.context.start();
        return this;
    }

    /**
     * Moves the clock by one batch, in which the program dies: all its outputs have run, and that the one which was collected
     * last has run is not known any more. Starts anew from the checkpoint, and returns when that batch is done. When the
     * stream that was collected last yields nothing in the next batch, it dies in the first one in which it does.
     */
    public TestStreams crashDuringNextBatch() {
        if (checkpointDir == null || run.outputs.isEmpty()) {
            throw new IllegalStateException(
                    "ACQ-2097 a crash in the middle of a batch needs a checkpoint directory and a"
                            + " collected stream: directory " + checkpointDir + ", collected " + run.outputs);
        }
        Time died;
        dying.set(true);
        try {
            while (true) {
                advance(1);
            }
        } catch (BatchFailedException e) {
            if (!(e.getCause() instanceof Death)) {
                throw e;
            }
            died = e.batchTime();
        } finally {
            dying.set(false);
        }
        restart();
        awaitBatch(died);
        return this;
    }

    @Override
    public void close() {
        run.context.stop(true);
    }

    /** Which batches are done. */
    private static final class Progress implements StreamingListener {
        private @Nullable BatchInfo last;
        private boolean stopped;

        @Override
        public synchronized void onBatchCompleted(BatchInfo b) {
            last = b;
            notifyAll();
        }

        @Override
        public synchronized void onStreamingStopped(StreamingStopped e) {
            stopped = true;
            notifyAll();
        }

        /** The batch at {@code time} once it is done; empty when the context stopped before. */
        synchronized Optional<BatchInfo> await(Time time) throws InterruptedException {
            while (!stopped && (last == null || last.batchTime().compareTo(time) < 0)) {
                wait();
            }
            return Optional.ofNullable(last).filter(info -> info.batchTime().compareTo(time) >= 0);
        }
    }
}
