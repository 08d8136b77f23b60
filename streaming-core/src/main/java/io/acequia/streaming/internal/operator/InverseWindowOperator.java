/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.operator;

import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.engine.Downstream;
import io.acequia.streaming.engine.StateOperator;
import io.acequia.streaming.engine.StateView;
import io.acequia.streaming.function.Function;
import io.acequia.streaming.function.Function2;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A window whose value for each key is kept: what left is taken out of it, what came is added. The changes come in this order,
 * older ones first. Pushes nothing: what it gives is the state.
 *
 * @param keep keys that changed and for which it does not hold are dropped; null keeps all
 */
public record InverseWindowOperator<K, V>(
        Site site, Function2<V, V, V> f, Function2<V, V, V> inverse, @Nullable Function<Tuple2<K, V>, Boolean> keep)
        implements StateOperator<K, InverseWindowOperator.Change<V>, V, Void> {
    /**
     * A value that left the window or came into it.
     *
     * @param left which of both
     */
    public record Change<V>(boolean left, V value) {}

    @Override
    public void apply(
            TaskContext task,
            Time time,
            Iterator<Tuple2<K, Change<V>>> input,
            StateView<K, V> state,
            Downstream<Void> out)
            throws Exception {
        List<K> changed = new ArrayList<>();
        while (input.hasNext()) {
            Tuple2<K, Change<V>> pair = input.next();
            try {
                StateView.Cell<K, V> cell = KeyedState.cell(state, pair._1());
                cell.put(changed(cell, pair._2()));
            } catch (Throwable t) {
                throw site.failure(task, t);
            }
            if (keep != null) {
                changed.add(pair._1());
            }
        }
        for (K key : changed) {
            drop(task, state.cell(key));
        }
    }

    private V changed(StateView.Cell<K, V> cell, Change<V> change) throws Exception {
        V before = cell.state();
        V after;
        if (!change.left()) {
            after = before == null ? change.value() : f.call(before, change.value());
        } else if (before != null) {
            after = inverse.call(before, change.value());
        } else {
            throw new IllegalStateException("ACQ-0712 key " + cell.key()
                    + " leaves the window and is not in it: hashCode or equals of "
                    + cell.key().getClass().getName()
                    + " changes or is inconsistent, or the filter dropped a key that still has values in the window");
        }
        if (after == null) {
            throw new NullPointerException(
                    "ACQ-0723 the function gave null for key " + cell.key() + ": return a value, such as an Optional");
        }
        return after;
    }

    private void drop(TaskContext task, StateView.Cell<K, V> cell) throws Exception {
        V value = cell.state();
        try {
            if (keep != null && value != null && !keep.call(new Tuple2<>(cell.key(), value))) {
                cell.remove();
            }
        } catch (Throwable t) {
            throw site.failure(task, t);
        }
    }
}
