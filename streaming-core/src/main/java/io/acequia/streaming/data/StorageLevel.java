/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.data;

/**
 * Where a persisted partition is kept. {@code _SER} levels hold serialized bytes. The {@code _2} twins are accepted; in one
 * JVM there is no second machine, so they keep one copy (for received data the write-ahead log is the replica).
 * {@code OFF_HEAP} keeps serialized bytes outside the Java heap, in direct buffers.
 */
public enum StorageLevel {
    MEMORY_ONLY(true, false, false),
    MEMORY_ONLY_SER(true, false, true),
    MEMORY_AND_DISK(true, true, false),
    MEMORY_AND_DISK_SER(true, true, true),
    DISK_ONLY(false, true, true),
    OFF_HEAP(true, false, true),
    MEMORY_ONLY_2(true, false, false),
    MEMORY_ONLY_SER_2(true, false, true),
    MEMORY_AND_DISK_2(true, true, false),
    MEMORY_AND_DISK_SER_2(true, true, true),
    DISK_ONLY_2(false, true, true);

    private final boolean memory;
    private final boolean disk;
    private final boolean serialized;

    StorageLevel(boolean memory, boolean disk, boolean serialized) {
        this.memory = memory;
        this.disk = disk;
        this.serialized = serialized;
    }

    /** Whether memory is used at all. */
    public boolean usesMemory() {
        return memory;
    }

    /** Whether what does not fit into memory goes to disk; without it, it is computed again. */
    public boolean usesDisk() {
        return disk;
    }

    /** Whether records are kept as serialized bytes rather than as objects. */
    public boolean isSerialized() {
        return serialized;
    }
}
