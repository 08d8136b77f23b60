/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.log;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * A record, {@code len u32 | crc32c u32 | type u8 | seq u64 | payload}, and the trailer of a finished segment, {@code END u8 |
 * count u64 | lastSeq u64 | chain u32}. A length is below 2^31, so the first byte tells the two apart. Types of callers are
 * above 0: a record of zeros is none.
 */
final class RecordFormat {
    static final int HEAD = 17;
    static final int TRAILER = 21;
    static final byte END = -1;
    static final byte PREAMBLE = -2;

    private RecordFormat() {}

    static ByteBuffer head(int seed, byte type, long seq, int length, ByteBuffer... payload) {
        return ByteBuffer.allocate(HEAD)
                .putInt(length)
                .putInt(checksum(seed, type, seq, length, payload))
                .put(type)
                .putLong(seq)
                .flip();
    }

    static int checksum(int seed, byte type, long seq, int length, ByteBuffer... payload) {
        CRC32C sum = begin(seed, type, seq, length);
        for (ByteBuffer part : payload) {
            sum.update(part.duplicate());
        }
        return (int) sum.getValue();
    }

    /** The checksum of a record as far as it can be made without the payload. */
    static CRC32C begin(int seed, byte type, long seq, int length) {
        CRC32C sum = new CRC32C();
        sum.update(ByteBuffer.allocate(HEAD)
                .putInt(seed)
                .putInt(length)
                .put(type)
                .putLong(seq)
                .flip());
        return sum;
    }

    static boolean isType(byte type) {
        return type > 0 || type == PREAMBLE;
    }

    /**
     * The last byte of a checksum that may stand at the end of a file: more than one bit away from 0, so that a write that was
     * torn, and filled up with zeros, is told from a flipped bit.
     */
    static int notNearZero(int checksum) {
        return checksum | 3;
    }

    /** What the trailer of a segment says, gathered record by record. */
    static final class Chain {
        private final CRC32C sum = new CRC32C();
        private final ByteBuffer four = ByteBuffer.allocate(Integer.BYTES);
        private final long firstSeq;
        private long count;

        Chain(int seed, long firstSeq) {
            this.firstSeq = firstSeq;
            update(seed);
        }

        void add(int checksum) {
            update(checksum);
            count++;
        }

        private void update(int value) {
            sum.update(four.clear().putInt(value).flip());
        }

        long nextSeq() {
            return firstSeq + count;
        }

        ByteBuffer trailer() {
            return ByteBuffer.allocate(TRAILER)
                    .put(END)
                    .putLong(count)
                    .putLong(nextSeq() - 1)
                    .putInt(notNearZero((int) sum.getValue()))
                    .flip();
        }

        /** Whether bytes look like the trailer of this segment with more records than it has here. */
        boolean isLaterTrailer(ByteBuffer bytes) {
            int at = bytes.position();
            long claimed = bytes.getLong(at + 1);
            return bytes.get(at) == END && claimed > count && bytes.getLong(at + 9) == firstSeq + claimed - 1;
        }
    }
}
