/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.operator;

import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.engine.Downstream;
import io.acequia.streaming.engine.Operator;
import io.acequia.streaming.function.Function0;
import io.acequia.streaming.function.Function2;

/** Folds a partition into one value, which comes out at the end, also of an empty partition. */
public record FoldOperator<T, A>(Site site, Function0<A> zero, Function2<A, T, A> add) implements Operator<T, A> {
    @Override
    public Downstream<T> attach(TaskContext task, Downstream<A> down) throws Exception {
        A first;
        try {
            first = zero.call();
        } catch (Throwable t) {
            throw site.failure(task, t);
        }
        return new Stage<T, A>(down) {
            private A folded = first;

            @Override
            public void accept(T record) throws Exception {
                try {
                    folded = add.call(folded, record);
                } catch (Throwable t) {
                    throw site.failure(task, t);
                }
            }

            @Override
            public void end() throws Exception {
                down.accept(folded);
                down.end();
            }
        };
    }
}
