/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * A vocabulary of 100 000 different words of 4 to 7 letters, drawn by Zipf's law with exponent 1: the word of rank n comes
 * n times less often than the first. Drawing takes constant time, by Walker's alias method: each cell of a table belongs to
 * one word up to a threshold and to another, its alias, above it.
 */
final class ZipfWords {
    static final int COUNT = 100_000;
    private static final int SEED = 7;
    private static final int SHORTEST = 4;
    private static final int LENGTHS = 4;
    private static final int LETTERS = 26;

    private final String[] words = new String[COUNT];
    private final double[] threshold = new double[COUNT];
    private final int[] alias = new int[COUNT];

    ZipfWords() {
        spell();
        fillTable();
    }

    /** A word, by Zipf's law. */
    String draw(SplittableRandom random) {
        int cell = random.nextInt(COUNT);
        return words[random.nextDouble() < threshold[cell] ? cell : alias[cell]];
    }

    private void spell() {
        Random random = new Random(SEED);
        Set<String> known = new HashSet<>();
        while (known.size() < COUNT) {
            char[] letters = new char[SHORTEST + random.nextInt(LENGTHS)];
            for (int i = 0; i < letters.length; i++) {
                letters[i] = (char) ('a' + random.nextInt(LETTERS));
            }
            String word = new String(letters);
            if (known.add(word)) {
                words[known.size() - 1] = word;
            }
        }
    }

    private void fillTable() {
        double[] share = shares();
        int[] poor = new int[COUNT];
        int[] rich = new int[COUNT];
        int poorCount = 0;
        int richCount = 0;
        for (int rank = 0; rank < COUNT; rank++) {
            if (share[rank] < 1) {
                poor[poorCount++] = rank;
            } else {
                rich[richCount++] = rank;
            }
        }
        while (poorCount > 0 && richCount > 0) {
            int taker = poor[--poorCount];
            int giver = rich[--richCount];
            threshold[taker] = share[taker];
            alias[taker] = giver;
            share[giver] += share[taker] - 1;
            if (share[giver] < 1) {
                poor[poorCount++] = giver;
            } else {
                rich[richCount++] = giver;
            }
        }
        while (richCount > 0) {
            threshold[rich[--richCount]] = 1;
        }
        while (poorCount > 0) {
            threshold[poor[--poorCount]] = 1;
        }
    }

    /** How many cells of the table each word should fill. */
    private static double[] shares() {
        double sum = 0;
        for (int rank = 1; rank <= COUNT; rank++) {
            sum += 1.0 / rank;
        }
        double[] share = new double[COUNT];
        for (int i = 0; i < COUNT; i++) {
            share[i] = 1.0 / (i + 1) / sum * COUNT;
        }
        return share;
    }
}
