/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.log;

import io.acequia.streaming.internal.log.LogDamagedException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Reads one segment, record by record, and judges how it ends. Nothing is allocated for a length that was not checked against
 * the file and the limit. For one thread.
 */
final class SegmentReader {
    /** How many bytes may be summed in search of a good record behind a bad one, before the search itself is suspicious. */
    private static final long SEARCH = 1L << 30;

    private final SegmentBytes bytes;
    private final String file;
    private final int seed;
    private final int maxRecord;
    private final RecordFormat.Chain chain;
    private long position = SegmentHeader.BYTES;
    private boolean finished;

    SegmentReader(SegmentBytes bytes, String file, int seed, long firstSeq, int maxRecord) {
        this.bytes = bytes;
        this.file = file;
        this.seed = seed;
        this.maxRecord = maxRecord;
        this.chain = new RecordFormat.Chain(seed, firstSeq);
    }

    /** Called for each record; the payload is read when it is asked for. */
    interface Visitor {
        void record(byte type, Address address, SegmentBytes bytes) throws IOException;
    }

    /** The number that the next record has or would have. */
    long nextSeq() {
        return chain.nextSeq();
    }

    boolean isFinished() {
        return finished;
    }

    /** Bytes behind the last good record of a segment that was not finished. */
    long tail() {
        return bytes.length() - position;
    }

    /** A segment that its successor says was finished: every byte must be right. */
    void readFinished(Visitor visitor) throws IOException {
        read(Long.MAX_VALUE, visitor);
        if (!finished) {
            throw damaged(
                    tail() == 0 ? Reason.UNFINISHED : tail() == RecordFormat.TRAILER ? Reason.TRAILER : Reason.RECORD,
                    position,
                    "record " + nextSeq() + ", " + tail() + " bytes before the end");
        }
    }

    /** A segment that its successor says was not finished: the records below a number count, and what follows is nothing. */
    void readBelow(long seq, Visitor visitor) throws IOException {
        read(seq, visitor);
    }

    /** The last segment: it may end in what a crash left, but not in what a crash cannot leave. */
    void readLast(Visitor visitor) throws IOException {
        read(Long.MAX_VALUE, visitor);
        if (!finished && tail() > 0) {
            checkTail();
        }
    }

    private void read(long below, Visitor visitor) throws IOException {
        while (nextSeq() < below && !finished && tail() > 0) {
            if (tail() >= RecordFormat.TRAILER
                    && bytes.at(position, RecordFormat.TRAILER).equals(chain.trailer())) {
                if (tail() > RecordFormat.TRAILER) {
                    throw damaged(
                            Reason.BEHIND, position + RecordFormat.TRAILER, tail() - RecordFormat.TRAILER + " bytes");
                }
                finished = true;
            } else if (isRecord(position, nextSeq())) {
                record(visitor);
            } else {
                return;
            }
        }
    }

    private void record(Visitor visitor) throws IOException {
        ByteBuffer head = bytes.at(position, RecordFormat.HEAD);
        int length = head.getInt(0);
        int checksum = head.getInt(4);
        if (length > maxRecord) {
            throw damaged(Reason.TOO_LARGE, position, length + " bytes, and the limit is " + maxRecord);
        }
        visitor.record(head.get(8), new Address(file, position, length, nextSeq()), bytes);
        chain.add(checksum);
        position += RecordFormat.HEAD + length;
    }

    private boolean isRecord(long at, long seq) throws IOException {
        if (bytes.length() - at < RecordFormat.HEAD) {
            return false;
        }
        ByteBuffer head = bytes.at(at, RecordFormat.HEAD);
        return head.getLong(9) == seq && isRecord(at, head);
    }

    private boolean isRecord(long at, ByteBuffer head) throws IOException {
        int length = head.getInt(0);
        byte type = head.get(8);
        if (length < 0 || length > bytes.length() - at - RecordFormat.HEAD || !RecordFormat.isType(type)) {
            return false;
        }
        int checksum = head.getInt(4);
        CRC32C sum = RecordFormat.begin(seed, type, head.getLong(9), length);
        long end = at + RecordFormat.HEAD + length;
        for (long from = at + RecordFormat.HEAD; from < end; ) {
            int part = (int) Math.min(SegmentBytes.WINDOW, end - from);
            sum.update(bytes.at(from, part));
            from += part;
        }
        return (int) sum.getValue() == checksum;
    }

    private void checkTail() throws IOException {
        if (tail() == RecordFormat.TRAILER && isFlippedTrailer(bytes.at(position, RecordFormat.TRAILER))) {
            throw damaged(Reason.TRAILER, position, "it should end the segment after record " + (nextSeq() - 1));
        }
        long lastTrailer = bytes.length() - RecordFormat.TRAILER;
        if (lastTrailer > position && chain.isLaterTrailer(bytes.at(lastTrailer, RecordFormat.TRAILER))) {
            throw damaged(Reason.RECORD, position, "record " + nextSeq() + " of a segment that was finished");
        }
        searchBehind();
    }

    /** One byte is wrong, and not because a write was torn and filled up with zeros. */
    private boolean isFlippedTrailer(ByteBuffer found) {
        ByteBuffer expected = chain.trailer();
        int first = found.mismatch(expected);
        boolean same = found.slice(first + 1, RecordFormat.TRAILER - first - 1)
                .equals(expected.slice(first + 1, RecordFormat.TRAILER - first - 1));
        boolean torn = first == RecordFormat.TRAILER - 1 && found.get(first) == 0;
        return same && !torn;
    }

    private void searchBehind() throws IOException {
        long summed = 0;
        long highest = nextSeq() + tail() / RecordFormat.HEAD;
        for (long at = position + 1; at <= bytes.length() - RecordFormat.HEAD; at++) {
            ByteBuffer head = bytes.at(at, RecordFormat.HEAD);
            long seq = head.getLong(9);
            if (seq < nextSeq() || seq > highest) {
                continue;
            }
            summed += Math.max(0, Math.min(head.getInt(0), bytes.length() - at));
            if (summed > SEARCH || isRecord(at, head)) {
                throw damaged(Reason.MIDDLE, position, "record " + nextSeq() + "; record " + seq + " is at byte " + at);
            }
        }
    }

    private LogDamagedException damaged(Reason reason, long offset, String detail) {
        return new LogDamagedException(reason, bytes.name(), offset, detail);
    }
}
