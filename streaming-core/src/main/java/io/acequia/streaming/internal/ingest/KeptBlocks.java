/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.ingest;

import io.acequia.streaming.internal.log.Address;
import io.acequia.streaming.internal.log.LogReader;
import java.nio.ByteBuffer;
import java.util.TreeSet;

/** Finds, while the log of a source is read, the blocks that a start would find in it: those that are not released. For one thread. */
public final class KeptBlocks implements LogReader.Visitor {
    private final TreeSet<Long> blocks = new TreeSet<>();
    private long releasedBelow;
    private long lastSeq;

    @Override
    public void record(byte type, Address address, ByteBuffer payload) {
        if (address.seq() <= lastSeq) { // it is read again
            blocks.clear();
            releasedBelow = 0;
        }
        lastSeq = address.seq();
        if (type == LogReader.PREAMBLE) {
            releasedBelow = Math.max(releasedBelow, BlockLog.releasedBelow(payload));
        } else if (type == BlockLog.RELEASED) {
            releasedBelow = Math.max(releasedBelow, payload.getLong(payload.position()));
        } else if (type == BlockLog.BLOCK) {
            blocks.add(address.seq());
        }
    }

    /** Whether the block with that number is there. */
    public boolean has(long seq) {
        return seq >= releasedBelow && blocks.contains(seq);
    }
}
