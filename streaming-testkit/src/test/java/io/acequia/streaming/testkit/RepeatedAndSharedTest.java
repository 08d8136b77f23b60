/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.DStream;
import io.acequia.streaming.DStreamLike;
import io.acequia.streaming.MapWithStateDStream;
import io.acequia.streaming.PairDStream;
import io.acequia.streaming.RDD;
import io.acequia.streaming.State;
import io.acequia.streaming.StateSpec;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingConf.FailurePolicy;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.data.ByteSize;
import io.acequia.streaming.data.Durations;
import io.acequia.streaming.data.Partitioner;
import io.acequia.streaming.data.StorageLevel;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.data.Utf8;
import io.acequia.streaming.function.Function;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Windows and state when a batch is tried again, and when one RDD belongs to several streams. */
@Timeout(60)
class RepeatedAndSharedTest {
    private static final Duration SECOND = Durations.seconds(1);

    @Test
    void anInverseWindowIsRightAfterItsFunctionThrewOnce() {
        Trap trap = Trap.at(1, false);
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
        Trap trap = Trap.at(1, false);
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

    @Test
    void aLevelOfTheProgramStandsBesideWhatWindowsAndStateKeep() {
        for (StorageLevel level :
                List.of(StorageLevel.MEMORY_ONLY, StorageLevel.MEMORY_AND_DISK, StorageLevel.DISK_ONLY)) {
            try (TestStreams t = TestStreams.every(SECOND, s -> {
                PairDStream<String, Integer> pairs = pairs(s).persist(level);
                Duration three = Durations.seconds(3);
                s.collect("window", pairs.window(three).persist(level));
                s.collect(
                        "sums", pairs.reduceByKeyAndWindow(Integer::sum, three).persist(level));
                s.collect(
                        "every other",
                        pairs.reduceByKeyAndWindow(Integer::sum, Durations.seconds(4), Durations.seconds(2))
                                .persist(level));
                MapWithStateDStream<String, Integer, Integer, Integer> counts = counts(pairs);
                counts.persist(level);
                s.collect("counts", counts.window(three));
                s.collect("states", counts.stateSnapshots().persist(level));
            })) {
                for (int batch = 0; batch < 8; batch++) {
                    t.add("pairs", Tuple2.of("a", 1));
                }
                t.advance(8);

                assertThat(t.<Tuple2<String, Integer>>last("window"))
                        .containsExactly(Tuple2.of("a", 1), Tuple2.of("a", 1), Tuple2.of("a", 1));
                assertThat(t.<Tuple2<String, Integer>>last("sums")).containsExactly(Tuple2.of("a", 3));
                assertThat(t.<Tuple2<String, Integer>>last("every other")).containsExactly(Tuple2.of("a", 4));
                assertThat(t.<Integer>last("counts")).containsExactly(6, 7, 8);
                assertThat(t.<Tuple2<String, Integer>>last("states")).containsExactly(Tuple2.of("a", 8));
            }
        }
    }

    private static MapWithStateDStream<String, Integer, Integer, Integer> counts(PairDStream<String, Integer> pairs) {
        return pairs.mapWithState(StateSpec.function((String key, Optional<Integer> value, State<Integer> state) -> {
            state.update(state.getOption().orElse(0) + 1);
            return state.get();
        }));
    }

    @Test
    void whatABatchHasNotComeToYetCannotBeAskedAndStepsNothingOutOfTurn() throws Exception {
        CountDownLatch inOutput = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        ManualClock clock = new ManualClock(Instant.EPOCH);
        List<Object> seen = Collections.synchronizedList(new ArrayList<>());
        StreamingConf conf = TestStreams.defaults().set(StreamingConf.SERIALIZE_CLOSURES, false);
        try (StreamingContext context = new StreamingContext(conf, SECOND, clock)) {
            PairDStream<String, Integer> states = context.queueStream(new ArrayDeque<RDD<String>>())
                    .mapToPair(word -> Tuple2.of(word, 1))
                    .updateStateByKey(Integer.class, (values, state) -> Optional.of(values.size()));
            Watch watch = Watch.on(context);
            states.foreachRDD((rdd, time) -> {
                inOutput.countDown();
                goOn.await();
                seen.add(rdd.collect());
            });
            context.start();
            clock.awaitWaiters(1);
            clock.advance(SECOND);
            inOutput.await();
            clock.awaitWaiters(1);
            clock.advance(SECOND);
            clock.awaitWaiters(1);
            assertThatIllegalStateException()
                    .isThrownBy(() -> states.compute(new Time(2000)))
                    .withMessageContaining("does not exist yet");
            assertThat(states.compute(new Time(1000)).collect()).isEmpty();
            goOn.countDown();
            watch.batch(2);
        }
        assertThat(seen).hasSize(2);
    }

    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void batchesAtTheSameTimeMayAskEachOtherForTheirRdds() throws Exception {
        CyclicBarrier both = new CyclicBarrier(2);
        CountDownLatch done = new CountDownLatch(2);
        StreamingConf conf = TestStreams.defaults()
                .set(StreamingConf.SERIALIZE_CLOSURES, false)
                .set(StreamingConf.CONCURRENT_JOBS, 2);
        try (TestStreams t = TestStreams.every(SECOND, conf, s -> {
            DStream<String> words = s.<String>input("words").map(word -> word);
            Meeting meeting = new Meeting(both, words, Time.of(s.clock().now()));
            s.context().remember(Durations.seconds(9));
            words.transform((rdd, time) -> meeting.other(time)).foreachRDD(rdd -> {
                rdd.collect();
                done.countDown();
            });
        })) {
            t.context().start();
            t.clock().advance(Durations.seconds(2));

            assertThat(done.await(50, TimeUnit.SECONDS)).isTrue();
        }
    }

    /** The batches at one and at two seconds meet, and then each wants the RDD of the other. */
    private record Meeting(CyclicBarrier both, DStream<String> words, Time start) implements Serializable {
        RDD<String> other(Time time) throws Exception {
            both.await(50, TimeUnit.SECONDS);
            boolean first = time.equals(start.plus(SECOND));
            return words.compute(first ? time.plus(SECOND) : time.minus(SECOND));
        }
    }

    @Test
    void twoWindowsOfOneStreamAreToldApartByTheirUids(@TempDir Path directory) {
        StreamingConf conf = TestStreams.defaults();
        try (StreamingContext context = new StreamingContext(conf, SECOND, new ManualClock(Instant.EPOCH))) {
            context.checkpoint(directory.toString());
            DStream<String> lines = context.socketTextStream("localhost", 1);
            lines.countByWindow(SECOND, SECOND).uid("second").print().uid("print second");
            lines.countByWindow(Durations.seconds(2), SECOND).uid("two").print().uid("print two");
            context.start();
            assertThat(context.describe()).contains("'second'", "'two'");
        }
        try (StreamingContext context = new StreamingContext(conf, SECOND, new ManualClock(Instant.EPOCH))) {
            context.checkpoint(directory.toString());
            DStream<String> lines = context.socketTextStream("localhost", 1);
            lines.countByWindow(SECOND, SECOND).print().uid("print second");
            lines.countByWindow(Durations.seconds(2), SECOND).print().uid("print two");
            assertThatIllegalStateException()
                    .isThrownBy(context::start)
                    .withMessageStartingWith("ACQ-0910 countByWindow at ");
        }
    }

    @Test
    void whatWindowsKeepGoesToDiskWhenMemoryIsFull(@TempDir Path directory) throws IOException {
        StreamingConf conf = TestStreams.defaults()
                .set(StreamingConf.STORAGE_MEMORY, new ByteSize(1000))
                .set(StreamingConf.STORAGE_DIR, directory.toString());
        try (TestStreams t = TestStreams.every(SECOND, conf, s -> {
            Duration three = Durations.seconds(3);
            PairDStream<String, Integer> pairs = pairs(s);
            s.collect("sums", pairs.reduceByKeyAndWindow(Integer::sum, three));
            s.collect(
                    "texts",
                    pairs.mapToPair(pair -> Tuple2.of(Utf8.of(pair._1()), "x"))
                            .reduceByKeyAndWindow((a, b) -> a + b, three));
        })) {
            Object[] batch = IntStream.range(0, 50)
                    .mapToObj(key -> Tuple2.of("key-" + key, 1))
                    .toArray();
            for (int i = 0; i < 7; i++) {
                t.add("pairs", batch);
            }
            t.advance(7);

            assertThat(t.<Tuple2<String, Integer>>last("sums")).hasSize(50).allMatch(pair -> pair._2() == 3);
            assertThat(t.<Tuple2<Utf8, String>>last("texts")).hasSize(50).contains(Tuple2.of(Utf8.of("key-7"), "xxx"));
            try (Stream<Path> files = Files.walk(directory)) {
                assertThat(files.filter(Files::isRegularFile)).isNotEmpty();
            }
        }
    }

    @Test
    void aFunctionThatGivesNullIsNamedWithItsKey() {
        refused("ACQ-0721 the function returned null for key a", s -> pairs(s).mapWithState(StateSpec.function(
                (Time time, String key, Optional<Integer> value, State<Integer> state) -> (Optional<Integer>) null)));
        refused("ACQ-0722 the initial state of key z is null", s -> pairs(s).updateStateByKey(
                        (values, state) -> Optional.of(1),
                        Partitioner.hash(2),
                        s.context().batchContext().parallelizePairs(List.of(new Tuple2<>("z", (Integer) null)))));
        refused("ACQ-0723 the function gave null for key a", s -> pairs(s).reduceByKeyAndWindow(
                        (a, b) -> a + b, (a, b) -> null, SECOND, SECOND));
        refused("ACQ-0724 combining gave null for key a", s -> pairs(s).reduceByKeyAndWindow(
                        (a, b) -> null, Durations.seconds(2)));
    }

    private static void refused(String message, Function<TestStreams, DStreamLike<?, ?, ?>> program) {
        try (TestStreams t = TestStreams.every(SECOND, s -> s.collect("out", program.call(s)))) {
            t.add("pairs", Tuple2.of("a", 1)).add("pairs", Tuple2.of("a", 2));
            assertThatThrownBy(() -> t.advance(3)).hasStackTraceContaining(message);
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
