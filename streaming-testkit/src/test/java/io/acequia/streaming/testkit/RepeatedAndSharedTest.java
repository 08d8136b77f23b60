/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.acequia.streaming.PairDStream;
import io.acequia.streaming.RDD;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingConf.FailurePolicy;
import io.acequia.streaming.data.Durations;
import io.acequia.streaming.data.Partitioner;
import io.acequia.streaming.data.Tuple2;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Windows and state when a batch is tried again, and when one RDD belongs to several streams. */
@Timeout(60)
class RepeatedAndSharedTest {
    private static final Duration SECOND = Durations.seconds(1);

    @Test
    void anInverseWindowIsRightAfterItsFunctionThrewOnce() {
        Trap trap = Trap.at(1);
        try (TestStreams t = TestStreams.every(
                SECOND,
                retrying(),
                s -> s.collect(
                        "sums",
                        pairs(s).reduceByKeyAndWindow(
                                        Integer::sum,
                                        (sum, left) -> {
                                            trap.step();
                                            return sum - left;
                                        },
                                        SECOND,
                                        SECOND)))) {
            t.add("pairs", Tuple2.of("a", 1)).add("pairs", Tuple2.of("a", 5)).advance(3);

            assertThat(trap.sprung()).isNotNull();
            assertThat(t.<Tuple2<String, Integer>>batches("sums"))
                    .containsExactly(
                            List.of(Tuple2.of("a", 1)), List.of(Tuple2.of("a", 5)), List.of(Tuple2.of("a", 0)));
        } finally {
            trap.remove();
        }
    }

    @Test
    void anInitialStateIsTakenOnceAlsoWhenTheFirstBatchIsTriedAgain() {
        Trap trap = Trap.at(1);
        try (TestStreams t = TestStreams.every(SECOND, retrying(), s -> {
            PairDStream<String, Integer> sums = pairs(s).updateStateByKey(
                            (values, state) -> {
                                trap.step();
                                return Optional.of(state.orElse(0) + values.size());
                            },
                            Partitioner.hash(2),
                            s.context().batchContext().parallelizePairs(List.of(Tuple2.of("a", 10))));
            s.collect("sums", sums);
        })) {
            t.add("pairs", Tuple2.of("a", 1)).advance(2);

            assertThat(trap.sprung()).isNotNull();
            assertThat(t.<Tuple2<String, Integer>>batches("sums"))
                    .containsExactly(List.of(Tuple2.of("a", 11)), List.of(Tuple2.of("a", 11)));
        } finally {
            trap.remove();
        }
    }

    @Test
    void anInverseWindowShorterThanItsSlideNeverSeesWhatLiesBetween() {
        try (TestStreams t = TestStreams.every(
                SECOND,
                s -> s.collect(
                        "sums",
                        pairs(s).reduceByKeyAndWindow(
                                        Integer::sum, (sum, left) -> sum - left, SECOND, Durations.seconds(3))))) {
            t.add("pairs", Tuple2.of("a", 1)).add("pairs", Tuple2.of("a", 2)).add("pairs", Tuple2.of("b", 4));
            t.advance(6);

            assertThat(t.<Tuple2<String, Integer>>batches("sums"))
                    .containsExactly(List.of(Tuple2.of("b", 4)), List.of(Tuple2.of("b", 0)));
        }
    }

    @Test
    void aWindowByKeyOutlivesTheStateThatIsPlacedInTheSameWay() {
        try (TestStreams t = TestStreams.every(SECOND, s -> {
            PairDStream<String, Integer> sums = pairs(s).<Integer>updateStateByKey(
                            (values, state) -> Optional.of(state.orElse(0) + values.size()), 2);
            s.collect("sums", sums.groupByKeyAndWindow(Durations.seconds(4), SECOND, 2));
        })) {
            t.add("pairs", Tuple2.of("a", 1)).advance(5);

            assertThat(t.<Tuple2<String, Iterable<Integer>>>last("sums"))
                    .containsExactly(Tuple2.of("a", List.of(1, 1, 1, 1)));
        }
    }

    @Test
    void aWindowLeavesAnRddOfTheProgramAsItIs() {
        try (TestStreams t = TestStreams.every(SECOND, s -> {
            RDD<String> always = s.context().batchContext().parallelize(List.of("a"));
            s.collect(
                    "window",
                    s.context().queueStream(new ArrayDeque<>(), true, always).window(Durations.seconds(2)));
        })) {
            t.advance(5);

            List<List<String>> windows = new ArrayList<>(t.batches("window"));
            assertThat(windows.remove(0)).containsExactly("a");
            assertThat(windows).hasSize(4).allMatch(List.of("a", "a")::equals);
        }
    }

    private static PairDStream<String, Integer> pairs(TestStreams s) {
        return s.<Tuple2<String, Integer>>input("pairs").mapToPair(pair -> pair);
    }

    private static StreamingConf retrying() {
        return TestStreams.defaults()
                .set(StreamingConf.FAILURE_POLICY, FailurePolicy.retry(1, Duration.ZERO, FailurePolicy.Kind.STOP));
    }
}
