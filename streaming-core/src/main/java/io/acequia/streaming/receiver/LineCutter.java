/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.receiver;

import io.acequia.streaming.data.Utf8;
import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Cuts a stream of bytes into lines of UTF-8 text: {@code \n} ends a line, a {@code \r} before it is cut. A line longer than
 * the limit is rejected as a whole and skipped without being held. Bytes are read many lines at a time; a half line stays
 * until its rest has come. For one thread.
 *
 * <p>Bytes from which {@link Utf8} lines were cut are never written again; the room of {@code String} lines is used anew.
 */
public final class LineCutter {
    private static final int FIRST_CHUNK = 8 * 1024;
    private static final int CHUNK = 128 * 1024;
    /** So many bytes of a rejected line are kept for people. */
    private static final int SAMPLE = 256;

    private static final int MOST_LINE_BYTES = 1 << 30;

    /** The first byte is the lowest one. */
    private static final VarHandle EIGHT_BYTES =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final long ONES = 0x0101010101010101L;
    private static final long HIGH_BITS = 0x8080808080808080L;
    private static final long NEWLINES = '\n' * ONES;
    private static final Form<String> TEXT =
            (bytes, from, length) -> new String(bytes, from, length, StandardCharsets.UTF_8);
    private static final Form<Utf8> SLICE = Utf8::wrap;

    private final String source;
    private final int maxLineBytes;
    private List<Rejected> rejected = new ArrayList<>();
    private long malformed;
    private long lines;

    /** {@code [start, end)} is what is not cut yet, {@code [start, scanned)} of it is known to have no newline. */
    private byte[] chunk = new byte[FIRST_CHUNK];

    private int start;
    private int scanned;
    private int end;
    /** Slices of the chunk are out: what lies before {@code end} must not be written. */
    private boolean sliced;
    /** All bytes of the half line or-ed: negative when one is not ASCII. */
    private int seenBits;
    /** The first bytes of an over-long line whose newline has not come yet. */
    private byte[] skippedSample = new byte[0];

    private boolean skipping;

    /**
     * A cutter at the beginning of a stream.
     *
     * @param source names the stream in {@link Rejected#where()}
     * @param maxLineBytes longest line accepted, in bytes without its end, from 1 to 1 GiB
     */
    public LineCutter(String source, int maxLineBytes) {
        if (maxLineBytes < 1 || maxLineBytes > MOST_LINE_BYTES) {
            throw new IllegalArgumentException("ACQ-0601 longest line of " + source + " = " + maxLineBytes
                    + " bytes: must be from 1 to " + MOST_LINE_BYTES);
        }
        this.source = source;
        this.maxLineBytes = maxLineBytes;
    }

    /**
     * Reads once from {@code in}; blocks as the stream does. To be called when all lines that are there were cut.
     *
     * @return false at the end of the stream
     */
    public boolean fill(InputStream in) throws IOException {
        makeRoom();
        int read = in.read(chunk, end, chunk.length - end);
        if (read < 0) {
            return false;
        }
        end += read;
        return true;
    }

    /** Adds the lines that are there, {@code most} of them at most, a rejected one counting as one. Never blocks. */
    public void cut(int most, List<String> into) {
        cut(most, into, TEXT);
    }

    /** The same as slices of the bytes read: no {@code String} is made, and malformed bytes stay as they are. */
    public void cutUtf8(int most, List<Utf8> into) {
        cut(most, into, SLICE);
        sliced = true;
    }

    /** At the end of a stream that may end without a newline, such as a file: the half line becomes the last line. */
    public void cutRest(List<String> into) {
        rest(into, TEXT);
    }

    /** The same as a slice. */
    public void cutRestUtf8(List<Utf8> into) {
        rest(into, SLICE);
        sliced = true;
    }

    /** At the end of a stream in which each line has its newline: a half line was cut off, and is rejected. */
    public void rejectRest() {
        if (end > start || skipping) {
            lines++;
            reject(
                    end - start,
                    new IOException("ACQ-0602 " + where() + " has no end: the stream ended after "
                            + (skipping ? "more than " + maxLineBytes : end - start) + " bytes of it"));
            forgetRest();
        }
    }

    /** What was rejected since the last call. */
    public List<Rejected> takeRejected() {
        if (rejected.isEmpty()) {
            return List.of();
        }
        List<Rejected> taken = rejected;
        rejected = new ArrayList<>();
        return taken;
    }

    /** Whether something was rejected that was not taken. */
    public boolean hasRejected() {
        return !rejected.isEmpty();
    }

