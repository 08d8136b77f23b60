/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.local;

import java.util.Iterator;

/** How a settled dataset is computed: not at all, what was kept of it is all there is. */
record Forgotten<T>(int partitionCount) implements Root<T> {
    @Override
    public Iterator<T> open(int partition, LocalTask task) {
        throw new IllegalStateException("ACQ-0526 partition " + partition
                + " is gone: its RDD was released, or its file in the spill directory was deleted; a stream keeps RDDs longer"
                + " with remember(..)");
    }
}
