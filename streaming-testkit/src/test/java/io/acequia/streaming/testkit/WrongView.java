/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import io.acequia.streaming.data.Time;
import io.acequia.streaming.engine.StateView;
import io.acequia.streaming.testkit.WrongEngine.Fault;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One partition of {@link WrongState} while it is stepped. */
final class WrongView<K, S> implements StateView<K, S> {
    private final StateView<K, S> right;
    private final Memory<K, S> memory;
    private final Fault fault;

    /** What a fault needs to know of the steps before. */
    static final class Memory<K, S> {
        /** Of the steps that failed since the last that did not. */
        final List<Consumer<StateView<K, S>>> sinceTheStepBefore = new ArrayList<>();

        final Set<K> removed = new HashSet<>();
        private final Map<K, Time> due = new HashMap<>();
        private final Map<Integer, K> byHash = new HashMap<>();
        private List<K> fired = List.of();
    }

    WrongView(StateView<K, S> right, Memory<K, S> memory, Fault fault) {
        this.right = right;
        this.memory = memory;
        this.fault = fault;
    }

    /** Does again what the other has rolled back. */
    void replay() {
        if (fault == Fault.A_FAILED_STEP_IS_NOT_ROLLED_BACK) {
            memory.sinceTheStepBefore.forEach(change -> change.accept(right));
        }
    }

    @Override
    public Cell<K, S> cell(K key) {
        return new WrongCell(right.cell(
                fault == Fault.EQUAL_HASHES_ARE_EQUAL_KEYS
                        ? memory.byHash.computeIfAbsent(key.hashCode(), hash -> key)
                        : key));
    }

    @Override
    public Iterator<Cell<K, S>> cells() {
        List<K> keys = keys(right.cells());
        boolean lacking = fault == Fault.CELLS_LACK_THE_LAST && !keys.isEmpty();
        return cells(lacking ? keys.subList(0, keys.size() - 1) : keys);
    }

    @Override
    public Iterator<Cell<K, S>> due(Time now) {
        List<K> keys = keys(right.due(now));
        List<K> wrong = new ArrayList<>(keys);
        switch (fault) {
            case A_DUE_KEY_FIRES_TWICE -> wrong.addAll(keys);
            case A_DUE_KEY_STAYS_DUE -> wrong.addAll(memory.fired);
            case A_REMOVED_KEY_STAYS_DUE ->
                memory.due.forEach((key, at) -> {
                    if (at.compareTo(now) <= 0 && !keys.contains(key)) {
                        wrong.add(key);
                    }
                });
            default -> {}
        }
        memory.fired = keys;
        wrong.forEach(memory.due::remove);
        return cells(wrong);
    }

    private static <K, S> List<K> keys(Iterator<Cell<K, S>> cells) {
        List<K> keys = new ArrayList<>();
        cells.forEachRemaining(cell -> keys.add(cell.key()));
        return keys;
    }

    private Iterator<Cell<K, S>> cells(List<K> keys) {
        Stream<Cell<K, S>> cells = keys.stream().map(key -> new WrongCell(right.cell(key)));
        return cells.iterator();
    }

    private final class WrongCell implements Cell<K, S> {
        private final Cell<K, S> cell;

        WrongCell(Cell<K, S> cell) {
            this.cell = cell;
        }

        @Override
        public K key() {
            return cell.key();
        }

        @Override
        public @Nullable S state() {
            return cell.state();
        }

        @Override
        @SuppressWarnings("NullAway") // a fault
        public void put(S state) {
            if (state == null && fault == Fault.A_NULL_STATE_IS_A_REMOVAL) {
                cell.remove();
                return;
            }
            cell.put(state);
            K key = key();
            memory.removed.remove(key);
            memory.sinceTheStepBefore.add(view -> view.cell(key).put(state));
        }

        @Override
        public void remove() {
            if (fault == Fault.A_REMOVAL_IS_FORGOTTEN) {
                return;
            }
            K key = key();
            if (cell.state() != null) {
                memory.removed.add(key);
            }
            if (fault != Fault.A_REMOVED_KEY_STAYS_DUE) {
                memory.due.remove(key);
            }
            cell.remove();
            memory.sinceTheStepBefore.add(view -> view.cell(key).remove());
        }

        @Override
        public void dueAt(Time at) {
            Time before = memory.due.get(key());
            if (fault == Fault.THE_FIRST_DUE_TIME_STAYS && before != null) {
                return;
            }
            cell.dueAt(at);
            memory.due.put(key(), at);
        }
    }
}
