/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import io.acequia.streaming.data.Partitioner;
import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.engine.Dataset;
import io.acequia.streaming.engine.Downstream;
import io.acequia.streaming.engine.Operator;
import io.acequia.streaming.engine.StateChange;
import io.acequia.streaming.engine.StateDataset;
import io.acequia.streaming.engine.StateOperator;
import io.acequia.streaming.testkit.WrongEngine.Fault;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Keyed state that does everything as another does, but for one fault. Where the other would not step, it is asked for a time
 * after its newest, and {@code versions} says which. Functions must not be copied.
 */
final class WrongState<K, S> implements StateDataset<K, S> {
    private final WrongEngine engine;
    private final StateDataset<K, S> right;
    private final Fault fault;
    private final Map<Time, Time> versions = new ConcurrentHashMap<>();
    private final Map<Integer, WrongView.Memory<K, S>> memories = new ConcurrentHashMap<>();
    private @Nullable Time newest;
    private @Nullable Dataset<?> newestStep;
    private Time last = new Time(0);

    WrongState(WrongEngine engine, StateDataset<K, S> right, Fault fault) {
        this.engine = engine;
        this.right = right;
        this.fault = fault;
    }

    @Override
    public Partitioner partitioner() {
        return right.partitioner();
    }

    @Override
    public Optional<Time> newest() {
        if (fault == Fault.NEWEST_IS_WHAT_WAS_ASKED_FOR) {
            return Optional.ofNullable(newest);
        }
        return right.newest().flatMap(inner -> versions.entrySet().stream()
                .filter(version -> version.getValue().equals(inner))
                .map(Map.Entry::getKey)
                .findFirst());
    }

    @Override
    @SuppressWarnings("unchecked")
    public <V, R> Dataset<R> step(Time time, Dataset<Tuple2<K, V>> input, StateOperator<K, V, S, R> operator) {
        if (newestStep != null && time.equals(newest) && fault != Fault.A_STEP_ASKED_FOR_AGAIN_STEPS_AGAIN) {
            return (Dataset<R>) newestStep;
        }
        if (newest != null && time.compareTo(newest) < 0 && fault != Fault.ANY_ORDER_OF_TIMES) {
            throw new IllegalArgumentException("ACQ-0000 " + time + " is before " + newest);
        }
        Dataset<Tuple2<K, V>> placed = fault == Fault.ANY_PLACING_OF_THE_INPUT
                ? WrongEngine.right(input).partitionBy(Tuple2::_1, right.partitioner())
                : WrongEngine.right(input);
        Dataset<R> step = stepped(time, placed, operator);
        newest = time;
        newestStep = fault == Fault.A_STEP_READ_AGAIN_STEPS_AGAIN
                ? engine.wrong(step, () -> stepped(time, placed, operator))
                : engine.wrong(step);
        if (fault == Fault.A_STEP_IS_EAGER) {
            WrongEngine.all(step);
        }
        return (Dataset<R>) newestStep;
    }

    private <V, R> Dataset<R> stepped(Time time, Dataset<Tuple2<K, V>> input, StateOperator<K, V, S, R> operator) {
        Time inner = time.compareTo(last) > 0 ? time : new Time(last.milliseconds() + 1);
        Dataset<R> step = right.step(inner, input, (task, stepTime, records, view, out) -> {
            WrongView.Memory<K, S> memory =
                    memories.computeIfAbsent(task.partition(), partition -> new WrongView.Memory<>());
            WrongView<K, S> wrong = new WrongView<>(view, memory, fault);
            wrong.replay();
            operator.apply(task, time, records, wrong, out);
            memory.sinceTheStepBefore.clear();
        });
        last = inner;
        versions.put(time, inner);
        return step;
    }

    private Time inner(Time time) {
        return versions.getOrDefault(time, time);
    }

    @Override
    public Dataset<Tuple2<K, S>> at(Time time) {
        boolean newestInstead = fault == Fault.THE_NEWEST_VERSION_FOR_AN_OLDER_ONE && versions.containsKey(time);
        return engine.wrong(right.at(newestInstead ? right.newest().orElseThrow() : inner(time)));
    }

    @Override
    public Dataset<StateChange<K, S>> changes(@Nullable Time from, Time until) {
        Dataset<StateChange<K, S>> changes = right.changes(from == null ? null : inner(from), inner(until));
        return engine.wrong(
                switch (fault) {
                    case CHANGES_LACK_REMOVALS ->
                        changes.transform(new Operators.Filtering<>(change -> change.state() != null), true);
                    case CHANGES_HAVE_REMOVALS_LAST -> changes.transform(new RemovalsLast<>(), true);
                    case CHANGES_LACK_DUE_TIMES ->
                        changes.transform(
                                new Operators.Mapping<>(
                                        change -> new StateChange<>(change.key(), change.state(), null)),
                                true);
                    default -> changes;
                });
    }

    @Override
    public void forget(Time until) {
        switch (fault) {
            case EVERY_VERSION_IS_REMEMBERED -> {}
            case ONE_VERSION_IS_REMEMBERED ->
                versions.replaceAll((time, inner) ->
                        time.compareTo(until) <= 0 && !time.equals(newest) ? new Time(Long.MAX_VALUE) : inner);
            default -> right.forget(until);
        }
    }

    @Override
    public void close() {
        if (fault != Fault.CLOSE_KEEPS_EVERYTHING) {
            right.close();
        }
    }

    @Override
    public Usage usage() {
        Usage usage = right.usage();
        int removed = fault == Fault.REMOVED_KEYS_ARE_COUNTED
                ? memories.values().stream()
                        .mapToInt(memory -> memory.removed.size())
                        .sum()
                : 0;
        return new Usage(
                usage.keys() + removed,
                usage.memoryBytes(),
                usage.budgetBytes(),
                usage.spilledPages(),
                usage.spilledBytes());
    }

    private record RemovalsLast<K, S>() implements Operator<StateChange<K, S>, StateChange<K, S>> {
        @Override
        public Downstream<StateChange<K, S>> attach(TaskContext task, Downstream<StateChange<K, S>> down) {
            return new Operators.Passing<>(down) {
                private final List<StateChange<K, S>> removals = new ArrayList<>();

                @Override
                public void accept(StateChange<K, S> change) throws Exception {
                    if (change.state() == null) {
                        removals.add(change);
                    } else {
                        down.accept(change);
                    }
                }

                @Override
                public void end() throws Exception {
                    for (StateChange<K, S> removal : removals) {
                        down.accept(removal);
                    }
                    down.end();
                }
            };
        }
    }
}
