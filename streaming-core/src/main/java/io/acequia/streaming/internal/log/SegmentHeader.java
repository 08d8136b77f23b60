/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.log;

import java.nio.ByteBuffer;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * How a segment begins: {@code magic u32 | format u16 | flags u16 | job 16 B | number u64 | firstSeq u64 | createdMs u64 |
 * crc32c u32}. The checksum covers the attempt of the file name too.
 */
record SegmentHeader(int format, int flags, UUID job, long number, long firstSeq, long createdMs) {
    static final int BYTES = 52;
    static final int FORMAT = 1;

    /** The segment before this one was not finished: it ends before {@link #firstSeq}, whatever it holds behind. */
    static final int AFTER_TORN = 1;

    private static final int MAGIC = 0x41435157;
    private static final int CHECKED = BYTES - Integer.BYTES;

    boolean isAfterTorn() {
        return (flags & AFTER_TORN) != 0;
    }

    /** Whether this version understands the segment. */
    boolean isKnown() {
        return format == FORMAT && (flags & ~AFTER_TORN) == 0;
    }

    ByteBuffer encode(int attempt) {
        ByteBuffer bytes = ByteBuffer.allocate(BYTES)
                .putInt(MAGIC)
                .putShort((short) format)
                .putShort((short) flags)
                .putLong(job.getMostSignificantBits())
                .putLong(job.getLeastSignificantBits())
                .putLong(number)
                .putLong(firstSeq)
                .putLong(createdMs);
        return bytes.putInt(checksum(bytes, attempt)).flip();
    }

    /** Whether the bytes are a header that was written whole. */
    static boolean isWhole(ByteBuffer bytes, int attempt) {
        return bytes.getInt(0) == MAGIC && bytes.getInt(CHECKED) == checksum(bytes, attempt);
    }

    static SegmentHeader decode(ByteBuffer bytes) {
        return new SegmentHeader(
                Short.toUnsignedInt(bytes.getShort(4)),
                Short.toUnsignedInt(bytes.getShort(6)),
                new UUID(bytes.getLong(8), bytes.getLong(16)),
                bytes.getLong(24),
                bytes.getLong(32),
                bytes.getLong(40));
    }

    /** What the checksums of the records of this segment begin with, so that no record passes in another segment. */
    static int seed(ByteBuffer bytes) {
        return bytes.getInt(CHECKED);
    }

    private static int checksum(ByteBuffer bytes, int attempt) {
        CRC32C sum = new CRC32C();
        sum.update(ByteBuffer.allocate(Integer.BYTES).putInt(attempt).flip());
        sum.update(bytes.duplicate().position(0).limit(CHECKED));
        return RecordFormat.notNearZero((int) sum.getValue());
    }
}
