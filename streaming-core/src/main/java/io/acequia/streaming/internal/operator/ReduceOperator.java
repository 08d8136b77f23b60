/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.operator;

import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.engine.Downstream;
import io.acequia.streaming.engine.Operator;
import io.acequia.streaming.function.Function2;
import org.jspecify.annotations.Nullable;

/** All records of a partition combined to one; nothing comes out of an empty partition. */
public record ReduceOperator<T>(Site site, Function2<T, T, T> f) implements Operator<T, T> {
    @Override
    public Downstream<T> attach(TaskContext task, Downstream<T> down) {
        return new Stage<T, T>(down) {
            private boolean any;
            private @Nullable T reduced;

            @Override
            @SuppressWarnings("NullAway") // null only while there is none
            public void accept(T record) throws Exception {
                if (!any) {
                    any = true;
                    reduced = record;
                    return;
                }
                try {
                    reduced = f.call(reduced, record);
                } catch (Throwable t) {
                    throw site.failure(task, t);
                }
            }

            @Override
            @SuppressWarnings("NullAway")
            public void end() throws Exception {
                if (any) {
                    down.accept(reduced);
                }
                down.end();
            }
        };
    }
}
