/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.operator;

import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.engine.Downstream;
import io.acequia.streaming.engine.Operator;
import io.acequia.streaming.function.Function;

/** The records for which a function holds. */
public record FilterOperator<T>(Site site, Function<T, Boolean> f) implements Operator<T, T> {
    @Override
    public Downstream<T> attach(TaskContext task, Downstream<T> down) {
        return new RecordStage<T, T>(site, task, down) {
            @Override
            public void accept(T record) throws Exception {
                boolean holds;
                try {
                    holds = f.call(record);
                } catch (Throwable t) {
                    errors.failed(record, t);
                    return;
                }
                if (holds) {
                    down.accept(record);
                }
            }
        };
    }
}
