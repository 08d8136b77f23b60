/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import static io.acequia.streaming.data.Durations.milliseconds;
import static io.acequia.streaming.data.Durations.seconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.BatchFailedException;
import io.acequia.streaming.DStream;
import io.acequia.streaming.DStreamLike;
import io.acequia.streaming.MapWithStateDStream;
import io.acequia.streaming.PairDStream;
import io.acequia.streaming.PairRDD;
import io.acequia.streaming.State;
import io.acequia.streaming.StateSpec;
import io.acequia.streaming.data.Partitioner;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.function.Function;
import io.acequia.streaming.function.Function3;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What {@code updateStateByKey} and {@code mapWithState} do with keys, values and states: the first part of section 4 of the
 * semantics, with its worked examples at the end. That a state is stepped exactly once is the matter of {@link
 * StateStepSemantics}, time-outs are that of {@link TimeoutSemantics}. An engine passes by a subclass that gives its settings.
 *
 * <p>Nothing here sets a checkpoint directory: state needs none to run. Functions write down how they are called in {@link
 * #CALLED}, with the second of the batch; keys are compared in any order, the values of a key in theirs.
 *
 * <p>What {@link State} refuses is seen from the place of the function: it tries the mistake, catches what is thrown, and
 * emits it as text. So one test shows the exception, its code and that the key is named, and that the function may go on.
 * What cannot be caught that way, such as a null key, must end the context with its first batch.
 *
 * <p>Each operation has a test of its forms, which define the same state in every way the API has and compare the states, the
 * number of their partitions, and where the keys are. Whoever adds a form adds it there.
 */
@Timeout(120)
public abstract class StateSemantics extends OperationSemantics {
    /** How functions were called in tasks; tests run one after another. */
    private static final ConcurrentLinkedQueue<String> CALLED = new ConcurrentLinkedQueue<>();

    /** The states that a function kept for later, which it must not. */
    private static final ConcurrentLinkedQueue<State<Integer>> KEPT = new ConcurrentLinkedQueue<>();

    @BeforeEach
    void forget() {
        CALLED.clear();
        KEPT.clear();
    }

    private static PairDStream<String, Integer> ones(DStream<String> words) {
        return words.mapToPair(word -> pair(word, 1));
    }

    private static PairDStream<String, Integer> pairs(DStream<Tuple2<String, Integer>> in) {
        return in.mapToPair(pair -> pair);
    }

    /** The second of the minute: batches are numbered by it, from 1. */
    private static long second(Time time) {
        return time.milliseconds() / 1000 % 60;
    }

    // ---- updateStateByKey

    /** A running sum. */
    private static Optional<Integer> sum(List<Integer> values, Optional<Integer> state) {
        return Optional.of(values.stream().reduce(state.orElse(0), Integer::sum));
    }

    private static Optional<Integer> loggedSum(Time time, String key, List<Integer> values, Optional<Integer> state) {
        CALLED.add(second(time) + ": " + key + " " + values + " "
                + state.map(String::valueOf).orElse("none"));
        return sum(values, state);
    }

    private static Optional<Integer> sumBelowThree(List<Integer> values, Optional<Integer> state) {
        return sum(values, state).filter(sum -> sum < 3);
    }

    @Test
    @DisplayName("S4.1 updateStateByKey calls its function once in every batch for every key with state or new values")
    void everyKeyIsUpdatedInEveryBatch() {
        batchesOf(
                (DStream<Tuple2<String, Integer>> in) ->
                        pairs(in).updateStateByKey(StateSemantics::loggedSum, Partitioner.hash(2)),
                List.of(pair("a", 1), pair("b", 2), pair("a", 3)),
                List.of(),
                List.of(pair("b", 5), pair("c", 7)));

        assertThat(CALLED)
                .containsExactlyInAnyOrder(
                        "1: a [1, 3] none",
                        "1: b [2] none",
                        "2: a [] 4",
                        "2: b [] 2",
                        "3: a [] 4",
                        "3: b [5] 2",
                        "3: c [7] none");
    }

    @Test
    @DisplayName("S4.1 the values of a key come in the order in which they stand in the batch")
    void theValuesComeInOrder() {
        batchesOf(
                (DStream<Tuple2<String, Integer>> in) ->
                        pairs(in).updateStateByKey(StateSemantics::loggedSum, Partitioner.hash(2)),
                List.of(
                        pair("a", 5),
                        pair("a", 3),
                        pair("a", 4),
                        pair("a", 1),
                        pair("a", 2),
                        pair("a", 9),
                        pair("a", 7)));

        assertThat(CALLED).containsExactly("1: a [5, 3, 4, 1, 2, 9, 7] none");
    }

    @Test
    @DisplayName("S4.2 an empty result removes the key; it may come again, without a state")
    void anEmptyResultRemovesTheKey() {
        List<List<Tuple2<String, Integer>>> out = batchesOf(
                (DStream<String> in) -> ones(in).updateStateByKey(StateSemantics::sumBelowThree),
                List.of("a", "b"),
                List.of("a"),
                List.of("a"),
                List.of(),
                List.of("a"));

        assertBatch(out.get(0)).containsExactlyInAnyOrder(pair("a", 1), pair("b", 1));
        assertBatch(out.get(1)).containsExactlyInAnyOrder(pair("a", 2), pair("b", 1));
        assertBatch(out.get(2)).containsExactly(pair("b", 1));
        assertBatch(out.get(3)).containsExactly(pair("b", 1));
        assertBatch(out.get(4)).containsExactlyInAnyOrder(pair("a", 1), pair("b", 1));
    }

    @Test
    @DisplayName("S4.2 a new key for which the result is empty is not kept: it is not called for in the next batch")
    void aKeyWithoutResultIsNotKept() {
        List<List<Tuple2<String, Integer>>> out = batchesOf(
                (DStream<String> in) -> ones(in).updateStateByKey(
                                (Time time, String key, List<Integer> values, Optional<Integer> state) ->
                                        loggedSum(time, key, values, state).filter(sum -> !key.equals("no")),
                                Partitioner.hash(2)),
                List.of("no", "yes"),
                List.of());

        assertThat(out).containsExactly(List.of(pair("yes", 1)), List.of(pair("yes", 1)));
        assertThat(CALLED).containsExactlyInAnyOrder("1: no [1] none", "1: yes [1] none", "2: yes [] 1");
    }

    @Test
    @DisplayName("S4.3 each form of updateStateByKey gives the same states, in the partitions asked for")
    void updateStateByKeyHasManyForms() {
        Partitioner p = new Operators.AllInOne(4, 2);
        List<Integer> partitions = Collections.synchronizedList(new ArrayList<>());
        try (TestStreams t = program(s -> {
            PairDStream<String, Integer> in = ones(s.input("in"));
            PairRDD<String, Integer> none = initial(s);
            List<PairDStream<String, Integer>> forms = List.of(
                    in.updateStateByKey(StateSemantics::sum),
                    in.updateStateByKey(Integer.class, StateSemantics::sum),
                    in.updateStateByKey(StateSemantics::sum, 3),
                    in.updateStateByKey(StateSemantics::sum, p),
                    in.updateStateByKey(StateSemantics::sum, p, none),
                    in.updateStateByKey(StateSemantics::loggedSum, p),
                    in.updateStateByKey(StateSemantics::loggedSum, p, none));
            for (int i = 0; i < forms.size(); i++) {
                s.collect("form " + i, forms.get(i));
                forms.get(i).foreachRDD(rdd -> {
                    partitions.add(rdd.getNumPartitions());
                });
            }
            s.collect("partitions", forms.get(3).glom());
        })) {
            t.add("in", "a", "b", "a", "c").add("in", "a", "d").advance(2);

            int byDefault = t.context().batchContext().defaultParallelism();
            assertThat(partitions.subList(0, 7)).containsExactly(byDefault, byDefault, 3, 4, 4, 4, 4);
            for (int i = 0; i < 7; i++) {
                assertBatch(t.last("form " + i))
                        .as("form %s", i)
                        .containsExactlyInAnyOrder(pair("a", 3), pair("b", 1), pair("c", 1), pair("d", 1));
            }
            List<List<Object>> placed = t.last("partitions");
            assertThat(placed.stream().map(List::size)).containsExactly(0, 0, 4, 0);
        }
    }

    @Test
    @DisplayName("S4.3 updateStateByKey begins with the initial states, also of keys without values in the first batch")
    void updateStateByKeyBeginsWithTheInitialState() {
        try (TestStreams t = program(s -> {
            PairDStream<String, Integer> in = ones(s.input("in"));
            PairRDD<String, Integer> initial = initial(s, pair("a", 10), pair("b", 20));
            s.collect("plain", in.updateStateByKey(StateSemantics::sum, Partitioner.hash(3), initial));
            s.collect("aware", in.updateStateByKey(StateSemantics::loggedSum, Partitioner.hash(3), initial));
        })) {
            t.add("in", "a", "c").advance(2);

            for (String form : List.of("plain", "aware")) {
                assertBatch(t.batches(form).get(0))
                        .containsExactlyInAnyOrder(pair("a", 11), pair("b", 20), pair("c", 1));
                assertBatch(t.batches(form).get(1))
                        .containsExactlyInAnyOrder(pair("a", 11), pair("b", 20), pair("c", 1));
            }
            assertThat(CALLED)
                    .contains("1: a [1] 10", "1: b [] 20", "1: c [1] none", "2: b [] 20")
                    .hasSize(6);
        }
    }

    @SafeVarargs
    @SuppressWarnings("varargs") // only read
    private static PairRDD<String, Integer> initial(TestStreams s, Tuple2<String, Integer>... states) {
        return s.context().batchContext().parallelizePairs(List.of(states), 2);
    }

    @Test
    @DisplayName("S4.3 naming the type of the state lets a chain infer it")
    void aNamedTypeLetsAChainInferIt() {
        assertThat(batchesOf(
                        (DStream<String> in) -> ones(in).updateStateByKey(
                                        Integer.class, (values, state) -> Optional.of(values.size() + state.orElse(0)))
                                .mapValues(n -> n * 100)
                                .map(state -> state._1() + state._2()),
                        List.of("a", "a"),
                        List.of("a")))
                .containsExactly(List.of("a200"), List.of("a300"));
    }

    @Test
    @DisplayName("S4.2 updateStateByKey that returns null instead of an empty Optional fails its batch")
    @SuppressWarnings("NullAway") // null is the point
    void nullInsteadOfAnEmptyOptionalFails() {
        assertFails(
                in -> ones(in).updateStateByKey((List<Integer> values, Optional<Integer> state) -> null),
                "ACQ-0713",
                "Optional");
    }

    @Test
    @DisplayName("S4.1 S4.4 a null key fails its batch and names the operation")
    @SuppressWarnings("NullAway") // null is the point
    void aNullKeyFails() {
        Function<DStream<String>, PairDStream<String, Integer>> noKey = in -> in.mapToPair(word -> pair(null, 1));

        assertFails(in -> noKey.call(in).updateStateByKey(StateSemantics::sum), "ACQ-0711", "updateStateByKey");
        assertFails(
                in -> noKey.call(in).mapWithState(StateSpec.function(StateSemantics::count)),
                "ACQ-0711",
                "mapWithState");
    }

    @Test
    @DisplayName("S4.1 S4.4 a null key in an initial state fails the first batch and names the operation")
    @SuppressWarnings("NullAway") // null is the point
    void aNullKeyInTheInitialStateFails() {
        assertFails(
                in -> ones(in).updateStateByKey(
                                StateSemantics::sum,
                                Partitioner.hash(2),
                                in.context().batchContext().parallelizePairs(List.of(pair((String) null, 1)))),
                "ACQ-0711",
                "updateStateByKey");
        assertFails(
                in -> ones(in).mapWithState(StateSpec.function(StateSemantics::count)
                        .initialState(in.context().batchContext().parallelizePairs(List.of(pair((String) null, 1))))),
                "ACQ-0711",
                "mapWithState");
    }

    private void assertFails(Function<DStream<String>, DStreamLike<?, ?, ?>> operation, String... messages) {
        try (TestStreams t = program(s -> s.collect("out", operation.call(s.input("in"))))) {
            t.add("in", "a");
            assertThatThrownBy(() -> t.advance(1))
                    .isInstanceOf(BatchFailedException.class)
                    .satisfies(failure -> {
                        for (String message : messages) {
                            assertThat(failure).hasStackTraceContaining(message);
                        }
                    });
        }
    }

    // ---- mapWithState

    /** A running count; emits it. */
    private static int count(String key, Optional<Integer> value, State<Integer> state) {
        int sum = state.getOption().orElse(0) + value.orElse(0);
        state.update(sum);
        return sum;
    }

    private static Optional<Integer> loggedCount(Time time, String key, Optional<Integer> value, State<Integer> state) {
        CALLED.add(second(time) + ": " + key + " " + value.orElse(-1) + " "
                + state.getOption().map(String::valueOf).orElse("none"));
        return Optional.of(count(key, value, state));
    }

    @Test
    @DisplayName("S4.4 mapWithState calls its function once for each record, and for no other key")
    void onlyKeysWithNewDataAreTouched() {
        batchesOf(
                (DStream<Tuple2<String, Integer>> in) ->
                        pairs(in).mapWithState(StateSpec.function(StateSemantics::loggedCount)),
                List.of(pair("a", 1), pair("b", 2), pair("a", 3)),
                List.of(),
                List.of(pair("b", 5)));

        assertThat(CALLED).containsExactlyInAnyOrder("1: a 1 none", "1: a 3 1", "1: b 2 none", "3: b 5 2");
        assertThat(CALLED).containsSubsequence("1: a 1 none", "1: a 3 1");
    }

    @Test
    @DisplayName("S4.4 the records of a key come in the order in which they stand in the batch, and so do the results")
    void theRecordsOfAKeyComeInOrder() {
        assertThat(batchesOf(
                        (DStream<Integer> in) -> in.keyBy(n -> "k")
                                .mapWithState(StateSpec.function(
                                        (String key, Optional<Integer> value, State<String> state) -> {
                                            state.update(state.getOption().orElse("") + value.orElseThrow());
                                            return state.get();
                                        })),
                        List.of(5, 3, 4, 1, 2),
                        List.of(9, 8)))
                .containsExactly(List.of("5", "53", "534", "5341", "53412"), List.of("534129", "5341298"));
    }

    @Test
    @DisplayName("S4.4 a result of null, and an empty one of the form with the time, emits nothing")
    @SuppressWarnings("NullAway") // null is the point
    void nothingIsEmittedForNoResult() {
        assertThat(batchesOf(
                        (DStream<String> in) -> ones(in).mapWithState(StateSpec.function(
                                (String key, Optional<Integer> value, State<Integer> state) ->
                                        key.equals("quiet") ? null : key)),
                        List.of("quiet", "a", "quiet")))
                .containsExactly(List.of("a"));
        assertThat(batchesOf(
                        (DStream<String> in) -> ones(in).mapWithState(StateSpec.function(
                                (Time time, String key, Optional<Integer> value, State<Integer> state) -> Optional.of(
                                                key + second(time))
                                        .filter(emitted -> !emitted.startsWith("quiet")))),
                        List.of("quiet", "a", "quiet"),
                        List.of("a")))
                .containsExactly(List.of("a1"), List.of("a2"));
    }

    @Test
    @DisplayName("S4.4 each form of mapWithState gives the same, in the partitions asked for")
    void mapWithStateHasManyForms() {
        Partitioner p = new Operators.AllInOne(4, 2);
        List<Integer> partitions = Collections.synchronizedList(new ArrayList<>());
        try (TestStreams t = program(s -> {
            PairDStream<String, Integer> in = ones(s.input("in"));
            StateSpec<String, Integer, Integer, Integer> spec = StateSpec.function(StateSemantics::count);
            List<MapWithStateDStream<String, Integer, Integer, Integer>> forms = List.of(
                    in.mapWithState(spec),
                    in.mapWithState(Integer.class, StateSemantics::count),
                    in.mapWithState(StateSpec.function(StateSemantics::loggedCount)),
                    in.mapWithState(spec.numPartitions(3)),
                    in.mapWithState(spec.partitioner(p)),
                    in.mapWithState(spec.initialState(initial(s)).partitioner(p).timeout(seconds(100))));
            for (int i = 0; i < forms.size(); i++) {
                s.collect("form " + i, forms.get(i));
                s.collect("state " + i, forms.get(i).stateSnapshots());
                forms.get(i).foreachRDD(rdd -> {
                    partitions.add(rdd.getNumPartitions());
                });
            }
            s.collect("partitions", forms.get(4).stateSnapshots().glom());
        })) {
            t.add("in", "a", "b", "a", "c").add("in", "a", "d").advance(2);

            int byDefault = t.context().batchContext().defaultParallelism();
            assertThat(partitions.subList(0, 6)).containsExactly(byDefault, byDefault, byDefault, 3, 4, 4);
            for (int i = 0; i < 6; i++) {
                assertBatch(t.batches("form " + i).get(0)).containsExactlyInAnyOrder(1, 1, 2, 1);
                assertBatch(t.last("form " + i)).containsExactlyInAnyOrder(3, 1);
                assertBatch(t.last("state " + i))
                        .containsExactlyInAnyOrder(pair("a", 3), pair("b", 1), pair("c", 1), pair("d", 1));
            }
            List<List<Object>> placed = t.last("partitions");
            assertThat(placed.stream().map(List::size)).containsExactly(0, 0, 4, 0);
        }
    }

    @Test
    @DisplayName("S4.4 mapWithState begins with the initial states, and calls for none of them without data")
    void mapWithStateBeginsWithTheInitialState() {
        try (TestStreams t = program(s -> {
            MapWithStateDStream<String, Integer, Integer, Integer> counts = ones(s.input("in"))
                    .mapWithState(StateSpec.function(StateSemantics::loggedCount)
                            .initialState(initial(s, pair("a", 10), pair("b", 20))));
            s.collect("counts", counts);
            s.collect("states", counts.stateSnapshots());
        })) {
            t.add("in", "a", "c").add("in", "b").advance(2);

            assertBatch(t.batches("counts").get(0)).containsExactlyInAnyOrder(11, 1);
            assertBatch(t.batches("states").get(0))
                    .containsExactlyInAnyOrder(pair("a", 11), pair("b", 20), pair("c", 1));
            assertBatch(t.batches("counts").get(1)).containsExactly(21);
            assertThat(CALLED).containsExactlyInAnyOrder("1: a 1 10", "1: c 1 none", "2: b 1 20");
        }
    }

    @Test
    @DisplayName("S4.4 a StateSpec does not change: each method gives a new one")
    void aSpecDoesNotChange() {
        try (TestStreams t = program(s -> {
            PairDStream<String, Integer> in = ones(s.input("in"));
            StateSpec<String, Integer, Integer, Integer> spec =
                    StateSpec.function((String key, Optional<Integer> value, State<Integer> state) ->
                            state.isTimingOut() ? 0 : count(key, value, state));
            StateSpec<String, Integer, Integer, Integer> other = spec.initialState(initial(s, pair("a", 100)))
                    .numPartitions(3)
                    .timeout(seconds(1));
            s.collect("spec", in.mapWithState(spec).stateSnapshots());
            s.collect("other", in.mapWithState(other).stateSnapshots());
        })) {
            t.add("in", "a").advance(3);

            assertThat(t.batches("spec"))
                    .containsExactly(List.of(pair("a", 1)), List.of(pair("a", 1)), List.of(pair("a", 1)));
            assertThat(t.batches("other").get(0)).containsExactly(pair("a", 101));
            assertThat(t.last("other")).isEmpty();
        }
    }

    // ---- State

    @Test
    @DisplayName("S4.5 State tells whether there is a state, and follows update and remove at once")
    void stateFollowsUpdateAndRemove() {
        List<List<String>> out = mapWithState(
                (key, value, state) -> {
                    String before = look(state);
                    state.update(value.orElseThrow());
                    String updated = look(state);
                    if (value.orElseThrow() == 3) {
                        state.remove();
                    }
                    return before + ", " + updated + ", " + look(state);
                },
                List.of(pair("a", 1)),
                List.of(pair("a", 2), pair("a", 3), pair("a", 4)),
                List.of(pair("a", 5)));

        assertThat(out)
                .containsExactly(
                        List.of("none, 1, 1"), List.of("1, 2, 2", "2, 3, none", "none, 4, 4"), List.of("4, 5, 5"));
    }

    private static String look(State<Integer> state) {
        assertThat(state.isTimingOut()).isFalse();
        if (state.exists()) {
            assertThat(state.getOption()).contains(state.get());
            return state.get().toString();
        }
        assertThat(state.getOption()).isEmpty();
        return "none";
    }

    @Test
    @DisplayName("S4.5 a state that is read and not updated stays")
    void aStateThatIsOnlyReadStays() {
        assertThat(mapWithState(
                        (key, value, state) -> {
                            if (!state.exists()) {
                                state.update(value.orElseThrow());
                            }
                            return state.get().toString();
                        },
                        List.of(pair("a", 1)),
                        List.of(pair("a", 2)),
                        List.of(pair("a", 3))))
                .containsExactly(List.of("1"), List.of("1"), List.of("1"));
    }

    @Test
    @DisplayName("S4.5 get without a state is a NoSuchElementException that names the key")
    void getWithoutAStateIsRefused() {
        assertRefused((key, value, state) -> refusal(state::get), "NoSuchElementException: ACQ-0714");
        assertRefused(
                (key, value, state) -> {
                    state.update(1);
                    state.remove();
                    return refusal(state::get);
                },
                "NoSuchElementException: ACQ-0714");
        assertFails(
                in -> ones(in).mapWithState(StateSpec.function(
                        (String key, Optional<Integer> value, State<Integer> state) -> state.get())),
                NoSuchElementException.class.getName(),
                "ACQ-0714");
    }

    @Test
    @DisplayName("S4.6 update after remove is an IllegalStateException that names the key")
    void updateAfterRemoveIsRefused() {
        assertRefused(
                (key, value, state) -> {
                    state.update(1);
                    state.remove();
                    return refusal(() -> state.update(2));
                },
                "IllegalStateException: ACQ-0715");
    }

    @Test
    @DisplayName("S4.6 a second remove is an IllegalStateException that names the key")
    void aSecondRemoveIsRefused() {
        assertRefused(
                (key, value, state) -> {
                    state.update(1);
                    state.remove();
                    return refusal(state::remove);
                },
                "IllegalStateException: ACQ-0717");
    }

    @Test
    @DisplayName("S4.6 remove of a key without a state is allowed, once")
    void removeWithoutAStateIsAllowed() {
        assertThat(mapWithState((key, value, state) -> refusal(state::remove), List.of(pair("a", 1)), List.of()))
                .containsExactly(List.of("accepted"), List.of());
        assertRefused(
                (key, value, state) -> {
                    state.remove();
                    return refusal(state::remove);
                },
                "IllegalStateException: ACQ-0717");
    }

    @Test
    @DisplayName("S4.6 what was refused has no effect, and the next record of the key begins anew")
    void whatWasRefusedHasNoEffect() {
        List<List<String>> out = mapWithState(
                (key, value, state) -> {
                    String before = look(state);
                    state.update(value.orElseThrow());
                    state.remove();
                    return before + ", " + refusal(() -> state.update(7)).substring(0, 21) + ", " + look(state);
                },
                List.of(pair("a", 1), pair("a", 2)),
                List.of(pair("a", 3)));

        String each = "none, IllegalStateException, none";
        assertThat(out).containsExactly(List.of(each, each), List.of(each));
    }

    @Test
    @DisplayName("S4.6 update with null is refused and names the key")
    @SuppressWarnings("NullAway") // null is the point
    void updateWithNullIsRefused() {
        assertRefused((key, value, state) -> refusal(() -> state.update(null)), "ACQ-0719");
    }

    @Test
    @DisplayName("S4.6 a State that was kept cannot be used after its call, neither later nor for another key")
    void aStateThatWasKeptIsRefused() {
        List<List<String>> out = mapWithState(
                (key, value, state) -> {
                    state.update(value.orElseThrow());
                    State<Integer> first = KEPT.peek();
                    KEPT.add(state);
                    return first == null ? "first" : refusal(() -> first.update(100));
                },
                List.of(pair("plum", 1), pair("pear", 2)),
                List.of());

        assertThat(out.get(0)).hasSize(2).contains("first").anyMatch(text -> text.contains("ACQ-0720"));
        for (State<Integer> kept : KEPT) {
            assertThat(List.<Runnable>of(
                            kept::exists,
                            kept::get,
                            kept::getOption,
                            () -> kept.update(1),
                            kept::remove,
                            kept::isTimingOut))
                    .allSatisfy(use -> assertThat(refusal(use)).contains("ACQ-0720"));
        }
    }

    /** What comes out of {@code mapWithState} over these batches of keys and numbers. */
    @SafeVarargs
    @SuppressWarnings("varargs") // only read
    private List<List<String>> mapWithState(
            Function3<String, Optional<Integer>, State<Integer>, String> f, List<Tuple2<String, Integer>>... batches) {
        return batchesOf((DStream<Tuple2<String, Integer>> in) -> pairs(in).mapWithState(Integer.class, f), batches);
    }

    private void assertRefused(Function3<String, Optional<Integer>, State<Integer>, String> f, String refusal) {
        List<List<String>> out = mapWithState(f, List.of(pair("the plum", 1)));

        assertThat(out.get(0)).hasSize(1);
        assertThat(out.get(0).get(0)).contains(refusal).contains("the plum");
    }

    /** The name and the message of what was thrown. */
    private static String refusal(Runnable use) {
        try {
            use.run();
            return "accepted";
        } catch (RuntimeException e) {
            return e.getClass().getSimpleName() + ": " + e.getMessage();
        }
    }

    // ---- the state as a stream

    @Test
    @DisplayName("S4.7 stateSnapshots yields the whole state in each batch, also of keys without data")
    void snapshotsAreWhole() {
        List<List<Tuple2<String, Integer>>> out = batchesOf(
                (DStream<String> in) -> ones(in).mapWithState(StateSpec.function(StateSemantics::countUpToTwo))
                        .stateSnapshots(),
                List.of(),
                List.of("a"),
                List.of("b"),
                List.of(),
                List.of("a", "b", "a"));

        assertThat(out.get(0)).isEmpty();
        assertBatch(out.get(1)).containsExactly(pair("a", 1));
        assertBatch(out.get(2)).containsExactlyInAnyOrder(pair("a", 1), pair("b", 1));
        assertBatch(out.get(3)).containsExactlyInAnyOrder(pair("a", 1), pair("b", 1));
        assertBatch(out.get(4)).as("a was removed at 3").containsExactly(pair("b", 2));
    }

    private static int countUpToTwo(String key, Optional<Integer> value, State<Integer> state) {
        int sum = count(key, value, state);
        if (sum > 2) {
            state.remove();
        }
        return sum;
    }

    @Test
    @DisplayName("S4.7 a state stream is joined with another stream as any stream of pairs")
    void aStateStreamIsJoined() {
        List<List<String>> left = List.of(List.of("a"), List.of("a", "b"), List.of());
        List<List<String>> right = List.of(List.of("b"), List.of("a", "b"), List.of("b"));

        assertThat(batchesOf(
                                (DStream<String> l, DStream<String> r) -> ones(l).updateStateByKey(StateSemantics::sum)
                                        .join(r.keyBy(word -> word)),
                                left,
                                right)
                        .stream()
                        .map(List::size))
                .containsExactly(0, 2, 1);
        List<List<Tuple2<String, Tuple2<String, Optional<Integer>>>>> enriched = batchesOf(
                (DStream<String> l, DStream<String> r) -> r.mapToPair(word -> pair(word, word + "!"))
                        .leftOuterJoin(ones(l).mapWithState(StateSpec.function(StateSemantics::count))
                                .stateSnapshots()),
                left,
                right);

        assertBatch(enriched.get(0)).containsExactly(pair("b", pair("b!", Optional.empty())));
        assertBatch(enriched.get(1))
                .containsExactlyInAnyOrder(
                        pair("a", pair("a!", Optional.of(2))), pair("b", pair("b!", Optional.of(1))));
        assertBatch(enriched.get(2)).containsExactly(pair("b", pair("b!", Optional.of(1))));
    }

    @Test
    @DisplayName("S4.9 state runs without a checkpoint directory; states over states, too")
    void stateOverState() {
        assertThat(batchesOf(
                        (DStream<String> in) -> ones(in).updateStateByKey(StateSemantics::sum)
                                .mapWithState(StateSpec.function(StateSemantics::count))
                                .mapToPair(n -> pair("all", n))
                                .updateStateByKey(StateSemantics::sum),
                        List.of("a"),
                        List.of("a"),
                        List.of()))
                .containsExactly(List.of(pair("all", 1)), List.of(pair("all", 4)), List.of(pair("all", 9)));
    }

    @Test
    @DisplayName("S4.11 a checkpoint interval must be a multiple of the slide")
    void theCheckpointIntervalIsAMultipleOfTheSlide() {
        try (TestStreams t = program(s -> s.input("any"))) {
            PairDStream<String, Integer> in = ones(t.input("in"));
            PairDStream<String, Integer> everyTwo = in.window(seconds(2), seconds(2));
            List<DStreamLike<?, ?, ?>> streams = List.of(
                    everyTwo.updateStateByKey(StateSemantics::sum),
                    everyTwo.mapWithState(StateSpec.function(StateSemantics::count)),
                    everyTwo.reduceByKeyAndWindow(Integer::sum, (a, b) -> a - b, seconds(4), seconds(2)));

            for (DStreamLike<?, ?, ?> stream : streams) {
                for (Duration misfit : List.of(seconds(3), milliseconds(500), Duration.ZERO, seconds(-2))) {
                    assertThatThrownBy(() -> stream.checkpoint(misfit))
                            .as("%s", misfit)
                            .isInstanceOf(IllegalArgumentException.class)
                            .hasMessageContaining("ACQ-0902")
                            .hasMessageContaining("multiple");
                }
                assertThat(stream.checkpoint(seconds(6))).isNotNull();
            }
        }
    }

    // ---- worked examples

    @Test
    @DisplayName("S4.17 updateStateByKey running sum")
    void exampleOfUpdateStateByKey() {
        List<List<Tuple2<String, Integer>>> out = batchesOf(
                (DStream<String> in) -> ones(in).updateStateByKey(StateSemantics::sum),
                List.of("a"),
                List.of("a", "b"),
                List.of("a", "b", "c"),
                List.of());

        assertThat(out.get(0)).containsExactly(pair("a", 1));
        assertThat(out.get(1)).containsExactlyInAnyOrder(pair("a", 2), pair("b", 1));
        assertThat(out.get(2)).containsExactlyInAnyOrder(pair("a", 3), pair("b", 2), pair("c", 1));
        assertThat(out.get(3)).containsExactlyInAnyOrder(pair("a", 3), pair("b", 2), pair("c", 1));
    }

    @Test
    @DisplayName("S4.18 mapWithState running count, emits the sum")
    void exampleOfMapWithState() {
        List<List<Integer>> out = batchesOf(
                (DStream<String> in) -> ones(in).mapWithState(StateSpec.function(StateSemantics::count)),
                List.of(),
                List.of("a"),
                List.of("a", "b"),
                List.of("a", "b", "c"),
                List.of("a", "b"));

        assertThat(out.get(0)).isEmpty();
        assertThat(out.get(1)).containsExactly(1);
        assertThat(out.get(2)).containsExactlyInAnyOrder(2, 1);
        assertThat(out.get(3)).containsExactlyInAnyOrder(3, 2, 1);
        assertThat(out.get(4)).containsExactlyInAnyOrder(4, 3);
    }
}
