/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import static io.acequia.streaming.data.Durations.milliseconds;
import static io.acequia.streaming.data.Durations.seconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.DStream;
import io.acequia.streaming.MapWithStateDStream;
import io.acequia.streaming.PairDStream;
import io.acequia.streaming.State;
import io.acequia.streaming.StateSpec;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingConf.FailurePolicy;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.function.VoidFunction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * When the states of {@code mapWithState} time out: the rules of section 4 of the semantics about idle keys. An engine passes
 * by a subclass that gives its settings.
 *
 * <p>The function of most tests counts and tells in a word what it saw: {@code b=2} for data, {@code b=2 is idle} for a
 * time-out. Batches are a second long; the time-out is 3 s, so a key that came last in batch n is told idle in batch n + 3.
 * What is told is compared batch by batch up to some batches after the time-out, since a time-out that fires a second time is
 * as wrong as one that does not fire.
 *
 * <p>An engine that looks for idle keys only now and then, as with each checkpoint, does not pass: the batch is part of the
 * rule, and it is the first one that is due, with or without data in it. Nor does one that tells idle keys before it has seen
 * what the batch brought: data in the due batch come first and keep their key alive.
 */
@Timeout(120)
public abstract class TimeoutSemantics extends OperationSemantics {
    private static final Duration IDLE = seconds(3);

    /** How often a function saw a time-out in tasks; tests run one after another. */
    private static final AtomicInteger TIMEOUTS = new AtomicInteger();

    @BeforeEach
    void forget() {
        TIMEOUTS.set(0);
    }

    /** Counts the records of a key and tells when it is idle. */
    private static String tell(String key, Optional<Integer> value, State<Integer> state) {
        if (state.isTimingOut()) {
            assertThat(value).isEmpty();
            assertThat(state.exists()).isTrue();
            assertThat(state.getOption()).contains(state.get());
            return key + "=" + state.get() + " is idle";
        }
        state.update(state.getOption().orElse(0) + value.orElseThrow());
        return key + "=" + state.get();
    }

    private static MapWithStateDStream<String, Integer, Integer, String> told(DStream<String> words) {
        return ones(words)
                .mapWithState(StateSpec.function(TimeoutSemantics::tell).timeout(IDLE));
    }

    private static PairDStream<String, Integer> ones(DStream<String> words) {
        return words.mapToPair(word -> pair(word, 1));
    }

    /** What is told of these batches. */
    @SafeVarargs
    @SuppressWarnings("varargs") // only read
    private List<List<String>> toldOf(List<String>... batches) {
        return batchesOf(TimeoutSemantics::told, batches);
    }

    // ---- when

    @Test
    @DisplayName("S4.8 a key times out in the first batch in which it was idle for so long, once, and also when no data"
            + " come at all")
    void aKeyTimesOutOnce() {
        assertThat(toldOf(List.of("a"), List.of(), List.of(), List.of(), List.of(), List.of(), List.of()))
                .containsExactly(
                        List.of("a=1"), List.of(), List.of(), List.of("a=1 is idle"), List.of(), List.of(), List.of());
    }

    @Test
    @DisplayName("S4.8 data keep a key alive, from the last batch with data on")
    void dataKeepAKeyAlive() {
        assertThat(toldOf(List.of("a"), List.of(), List.of("a"), List.of(), List.of(), List.of(), List.of()))
                .containsExactly(
                        List.of("a=1"),
                        List.of(),
                        List.of("a=2"),
                        List.of(),
                        List.of(),
                        List.of("a=2 is idle"),
                        List.of());
    }

    @Test
    @DisplayName("S4.8 data in the very batch in which a key is due keep it alive")
    void dataInTheDueBatchKeepAKeyAlive() {
        assertThat(toldOf(List.of("a"), List.of(), List.of(), List.of("a"), List.of(), List.of(), List.of(), List.of()))
                .containsExactly(
                        List.of("a=1"),
                        List.of(),
                        List.of(),
                        List.of("a=2"),
                        List.of(),
                        List.of(),
                        List.of("a=2 is idle"),
                        List.of());
    }

