/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.operator;

import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.engine.Downstream;
import io.acequia.streaming.engine.Operator;

/** How many records a partition has. */
public record CountOperator<T>() implements Operator<T, Long> {
    @Override
    public Downstream<T> attach(TaskContext task, Downstream<Long> down) {
        return new Stage<T, Long>(down) {
            private long count;

            @Override
            public void accept(T record) {
                count++;
            }

            @Override
            public void end() throws Exception {
                down.accept(count);
                down.end();
            }
        };
    }
}
