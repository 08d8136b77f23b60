/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import static io.acequia.streaming.data.Durations.seconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.BatchFailedException;
import io.acequia.streaming.DStream;
import io.acequia.streaming.DStreamLike;
import io.acequia.streaming.MapWithStateDStream;
import io.acequia.streaming.PairDStream;
import io.acequia.streaming.PairRDD;
import io.acequia.streaming.RDD;
import io.acequia.streaming.State;
import io.acequia.streaming.StateSpec;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingConf.FailurePolicy;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.function.VoidFunction;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * That a state is stepped once for each batch, whoever asks, however little of it is read, and whatever fails: the second part
 * of section 4 of the semantics. What a step does is the matter of {@link StateSemantics}. An engine passes by a subclass that
 * gives its settings.
 *
 * <p>A step is seen in two ways. Functions count their calls in {@link #CALLS}, so that a step too many shows even where it
 * would come to the same state. And states are sums, so that a step that was lost shows in every later batch. A function that
 * throws does so at one call, {@link #BROKEN_CALL}; tests move it through the batch, from its first key to its last, since a
 * step that was half done is the danger.
 *
 * <p>Every rule is held against both operations ({@link #bothOperations}): {@code updateStateByKey} touches all keys in each
 * batch, {@code mapWithState} only some, and an engine may well keep the two apart.
 */
@Timeout(120)
public abstract class StateStepSemantics extends OperationSemantics {
    /** How often a function was called in tasks; tests run one after another. */
    private static final AtomicInteger CALLS = new AtomicInteger();

    /** The call that throws; 0 for none. */
    private static final AtomicInteger BROKEN_CALL = new AtomicInteger();

    @BeforeEach
    void forget() {
        CALLS.set(0);
        BROKEN_CALL.set(0);
    }

    private static void count() {
        int call = CALLS.incrementAndGet();
        if (call == BROKEN_CALL.get()) {
            throw new IllegalStateException("call " + call + " is broken");
        }
    }

    private static PairDStream<String, Integer> ones(DStream<String> words) {
        return words.mapToPair(word -> pair(word, 1));
    }

    /** A running sum, by updateStateByKey. */
    private static PairDStream<String, Integer> updated(DStream<String> words) {
        return ones(words).updateStateByKey(StateStepSemantics::update);
    }

    private static Optional<Integer> update(List<Integer> values, Optional<Integer> state) {
        count();
        return Optional.of(values.stream().reduce(state.orElse(0), Integer::sum));
    }

    /** A running sum, by mapWithState, which emits it. */
    private static MapWithStateDStream<String, Integer, Integer, Tuple2<String, Integer>> mapped(
            DStream<String> words) {
        return ones(words).mapWithState(StateSpec.function(StateStepSemantics::map));
    }

    private static Tuple2<String, Integer> map(String key, Optional<Integer> value, State<Integer> state) {
        count();
        state.update(state.getOption().orElse(0) + value.orElseThrow());
        return pair(key, state.get());
    }

    /** A state stream of the sums of all words so far, by either operation. */
    private interface Sums {
        PairDStream<String, Integer> of(DStream<String> words);
    }

    private static Map<String, Sums> bothOperations() {
        Map<String, Sums> both = new LinkedHashMap<>();
        both.put("updateStateByKey", StateStepSemantics::updated);
        both.put("mapWithState", words -> mapped(words).stateSnapshots());
        return both;
    }

    private static <K extends Comparable<K>, V> Map<K, V> asMap(List<Tuple2<K, V>> pairs) {
        Map<K, V> map = new TreeMap<>();
        pairs.forEach(pair ->
                assertThat(map.put(pair._1(), pair._2())).as("twice %s", pair).isNull());
        return map;
    }

    // ---- once

    @Test
    @DisplayName("S4.9 a state stream is persisted: several outputs and streams behind it step it once")
    void severalOutputsStepOnce() {
        try (TestStreams t = program(s -> {
            PairDStream<String, Integer> sums = updated(s.input("in"));
            s.collect("sums", sums);
            s.collect("again", sums);
            s.collect("negative", sums.mapValues(n -> -n));
            s.collect("joined", sums.join(sums));
        })) {
            t.add("in", "a", "b", "a").add("in", "b").advance(3);

            assertThat(CALLS).as("two keys in three batches").hasValue(6);
            assertThat(asMap(t.<Tuple2<String, Integer>>last("sums"))).isEqualTo(Map.of("a", 2, "b", 2));
            assertThat(asMap(t.<Tuple2<String, Integer>>last("again"))).isEqualTo(Map.of("a", 2, "b", 2));
            assertThat(asMap(t.<Tuple2<String, Integer>>last("negative"))).isEqualTo(Map.of("a", -2, "b", -2));
            assertThat(t.last("joined")).hasSize(2);
        }
    }

    @Test
    @DisplayName("S4.9 what mapWithState emits is persisted: outputs of it and of its snapshots step it once")
    void emittedRecordsAndSnapshotsStepOnce() {
        try (TestStreams t = program(s -> {
            MapWithStateDStream<String, Integer, Integer, Tuple2<String, Integer>> sums = mapped(s.input("in"));
            s.collect("snapshots", sums.stateSnapshots());
            s.collect("emitted", sums);
            s.collect("again", sums.map(Tuple2::_2));
            s.collect("snapshots again", sums.stateSnapshots());
        })) {
            t.add("in", "a", "b", "a").add("in", "b").advance(3);

            assertThat(CALLS).as("four records").hasValue(4);
            assertBatch(t.batches("emitted").get(0))
                    .containsExactlyInAnyOrder(pair("a", 1), pair("b", 1), pair("a", 2));
            assertThat(t.batches("again").get(1)).containsExactly(2);
            for (String snapshots : List.of("snapshots", "snapshots again")) {
                assertThat(asMap(t.<Tuple2<String, Integer>>last(snapshots))).isEqualTo(Map.of("a", 2, "b", 2));
            }
        }
    }

    /** A program that keeps what it can of a state: after batch n, "a" has come n times. */
    private final class Keeping implements AutoCloseable {
        private final List<PairDStream<String, Integer>> streams = new ArrayList<>();
        private final Map<Time, RDD<Tuple2<String, Integer>>> rdds = new ConcurrentHashMap<>();
        private final TestStreams t;
        private final Time start;

        /** {@code remember} of zero leaves the default. */
        Keeping(Sums operation, Duration remember, int batches) {
            t = program(s -> {
                if (!remember.isZero()) {
                    s.context().remember(remember);
                }
                PairDStream<String, Integer> sums = operation.of(s.input("in"));
                streams.add(sums);
                sums.foreachRDD((rdd, time) -> rdds.put(time, rdd));
            });
            start = now(t);
            for (int n = 1; n <= batches; n++) {
                t.add("in", "a").advance(1);
            }
        }

        PairDStream<String, Integer> stream() {
            return streams.get(0);
        }

        RDD<Tuple2<String, Integer>> rdd(int batch) {
            return Optional.ofNullable(rdds.get(time(batch))).orElseThrow();
        }

        Time time(int batch) {
            return start.plus(seconds(batch));
        }

        @Override
        public void close() {
            t.close();
        }
    }

    @Test
    @DisplayName(
            "S2.22 slice, compute and an RDD that is collected again read the states of their batch, and step nothing")
    void oldStatesAreReadAndNotComputed() {
        bothOperations().forEach((name, operation) -> {
            CALLS.set(0);
            try (Keeping k = new Keeping(operation, seconds(4), 6)) {
                assertThat(k.stream().slice(k.time(4), k.time(6)).stream().map(RDD::collect))
                        .as(name)
                        .containsExactly(List.of(pair("a", 4)), List.of(pair("a", 5)), List.of(pair("a", 6)));
                for (int again = 0; again < 2; again++) {
                    assertThat(k.stream().compute(k.time(5)).collect()).as(name).containsExactly(pair("a", 5));
                    assertThat(k.rdd(4).map(Tuple2::_2).collect()).as(name).containsExactly(4);
                }
                assertThat(CALLS).as(name).hasValue(6);
            }
        });
    }

    @Test
    @DisplayName("S2.22 a state that is no longer remembered is not computed anew: its batch was released")
    void releasedStatesAreNotComputedAnew() {
        bothOperations().forEach((name, operation) -> {
            CALLS.set(0);
            try (Keeping k = new Keeping(operation, seconds(3), 12)) {
                assertThatThrownBy(() -> k.stream().compute(k.time(3)))
                        .as(name)
                        .hasMessageContaining("ACQ-1006")
                        .hasMessageContaining("was released");
                assertThatThrownBy(() -> k.stream().slice(k.time(3), k.time(12)))
                        .as(name)
                        .hasMessageContaining("ACQ-1006");
                assertThatThrownBy(() -> k.rdd(3).collect()).as(name).hasMessageContaining("remember(..)");
                assertThat(CALLS).as(name).hasValue(12);
            }
        });
    }

    @Test
    @DisplayName("S4.9 the states of the last two batches can be read without asking to remember them")
    void theLastTwoStatesCanBeRead() {
        bothOperations().forEach((name, operation) -> {
            try (Keeping k = new Keeping(operation, Duration.ZERO, 5)) {
                for (int n : List.of(4, 5)) {
                    assertThat(k.stream().compute(k.time(n)).collect()).as(name).containsExactly(pair("a", n));
                    assertThat(k.rdd(n).collect()).as(name).containsExactly(pair("a", n));
                }
            }
        });
    }

    // ---- in every batch

    @Test
    @DisplayName("S4.9 an output that reads the first record only, or nothing at all, loses no step")
    void anOutputThatReadsLittleLosesNoStep() {
        Map<String, VoidFunction<RDD<?>>> outputs =
                Map.of("first record", rdd -> rdd.take(1), "nothing", rdd -> {}, "is it empty", rdd -> rdd.isEmpty());
        bothOperations()
                .forEach((name, operation) -> outputs.forEach((read, output) -> {
                    CALLS.set(0);
                    Map<String, Integer> states = new ConcurrentHashMap<>();
                    try (TestStreams t = program(s -> {
                        Time last = now(s).plus(seconds(4));
                        operation.of(s.input("in")).foreachRDD((rdd, time) -> {
                            if (time.equals(last)) {
                                states.putAll(asMap(rdd.collect()));
                            } else {
                                output.call(rdd);
                            }
                        });
                    })) {
                        for (int n = 1; n <= 4; n++) {
                            t.add("in", "a", "b", "c", "d", "e", "f").advance(1);
                        }

                        assertThat(states)
                                .as("%s with %s", name, read)
                                .isEqualTo(Map.of("a", 4, "b", 4, "c", 4, "d", 4, "e", 4, "f", 4));
                        assertThat(CALLS).hasValue(4 * 6);
                    }
                }));
    }

    @Test
    @DisplayName("S4.9 a state is stepped in every batch also when only a window with a larger slide reads it")
    void aLargerSlideLosesNoStep() {
        bothOperations().forEach((name, operation) -> {
            CALLS.set(0);
            try (TestStreams t =
                    program(s -> s.collect("out", operation.of(s.input("in")).window(seconds(1), seconds(3))))) {
                t.add("in", "a", "b").add("in", "a").advance(2);
                assertThat(t.batches("out")).as(name).isEmpty();

                t.add("in", "b").add("in", "b", "c").add("in", "a").add("in").advance(4);
                List<List<Tuple2<String, Integer>>> out = t.batches("out");
                assertThat(out.stream().map(StateStepSemantics::asMap))
                        .as(name)
                        .containsExactly(Map.of("a", 2, "b", 2), Map.of("a", 3, "b", 3, "c", 1));
            }
        });
    }

    @Test
    @DisplayName("S4.9 an output that fails and is skipped takes no step with it, and its retry adds none")
    void aFailingOutputNeitherLosesNorRepeatsAStep() {
        for (FailurePolicy policy : List.of(
                FailurePolicy.keepGoing(), FailurePolicy.retry(2, Duration.ZERO, FailurePolicy.Kind.CONTINUE))) {
            for (boolean reads : List.of(true, false)) {
                CALLS.set(0);
                try (TestStreams t = TestStreams.every(SECOND, conf(), s -> {
                    PairDStream<String, Integer> sums = updated(s.input("in"));
                    sums.foreachRDD(rdd -> {
                                if (reads) {
                                    rdd.collect();
                                }
                                throw new IOException("full");
                            })
                            .onError(policy);
                    s.collect("out", sums.window(seconds(1), seconds(2)));
                })) {
                    t.add("in", "a")
                            .add("in", "a")
                            .add("in", "a")
                            .add("in", "a")
                            .advance(4);

                    assertThat(t.batches("out"))
                            .as("%s, reads %s", policy, reads)
                            .containsExactly(List.of(pair("a", 2)), List.of(pair("a", 4)));
                    assertThat(CALLS).hasValue(4);
                }
            }
        }
    }

    // ---- whole or not at all

    @Test
    @DisplayName("S7.11 a function that throws in the middle leaves the state as it was: the batch then is right,"
            + " whichever call it is")
    void aStepThatFailsLeavesTheStateAsItWas() {
        FailurePolicy twice = FailurePolicy.retry(1, Duration.ZERO, FailurePolicy.Kind.STOP);
        bothOperations().forEach((name, operation) -> {
            CALLS.set(0);
            BROKEN_CALL.set(0);
            List<Map<String, Integer>> expected = threeBatches(conf(), operation);
            int calls = CALLS.get();
            assertThat(expected.get(2)).isEqualTo(Map.of("a", 3, "b", 3, "c", 3, "d", 2, "e", 1, "f", 1));
            for (int broken = 1; broken <= calls; broken++) {
                CALLS.set(0);
                BROKEN_CALL.set(broken);

                assertThat(threeBatches(conf().set(StreamingConf.FAILURE_POLICY, twice), operation))
                        .as("%s, call %s of %s is broken", name, broken, calls)
                        .isEqualTo(expected);
                assertThat(CALLS).hasValueGreaterThan(calls);
            }
        });
    }

    private List<Map<String, Integer>> threeBatches(StreamingConf conf, Sums operation) {
        try (TestStreams t = TestStreams.every(SECOND, conf, s -> s.collect("out", operation.of(s.input("in"))))) {
            t.add("in", "a", "b", "c", "d", "a")
                    .add("in", "b", "c", "d", "e", "b")
                    .add("in", "c", "a", "f")
                    .advance(3);
            return t.<Tuple2<String, Integer>>batches("out").stream()
                    .map(StateStepSemantics::asMap)
                    .toList();
        }
    }

    @Test
    @DisplayName("S7.11 a first step that fails begins again from the initial state, whichever call it is")
    void aFirstStepThatFailsBeginsAgainFromTheInitialState() {
        FailurePolicy twice = FailurePolicy.retry(1, Duration.ZERO, FailurePolicy.Kind.STOP);
        for (int broken = 1; broken <= 4; broken++) {
            CALLS.set(0);
            BROKEN_CALL.set(broken);
            try (TestStreams t = TestStreams.every(SECOND, conf().set(StreamingConf.FAILURE_POLICY, twice), s -> {
                PairRDD<String, Integer> initial = s.context()
                        .batchContext()
                        .parallelizePairs(List.of(pair("a", 10), pair("b", 20), pair("e", 50)), 2);
                s.collect(
                        "out",
                        ones(s.input("in"))
                                .mapWithState(StateSpec.function(StateStepSemantics::map)
                                        .initialState(initial))
                                .stateSnapshots());
            })) {
                t.add("in", "a", "b", "c", "d").add("in", "a").advance(2);

                assertThat(asMap(t.<Tuple2<String, Integer>>last("out")))
                        .as("call %s is broken", broken)
                        .isEqualTo(Map.of("a", 12, "b", 21, "c", 1, "d", 1, "e", 50));
                assertThat(CALLS).hasValueGreaterThan(5);
            }
        }
    }

    @Test
    @DisplayName("S7.14 a state step that failed is never skipped, also where outputs are")
    void aFailedStepIsNeverSkipped() {
        bothOperations().forEach((name, operation) -> {
            CALLS.set(0);
            BROKEN_CALL.set(3);
            StreamingConf keepGoing = conf().set(StreamingConf.FAILURE_POLICY, FailurePolicy.keepGoing());
            try (TestStreams t =
                    TestStreams.every(SECOND, keepGoing, s -> s.collect("out", operation.of(s.input("in"))))) {
                t.add("in", "a", "b").advance(1);

                assertThatThrownBy(() -> t.add("in", "a", "b").advance(1))
                        .as(name)
                        .isInstanceOf(BatchFailedException.class)
                        .hasStackTraceContaining("call 3 is broken");
            }
        });
    }

    // ---- in order

    @Test
    @DisplayName("S4.1 S4.4 with four batches at the same time, states and windows come to what they are one by one")
    void concurrentBatchesComeToTheSameStates() throws InterruptedException {
        Map<Time, Map<String, Set<Object>>> serial = new ConcurrentSkipListMap<>();
        Map<Time, Map<String, Set<Object>>> concurrent = new ConcurrentSkipListMap<>();
        int batches = 20;
        try (TestStreams t = program(s -> everyState(s).forEach((name, stream) -> keep(serial, name, stream)))) {
            addRandomWords(t, batches);
            t.advance(batches);
        }

        CountDownLatch four = new CountDownLatch(4);
        CountDownLatch all = new CountDownLatch(batches);
        StreamingConf fourJobs = conf().set(StreamingConf.CONCURRENT_JOBS, 4);
        try (TestStreams t = TestStreams.every(SECOND, fourJobs, s -> {
            s.<String>input("first").foreachRDD(rdd -> {
                four.countDown();
                four.await();
            });
            everyState(s).forEach((name, stream) -> keep(concurrent, name, stream));
            s.<String>input("last").foreachRDD(rdd -> all.countDown());
        })) {
            addRandomWords(t, batches);
            t.context().start();
            t.clock().advance(seconds(batches));
            all.await();

            assertThat(concurrent).hasSize(batches).isEqualTo(serial);
        }
    }

    private static Map<String, DStreamLike<?, ?, ?>> everyState(TestStreams s) {
        DStream<String> in = s.input("in");
        MapWithStateDStream<String, Integer, Integer, Tuple2<String, Integer>> mapped = mapped(in);
        MapWithStateDStream<String, Integer, Integer, String> mortal = ones(in).mapWithState(
                        StateSpec.function((Time time, String key, Optional<Integer> value, State<Integer> state) -> {
                                    if (!state.isTimingOut()) {
                                        state.update(state.getOption().orElse(0) + 1);
                                    }
                                    return Optional.of(key + state.get() + state.isTimingOut());
                                })
                                .timeout(seconds(3)));
        Map<String, DStreamLike<?, ?, ?>> all = new LinkedHashMap<>();
        all.put("updated", updated(in));
        all.put("emitted", mapped);
        all.put("snapshots", mapped.stateSnapshots());
        all.put("mortal", mortal);
        all.put("mortal snapshots", mortal.stateSnapshots());
        all.put("window", ones(in).reduceByKeyAndWindow(Integer::sum, seconds(4)));
        all.put("inverse", ones(in).reduceByKeyAndWindow(Integer::sum, (a, b) -> a - b, seconds(4), SECOND));
        return all;
    }

    private static void keep(Map<Time, Map<String, Set<Object>>> kept, String name, DStreamLike<?, ?, ?> stream) {
        stream.foreachRDD((rdd, time) ->
                kept.computeIfAbsent(time, t -> new ConcurrentHashMap<>()).put(name, new HashSet<>(rdd.collect())));
    }

    private static void addRandomWords(TestStreams t, int batches) {
        Random random = new Random(7);
        for (int n = 0; n < batches; n++) {
            t.add(
                    "in",
                    random.ints(random.nextInt(10), 0, 12)
                            .mapToObj(i -> "w" + i)
                            .toArray());
        }
    }

    @Test
    @DisplayName("S4.1 S4.4 many keys that come, change and go are what a plain map makes of them")
    void manyKeysAreWhatAMapMakesOfThem() {
        Random random = new Random(11);
        Map<String, Integer> updated = new TreeMap<>();
        Map<String, Integer> mapped = new TreeMap<>();
        try (TestStreams t = program(s -> {
            PairDStream<String, Integer> in =
                    s.<Tuple2<String, Integer>>input("in").mapToPair(pair -> pair);
            s.collect("updated", in.updateStateByKey(StateStepSemantics::unlessSeventh));
            s.collect(
                    "mapped",
                    in.mapWithState(StateSpec.function(StateStepSemantics::addUnlessSeventh))
                            .stateSnapshots());
        })) {
            for (int n = 0; n < 30; n++) {
                List<Tuple2<String, Integer>> batch = new ArrayList<>();
                for (int i = random.nextInt(400); i > 0; i--) {
                    batch.add(pair("key " + random.nextInt(200), random.nextInt(10)));
                }
                t.add("in", batch.toArray()).advance(1);

                Map<String, Integer> next = new TreeMap<>(updated);
                batch.forEach(pair -> next.merge(pair._1(), pair._2(), Integer::sum));
                next.values().removeIf(sum -> sum % 7 == 0);
                updated = next;
                for (Tuple2<String, Integer> pair : batch) {
                    int sum = mapped.merge(pair._1(), pair._2(), Integer::sum);
                    if (sum % 7 == 0) {
                        mapped.remove(pair._1());
                    }
                }
                assertThat(asMap(t.<Tuple2<String, Integer>>last("updated")))
                        .as("batch %s", n)
                        .isEqualTo(updated);
                assertThat(asMap(t.<Tuple2<String, Integer>>last("mapped")))
                        .as("batch %s", n)
                        .isEqualTo(mapped);
            }
        }
        assertThat(updated).hasSizeGreaterThan(100);
        assertThat(mapped).hasSizeGreaterThan(100);
    }

    private static Optional<Integer> unlessSeventh(List<Integer> values, Optional<Integer> state) {
        return Optional.of(values.stream().reduce(state.orElse(0), Integer::sum))
                .filter(sum -> sum % 7 != 0);
    }

    private static int addUnlessSeventh(String key, Optional<Integer> value, State<Integer> state) {
        int sum = state.getOption().orElse(0) + value.orElseThrow();
        if (sum % 7 == 0) {
            state.remove();
        } else {
            state.update(sum);
        }
        return sum;
    }
}
