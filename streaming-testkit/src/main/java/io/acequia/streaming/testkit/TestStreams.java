/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import io.acequia.streaming.DStreamLike;
import io.acequia.streaming.InputDStream;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.StreamingContext.ContextState;
import io.acequia.streaming.StreamingException;
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
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
 */
public final class TestStreams implements AutoCloseable {
    /** A round batch time that is no accident: 2026-01-01T00:00:00Z. */
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final Map<String, ReplayableInput<Object>> inputs = new LinkedHashMap<>();
    private final Map<String, List<List<Object>>> collected = new LinkedHashMap<>();
    private final ManualClock clock = new ManualClock(START);
    private final Progress progress = new Progress();
    private final Duration interval;
    private final StreamingContext context;

    private TestStreams(Duration interval, StreamingConf conf, VoidFunction<TestStreams> program) {
        this.interval = interval;
        this.context = new StreamingContext(conf, interval, clock);
        context.addStreamingListener(progress);
        try {
            program.call(this);
        } catch (RuntimeException | Error e) {
            context.stop();
            throw e;
        } catch (Exception e) {
            context.stop();
            throw new IllegalStateException("ACQ-2002 the program of the test threw: " + e, e);
        }
    }

    /** Defines a program with a batch every {@code interval}. */
    public static TestStreams every(Duration interval, VoidFunction<TestStreams> program) {
        return every(interval, defaults(), program);
    }

    /** Defines a program on these settings. */
    public static TestStreams every(Duration interval, StreamingConf conf, VoidFunction<TestStreams> program) {
        return new TestStreams(interval, conf, program);
    }

    /** Defines a program that recovers from a checkpoint directory. */
    public static TestStreams every(
            Duration interval, StreamingConf conf, Path checkpointDir, VoidFunction<TestStreams> program) {
        throw notAvailable("a test with a checkpoint directory");
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

    /** The context under test. */
    public StreamingContext context() {
        return context;
    }

    /** The clock of the context. */
    public ManualClock clock() {
        return clock;
    }

    /** A stream whose batches the test writes with {@link #add}; the same stream for the same name is an error. */
    @SuppressWarnings("unchecked")
    public <T> InputDStream<T> input(String name) {
        ReplayableInput<Object> input = new ReplayableInput<>(name);
        if (inputs.putIfAbsent(name, input) != null) {
            throw new IllegalArgumentException("ACQ-2003 there is an input '" + name + "' already: take another name");
        }
        return (InputDStream<T>) context.directStream(input).uid(name);
    }

    /** Keeps the batches of a stream under a name. */
    public void collect(String name, DStreamLike<?, ?, ?> stream) {
        List<List<Object>> batches = Collections.synchronizedList(new ArrayList<>());
        if (collected.putIfAbsent(name, batches) != null) {
            throw new IllegalArgumentException("ACQ-2004 '" + name + "' is collected already: take another name");
        }
        stream.foreachRDD(rdd -> {
                    batches.add(new ArrayList<>(rdd.collect()));
                })
                .uid("collect " + name);
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
        if (context.state() == ContextState.INITIALIZED) {
            context.start();
        }
        try {
            for (int i = 0; i < batches; i++) {
                clock.advance(interval);
                awaitBatch(Time.of(clock.now()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("ACQ-2006 interrupted while a batch ran", e);
        }
        return this;
    }

    private void awaitBatch(Time time) throws InterruptedException {
        Optional<BatchInfo> done = progress.await(time);
        if (done.isEmpty()
                || !context.status().lastCompleted().filter(time::equals).isPresent()) {
            context.awaitTermination();
            throw new IllegalStateException("ACQ-2007 the context stopped before batch " + time + " was done");
        }
    }

    /** All batches of a collected stream so far. */
    @SuppressWarnings("unchecked")
    public <T> List<List<T>> batches(String name) {
        List<List<Object>> batches = collected.get(name);
        if (batches == null) {
            throw new IllegalArgumentException(
                    "ACQ-2008 '" + name + "' is not collected: " + collected.keySet() + " are");
        }
        List<List<T>> copy = new ArrayList<>();
        synchronized (batches) {
            batches.forEach(batch -> copy.add((List<T>) Collections.unmodifiableList(new ArrayList<>(batch))));
        }
        return copy;
    }

    /** The newest batch of a collected stream. */
    public <T> List<T> last(String name) {
        List<List<T>> batches = batches(name);
        if (batches.isEmpty()) {
            throw new IllegalStateException("ACQ-2009 '" + name + "' has no batch yet: advance first");
        }
        return batches.get(batches.size() - 1);
    }

    /** Stops hard and starts anew from the checkpoint. */
    public TestStreams restart() {
        throw notAvailable("a restart from a checkpoint");
    }

    /** Dies in the middle of the next batch. */
    public TestStreams crashDuringNextBatch() {
        throw notAvailable("a crash in the middle of a batch");
    }

    private static StreamingException notAvailable(String what) {
        return new StreamingException(
                "ACQ-2010", what + " is not available in this version: see CHANGELOG.md for what is", null);
    }

    @Override
    public void close() {
        context.stop(true);
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