    @Test
    @DisplayName("S4.8 a key that timed out is gone, and begins anew when it comes again")
    void aKeyThatTimedOutBeginsAnew() {
        assertThat(toldOf(
                        List.of("a", "a"),
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of("a"),
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of()))
                .containsExactly(
                        List.of("a=1", "a=2"),
                        List.of(),
                        List.of(),
                        List.of("a=2 is idle"),
                        List.of("a=1"),
                        List.of(),
                        List.of(),
                        List.of("a=1 is idle"),
                        List.of());
    }

    @Test
    @DisplayName("S4.8 data that leave the state as it is keep the key alive, too")
    void dataWithoutUpdateKeepAKeyAlive() {
        List<List<String>> out = batchesOf(
                (DStream<String> in) -> ones(in).mapWithState(
                                StateSpec.function((String key, Optional<Integer> value, State<Integer> state) -> {
                                            if (!state.exists()) {
                                                state.update(1);
                                            }
                                            return state.isTimingOut() ? "idle" : "data";
                                        })
                                        .timeout(IDLE)),
                List.of("a"),
                List.of(),
                List.of("a"),
                List.of(),
                List.of(),
                List.of());

        assertThat(out)
                .containsExactly(List.of("data"), List.of(), List.of("data"), List.of(), List.of(), List.of("idle"));
    }

    @Test
    @DisplayName("S4.8 a key that has no state, or no longer one, does not time out")
    void aKeyWithoutStateDoesNotTimeOut() {
        List<List<String>> out = batchesOf(
                (DStream<String> in) -> ones(in).mapWithState(
                                StateSpec.function((String key, Optional<Integer> value, State<Integer> state) -> {
                                            if (key.equals("removed") && !state.exists()) {
                                                state.update(1);
                                            } else if (state.exists()) {
                                                state.remove();
                                            }
                                            return key;
                                        })
                                        .timeout(IDLE)),
                List.of("never", "removed"),
                List.of("removed"),
                List.of(),
                List.of(),
                List.of(),
                List.of());

        assertBatch(out.get(0)).containsExactlyInAnyOrder("never", "removed");
        assertThat(out.subList(1, 6)).containsExactly(List.of("removed"), List.of(), List.of(), List.of(), List.of());
    }

    @Test
    @DisplayName(
            "S4.8 a time-out between two batch times fires at the next one; one below the interval in the next batch")
    void aTimeoutBetweenTwoBatchesFiresAtTheNext() {
        Map<Duration, Integer> dueAfter = Map.of(
                milliseconds(1), 1, milliseconds(999), 1, SECOND, 1, milliseconds(1001), 2, milliseconds(2500), 3);
        dueAfter.forEach((timeout, batches) -> {
            List<List<String>> out = batchesOf(
                    (DStream<String> in) -> ones(in).mapWithState(
                                    StateSpec.function(TimeoutSemantics::tell).timeout(timeout)),
                    List.of("a"),
                    List.of(),
                    List.of(),
                    List.of(),
                    List.of());

            List<List<String>> expected =
                    new ArrayList<>(List.of(List.of("a=1"), List.of(), List.of(), List.of(), List.of()));
            expected.set(batches, List.of("a=1 is idle"));
            assertThat(out).as("%s", timeout).isEqualTo(expected);
        });
    }

    @Test
    @DisplayName("S4.8 an initial state counts as data at the start of the context")
    void anInitialStateIsOfTheStart() {
        try (TestStreams t = program(s -> {
            MapWithStateDStream<String, Integer, Integer, String> told = ones(s.input("in"))
                    .mapWithState(StateSpec.function(TimeoutSemantics::tell)
                            .initialState(s.context()
                                    .batchContext()
                                    .parallelizePairs(List.of(pair("a", 10), pair("b", 20)), 2))
                            .timeout(IDLE));
            s.collect("told", told);
            s.collect("states", told.stateSnapshots());
        })) {
            t.add("in").add("in", "b").advance(6);

            assertThat(t.batches("told"))
                    .containsExactly(
                            List.of(),
                            List.of("b=21"),
                            List.of("a=10 is idle"),
                            List.of(),
                            List.of("b=21 is idle"),
                            List.of());
            assertBatch(t.batches("states").get(0)).containsExactlyInAnyOrder(pair("a", 10), pair("b", 20));
            assertThat(t.last("states")).isEmpty();
        }
    }

