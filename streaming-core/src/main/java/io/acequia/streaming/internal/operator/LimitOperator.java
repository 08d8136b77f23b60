/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.operator;

import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.engine.Downstream;
import io.acequia.streaming.engine.Operator;

/** The first records of a partition; then the chain before it ends early. */
public record LimitOperator<T>(int most) implements Operator<T, T> {
    @Override
    public Downstream<T> attach(TaskContext task, Downstream<T> down) {
        return new Stage<T, T>(down) {
            private int left = most;

            @Override
            public boolean wantsMore() {
                return left > 0 && down.wantsMore();
            }

            @Override
            public void accept(T record) throws Exception {
                if (left > 0) {
                    left--;
                    down.accept(record);
                }
            }
        };
    }
}
