/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.acequia.streaming.BatchFailedException;
import io.acequia.streaming.DStream;
import io.acequia.streaming.ErrorPolicy;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingConf.FailurePolicy;
import io.acequia.streaming.StreamingContext.ContextState;
import io.acequia.streaming.data.Durations;
import io.acequia.streaming.data.Tuple2;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;

/**
 * Whatever a function throws, wherever it is called: the context says so and nobody waits for ever. An engine subclasses it, unless such
 * errors as {@link OutOfMemoryError} end its processes, as they end Spark's.
 */
@Timeout(60)
public abstract class ThrownSemantics {
    private static final long PATIENCE_MS = 30_000;

    /** Counted by tasks; tests run one after another. */
    private static final AtomicInteger CALLS = new AtomicInteger();

    /** The settings under test: the engine is the master. */
    protected StreamingConf conf() {
        return TestStreams.defaults();
    }

    /** Where a function of the user is called. */
    private enum Place {
        MAP,
        FLAT_MAP_ITERATOR,
        REDUCE_BY_KEY,
        TRANSFORM,
        FOREACH_RDD,
        FOREACH_PARTITION
    }

    private static void define(TestStreams s, Place place, Thrown kind) {
        DStream<Integer> in = s.input("in");
        switch (place) {
            case MAP -> in.map(kind::thrown).foreachRDD(rdd -> rdd.collect());
            case FLAT_MAP_ITERATOR -> in.flatMap(x -> new Breaking(kind)).foreachRDD(rdd -> rdd.collect());
            case REDUCE_BY_KEY ->
                in.mapToPair(x -> new Tuple2<>("same", x))
                        .reduceByKey((a, b) -> kind.thrown(a))
                        .foreachRDD(rdd -> rdd.collect());
            case TRANSFORM -> in.transform(rdd -> kind.thrown(rdd)).foreachRDD(rdd -> rdd.collect());
            case FOREACH_RDD -> in.foreachRDD(rdd -> kind.thrown("the RDD"));
            case FOREACH_PARTITION -> in.foreachPartition("out", (key, rows) -> kind.thrown(key));
        }
    }

    /** Throws in {@code next}, which can declare nothing. */
    private record Breaking(Thrown kind) implements Iterator<Integer> {
        @Override
        public boolean hasNext() {
            return true;
        }

        @Override
        public Integer next() {
            try {
                return kind.thrown(1);
            } catch (Exception e) {
                Thrown.<RuntimeException>sneaky(e);
                throw new AssertionError(e);
            }
        }
    }

    @TestFactory
    @DisplayName("S7.8 whatever a function throws is surfaced, wherever it is called")
    Stream<DynamicTest> everythingThrownIsSurfaced() {
        List<DynamicTest> tests = new ArrayList<>();
        for (Place place : Place.values()) {
            for (Thrown kind : Thrown.values()) {
                tests.add(DynamicTest.dynamicTest(kind + " in " + place, () -> assertSurfaced(place, kind)));
            }
        }
        assertThat(tests).hasSizeGreaterThanOrEqualTo(12 * 6);
        return tests.stream();
    }

    private void assertSurfaced(Place place, Thrown kind) {
        StreamingConf stopping = conf().set(StreamingConf.FAILURE_POLICY, FailurePolicy.stop());
        try (TestStreams t = TestStreams.every(Durations.seconds(1), stopping, s -> define(s, place, kind))) {
            t.add("in", 1, 2, 3, 4).context().start();
            t.clock().advance(Durations.seconds(1));
            BatchFailedException failure = catchThrowableOfType(
                    BatchFailedException.class, () -> assertThat(t.context().awaitTerminationOrTimeout(PATIENCE_MS))
                            .as("whether the context stopped, swallowing " + kind)
                            .isNull());

            assertThat(failure).as("the failure of " + kind + " in " + place).isNotNull();
            if (kind != Thrown.WITHOUT_MESSAGE) {
                assertThat(causes(failure)).as("causes").hasAtLeastOneElementOfType(kind.type());
            }
        }
    }

