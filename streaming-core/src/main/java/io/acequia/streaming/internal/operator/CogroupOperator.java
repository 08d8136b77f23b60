/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.operator;

import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.engine.Downstream;
import io.acequia.streaming.engine.Operator2;
import io.acequia.streaming.engine.Roots;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * The values of both sides for each key that either has. Keys come in the order in which they were first met, left side first, as long
 * as the groups fit into memory; see {@link SpillingTable} for what happens beyond it.
 */
public record CogroupOperator<K, V, W>(Site site)
        implements Operator2<Tuple2<K, V>, Tuple2<K, W>, Tuple2<K, Tuple2<Iterable<V>, Iterable<W>>>> {
    @Override
    public void apply(
            TaskContext task,
            Iterator<Tuple2<K, V>> left,
            Iterator<Tuple2<K, W>> right,
            Downstream<Tuple2<K, Tuple2<Iterable<V>, Iterable<W>>>> out)
            throws Exception {
        Iterator<Tuple2<K, Tuple2<Iterable<V>, Iterable<W>>>> groups = results(task, left, right);
        try {
            while (out.wantsMore() && groups.hasNext()) {
                out.accept(groups.next());
            }
        } finally {
            Roots.close(groups);
        }
    }

    @Override
    public Iterator<Tuple2<K, Tuple2<Iterable<V>, Iterable<W>>>> results(
            TaskContext task, Iterator<Tuple2<K, V>> left, Iterator<Tuple2<K, W>> right) throws Exception {
        SpillingTable<K, Tuple2<List<V>, List<W>>> groups = new SpillingTable<>(site, task, CogroupOperator::both);
        try {
            while (left.hasNext()) {
                Tuple2<K, V> pair = left.next();
                group(groups.table(), pair._1())._1().add(pair._2());
                groups.took(pair);
            }
            while (right.hasNext()) {
                Tuple2<K, W> pair = right.next();
                group(groups.table(), pair._1())._2().add(pair._2());
                groups.took(pair);
            }
            return new Groups<>(groups, groups.entries());
        } catch (Throwable t) {
            groups.close();
            throw t;
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

    private static <V, W> Tuple2<List<V>, List<W>> both(Tuple2<List<V>, List<W>> a, Tuple2<List<V>, List<W>> b) {
        a._1().addAll(b._1());
        a._2().addAll(b._2());
        return a;
    }

    private record Groups<K, V, W>(
            SpillingTable<K, Tuple2<List<V>, List<W>>> table,
            SpillingTable.Entries<K, Tuple2<List<V>, List<W>>> entries)
            implements Iterator<Tuple2<K, Tuple2<Iterable<V>, Iterable<W>>>>, AutoCloseable {
        @Override
        public boolean hasNext() {
            return entries.hasNext();
        }

        @Override
        public Tuple2<K, Tuple2<Iterable<V>, Iterable<W>>> next() {
            Tuple2<K, Tuple2<List<V>, List<W>>> group = entries.next();
            return new Tuple2<>(
                    group._1(), new Tuple2<>(group._2()._1(), group._2()._2()));
        }

        @Override
        public void close() {
            try {
                entries.close();
            } finally {
                table.close();
            }
        }
    }
}
