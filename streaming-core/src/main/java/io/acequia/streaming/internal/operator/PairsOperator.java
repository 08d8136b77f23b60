/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.operator;

import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.engine.Downstream;
import io.acequia.streaming.engine.Operator;

/** The pairs of tables. */
public record PairsOperator<K, V>() implements Operator<KeyedTable<K, V>, Tuple2<K, V>> {
    @Override
    public Downstream<KeyedTable<K, V>> attach(TaskContext task, Downstream<Tuple2<K, V>> down) {
        return new Stage<KeyedTable<K, V>, Tuple2<K, V>>(down) {
            @Override
            public void accept(KeyedTable<K, V> table) throws Exception {
                table.drainTo(down);
            }
        };
    }
}
