/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import io.acequia.streaming.data.Utf8;
import java.nio.charset.StandardCharsets;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.RandomAccess;
import java.util.SplittableRandom;

/**
 * The lines that every workload reads: 99 characters and a line feed, words with a blank between them, blanks to the end.
 * The same number of lines is the same text, in every run.
 */
final class LinePool {
    static final int LINE_BYTES = 100;
    private static final int SEED = 42;

    private LinePool() {}

    /** So many lines, one after the other, each with its line feed. */
    static byte[] bytes(int lines) {
        ZipfWords words = new ZipfWords();
        SplittableRandom random = new SplittableRandom(SEED);
        byte[] text = new byte[Math.multiplyExact(lines, LINE_BYTES)];
        Arrays.fill(text, (byte) ' ');
        for (int line = 0; line < lines; line++) {
            int end = (line + 1) * LINE_BYTES - 1;
            fill(text, line * LINE_BYTES, end, words, random);
            text[end] = '\n';
        }
        return text;
    }

    /** Words until one does not fit, which is lost. */
    private static void fill(byte[] text, int start, int end, ZipfWords words, SplittableRandom random) {
        int at = start;
        String word = words.draw(random);
        while (at + word.length() <= end) {
            byte[] letters = word.getBytes(StandardCharsets.ISO_8859_1);
            System.arraycopy(letters, 0, text, at, letters.length);
            at = Math.min(end, at + letters.length + 1);
            word = words.draw(random);
        }
    }

    /** So many lines, without their line feeds. */
    static String[] strings(int lines) {
        byte[] text = bytes(lines);
        String[] strings = new String[lines];
        for (int line = 0; line < lines; line++) {
            strings[line] = new String(text, line * LINE_BYTES, LINE_BYTES - 1, StandardCharsets.ISO_8859_1);
        }
        return strings;
    }

    /** The lines of such a text, without their line feeds, as slices of it. */
    static Utf8[] slices(byte[] text) {
        Utf8[] slices = new Utf8[text.length / LINE_BYTES];
        for (int line = 0; line < slices.length; line++) {
            slices[line] = Utf8.wrap(text, line * LINE_BYTES, LINE_BYTES - 1);
        }
        return slices;
    }

    /** A list of so many lines that goes round in the pool. */
    static List<String> cycled(String[] pool, int lines) {
        return lines == pool.length ? Arrays.asList(pool) : new Cycle(pool, lines);
    }

    private static final class Cycle extends AbstractList<String> implements RandomAccess {
        private final String[] pool;
        private final int lines;

        Cycle(String[] pool, int lines) {
            this.pool = pool;
            this.lines = lines;
        }

        @Override
        public String get(int index) {
            return pool[index % pool.length];
        }

        @Override
        public int size() {
            return lines;
        }
    }
}
