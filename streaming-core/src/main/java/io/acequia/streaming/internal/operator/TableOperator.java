/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.operator;

import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.engine.Downstream;
import io.acequia.streaming.engine.Operator;
import io.acequia.streaming.function.Function2;

/** The pairs of a partition as one table, the values of a key combined in their order. */
public record TableOperator<K, V>(Site site, Function2<V, V, V> f) implements Operator<Tuple2<K, V>, KeyedTable<K, V>> {
    @Override
    public Downstream<Tuple2<K, V>> attach(TaskContext task, Downstream<KeyedTable<K, V>> down) {
        return new Stage<Tuple2<K, V>, KeyedTable<K, V>>(down) {
            private final KeyedTable<K, V> table = new KeyedTable<>();

            @Override
            public boolean wantsMore() {
                return true;
            }

            @Override
            public void accept(Tuple2<K, V> pair) throws Exception {
                int entry = table.entryOf(pair._1());
                V before = table.value(entry);
                table.value(
                        entry, before == null ? pair._2() : combined(site, f, task, table, entry, before, pair._2()));
            }

            @Override
            public void end() throws Exception {
                down.accept(table);
                down.end();
            }
        };
    }

    static <K, V> V combined(
            Site site, Function2<V, V, V> f, TaskContext task, KeyedTable<K, V> table, int entry, V older, V newer)
            throws Exception {
        try {
            V both = f.call(older, newer);
            if (both == null) {
                throw new NullPointerException("ACQ-0724 combining gave null for key " + table.key(entry)
                        + ": return a value, such as an Optional");
            }
            return both;
        } catch (Throwable t) {
            throw site.failure(task, t);
        }
    }
}
