/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.operator;

import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.engine.Downstream;
import io.acequia.streaming.engine.StateOperator;
import io.acequia.streaming.engine.StateView;
import io.acequia.streaming.function.Function4;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * Calls a function for every key with state or new values. Keys that have a state come first, in the order of the state, then
 * new ones in the order of their first value. Pushes nothing: what it gives is the state.
 */
public record UpdateStateOperator<K, V, S>(Site site, Function4<Time, K, List<V>, Optional<S>, Optional<S>> f)
        implements StateOperator<K, V, S, Void> {
    @Override
    public void apply(
            TaskContext task, Time time, Iterator<Tuple2<K, V>> input, StateView<K, S> state, Downstream<Void> out)
            throws Exception {
        KeyedTable<K, List<V>> known = new KeyedTable<>();
        KeyedTable<K, List<V>> fresh = new KeyedTable<>();
        while (input.hasNext()) {
            Tuple2<K, V> pair = input.next();
            K key = pair._1();
            try {
                boolean hasState = KeyedState.cell(state, key).state() != null;
                valuesOf(key, hasState ? known : fresh).add(pair._2());
            } catch (Throwable t) {
                throw site.failure(task, t);
            }
        }
        Iterator<StateView.Cell<K, S>> cells = state.cells();
        while (cells.hasNext()) {
            StateView.Cell<K, S> cell = cells.next();
            int entry = known.size() == 0 ? -1 : known.find(cell.key());
            List<V> values = entry < 0 ? null : known.value(entry);
            update(task, time, cell, values == null ? List.of() : values);
        }
        for (int entry = 0; entry < fresh.size(); entry++) {
            List<V> values = fresh.value(entry);
            update(task, time, state.cell(fresh.key(entry)), values == null ? List.of() : values);
        }
    }

    private static <K, V> List<V> valuesOf(K key, KeyedTable<K, List<V>> table) {
        int entry = table.entryOf(key);
        List<V> values = table.value(entry);
        if (values == null) {
            values = new ArrayList<>(2);
            table.value(entry, values);
        }
        return values;
    }

    private void update(TaskContext task, Time time, StateView.Cell<K, S> cell, List<V> values) throws Exception {
        Optional<S> next;
        try {
            next = f.call(time, cell.key(), values, Optional.ofNullable(cell.state()));
            if (next == null) {
                throw new NullPointerException("ACQ-0713 the function returned null for key " + cell.key()
                        + ": return Optional.empty() to remove the key");
            }
        } catch (Throwable t) {
            throw site.failure(task, t);
        }
        if (next.isPresent()) {
            cell.put(next.get());
        } else {
            cell.remove();
        }
    }
}
