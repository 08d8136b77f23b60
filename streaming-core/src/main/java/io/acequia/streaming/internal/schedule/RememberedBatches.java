/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.schedule;

import io.acequia.streaming.data.Time;
import io.acequia.streaming.internal.graph.StreamNode;
import io.acequia.streaming.internal.rdd.DatasetRdd;
import java.util.concurrent.ConcurrentSkipListMap;

/** The batches whose RDDs can still be read. */
final class RememberedBatches {
    private final ConcurrentSkipListMap<Time, PlannedBatch> batches = new ConcurrentSkipListMap<>();
    private volatile Time zero = new Time(0);

    void zero(Time zero) {
        this.zero = zero;
    }

    void add(PlannedBatch batch) {
        batches.put(batch.time(), batch);
    }

    /** Lets go of every batch at or before {@code last}. */
    void release(Time last) {
        while (!batches.isEmpty() && batches.firstKey().compareTo(last) <= 0) {
            PlannedBatch old = batches.remove(batches.firstKey());
            if (old != null) {
                old.release();
            }
        }
    }

    void releaseAll() {
        if (!batches.isEmpty()) {
            release(batches.lastKey());
        }
    }

    DatasetRdd<?> rddOf(StreamNode node, Time time) {
        if (!node.yieldsAt(time, zero)) {
            throw new IllegalArgumentException("ACQ-1005 " + node + " has no batch at " + time + ": batches come every "
                    + node.slide() + " after the start at " + zero);
        }
        PlannedBatch batch = batches.get(time);
        if (batch != null) {
            return batch.rddOf(node);
        }
        boolean past = !batches.isEmpty() && time.compareTo(batches.lastKey()) <= 0;
        throw new IllegalStateException("ACQ-1006 RDD of batch " + time + " of " + node
                + (past
                        ? " was released; call remember(..) or persist it and keep it yourself"
                        : " does not exist yet"));
    }
}
