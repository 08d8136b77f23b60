/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.operator;

import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.engine.Downstream;
import io.acequia.streaming.engine.StateOperator;
import io.acequia.streaming.engine.StateView;
import java.time.Duration;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** Takes the values as the states of their keys, the last one where a key has several. */
public record LoadStateOperator<K, S>(Site site, @Nullable Duration timeout) implements StateOperator<K, S, S, Void> {
    @Override
    public void apply(
            TaskContext task, Time time, Iterator<Tuple2<K, S>> input, StateView<K, S> state, Downstream<Void> out)
            throws Exception {
        while (input.hasNext()) {
            Tuple2<K, S> pair = input.next();
            try {
                StateView.Cell<K, S> cell = KeyedState.cell(state, pair._1());
                if (pair._2() == null) {
                    throw new IllegalArgumentException(
                            "ACQ-0722 the initial state of key " + pair._1() + " is null: leave the key out");
                }
                cell.put(pair._2());
                if (timeout != null) {
                    cell.dueAt(time.plus(timeout));
                }
            } catch (Throwable t) {
                throw site.failure(task, t);
            }
        }
    }
}