    private static List<Throwable> causes(Throwable thrown) {
        List<Throwable> causes = new ArrayList<>();
        for (Throwable t = thrown; t != null && causes.size() < 20; t = t.getCause()) {
            causes.add(t);
        }
        return causes;
    }

    @Test
    @DisplayName("S7.8 an exception that is a cause of its own cause is surfaced like another")
    void aCircleOfCausesIsSurfaced() {
        IOException first = new IOException("first");
        IllegalStateException second = new IllegalStateException("second", first);
        first.initCause(second);
        try (TestStreams t = TestStreams.every(
                Durations.seconds(1), conf(), s -> s.input("in").foreachRDD(rdd -> {
                    throw first;
                }))) {
            t.context().start();
            t.clock().advance(Durations.seconds(1));

            assertThatThrownBy(() -> t.context().awaitTerminationOrTimeout(PATIENCE_MS))
                    .isInstanceOf(BatchFailedException.class)
                    .hasMessageContaining("first");
        }
    }

    @Test
    @DisplayName(
            "S7.8 an interrupt that a function leaves behind on its thread does not fail the outputs and batches after it")
    void anInterruptLeftBehindHarmsNobodyElse() throws InterruptedException {
        try (TestStreams t = TestStreams.every(Durations.seconds(1), conf(), s -> {
            DStream<Integer> in = s.input("in");
            in.foreachRDD(rdd -> Thread.currentThread().interrupt());
            s.collect("out", in);
        })) {
            t.add("in", 1).add("in", 2).context().start();
            for (int batch = 1; batch <= 2; batch++) {
                t.clock().advance(Durations.seconds(1));
                awaitBatchOrEnd(t, batch);
            }

            assertThat(t.context().state()).isEqualTo(ContextState.ACTIVE);
            assertThat(t.<Integer>batches("out")).containsExactly(List.of(1), List.of(2));
        }
    }

    private static void awaitBatchOrEnd(TestStreams t, int batch) throws InterruptedException {
        for (int i = 0; i < PATIENCE_MS && t.context().status().batchesCompleted() < batch; i++) {
            assertThat(t.context().awaitTerminationOrTimeout(1))
                    .as("the context stopped without an error")
                    .isFalse();
        }
        assertThat(t.context().status().batchesCompleted()).as("batches done").isEqualTo(batch);
    }

    @Test
    @DisplayName("S7.15 a VirtualMachineError always stops: under continue, under retry and behind onError(skip)")
    void aVirtualMachineErrorAlwaysStops() {
        FailurePolicy threeMore = FailurePolicy.retry(3, Duration.ZERO, FailurePolicy.Kind.STOP);
        for (VirtualMachineError error : List.<VirtualMachineError>of(
                new OutOfMemoryError("of the test"),
                new StackOverflowError("of the test"),
                new InternalError("of the test"))) {
            for (FailurePolicy policy : List.of(FailurePolicy.keepGoing(), threeMore)) {
                CALLS.set(0);
                StreamingConf conf = conf().set(StreamingConf.FAILURE_POLICY, policy);
                try (TestStreams t = TestStreams.every(Durations.seconds(1), conf, s -> {
                    DStream<Integer> in = s.input("in");
                    Thrown kind = Thrown.of(error);
                    s.collect(
                            "out",
                            in.map(x -> {
                                        CALLS.incrementAndGet();
                                        return kind.thrown(x);
                                    })
                                    .onError(ErrorPolicy.skip()));
                })) {
                    t.add("in", 1);
                    assertThatThrownBy(() -> t.advance(1))
                            .as(error + " under " + policy)
                            .isInstanceOf(BatchFailedException.class)
                            .hasCauseInstanceOf(error.getClass());
                    assertThat(CALLS).as("attempts").hasValue(1);
                }
            }
        }
    }
}
