/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.data;

import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * Text as UTF-8 bytes: a slice of an array that is never written again. Costs no {@code String} until someone asks for one.
 * Equality, hash and order are those of the bytes (the order is that of code points); it never equals a {@code String}. A
 * slice keeps its whole array reachable: what is kept for long should be {@link #compact() compacted}.
 */
public final class Utf8 implements Comparable<Utf8>, Serializable {
    private final byte[] bytes;
    private final int from;
    private final int length;
    private transient int hash;

    private Utf8(byte[] bytes, int from, int length) {
        this.bytes = bytes;
        this.from = from;
        this.length = length;
    }

    /** The UTF-8 form of {@code s}. */
    public static Utf8 of(String s) {
        byte[] bytes = s.getBytes(StandardCharsets.UTF_8);
        return new Utf8(bytes, 0, bytes.length);
    }

    /**
     * A slice of {@code bytes}, which must never be written again. The bytes are not checked; malformed ones show as
     * U+FFFD in {@link #toString()}.
     *
     * @throws IndexOutOfBoundsException when the slice leaves the array
     */
    public static Utf8 wrap(byte[] bytes, int from, int length) {
        if ((from | length) < 0 || length > bytes.length - from) {
            throw new IndexOutOfBoundsException(
                    "ACQ-0106 slice from " + from + ", length " + length + ", of an array of " + bytes.length);
        }
        return new Utf8(bytes, from, length);
    }

    /** Length in bytes. */
    public int length() {
        return length;
    }

    /** The byte at {@code index}. */
    public byte byteAt(int index) {
        if (index < 0 || index >= length) {
            throw new IndexOutOfBoundsException("ACQ-0107 index " + index + " in a text of " + length + " bytes");
        }
        return bytes[from + index];
    }

    /** Whether the same bytes stand in {@code other} from index {@code at} on; false when they would leave the array. */
    public boolean standsAt(byte[] other, int at) {
        if (length <= Words.BYTES && Words.at(bytes, from) && at >= 0 && Words.at(other, at)) {
            return Words.areEqual(Words.get(bytes, from), Words.get(other, at), length);
        }
        return at >= 0
                && length <= other.length - at
                && Arrays.equals(bytes, from, from + length, other, at, at + length);
    }

    /**
     * Copies the bytes to {@code target} from index {@code at} on.
     *
     * @throws IndexOutOfBoundsException when they would leave the array
     */
    public void copyTo(byte[] target, int at) {
        System.arraycopy(bytes, from, target, at, length);
    }

    /** A copy of the bytes. */
    public byte[] toBytes() {
        return Arrays.copyOfRange(bytes, from, from + length);
    }

    /**
     * The parts between delimiters, as slices: {@code "a b"} split on a blank gives {@code a} and {@code b}. Empty parts are
     * given except at the end, as {@link String#split(String)} does; an empty text gives one empty part.
     */
    public Iterator<Utf8> splitOn(byte delimiter) {
        return new Parts(this, delimiter);
    }

    /** The same text in an array of its own; this one when it already fills its array. */
    public Utf8 compact() {
        int room = Words.roomFor(length);
        boolean compact = length == bytes.length || room == bytes.length;
        return compact ? this : new Utf8(Arrays.copyOf(toBytes(), room), 0, length);
    }

    @Override
    public int compareTo(Utf8 o) {
        return Arrays.compareUnsigned(bytes, from, from + length, o.bytes, o.from, o.from + o.length);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Utf8 that && length == that.length && standsAt(that.bytes, that.from);
    }

    /** For ASCII text that of the same {@code String}. */
    @Override
    public int hashCode() {
        int h = hash;
        if (h == 0 && length > 0) {
            h = Words.hash(bytes, from, length);
            hash = h;
        }
        return h;
    }

    @Override
    public String toString() {
        return new String(bytes, from, length, StandardCharsets.UTF_8);
    }

    private Object writeReplace() {
        return compact();
    }

    private static final class Parts implements Iterator<Utf8> {
        private final Utf8 text;
        private final long delimiters;
        private final int end;
        private int at;
        private boolean whole;

        Parts(Utf8 text, byte delimiter) {
            this.text = text;
            this.delimiters = Words.of(delimiter);
            this.at = text.from;
            int last = text.from + text.length;
            while (last > text.from && text.bytes[last - 1] == delimiter) {
                last--;
            }
            this.end = last;
            this.whole = text.length == 0;
        }

        @Override
        public boolean hasNext() {
            return at < end || whole;
        }

        @Override
        public Utf8 next() {
            if (whole) {
                whole = false;
                return text;
            }
            if (at >= end) {
                throw new NoSuchElementException();
            }
            int start = at;
            int length = Math.min(Words.indexOf(delimiters, text.bytes, start, end), end) - start;
            at = start + length + 1;
            return new Utf8(text.bytes, start, length);
        }
    }
}
