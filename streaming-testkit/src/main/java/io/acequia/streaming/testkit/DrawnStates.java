/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import io.acequia.streaming.MapWithStateDStream;
import io.acequia.streaming.PairDStream;
import io.acequia.streaming.State;
import io.acequia.streaming.StateSpec;
import io.acequia.streaming.data.Partitioner;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.function.Function2;
import io.acequia.streaming.function.Function3;
import io.acequia.streaming.function.Function4;
import io.acequia.streaming.testkit.Drawn.Step;
import io.acequia.streaming.testkit.RandomStreams.Feature;
import io.acequia.streaming.testkit.StreamFunctions.Batches;
import io.acequia.streaming.testkit.StreamFunctions.Count;
import io.acequia.streaming.testkit.StreamFunctions.Update;
import io.acequia.streaming.testkit.StreamModel.Mapping;
import io.acequia.streaming.testkit.StreamModel.Node;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Draws operations with state, and those that bring streams together. */
class DrawnStates extends DrawnWindows {
    DrawnStates(long seed) {
        super(seed);
    }

    void updateState() {
        Node parent = parent();
        Update update = parent.ordered()
                ? Update.values()[random.nextInt(4)]
                : List.of(Update.SUM, Update.REMOVING, Update.TIMED).get(random.nextInt(3));
        Map<Object, Long> initial = random.nextInt(4) == 0 ? initial() : Map.of();
        int n = partitions(1);
        int form = random.nextInt(4);
        int number = steps.size();
        Made made = new Made(parent.slide()).unique().state().trapped();
        features.add(update == Update.REMOVING ? Feature.UPDATE_STATE_REMOVING : Feature.UPDATE_STATE);
        if (!initial.isEmpty()) {
            features.add(Feature.UPDATE_STATE_INITIAL);
        }
        stateful(
                parent,
                "updateStateByKey(" + update + in(n) + starting(initial) + ")",
                made,
                execution -> {
                    PairDStream<Object, Long> pairs = execution.pairs(parent);
                    Partitioner p = Partitioner.hash(n);
                    if (update == Update.TIMED || made.trap > 0) {
                        Trap trap = execution.trap();
                        Batches times = execution.times;
                        Function4<Time, Object, List<Long>, Optional<Long>, Optional<Long>> timed =
                                (time, key, values, state) -> {
                                    trap.step(times.at(time), key);
                                    return update.next(times.at(time), key, values, state);
                                };
                        return initial.isEmpty()
                                ? pairs.updateStateByKey(timed, p)
                                : pairs.updateStateByKey(timed, p, execution.initial(initial, n));
                    }
                    Function2<List<Long>, Optional<Long>, Optional<Long>> plain =
                            (values, state) -> update.next(0, StreamModel.ALL, values, state);
                    if (!initial.isEmpty()) {
                        return pairs.updateStateByKey(plain, p, execution.initial(initial, n));
                    }
                    return switch (form) {
                        case 0 -> pairs.updateStateByKey(plain);
                        case 1 -> pairs.updateStateByKey(plain, n);
                        case 2 -> pairs.updateStateByKey(plain, p);
                        default -> pairs.updateStateByKey(Long.class, plain);
                    };
                },
                (model, batch) -> model.updated(number, parent, batch, update, initial));
    }

