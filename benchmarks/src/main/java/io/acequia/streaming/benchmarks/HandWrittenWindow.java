/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Counts in a window written by hand for two threads, each with its half of the words: what came is counted and added to the
 * counts of the window, what left is taken off.
 */
final class HandWrittenWindow implements AutoCloseable {
    private final int length;
    private final boolean keepsZeros;
    private final TwoThreads threads = new TwoThreads();
    private final List<Map<String, Long>> windows = HandWrittenCounts.maps();
    private final List<Deque<Map<String, Long>>> slides = new ArrayList<>();

    /** @param keepsZeros whether a word stays that no longer occurs */
    HandWrittenWindow(int length, boolean keepsZeros) {
        this.length = length;
        this.keepsZeros = keepsZeros;
        for (int i = 0; i < TwoThreads.COUNT; i++) {
            slides.add(new ArrayDeque<>());
        }
    }

    /** One slide after the other; the sum of all counts after each. */
    long sliding(List<List<String>> wordsOfSlides) throws Exception {
        long sum = 0;
        for (List<String> words : wordsOfSlides) {
            long[] sums = new long[TwoThreads.COUNT];
            threads.run(thread -> {
                slide(came(words, thread), windows.get(thread), slides.get(thread));
                for (long count : windows.get(thread).values()) {
                    sums[thread] += count;
                }
            });
            sum += sums[0] + sums[1];
        }
        return sum;
    }

    private static Map<String, Long> came(List<String> words, int thread) {
        Map<String, Long> came = new HashMap<>();
        for (String word : words) {
            if (HandWrittenCounts.ownerOf(word) == thread) {
                came.merge(word, 1L, Long::sum);
            }
        }
        return came;
    }

    private void slide(Map<String, Long> came, Map<String, Long> window, Deque<Map<String, Long>> slides) {
        came.forEach((word, n) -> window.merge(word, n, Long::sum));
        slides.addLast(came);
        if (slides.size() > length) {
            slides.removeFirst()
                    .forEach((word, n) ->
                            window.computeIfPresent(word, (w, count) -> count > n || keepsZeros ? count - n : null));
        }
    }

    /** All counts of the window. */
    Map<String, Long> counts() {
        Map<String, Long> counts = new HashMap<>();
        windows.forEach(counts::putAll);
        return counts;
    }

    @Override
    public void close() {
        threads.close();
    }
}
