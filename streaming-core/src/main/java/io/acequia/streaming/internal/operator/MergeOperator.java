/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.operator;

import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.engine.Downstream;
import io.acequia.streaming.engine.Operator2;
import io.acequia.streaming.function.Function2;
import java.util.Iterator;

/**
 * The tables of both sides as one; where both have a key, its values are combined, left first. The larger one is copied as a
 * whole and the smaller one put into it, so a merge looks at no key but those, and hashes none.
 */
public record MergeOperator<K, V>(Site site, Function2<V, V, V> f)
        implements Operator2<KeyedTable<K, V>, KeyedTable<K, V>, KeyedTable<K, V>> {
    @Override
    public void apply(
            TaskContext task,
            Iterator<KeyedTable<K, V>> left,
            Iterator<KeyedTable<K, V>> right,
            Downstream<KeyedTable<K, V>> out)
            throws Exception {
        KeyedTable<K, V> older = left.next();
        KeyedTable<K, V> newer = right.next();
        boolean intoOlder = older.size() >= newer.size();
        KeyedTable<K, V> all = (intoOlder ? older : newer).copy();
        KeyedTable<K, V> added = intoOlder ? newer : older;
        for (int entry = 0; entry < added.size(); entry++) {
            int target = all.entryOf(added, entry);
            V there = all.value(target);
            V more = added.value(entry);
            if (there == null || more == null) {
                all.value(target, more);
            } else if (intoOlder) {
                all.value(target, TableOperator.combined(site, f, task, all, target, there, more));
            } else {
                all.value(target, TableOperator.combined(site, f, task, all, target, more, there));
            }
        }
        out.accept(all);
    }
}
