/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.acequia.streaming.BatchFailedException;
import io.acequia.streaming.DStream;
import io.acequia.streaming.Output;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingConf.FailurePolicy;
import io.acequia.streaming.StreamingContext.ContextState;
import io.acequia.streaming.StreamingContext.StopReport;
import io.acequia.streaming.data.Durations;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.direct.DirectSource;
import io.acequia.streaming.direct.Plan;
import io.acequia.streaming.direct.PlannerContext;
import io.acequia.streaming.direct.SplitPlanner;
import io.acequia.streaming.listener.BatchInfo;
import io.acequia.streaming.listener.OutputInfo;
import io.acequia.streaming.receiver.Delivery;
import io.acequia.streaming.receiver.EndOfSourceException;
import io.acequia.streaming.receiver.ReliableReceiver;
import io.acequia.streaming.receiver.Settlement;
import io.acequia.streaming.receiver.Source;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The failure rules of section 7: what a failed batch tells, and what each policy makes of it. An engine subclasses it. */
@Timeout(60)
public abstract class FailureSemantics {
    private static final Duration SECOND = Durations.seconds(1);
    private static final FailurePolicy THREE_MORE = FailurePolicy.retry(3, Duration.ZERO, FailurePolicy.Kind.STOP);

    /** What functions in tasks leave behind; tests run one after another. */
    private static final ConcurrentLinkedQueue<Output.Key> KEYS = new ConcurrentLinkedQueue<>();

    private static final AtomicInteger CALLS = new AtomicInteger();

    /** The settings under test: the engine is the master. */
    protected StreamingConf conf() {
        return TestStreams.defaults();
    }

    private StreamingConf conf(FailurePolicy policy) {
        return conf().set(StreamingConf.FAILURE_POLICY, policy);
    }

    @BeforeEach
    void forget() {
        KEYS.clear();
        CALLS.set(0);
    }

    private static BatchFailedException failure(TestStreams t) {
        return catchThrowableOfType(
                BatchFailedException.class, () -> t.context().awaitTermination());
    }

    /** The record, unless it is 0. */
    private static int inverse(int record) {
        return 12 / record;
    }

    // ---- what a failure tells

    @Test
    @DisplayName(
            "S7.8 an error in a task: batch time, output, call site, partition and cause; the context has stopped itself")
    void anErrorInATaskStopsTheContext() {
        try (TestStreams t = TestStreams.every(SECOND, conf(), s -> {
            DStream<Integer> in = s.input("in");
            in.map(FailureSemantics::inverse).foreachRDD(rdd -> rdd.collect()).uid("the output");
        })) {
            t.add("in", 1, 2, 3, 4).add("in", 1, 2, 0, 4).advance(1);
            assertThatThrownBy(() -> t.advance(1)).isInstanceOf(BatchFailedException.class);
            BatchFailedException failure = failure(t);

            assertThat(failure.batchTime()).isEqualTo(Time.of(t.clock().now()));
            assertThat(failure.output()).isEqualTo("the output");
            assertThat(failure.callSite()).matches("FailureSemantics\\.java:\\d+");
            assertThat(failure.partition()).isEqualTo(1);
            assertThat(failure).cause().isInstanceOf(ArithmeticException.class).hasMessage("/ by zero");
            assertThat(failure)
                    .hasMessageContainingAll(
                            failure.batchTime().toString(), "the output", "map at " + failure.callSite(), "/ by zero");
            assertThat(t.context().state()).isEqualTo(ContextState.STOPPED);
        }
    }

    @Test
    @DisplayName(
            "S7.8 an error in transform carries the call site of transform and the user's throwable, and no partition")
    void anErrorInTransformStopsTheContext() {
        try (TestStreams t = TestStreams.every(SECOND, conf(), s -> {
            DStream<Integer> in = s.input("in");
            s.collect("out", in.transform(rdd -> {
                throw new IOException("no such table");
            }));
        })) {
            assertThatThrownBy(() -> t.advance(1)).isInstanceOf(BatchFailedException.class);
            BatchFailedException failure = failure(t);

            assertThat(failure.batchTime()).isEqualTo(Time.of(t.clock().now()));
            assertThat(failure.output()).isEqualTo("collect out");
            assertThat(failure.callSite()).matches("FailureSemantics\\.java:\\d+");
            assertThat(failure.partition()).isEqualTo(-1);
            assertThat(failure).cause().isInstanceOf(IOException.class).hasMessage("no such table");
            assertThat(t.context().state()).isEqualTo(ContextState.STOPPED);
        }
    }

