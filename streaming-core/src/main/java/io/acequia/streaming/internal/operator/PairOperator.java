/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.operator;

import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.engine.Downstream;
import io.acequia.streaming.engine.Operator;
import io.acequia.streaming.function.PairFunction;

/** One pair for each record; a class of its own, so that its calls are compiled apart from those of map. */
public record PairOperator<T, K, V>(Site site, PairFunction<T, K, V> f) implements Operator<T, Tuple2<K, V>> {
    @Override
    public Downstream<T> attach(TaskContext task, Downstream<Tuple2<K, V>> down) {
        return new RecordStage<T, Tuple2<K, V>>(site, task, down) {
            @Override
            public void accept(T record) throws Exception {
                Tuple2<K, V> result;
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
