/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.operator;

import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.engine.Downstream;
import io.acequia.streaming.engine.Operator;

/** Gives each record of partition p to the targets {@code p * first + i * step}, for i below {@code copies}. */
public record ReplicateOperator<T>(int first, int step, int copies) implements Operator<T, Tuple2<Integer, T>> {
    @Override
    public Downstream<T> attach(TaskContext task, Downstream<Tuple2<Integer, T>> down) {
        int begin = task.partition() * first;
        return new Stage<T, Tuple2<Integer, T>>(down) {
            @Override
            public void accept(T record) throws Exception {
                for (int i = 0; i < copies; i++) {
                    down.accept(new Tuple2<>(begin + i * step, record));
                }
            }
        };
    }
}