    @Test
    @DisplayName("S7.8 a transform that returns null fails its batch, saying where and what to return instead")
    void nullFromTransformFailsTheBatch() {
        try (TestStreams t = TestStreams.every(SECOND, conf(), s -> {
            DStream<Integer> in = s.input("in");
            s.collect("out", in.transform(rdd -> nothing()));
        })) {
            assertThatThrownBy(() -> t.advance(1))
                    .isInstanceOf(BatchFailedException.class)
                    .hasMessageContainingAll("transform at FailureSemantics.java:", "returned null", "emptyRDD()");
        }
    }

    @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"}) // the mistake under test
    private static <R> R nothing() {
        return null;
    }

    @Test
    @DisplayName("S7.8 an error in an output operation carries its call site and the user's throwable")
    void anErrorInAnOutputStopsTheContext() {
        for (Throwable thrown : List.of(
                new IllegalStateException("unchecked"), new IOException("checked"), new AssertionError("an Error"))) {
            try (TestStreams t =
                    TestStreams.every(SECOND, conf(), s -> s.input("in").foreachRDD(rdd -> {
                        Thrown.sneaky(thrown);
                    }))) {
                assertThatThrownBy(() -> t.advance(1))
                        .isInstanceOf(BatchFailedException.class)
                        .hasCause(thrown);
                assertThat(failure(t))
                        .hasMessageContaining("FailureSemantics.java:")
                        .hasMessageContaining(thrown.getMessage());
            }
        }
    }

    @Test
    @DisplayName("S7.8 an error in batch generation: the plan of a source failed")
    void anErrorInAPlanStopsTheContext() {
        try (TestStreams t = TestStreams.every(
                SECOND, conf(), s -> s.collect("out", s.context().directStream(new Unplannable(Integer.MAX_VALUE))))) {
            assertThatThrownBy(() -> t.advance(1))
                    .isInstanceOf(BatchFailedException.class)
                    .hasRootCauseInstanceOf(IOException.class)
                    .hasMessageContaining("the source is away");
            assertThat(failure(t).batchTime()).isEqualTo(Time.of(t.clock().now()));
            assertThat(t.batches("out")).isEmpty();
        }
    }

    /** A source whose plan fails so many times. */
    private record Unplannable(int times) implements DirectSource<Integer> {
        @Override
        public String name() {
            return "unplannable";
        }

        @Override
        public SplitPlanner<Integer> newPlanner(PlannerContext context) {
            return (batch, maxRecords) -> {
                if (CALLS.getAndIncrement() < times) {
                    throw new IOException("the source is away");
                }
                return new Plan<>(List.of(), batch.toString());
            };
        }
    }

    @Test
    @DisplayName("S7.16 awaitTerminationOrTimeout throws the error that stopped the context")
    void awaitTerminationOrTimeoutThrowsTheError() {
        try (TestStreams t =
                TestStreams.every(SECOND, conf(), s -> s.input("in").foreachRDD(rdd -> {
                    throw new IOException("full");
                }))) {
            t.context().start();
            t.clock().advance(SECOND);

            assertThatThrownBy(() -> t.context().awaitTerminationOrTimeout(20_000))
                    .isInstanceOf(BatchFailedException.class)
                    .hasMessageContaining("full");
            assertThatThrownBy(() -> t.context().awaitTerminationOrTimeout(Duration.ofMillis(1)))
                    .isInstanceOf(BatchFailedException.class);
        }
    }

    // ---- the policies

    @Test
    @DisplayName("S7.9 under stop the context stops and the batch stays pending: it is left, and not acknowledged")
    void underStopTheBatchStaysPending() throws Exception {
        Acknowledged.SETTLED.clear();
        try (TestStreams t = TestStreams.every(SECOND, conf(FailurePolicy.stop()), s -> {
            var in = s.context().receiverStream(Source.of("acknowledged", Acknowledged::new));
            in.foreachRDD(rdd -> {
                throw new IOException("full");
            });
        })) {
            t.context().start();
            Watch.awaitReceived(t.context(), 2, 0);
            t.clock().advance(SECOND);

            assertThat(failure(t)).hasMessageContaining("full");
            StopReport report = t.context().stop();
            assertThat(report.complete()).isFalse();
            assertThat(report.batchesLeft()).isEqualTo(1);
            assertThat(t.context().status().lastCompleted()).isEmpty();
            assertThat(Acknowledged.SETTLED).doesNotContain("ack");
        }
    }

    /** Brings two records and writes down what became of them. */
    private static final class Acknowledged implements ReliableReceiver<Integer> {
        private static final List<String> SETTLED = Collections.synchronizedList(new ArrayList<>());
        private boolean read;

