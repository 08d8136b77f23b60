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

/**
 * The pairs of both sides, which have each key once at most; where both have a key, its values are combined, left first. What
 * only one side has goes through as it is.
 */
public record MergeOperator<K, V>(Site site, Function2<V, V, V> f)
        implements Operator2<Tuple2<K, V>, Tuple2<K, V>, Tuple2<K, V>> {
    @Override
    public void apply(
            TaskContext task, Iterator<Tuple2<K, V>> left, Iterator<Tuple2<K, V>> right, Downstream<Tuple2<K, V>> out)
            throws Exception {
        List<Tuple2<K, V>> pairs = new ArrayList<>();
        left.forEachRemaining(pairs::add);
        KeyedTable<K, Object> table = new KeyedTable<>(pairs.size());
        for (Tuple2<K, V> pair : pairs) {
            table.entryOf(pair._1());
        }
        while (right.hasNext()) {
            Tuple2<K, V> pair = right.next();
            int entry = table.entryOf(pair._1());
            if (entry == pairs.size()) {
                pairs.add(pair);
            } else {
                pairs.set(entry, combined(task, pairs.get(entry), pair));
            }
        }
        for (int entry = 0; entry < pairs.size() && out.wantsMore(); entry++) {
            out.accept(pairs.get(entry));
        }
    }

    private Tuple2<K, V> combined(TaskContext task, Tuple2<K, V> left, Tuple2<K, V> right) throws Exception {
        try {
            V both = f.call(left._2(), right._2());
            if (both == null) {
                throw new NullPointerException(
                        "ACQ-0724 combining gave null for key " + left._1() + ": return a value, such as an Optional");
            }
            return new Tuple2<>(left._1(), both);
        } catch (Throwable t) {
            throw site.failure(task, t);
        }
    }
}