    @Test
    @DisplayName("S4.8 the function sees the time of the batch in which a key times out")
    void theFunctionSeesTheTimeOfTheBatch() {
        List<List<Tuple2<Boolean, Time>>> out = new ArrayList<>();
        try (TestStreams t = program(s -> ones(s.input("in"))
                .mapWithState(
                        StateSpec.function((Time time, String key, Optional<Integer> value, State<Integer> state) -> {
                                    value.ifPresent(state::update);
                                    return Optional.of(pair(state.isTimingOut(), time));
                                })
                                .timeout(IDLE))
                .foreachRDD(rdd -> {
                    out.add(rdd.collect());
                }))) {
            Time start = now(t);
            t.add("in", "a").advance(4);

            assertThat(out.get(0)).containsExactly(pair(false, start.plus(seconds(1))));
            assertThat(out.get(3)).containsExactly(pair(true, start.plus(seconds(4))));
        }
    }

    @Test
    @DisplayName("S4.8 time-outs come after the data of their batch")
    void timeoutsComeAfterTheData() {
        List<List<String>> out = batchesOf(
                (DStream<String> in) -> ones(in).mapWithState(StateSpec.function(TimeoutSemantics::tell)
                        .timeout(IDLE)
                        .numPartitions(1)),
                List.of("a", "b"),
                List.of(),
                List.of(),
                List.of("c", "d", "e"));

        assertThat(out.get(3)).hasSize(5);
        assertThat(out.get(3).subList(0, 3)).containsExactlyInAnyOrder("c=1", "d=1", "e=1");
        assertThat(out.get(3).subList(3, 5)).containsExactlyInAnyOrder("a=1 is idle", "b=1 is idle");
    }

    @Test
    @DisplayName("S4.7 S4.8 a snapshot no longer has the key of the batch in which it timed out")
    void aSnapshotIsWithoutWhatTimedOut() {
        assertThat(batchesOf(
                        (DStream<String> in) -> told(in).stateSnapshots(),
                        List.of("a"),
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of()))
                .containsExactly(
                        List.of(pair("a", 1)), List.of(pair("a", 1)), List.of(pair("a", 1)), List.of(), List.of());
    }

    @Test
    @DisplayName("S4.8 a time-out fires in its batch also when only a window with a larger slide reads the stream")
    void aTimeoutFiresBehindALargerSlide() {
        assertThat(batchesOf(
                        (DStream<String> in) -> told(in).window(seconds(3), seconds(3)),
                        List.of("a"),
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of("a"),
                        List.of()))
                .containsExactly(List.of("a=1"), List.of("a=1 is idle", "a=1"));
    }

    @Test
    @DisplayName("S4.8 batches that run late time out the keys that are due at their times, each once")
    void lateBatchesTimeOutAtTheirTimes() {
        try (TestStreams t = program(s -> s.collect("told", told(s.input("in"))))) {
            t.add("in", "a").add("in", "b").advance(2);
            t.clock().advance(seconds(8));
            t.advance(1);

            List<List<String>> told = t.batches("told");
            assertThat(told).hasSize(11);
            assertThat(told.subList(3, 5)).containsExactly(List.of("a=1 is idle"), List.of("b=1 is idle"));
            assertThat(told.subList(5, 11)).allMatch(List::isEmpty);
        }
    }