        @Override
        public void connect() {}

        @Override
        public Delivery<Integer> read(int maxRecords, Duration maxWait) throws EndOfSourceException {
            if (read) {
                throw new EndOfSourceException();
            }
            read = true;
            return Delivery.of(List.of(1, 2), new Settlement() {
                @Override
                public void ack() {
                    SETTLED.add("ack");
                }

                @Override
                public void nack(Throwable cause) {
                    SETTLED.add("nack");
                }
            });
        }

        @Override
        public void close() {}
    }

    @Test
    @DisplayName("S7.11 under retry only the failed output runs again, with the same key")
    void underRetryOnlyTheFailedOutputRunsAgain() throws Exception {
        AtomicInteger before = new AtomicInteger();
        AtomicInteger after = new AtomicInteger();
        try (TestStreams t = TestStreams.every(SECOND, conf(THREE_MORE), s -> {
            DStream<Integer> in = s.input("in");
            in.foreachRDD(rdd -> before.incrementAndGet());
            in.foreachPartition("unsteady", (key, rows) -> {
                KEYS.add(key);
                if (CALLS.getAndIncrement() < 2) {
                    throw new IOException("not yet");
                }
            });
            in.foreachRDD(rdd -> after.incrementAndGet());
        })) {
            Watch watch = Watch.on(t.context());
            t.add("in", 1).advance(1);

            Time time = Time.of(t.clock().now());
            assertThat(before).hasValue(1);
            assertThat(after).hasValue(1);
            assertThat(KEYS).containsOnly(new Output.Key(time, "unsteady", 0), new Output.Key(time, "unsteady", 1));
            assertThat(KEYS.stream().filter(key -> key.partition() == 0).count())
                    .isBetween(2L, 3L);
            assertThat(watch.batch(1).failure()).isEmpty();
        }
    }

    @Test
    @DisplayName("S7.11 retry waits its back-off in the time of the context before each attempt, then stops")
    void retryWaitsAndThenStops() throws Exception {
        BlockingQueue<Instant> attempts = new LinkedBlockingQueue<>();
        FailurePolicy twoMore = FailurePolicy.retry(2, Durations.seconds(5), FailurePolicy.Kind.STOP);
        try (TestStreams t = TestStreams.every(Durations.seconds(60), conf(twoMore), s -> {
            ManualClock clock = s.clock();
            s.input("in").foreachRDD(rdd -> {
                attempts.add(clock.now());
                throw new IOException("full");
            });
        })) {
            t.context().start();
            Instant first = t.clock().now().plusSeconds(60);
            t.clock().advance(Durations.seconds(60));
            for (int waits = 0; waits < 2; waits++) {
                assertThat(attempts.take()).isEqualTo(first.plusSeconds(5L * waits));
                t.clock().awaitWaiters(2);
                t.clock().advance(Durations.seconds(5));
            }

            assertThat(attempts.take()).isEqualTo(first.plusSeconds(10));
            assertThat(failure(t)).hasMessageContaining("full");
            assertThat(attempts).isEmpty();
        }
    }

    @Test
    @DisplayName("S7.11 retry, then continue: after the attempts the batch counts as failed and the next one runs")
    void retryThenContinueGoesOn() throws Exception {
        FailurePolicy patient = FailurePolicy.retry(2, Duration.ZERO, FailurePolicy.Kind.CONTINUE);
        try (TestStreams t =
                TestStreams.every(SECOND, conf(patient), s -> s.input("in").foreachRDD(rdd -> {
                    CALLS.incrementAndGet();
                    throw new IOException("full");
                }))) {
            Watch watch = Watch.on(t.context());
            t.advance(2);

            assertThat(CALLS).hasValue(6);
            assertThat(watch.batch(2).failure()).isPresent();
            assertThat(t.context().status().batchesFailed()).isEqualTo(2);
        }
    }