    /** How many malformed UTF-8 sequences the lines had; each shows as U+FFFD. */
    public long malformed() {
        return malformed;
    }

    private <L> void cut(int most, List<L> into, Form<L> form) {
        byte[] bytes = chunk;
        int at = scanned;
        int bits = seenBits;
        for (int left = most; left > 0; left--) {
            long seen = 0;
            boolean found = false;
            while (at <= end - Long.BYTES && !found) {
                long eight = (long) EIGHT_BYTES.get(bytes, at);
                long differences = eight ^ NEWLINES;
                long zeros = (differences - ONES) & ~differences & HIGH_BITS;
                found = zeros != 0;
                int before = Long.numberOfTrailingZeros(zeros) >>> 3;
                seen |= found ? eight & (1L << 8 * before) - 1 : eight;
                at += before;
            }
            bits |= (seen & HIGH_BITS) != 0 ? -1 : 0;
            while (at < end && bytes[at] != '\n') {
                bits |= bytes[at++];
            }
            if (at == end) {
                break;
            }
            lines++;
            int length = at > start && bytes[at - 1] == '\r' ? at - 1 - start : at - start;
            if (skipping || length > maxLineBytes) {
                reject(length, tooLong());
            } else {
                into.add(line(form, length, bits));
            }
            bits = 0;
            start = ++at;
        }
        scanned = at;
        seenBits = bits;
        skipWhatIsTooLong();
    }

    private <L> void rest(List<L> into, Form<L> form) {
        if (end == start && !skipping) {
            return;
        }
        lines++;
        if (skipping || end - start > maxLineBytes) {
            reject(end - start, tooLong());
        } else {
            into.add(line(form, end - start, seenBits));
        }
        forgetRest();
    }

    private <L> L line(Form<L> form, int length, int bits) {
        if (bits < 0) {
            malformed += malformedIn(length);
        }
        return form.line(chunk, start, length);
    }

    /** Decodes and counts what was replaced, less the U+FFFD that were sent as such. */
    private int malformedIn(int length) {
        String text = TEXT.line(chunk, start, length);
        int replaced = 0;
        for (int i = text.indexOf('\uFFFD'); i >= 0; i = text.indexOf('\uFFFD', i + 1)) {
            replaced++;
        }
        for (int i = start + 2; replaced > 0 && i < start + length; i++) {
            if (chunk[i] == (byte) 0xBD && chunk[i - 1] == (byte) 0xBF && chunk[i - 2] == (byte) 0xEF) {
                replaced--;
            }
        }
        return replaced;
    }

    /** One byte more than the limit may still be the {@code \r} of the line's end. */
    private void skipWhatIsTooLong() {
        if (scanned < end) {
            return;
        }
        if (!skipping && end - start > maxLineBytes + 1) {
            skippedSample = sample(end - start);
            skipping = true;
        }
        if (skipping) {
            forgetRest();
        }
    }

    private void forgetRest() {
        start = end;
        scanned = end;
        seenBits = 0;
    }

    private IOException tooLong() {
        return new IOException("ACQ-0603 " + where() + " is longer than " + maxLineBytes
                + " bytes: skipped; if such lines are meant, raise streaming.source.max.line");
    }

    private void reject(int length, IOException cause) {
        rejected.add(new Rejected(skipping ? skippedSample : sample(length), where(), cause));
        skipping = false;
        skippedSample = new byte[0];
    }

    private byte[] sample(int length) {
        return Arrays.copyOfRange(chunk, start, start + Math.min(length, SAMPLE));
    }

    private String where() {
        return source + " line " + lines;
    }

    private void makeRoom() {
        int kept = end - start;
        if (chunk.length - end >= chunk.length / 8 && (kept > 0 || sliced)) {
            return;
        }
        int size = roomFor(kept);
        byte[] target = sliced || size > chunk.length ? new byte[size] : chunk;
        System.arraycopy(chunk, start, target, 0, kept);
        if (target != chunk) {
            sliced = false;
            chunk = target;
        }
        scanned -= start;
        start = 0;
        end = kept;
    }

    /** Chunks begin small, since a slice keeps its whole chunk; one grows past its size only for a long half line. */
    private int roomFor(int kept) {
        long chunkSize = Math.min(2L * chunk.length, CHUNK);
        long longLine = Math.min(2L * kept, maxLineBytes + 1L + CHUNK / 8);
        return (int) Math.max(Math.max(chunkSize, longLine), kept + (long) CHUNK / 8);
    }

    @FunctionalInterface
    private interface Form<L> {
        L line(byte[] bytes, int from, int length);
    }
}