    @Test
    @DisplayName(
            "S4.8 a time-out that falls into a merged batch fires in it, once; data that came in that batch keep alive")
    void aTimeoutFiresInAMergedBatch() throws InterruptedException {
        Map<Time, List<String>> told = new ConcurrentSkipListMap<>();
        try (MergedBatches<String> merged = new MergedBatches<>(
                conf(), (context, in) -> told(in).foreachRDD((rdd, time) -> told.put(time, rdd.collect())))) {
            merged.batchOf(List.of("a", "b"));
            merged.batchOf(List.of());
            merged.batchOf(List.of(), List.of(), List.of(), List.of("b"));
            merged.batchOf(List.of());
            merged.finish();
        }

        assertThat(told.keySet())
                .containsExactly(
                        MergedBatches.time(1), MergedBatches.time(2), MergedBatches.time(6), MergedBatches.time(7));
        assertThat(told.get(MergedBatches.time(6))).containsExactlyInAnyOrder("b=2", "a=1 is idle");
        assertThat(told.get(MergedBatches.time(7))).isEmpty();
    }

    @Test
    @DisplayName("S4.8 many keys with due times of their own time out as a plain map says")
    void manyKeysTimeOutAsAMapSays() {
        Random random = new Random(5);
        Map<String, Integer> sums = new HashMap<>();
        Map<String, Integer> lastSeen = new TreeMap<>();
        int idle = 0;
        try (TestStreams t = program(s -> {
            MapWithStateDStream<String, Integer, Integer, String> told = told(s.input("in"));
            s.collect("told", told);
            s.collect("states", told.stateSnapshots());
        })) {
            for (int n = 1; n <= 40; n++) {
                List<String> batch = new ArrayList<>();
                for (int i = random.nextInt(4) == 0 ? 0 : random.nextInt(100); i > 0; i--) {
                    batch.add("key " + random.nextInt(150));
                }
                t.add("in", batch.toArray()).advance(1);

                List<String> expected = new ArrayList<>();
                for (String key : batch) {
                    expected.add(key + "=" + sums.merge(key, 1, Integer::sum));
                    lastSeen.put(key, n);
                }
                for (String key : new TreeSet<>(lastSeen.keySet())) {
                    if (n - lastSeen.getOrDefault(key, n) >= 3) {
                        expected.add(key + "=" + sums.remove(key) + " is idle");
                        lastSeen.remove(key);
                        idle++;
                    }
                }
                assertThat(t.<String>last("told")).as("batch %s", n).containsExactlyInAnyOrderElementsOf(expected);
                assertThat(t.last("states")).as("batch %s", n).hasSize(sums.size());
            }
        }
        assertThat(idle).as("keys that timed out").isGreaterThan(100);
    }

    // ---- what is refused, and what goes wrong

    @Test
    @DisplayName("S4.6 update and remove while timing out are IllegalStateExceptions that name the key")
    void updateAndRemoveAreRefusedWhileTimingOut() {
        Map<String, VoidFunction<State<Integer>>> mistakes = Map.of(
                "IllegalStateException: ACQ-0716",
                state -> state.update(7),
                "IllegalStateException: ACQ-0718",
                State::remove);
        mistakes.forEach((refusal, mistake) -> {
            List<List<String>> out = batchesOf(
                    (DStream<String> in) -> ones(in).mapWithState(
                                    StateSpec.function((String key, Optional<Integer> value, State<Integer> state) -> {
                                                if (state.isTimingOut()) {
                                                    return refused(mistake, state) + " at " + state.get();
                                                }
                                                state.update(1);
                                                return "data";
                                            })
                                            .timeout(IDLE)),
                    List.of("the plum"),
                    List.of(),
                    List.of(),
                    List.of(),
                    List.of());

            assertThat(out.get(3)).hasSize(1);
            assertThat(out.get(3).get(0))
                    .startsWith(refusal)
                    .contains("the plum")
                    .endsWith(" at 1");
            assertThat(out.get(4)).isEmpty();
        });
    }

    private static String refused(VoidFunction<State<Integer>> mistake, State<Integer> state) throws Exception {
        try {
            mistake.call(state);
            return "accepted";
        } catch (IllegalStateException e) {
            return e.getClass().getSimpleName() + ": " + e.getMessage();
        }
    }

