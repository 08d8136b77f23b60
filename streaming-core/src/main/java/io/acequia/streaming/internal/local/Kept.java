/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.local;

import io.acequia.streaming.data.StorageLevel;
import io.acequia.streaming.internal.store.PartitionStore;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/** The partitions of a persisted dataset: read where they are there, computed and kept where not. */
final class Kept<T> {
    private final PartitionStore.Shelf<T> shelf;
    private final PartitionLocks locks;
    private final Runnable drop;

    /** {@code drop} forgets the shelf. */
    Kept(PartitionStore.Shelf<T> shelf, int partitions, Runnable drop) {
        this.shelf = shelf;
        this.locks = new PartitionLocks(partitions);
        this.drop = drop;
    }

    StorageLevel level() {
        return shelf.level();
    }

    boolean has(int partition) {
        return shelf.contains(partition);
    }

    Iterator<T> read(int partition, LocalTask task, Pushing<T> source) throws Exception {
        Iterator<T> there = shelf.read(partition);
        if (there != null) {
            return there;
        }
        ReentrantLock lock = locks.lock(partition, task);
        try {
            there = shelf.read(partition);
            if (there != null) {
                return there;
            }
            List<T> records = new ArrayList<>();
            source.into(new Gathering<>(records));
            shelf.put(partition, records);
            return records.iterator();
        } finally {
            lock.unlock();
        }
    }

    void drop() {
        drop.run();
    }
}
