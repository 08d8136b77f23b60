/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.local;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A lock per partition, so that two jobs do not compute the same one to keep it. Whoever holds one takes others only further
 * up the lineage, so no two wait for each other.
 */
final class PartitionLocks {
    private static final long LOOK_MILLIS = 10;

    private final AtomicReferenceArray<ReentrantLock> locks;

    PartitionLocks(int partitions) {
        locks = new AtomicReferenceArray<>(partitions);
    }

    /** Takes the lock; gives up when the task is cancelled. The caller unlocks it. */
    ReentrantLock lock(int partition, LocalTask task) throws InterruptedException {
        ReentrantLock lock = locks.get(partition);
        if (lock == null) {
            locks.compareAndSet(partition, null, new ReentrantLock());
            lock = locks.get(partition);
        }
        while (!lock.tryLock(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
            task.checkCancelled();
        }
        return lock;
    }
}
