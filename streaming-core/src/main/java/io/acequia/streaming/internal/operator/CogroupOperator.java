/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.operator;

import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.engine.Downstream;
import io.acequia.streaming.engine.Operator2;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** The values of both sides for each key that either has. Keys come in the order in which they were first met, left side first. */
public record CogroupOperator<K, V, W>()
        implements Operator2<Tuple2<K, V>, Tuple2<K, W>, Tuple2<K, Tuple2<Iterable<V>, Iterable<W>>>> {
    @Override
    public void apply(
            TaskContext task,
            Iterator<Tuple2<K, V>> left,
            Iterator<Tuple2<K, W>> right,
            Downstream<Tuple2<K, Tuple2<Iterable<V>, Iterable<W>>>> out)
            throws Exception {
        KeyedTable<K, Tuple2<List<V>, List<W>>> table = new KeyedTable<>();
        while (left.hasNext()) {
            Tuple2<K, V> pair = left.next();
            group(table, pair._1())._1().add(pair._2());
        }
        while (right.hasNext()) {
            Tuple2<K, W> pair = right.next();
            group(table, pair._1())._2().add(pair._2());
        }
        for (int entry = 0; entry < table.size() && out.wantsMore(); entry++) {
            K key = table.key(entry);
            Tuple2<List<V>, List<W>> group = group(table, key);
            out.accept(new Tuple2<>(key, new Tuple2<>(group._1(), group._2())));
        }
    }

    private static <K, V, W> Tuple2<List<V>, List<W>> group(KeyedTable<K, Tuple2<List<V>, List<W>>> table, K key) {
        int entry = table.entryOf(key);
        Tuple2<List<V>, List<W>> group = table.value(entry);
        if (group == null) {
            group = new Tuple2<>(new ArrayList<>(2), new ArrayList<>(2));
            table.value(entry, group);
        }
        return group;
    }
}
