/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.operator;

import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.engine.Downstream;
import io.acequia.streaming.engine.Operator2;
import io.acequia.streaming.function.Function2;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** The pairs of both sides, which have each key once at most; where both have a key, its values are combined, left first. */
public record MergeOperator<K, V>(Site site, Function2<V, V, V> f)
        implements Operator2<Tuple2<K, V>, Tuple2<K, V>, Tuple2<K, V>> {
    @Override
    public void apply(
            TaskContext task, Iterator<Tuple2<K, V>> left, Iterator<Tuple2<K, V>> right, Downstream<Tuple2<K, V>> out)
            throws Exception {
        List<Tuple2<K, V>> older = new ArrayList<>();
        left.forEachRemaining(older::add);
        KeyedTable<K, V> table = new KeyedTable<>(older.size());
        for (Tuple2<K, V> pair : older) {
            table.value(table.entryOf(pair._1()), pair._2());
        }
        while (right.hasNext()) {
            Tuple2<K, V> pair = right.next();
            int entry = table.entryOf(pair._1());
            V before = table.value(entry);
            table.value(entry, before == null ? pair._2() : combined(task, pair._1(), before, pair._2()));
        }
        table.drainTo(out);
    }

    private V combined(TaskContext task, K key, V left, V right) throws Exception {
        try {
            V both = f.call(left, right);
            if (both == null) {
                throw new NullPointerException(
                        "ACQ-0724 combining gave null for key " + key + ": return a value, such as an Optional");
            }
            return both;
        } catch (Throwable t) {
            throw site.failure(task, t);
        }
    }
}
