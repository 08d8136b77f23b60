/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.ingest;

import io.acequia.streaming.data.Utf8;
import io.acequia.streaming.engine.Block;
import io.acequia.streaming.receiver.Rejected;
import java.util.ArrayList;
import java.util.List;

/**
 * What was received and no batch has taken, in blocks. The lists of the receiver are kept as they are; short ones are gathered.
 * Guarded by the lock of its loop.
 */
final class ReceiveBuffer<T> {
    private static final int SHORT = 16;
    private static final int UNKNOWN_BYTES = 64;
    /** Empty records are not free: a flood of them must meet the bound too. */
    private static final int LEAST_BYTES = 16;
    /** A block is closed at so many bytes, so that a batch can be shared out evenly among its partitions. */
    private static final int MOST_BLOCK_BYTES = 1 << 20;

    private final String source;
    private final long blockNanos;

    private Contents<T> contents = new Contents<>();
    private List<List<T>> open = new ArrayList<>();
    private List<T> gathered = new ArrayList<>();
    private int openCount;
    private long openBytes;
    private long openedAtNanos;
    private long blocksMade;

    ReceiveBuffer(String source, long blockNanos) {
        this.source = source;
        this.blockNanos = blockNanos;
    }

    /** About how many bytes these are on the heap. */
    static long estimate(List<?> records, List<Rejected> rejected) {
        long bytes = 0;
        for (Object each : records) {
            bytes += Math.max(LEAST_BYTES, bytesOf(each));
        }
        for (Rejected each : rejected) {
            bytes += each.raw().length + UNKNOWN_BYTES;
        }
        return bytes;
    }

    private static long bytesOf(Object record) {
        if (record instanceof String s) {
            return 2L * s.length();
        } else if (record instanceof Utf8 text) {
            return text.length();
        }
        return record instanceof byte[] array ? array.length : UNKNOWN_BYTES;
    }

    void add(List<T> records, List<Rejected> rejected, long bytes, long nowNanos) {
        contents.rejected.addAll(rejected);
        contents.bytes += bytes;
        if (records.isEmpty()) {
            return;
        }
        if (openCount == 0) {
            openedAtNanos = nowNanos;
        } else if (openBytes >= MOST_BLOCK_BYTES || (blockNanos > 0 && nowNanos - openedAtNanos >= blockNanos)) {
            closeBlock();
            openedAtNanos = nowNanos;
        }
        if (records.size() < SHORT) {
            gathered.addAll(records);
        } else {
            closeGathered();
            open.add(records);
        }
        openCount += records.size();
        openBytes += bytes;
        contents.records += records.size();
    }

    void owe(Owed delivery) {
        contents.owed.add(delivery);
    }

    long bytes() {
        return contents.bytes;
    }

    long records() {
        return contents.records;
    }

    /** Takes all of it out. */
    Contents<T> swap() {
        closeBlock();
        Contents<T> taken = contents;
        contents = new Contents<>();
        return taken;
    }

    private void closeGathered() {
        if (!gathered.isEmpty()) {
            open.add(gathered);
            gathered = new ArrayList<>();
        }
    }

    private void closeBlock() {
        closeGathered();
        if (openCount > 0) {
            String name = "block " + ++blocksMade + " of " + source;
            contents.blocks.add(new ReceivedBlock<>(name, open, openCount));
            open = new ArrayList<>();
            openCount = 0;
            openBytes = 0;
        }
    }

    /** What waits: blocks, what was rejected, deliveries to be settled with it. */
    static final class Contents<T> {
        final List<Block<T>> blocks = new ArrayList<>();
        final List<Rejected> rejected = new ArrayList<>();
        final List<Owed> owed = new ArrayList<>();
        long records;
        long bytes;
    }
}
