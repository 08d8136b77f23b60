/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.rdd;

import io.acequia.streaming.internal.operator.ConcatOperator;
import java.util.ArrayList;
import java.util.List;

/** Several keyed RDDs that are placed alike. */
public final class Placed {
    private Placed() {}

    /** The pairs of all of them, at least one, partition by partition: in order, and placed as before. */
    public static <K, V> DatasetPairRdd<K, V> concatenated(List<DatasetPairRdd<K, V>> rdds) {
        List<DatasetPairRdd<K, V>> level = rdds;
        while (level.size() > 1) {
            List<DatasetPairRdd<K, V>> next = new ArrayList<>();
            for (int i = 0; i + 1 < level.size(); i += 2) {
                DatasetPairRdd<K, V> left = level.get(i);
                next.add(left.same(left.dataset.zip(level.get(i + 1).dataset, new ConcatOperator<>(), true)));
            }
            if (level.size() % 2 == 1) {
                next.add(level.get(level.size() - 1));
            }
            level = next;
        }
        return level.get(0);
    }
}
