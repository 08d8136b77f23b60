/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.local;

import java.util.Iterator;
import java.util.List;

/** A list, cut into runs of neighbours. */
record Slices<T>(List<T> data, int partitionCount) implements Root<T> {
    @Override
    public Iterator<T> open(int partition, LocalTask task) {
        return partitionCount == 1
                ? data.iterator()
                : data.subList(start(partition), start(partition + 1)).iterator();
    }

    private int start(int partition) {
        return (int) ((long) data.size() * partition / partitionCount);
    }
}
