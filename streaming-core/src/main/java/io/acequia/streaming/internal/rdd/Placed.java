/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.rdd;

import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.engine.Dataset;
import io.acequia.streaming.internal.operator.ConcatOperator;
import java.util.List;

/** Several keyed RDDs that are placed alike. */
public final class Placed {
    private Placed() {}

    /** The pairs of all of them, at least one, partition by partition: in order, and placed as before. */
    public static <K, V> DatasetPairRdd<K, V> concatenated(List<DatasetPairRdd<K, V>> rdds) {
        List<Dataset<Tuple2<K, V>>> datasets =
                rdds.stream().map(rdd -> rdd.dataset).toList();
        return rdds.get(0).same(ConcatOperator.concatenated(datasets, true));
    }
}
