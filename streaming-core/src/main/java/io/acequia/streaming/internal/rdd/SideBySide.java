/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.rdd;

import io.acequia.streaming.data.Tuple2;
import java.util.Iterator;

/** Two partitions record by record; that one has more is found where the other ends. */
record SideBySide<T, U>(int partition, Iterator<T> lefts, Iterator<U> rights) implements Iterator<Tuple2<T, U>> {
    @Override
    public boolean hasNext() {
        boolean left = lefts.hasNext();
        if (left != rights.hasNext()) {
            throw new IllegalStateException("ACQ-0823 partition " + partition + " has more records on the "
                    + (left ? "left" : "right")
                    + ": zip pairs records by their places, so both RDDs must have as many in each partition");
        }
        return left;
    }

    @Override
    public Tuple2<T, U> next() {
        return new Tuple2<>(lefts.next(), rights.next());
    }
}