    @Test
    @DisplayName("S4.8 a time-out for which the function gives null emits nothing, and the key is gone all the same")
    @SuppressWarnings("NullAway") // null is the point
    void aTimeoutMayEmitNothing() {
        try (TestStreams t = program(s -> {
            MapWithStateDStream<String, Integer, Integer, String> told = ones(s.input("in"))
                    .mapWithState(StateSpec.function((String key, Optional<Integer> value, State<Integer> state) ->
                                    state.isTimingOut() ? null : tell(key, value, state))
                            .timeout(IDLE));
            s.collect("told", told);
            s.collect("states", told.stateSnapshots());
        })) {
            t.add("in", "a").advance(4);

            assertThat(t.batches("told")).containsExactly(List.of("a=1"), List.of(), List.of(), List.of());
            assertThat(t.last("states")).isEmpty();
        }
    }

    @Test
    @DisplayName(
            "S4.8 a function that throws at a time-out leaves it due: under retry it comes again in the same batch")
    void aTimeoutThatFailedComesAgain() {
        FailurePolicy twice = FailurePolicy.retry(1, Duration.ZERO, FailurePolicy.Kind.STOP);
        for (int broken = 1; broken <= 3; broken++) {
            TIMEOUTS.set(-broken);
            try (TestStreams t = TestStreams.every(
                    SECOND,
                    conf().set(StreamingConf.FAILURE_POLICY, twice),
                    s -> s.collect(
                            "told",
                            ones(s.input("in"))
                                    .mapWithState(StateSpec.function(TimeoutSemantics::tellOrThrow)
                                            .timeout(IDLE))))) {
                t.add("in", "a", "b", "c").add("in").add("in").add("in", "d").advance(5);

                assertBatch(t.batches("told").get(3))
                        .as("time-out %s is broken", broken)
                        .containsExactlyInAnyOrder("a=1 is idle", "b=1 is idle", "c=1 is idle", "d=1");
                assertThat(t.last("told")).isEmpty();
                assertThat(TIMEOUTS).hasValueGreaterThanOrEqualTo(3 - broken);
            }
        }
    }

    /** Throws at one time-out. */
    private static String tellOrThrow(String key, Optional<Integer> value, State<Integer> state) {
        if (state.isTimingOut() && TIMEOUTS.incrementAndGet() == 0) {
            throw new IllegalStateException("of the test");
        }
        return tell(key, value, state);
    }

    @Test
    @DisplayName("S4.8 a time-out that is not above 0 is refused where it is written")
    void aTimeoutThatIsNoneIsRefused() {
        StateSpec<String, Integer, Integer, String> spec = StateSpec.function(TimeoutSemantics::tell);
        for (Duration none : List.of(Duration.ZERO, seconds(-1))) {
            assertThatThrownBy(() -> spec.timeout(none))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("ACQ-0928")
                    .hasMessageContaining(none.toString());
        }
    }

    // ---- worked example

    @Test
    @DisplayName("S4.19 mapWithState timeout 3 s, b idle: emitted once with isTimingOut, then gone")
    void exampleOfTimeout() {
        try (TestStreams t = program(s -> {
            MapWithStateDStream<String, Integer, Integer, String> told = told(s.input("in"));
            s.collect("told", told);
            s.collect("states", told.stateSnapshots());
        })) {
            t.add("in", "a", "b");
            t.add("in", "a").add("in", "a").add("in", "a").add("in", "a").add("in", "a");
            t.advance(6);

            assertBatch(t.batches("told").get(0)).containsExactlyInAnyOrder("a=1", "b=1");
            assertThat(t.batches("told").get(1)).containsExactly("a=2");
            assertThat(t.batches("told").get(2)).containsExactly("a=3");
            assertBatch(t.batches("told").get(3)).containsExactlyInAnyOrder("a=4", "b=1 is idle");
            assertThat(t.batches("told").get(4)).containsExactly("a=5");
            assertThat(t.batches("told").get(5)).containsExactly("a=6");
            assertBatch(t.batches("states").get(2)).containsExactlyInAnyOrder(pair("a", 3), pair("b", 1));
            assertThat(t.batches("states").get(3)).containsExactly(pair("a", 4));
            assertThat(t.last("states")).containsExactly(pair("a", 6));
        }
    }
}
