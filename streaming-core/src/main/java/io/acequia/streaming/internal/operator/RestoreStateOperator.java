/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.operator;

import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.engine.Downstream;
import io.acequia.streaming.engine.StateChange;
import io.acequia.streaming.engine.StateOperator;
import io.acequia.streaming.engine.StateView;
import java.util.Iterator;

/** Puts changes in place, one after the other. */
public record RestoreStateOperator<K, S>(Site site) implements StateOperator<K, StateChange<K, S>, S, Void> {
    @Override
    public void apply(
            TaskContext task,
            Time time,
            Iterator<Tuple2<K, StateChange<K, S>>> input,
            StateView<K, S> state,
            Downstream<Void> out)
            throws Exception {
        while (input.hasNext()) {
            StateChange<K, S> change = input.next()._2();
            StateView.Cell<K, S> cell = KeyedState.cell(state, change.key());
            S now = change.state();
            cell.remove();
            if (now != null) {
                cell.put(now);
                Time due = change.due();
                if (due != null) {
                    cell.dueAt(due);
                }
            }
        }
    }
}
