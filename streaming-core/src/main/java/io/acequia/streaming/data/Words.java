/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.data;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Text eight bytes at a time, in a {@code long} whose lowest byte is the first one: no branch for each byte, so the length of
 * a short text need not be guessed.
 */
final class Words {
    static final int BYTES = Long.BYTES;
    private static final VarHandle VIEW = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGH_BITS = 0x8080808080808080L;
    private static final int POWER_8 = (int) (31L * 31 * 31 * 31 * 31 * 31 * 31 * 31);

    private Words() {}

    /** Whether a whole word begins at {@code index}. */
    static boolean at(byte[] bytes, int index) {
        return index <= bytes.length - BYTES;
    }

    static long get(byte[] bytes, int index) {
        return (long) VIEW.get(bytes, index);
    }

    /** A word of eight such bytes. */
    static long of(byte each) {
        return (each & 0xFF) * ONES;
    }

    /** The length of an array of whole words for so many bytes, which takes no more memory. */
    static int roomFor(int length) {
        return (int) Math.min(Integer.MAX_VALUE - BYTES, (length + BYTES - 1L) / BYTES * BYTES);
    }

    /** Whether the first {@code length} bytes are the same, of at most eight. */
    static boolean areEqual(long a, long b, int length) {
        return length == 0 || (a ^ b) << -8 * length == 0;
    }

    /** Where the byte of which {@code pattern} is made comes first; {@code end} or more when it is not before {@code end}. */
    static int indexOf(long pattern, byte[] bytes, int from, int end) {
        int at = from;
        for (; at < end && at(bytes, at); at += BYTES) {
            long differences = get(bytes, at) ^ pattern;
            long found = (differences - ONES) & ~differences & HIGH_BITS;
            if (found != 0) {
                return at + (Long.numberOfTrailingZeros(found) >>> 3);
            }
        }
        while (at < end && bytes[at] != (byte) pattern) {
            at++;
        }
        return at;
    }

    /** The hash of {@link String}, over bytes instead of characters. */
    static int hash(byte[] bytes, int from, int length) {
        if (length > 0 && length < BYTES && at(bytes, from)) {
            long word = get(bytes, from) << -8 * length;
            if ((word & HIGH_BITS) == 0) {
                return hash(word);
            }
        }
        int hash = 0;
        int at = from;
        int end = from + length;
        for (; end - at >= BYTES; at += BYTES) {
            long word = get(bytes, at);
            if ((word & HIGH_BITS) != 0) {
                break;
            }
            hash = hash * POWER_8 + hash(word);
        }
        for (; at < end; at++) {
            hash = 31 * hash + bytes[at];
        }
        return hash;
    }

    /** Of eight ASCII bytes; zeros at the beginning add nothing. Neighbours are joined to pairs, and pairs to fours. */
    private static int hash(long word) {
        long pairs = (word & 0x00FF00FF00FF00FFL) * 31 + (word >>> 8 & 0x00FF00FF00FF00FFL);
        long fours = (pairs & 0x0000FFFF0000FFFFL) * (31 * 31) + (pairs >>> 16 & 0x0000FFFF0000FFFFL);
        return (int) fours * (31 * 31 * 31 * 31) + (int) (fours >>> 32);
    }
}
