/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.operator;

import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.engine.Downstream;
import io.acequia.streaming.engine.Operator;
import io.acequia.streaming.function.Function;

/** One record for each. */
public record MapOperator<T, R>(Site site, Function<T, R> f) implements Operator<T, R> {
    @Override
    public Downstream<T> attach(TaskContext task, Downstream<R> down) {
        return new RecordStage<T, R>(site, task, down) {
            @Override
            public void accept(T record) throws Exception {
                R result;
                try {
                    result = f.call(record);
                } catch (Throwable t) {
                    errors.failed(record, t);
                    return;
                }
                down.accept(result);
            }
        };
    }
}