    void mapWithState() {
        Node parent = parent();
        Count count = new Count(
                random.nextInt(3) == 0 ? 2 + random.nextInt(4) : 0,
                random.nextInt(4) == 0,
                parent.ordered() && random.nextBoolean());
        Map<Object, Long> initial = random.nextInt(3) == 0 ? initial() : Map.of();
        long timeout = random.nextBoolean() ? (1 + random.nextInt(10)) * interval / 2 : 0;
        int n = partitions(0);
        boolean byPartitioner = random.nextBoolean();
        boolean brief = random.nextBoolean();
        int number = steps.size();
        Mapping mapping = new Mapping(count, initial, timeout, interval);
        Made made = new Made(parent.slide()).state().trapped();
        features.add(Feature.MAP_WITH_STATE);
        addWhen(count.most() > 0, Feature.MAP_WITH_STATE_REMOVING);
        addWhen(timeout > 0, Feature.MAP_WITH_STATE_TIMEOUT);
        addWhen(!initial.isEmpty(), Feature.MAP_WITH_STATE_INITIAL);
        stateful(
                parent,
                "mapWithState(" + count + in(n) + (timeout > 0 ? ", timeout " + timeout + " ms" : "")
                        + starting(initial) + ")",
                made,
                execution -> {
                    StateSpec<Object, Long, Long, Tuple2<Object, Long>> spec =
                            brief && made.trap == 0 ? spec(count) : spec(count, execution.trap(), execution.times);
                    if (timeout > 0) {
                        spec = spec.timeout(Duration.ofMillis(timeout));
                    }
                    if (!initial.isEmpty()) {
                        spec = spec.initialState(execution.initial(initial, Math.max(1, n)));
                    }
                    if (n > 0) {
                        spec = byPartitioner ? spec.partitioner(Partitioner.hash(n)) : spec.numPartitions(n);
                    }
                    MapWithStateDStream<Object, Long, Long, Tuple2<Object, Long>> mapped =
                            execution.pairs(parent).mapWithState(spec).uid(execution.inner());
                    execution.mapped.put(number, mapped);
                    return mapped.mapToPair(pair -> pair);
                },
                (model, batch) -> model.mapped(number, parent, batch, mapping).emitted());
        if (random.nextBoolean()) {
            features.add(Feature.STATE_SNAPSHOTS);
            add(
                    number,
                    "stateSnapshots()",
                    new Made(parent.slide()).unique(),
                    execution ->
                            Objects.requireNonNull(execution.mapped.get(number)).stateSnapshots(),
                    (model, batch) -> StreamModel.pairsOf(
                            model.mapped(number, parent, batch, mapping).state()));
        }
    }

    @SuppressWarnings("NullAway") // null emits nothing
    static StateSpec<Object, Long, Long, Tuple2<Object, Long>> spec(Count count) {
        Function3<Object, Optional<Long>, State<Long>, Tuple2<Object, Long>> function =
                (key, value, state) -> count.call(key, value, state).orElse(null);
        return StateSpec.function(function);
    }

    static StateSpec<Object, Long, Long, Tuple2<Object, Long>> spec(Count count, Trap trap, Batches times) {
        Function4<Time, Object, Optional<Long>, State<Long>, Optional<Tuple2<Object, Long>>> function =
                (time, key, value, state) -> {
                    trap.step(times.at(time), key);
                    return count.call(key, value, state);
                };
        return StateSpec.function(function);
    }

    /** A state with a stream of the same slide; the keys of one side are unique, so the result is not too large. */
    void join() {
        List<Step> states = steps.stream()
                .filter(step -> step.pairs()
                        && step.unique()
                        && stateful.contains(step.node().number()))
                .toList();
        if (states.isEmpty()) {
            updateState();
            return;
        }
        Node state = states.get(random.nextInt(states.size())).node();
        List<Step> others = steps.stream()
                .filter(step -> step.pairs() && step.node().slide() == state.slide())
                .toList();
        Node other = others.get(random.nextInt(others.size())).node();
        int n = partitions(0);
        features.add(Feature.JOIN_OF_STATE);
        add(
                state.number(),
                "join(#" + other.number() + in(n) + ")",
                new Made(state.slide()).alsoOf(other),
                execution -> (n == 0
                                ? execution.pairs(state).join(execution.pairs(other))
                                : execution.pairs(state).join(execution.pairs(other), n))
                        .mapValues(both -> StreamFunctions.value(both._1()) * 31 + StreamFunctions.value(both._2())),
                (model, batch) -> {
                    Map<Object, List<Tuple2<Object, Long>>> byKey = new HashMap<>();
                    for (Tuple2<Object, Long> right : StreamModel.pairs(model.at(other, batch))) {
                        byKey.computeIfAbsent(right._1(), key -> new ArrayList<>())
                                .add(right);
                    }
                    List<Object> records = new ArrayList<>();
                    for (Tuple2<Object, Long> left : StreamModel.pairs(model.at(state, batch))) {
                        for (Tuple2<Object, Long> right : byKey.getOrDefault(left._1(), List.of())) {
                            records.add(Tuple2.of(
                                    left._1(),
                                    StreamFunctions.value(left._2()) * 31 + StreamFunctions.value(right._2())));
                        }
                    }
                    return records;
                });
    }

    void union() {
        Node first = parent();
        List<Step> others = steps.stream()
                .filter(step -> step.pairs() && step.node().slide() == first.slide())
                .toList();
        Node other = others.get(random.nextInt(others.size())).node();
        add(
                first.number(),
                "union(#" + other.number() + ")",
                new Made(first.slide()).alsoOf(other).sameValues(),
                execution -> execution.pairs(first).union(execution.pairs(other)),
                (model, batch) -> {
                    List<Object> records = new ArrayList<>(model.at(first, batch));
                    records.addAll(model.at(other, batch));
                    return records;
                });
    }
}
