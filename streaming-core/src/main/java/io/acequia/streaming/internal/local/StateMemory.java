/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.local;

import java.util.concurrent.atomic.AtomicInteger;

/** The heap that keyed state may take, in equal shares for all partitions of all states. Safe for use by any thread. */
final class StateMemory {
    private final long limitBytes;
    private final AtomicInteger partitions = new AtomicInteger();

    StateMemory(long limitBytes) {
        this.limitBytes = limitBytes;
    }

    void join(int more) {
        partitions.addAndGet(more);
    }

    /** What one partition may take. */
    long share() {
        return limitBytes / Math.max(1, partitions.get());
    }
}
