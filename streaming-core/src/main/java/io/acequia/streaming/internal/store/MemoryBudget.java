/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.store;

/** A bound of memory that several stores share. Safe for use by any thread. */
public final class MemoryBudget {
    private final long limitBytes;
    private long used;

    public MemoryBudget(long limitBytes) {
        this.limitBytes = limitBytes;
    }

    /** Takes so many bytes; false when they are not free. */
    public synchronized boolean take(long bytes) {
        if (bytes > limitBytes - used) {
            return false;
        }
        used += bytes;
        return true;
    }

    /** Gives back what was taken. */
    public synchronized void give(long bytes) {
        used -= bytes;
    }

    /** Whether so many bytes could ever be taken. */
    boolean canHold(long bytes) {
        return bytes <= limitBytes;
    }

    /** Bytes taken now. */
    public synchronized long used() {
        return used;
    }

    public long limit() {
        return limitBytes;
    }
}
