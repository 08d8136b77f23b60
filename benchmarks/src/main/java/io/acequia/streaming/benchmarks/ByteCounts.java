/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.ObjLongConsumer;

/**
 * Counts of words that are slices of byte arrays: open addressing, the words one after the other in an array of their own.
 * Words are at most 127 bytes long.
 */
final class ByteCounts {
    private int mask = (1 << 18) - 1;
    private int[] hashes = new int[mask + 1];
    private int[] starts = new int[mask + 1];
    private byte[] lengths = new byte[mask + 1];
    /** 0 is an empty slot. */
    private long[] counts = new long[mask + 1];

    private byte[] letters = new byte[1 << 21];
    private int lettersUsed;
    private int size;

    /** Counts the words between blanks and line feeds. */
    void scan(byte[] text, int from, int to) {
        int at = from;
        while (at < to) {
            int start = at;
            int hash = 0;
            while (at < to && text[at] > ' ') {
                hash = 31 * hash + text[at++];
            }
            if (at > start) {
                add(text, start, at - start, spread(hash), 1);
            }
            at++;
        }
    }

    /** Adds the counts of {@code part} whose words belong to a thread. */
    void addAll(ByteCounts part, int thread) {
        for (int slot = 0; slot <= part.mask; slot++) {
            int hash = part.hashes[slot];
            if (part.counts[slot] != 0 && (hash >>> 20) % TwoThreads.COUNT == thread) {
                add(part.letters, part.starts[slot], part.lengths[slot], hash, part.counts[slot]);
            }
        }
    }

    void forEach(ObjLongConsumer<String> each) {
        for (int slot = 0; slot <= mask; slot++) {
            if (counts[slot] != 0) {
                each.accept(
                        new String(letters, starts[slot], lengths[slot], StandardCharsets.ISO_8859_1), counts[slot]);
            }
        }
    }

    /** How many words were counted. */
    long sum() {
        return Arrays.stream(counts).sum();
    }

    private void add(byte[] text, int from, int length, int hash, long n) {
        int slot = hash & mask;
        while (counts[slot] != 0) {
            if (hashes[slot] == hash && lengths[slot] == length && isAt(slot, text, from, length)) {
                counts[slot] += n;
                return;
            }
            slot = (slot + 1) & mask;
        }
        if (lettersUsed + length > letters.length) {
            letters = Arrays.copyOf(letters, 2 * letters.length);
        }
        System.arraycopy(text, from, letters, lettersUsed, length);
        hashes[slot] = hash;
        starts[slot] = lettersUsed;
        lengths[slot] = (byte) length;
        counts[slot] = n;
        lettersUsed += length;
        if (2 * ++size > mask) {
            grow();
        }
    }

    private boolean isAt(int slot, byte[] text, int from, int length) {
        int start = starts[slot];
        for (int i = 0; i < length; i++) {
            if (letters[start + i] != text[from + i]) {
                return false;
            }
        }
        return true;
    }

    private void grow() {
        int[] oldHashes = hashes;
        int[] oldStarts = starts;
        byte[] oldLengths = lengths;
        long[] oldCounts = counts;
        mask = 2 * mask + 1;
        hashes = new int[mask + 1];
        starts = new int[mask + 1];
        lengths = new byte[mask + 1];
        counts = new long[mask + 1];
        for (int old = 0; old < oldCounts.length; old++) {
            if (oldCounts[old] != 0) {
                int slot = oldHashes[old] & mask;
                while (counts[slot] != 0) {
                    slot = (slot + 1) & mask;
                }
                hashes[slot] = oldHashes[old];
                starts[slot] = oldStarts[old];
                lengths[slot] = oldLengths[old];
                counts[slot] = oldCounts[old];
            }
        }
    }

    private static int spread(int hash) {
        int h = hash * 0x9E3779B9;
        return h ^ (h >>> 15);
    }
}
