/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.operator;

import io.acequia.streaming.data.Partitioner;
import io.acequia.streaming.function.Ordering;
import java.util.Collections;
import java.util.List;

/** Places keys in order: partition i holds those above {@code bounds[i - 1]} up to {@code bounds[i]}. */
public record RangePartitioner<C>(List<C> bounds, Ordering<C> order) implements Partitioner {
    @Override
    public int numPartitions() {
        return bounds.size() + 1;
    }

    @Override
    @SuppressWarnings("unchecked")
    public int getPartition(Object key) {
        int at = Collections.binarySearch(bounds, (C) key, order);
        return at < 0 ? -at - 1 : at;
    }
}
