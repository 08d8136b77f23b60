/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.operator;

import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.engine.Downstream;
import io.acequia.streaming.engine.Operator;

/** Gives each record a target partition in turns, beginning at another one in each partition. */
public record SpreadOperator<T>(int targets) implements Operator<T, Tuple2<Integer, T>> {
    @Override
    public Downstream<T> attach(TaskContext task, Downstream<Tuple2<Integer, T>> down) {
        return new Stage<T, Tuple2<Integer, T>>(down) {
            private int next = task.partition() % targets;

            @Override
            public void accept(T record) throws Exception {
                int target = next;
                next = target + 1 == targets ? 0 : target + 1;
                down.accept(new Tuple2<>(target, record));
            }
        };
    }
}