    @Test
    @DisplayName(
            "S7.12 under continue the output counts as failed with its cause, the batch closes as failed, the rest runs")
    void underContinueTheRestRuns() throws Exception {
        Acknowledged.SETTLED.clear();
        try (TestStreams t = TestStreams.every(SECOND, conf(FailurePolicy.keepGoing()), s -> {
            DStream<Integer> in = s.input("in");
            in.map(FailureSemantics::inverse).foreachRDD(rdd -> rdd.collect()).uid("broken");
            s.collect("out", in);
            s.context()
                    .receiverStream(Source.of("acknowledged", Acknowledged::new))
                    .foreachRDD(rdd -> {});
        })) {
            Watch watch = Watch.on(t.context());
            t.context().start();
            Watch.awaitReceived(t.context(), 2, 0);
            t.add("in", 0).add("in", 1).advance(2);

            OutputInfo broken = watch.output(1);
            assertThat(broken.output()).isEqualTo("broken");
            assertThat(broken.failure())
                    .hasValueSatisfying(e -> assertThat(e).hasRootCauseInstanceOf(ArithmeticException.class));
            BatchInfo failed = watch.batch(1);
            assertThat(failed.failure())
                    .hasValueSatisfying(e -> assertThat(e).hasRootCauseInstanceOf(ArithmeticException.class));
            assertThat(watch.batch(2).failure()).isEmpty();
            assertThat(t.<Integer>batches("out")).containsExactly(List.of(0), List.of(1));
            assertThat(t.context().status().batchesFailed()).isEqualTo(1);
            assertThat(t.context().status().lastCompleted())
                    .contains(Time.of(t.clock().now()));
            t.context().stop(true, true);
            assertThat(Acknowledged.SETTLED).as("the batch is released").containsExactly("ack");
        }
    }

    @Test
    @DisplayName("S7.13 the policy of an output goes before that of the context")
    void thePolicyOfAnOutputGoesFirst() {
        try (TestStreams t = TestStreams.every(SECOND, conf(FailurePolicy.stop()), s -> s.input("in")
                .foreachRDD(rdd -> {
                    throw new IOException("full");
                })
                .onError(FailurePolicy.keepGoing()))) {
            t.advance(2);
            assertThat(t.context().status().batchesFailed()).isEqualTo(2);
        }
        try (TestStreams t = TestStreams.every(SECOND, conf(FailurePolicy.keepGoing()), s -> s.input("in")
                .foreachRDD(rdd -> {
                    throw new IOException("full");
                })
                .onError(FailurePolicy.stop()))) {
            assertThatThrownBy(() -> t.advance(1)).isInstanceOf(BatchFailedException.class);
        }
        try (TestStreams t = TestStreams.every(SECOND, conf(FailurePolicy.keepGoing()), s -> s.input("in")
                .foreachRDD(rdd -> {
                    if (CALLS.getAndIncrement() < 3) {
                        throw new IOException("not yet");
                    }
                })
                .onError(THREE_MORE))) {
            t.advance(1);
            assertThat(t.context().status().batchesFailed()).isZero();
        }
    }

    @Test
    @DisplayName("S7.14 a failed transform is not skipped under continue, whatever it throws")
    void aFailedTransformIsNeverSkipped() {
        for (Throwable thrown : List.of(
                new IllegalStateException("unchecked"), new IOException("checked"), new AssertionError("an Error"))) {
            try (TestStreams t = TestStreams.every(SECOND, conf(FailurePolicy.keepGoing()), s -> {
                DStream<Integer> in = s.input("in");
                s.collect("out", in.transform(rdd -> {
                    Thrown.sneaky(thrown);
                    return rdd;
                }));
            })) {
                assertThatThrownBy(() -> t.advance(1))
                        .as(thrown.toString())
                        .isInstanceOf(BatchFailedException.class)
                        .hasCause(thrown);
            }
        }
    }

    @Test
    @DisplayName("S7.14 a failed transform is retried under retry")
    void aFailedTransformIsRetried() {
        try (TestStreams t = TestStreams.every(SECOND, conf(THREE_MORE), s -> {
            DStream<Integer> in = s.input("in");
            s.collect("out", in.transform(rdd -> {
                if (CALLS.getAndIncrement() < 2) {
                    throw new IOException("not yet");
                }
                return rdd;
            }));
        })) {
            assertThat(t.add("in", 1).advance(1).<Integer>last("out")).containsExactly(1);
        }
    }

    @Test
    @DisplayName("S7.14 a failed plan is not skipped under continue, and is asked for again under retry")
    void aFailedPlanIsNeverSkipped() {
        try (TestStreams t = TestStreams.every(
                SECOND,
                conf(FailurePolicy.keepGoing()),
                s -> s.collect("out", s.context().directStream(new Unplannable(Integer.MAX_VALUE))))) {
            assertThatThrownBy(() -> t.advance(1)).isInstanceOf(BatchFailedException.class);
        }
        CALLS.set(0);
        try (TestStreams t = TestStreams.every(
                SECOND, conf(THREE_MORE), s -> s.collect("out", s.context().directStream(new Unplannable(3))))) {
            assertThat(t.advance(2).<Integer>batches("out")).containsExactly(List.of(), List.of());
        }
    }
}
