/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Word counts written by hand for two threads: each counts the words of its half of the lines, then each merges what both
 * have counted of its half of the keys.
 */
final class HandWrittenCounts implements AutoCloseable {
    private final TwoThreads threads = new TwoThreads();

    /** The idiomatic one: {@code split} and {@code HashMap.merge}. A map for each half of the keys. */
    List<Map<String, Long>> merging(List<String> lines) throws Exception {
        List<Map<String, Long>> counted = maps();
        threads.run(thread -> count(half(lines, thread), counted.get(thread)));
        return merged(counted);
    }

    /** The same over lines that the threads take by turns, some at a time. */
    List<Map<String, Long>> merging(Turns<List<String>> turns) throws Exception {
        List<Map<String, Long>> counted = maps();
        threads.run(thread -> {
            for (List<String> lines = turns.take(); !lines.isEmpty(); lines = turns.take()) {
                count(lines, counted.get(thread));
            }
        });
        return merged(counted);
    }

    /** What both threads take from; nothing more is there when it is empty. */
    @FunctionalInterface
    interface Turns<P> {
        P take() throws IOException;
    }

    private static void count(List<String> lines, Map<String, Long> counts) {
        for (String line : lines) {
            for (String word : line.split(" ")) {
                counts.merge(word, 1L, Long::sum);
            }
        }
    }

    private List<Map<String, Long>> merged(List<Map<String, Long>> counted) throws Exception {
        List<Map<String, Long>> merged = maps();
        threads.run(thread -> {
            Map<String, Long> counts = merged.get(thread);
            for (Map<String, Long> part : counted) {
                part.forEach((word, n) -> {
                    if (ownerOf(word) == thread) {
                        counts.merge(word, n, Long::sum);
                    }
                });
            }
        });
        return merged;
    }

    /** The same with counters that are updated in place, which saves boxing. */
    List<Map<String, long[]>> countingInPlace(List<String> lines) throws Exception {
        List<Map<String, long[]>> counted = maps();
        threads.run(thread -> {
            Map<String, long[]> counts = counted.get(thread);
            for (String line : half(lines, thread)) {
                for (String word : line.split(" ")) {
                    long[] count = counts.get(word);
                    if (count == null) {
                        counts.put(word, new long[] {1});
                    } else {
                        count[0]++;
                    }
                }
            }
        });
        List<Map<String, long[]>> merged = maps();
        threads.run(thread -> {
            Map<String, long[]> counts = merged.get(thread);
            for (Map<String, long[]> part : counted) {
                part.forEach((word, n) -> {
                    if (ownerOf(word) == thread) {
                        long[] count = counts.get(word);
                        if (count == null) {
                            counts.put(word, n);
                        } else {
                            count[0] += n[0];
                        }
                    }
                });
            }
        });
        return merged;
    }

    /** The same over so many lines of the pool's bytes, round and round: no string, and a table made for it. */
    List<ByteCounts> scanning(byte[] pool, int lines) throws Exception {
        ByteCounts[] counted = new ByteCounts[TwoThreads.COUNT];
        long middle = (long) (lines / 2) * LinePool.LINE_BYTES;
        long end = (long) lines * LinePool.LINE_BYTES;
        threads.run(thread -> {
            counted[thread] = new ByteCounts();
            scan(pool, thread == 0 ? 0 : middle, thread == 0 ? middle : end, counted[thread]);
        });
        return merged(counted);
    }

    /** The same over bytes that the threads take by turns. */
    List<ByteCounts> scanning(Turns<byte[]> turns) throws Exception {
        ByteCounts[] counted = new ByteCounts[TwoThreads.COUNT];
        threads.run(thread -> {
            counted[thread] = new ByteCounts();
            for (byte[] text = turns.take(); text.length > 0; text = turns.take()) {
                counted[thread].scan(text, 0, text.length);
            }
        });
        return merged(counted);
    }

    private static void scan(byte[] pool, long from, long end, ByteCounts counts) {
        for (long at = from; at < end; ) {
            int start = (int) (at % pool.length);
            int length = (int) Math.min(pool.length - start, end - at);
            counts.scan(pool, start, start + length);
            at += length;
        }
    }

    private List<ByteCounts> merged(ByteCounts[] counted) throws Exception {
        ByteCounts[] merged = new ByteCounts[TwoThreads.COUNT];
        threads.run(thread -> {
            merged[thread] = new ByteCounts();
            for (ByteCounts part : counted) {
                merged[thread].addAll(part, thread);
            }
        });
        return List.of(merged);
    }

    private static List<String> half(List<String> lines, int thread) {
        int middle = lines.size() / 2;
        return thread == 0 ? lines.subList(0, middle) : lines.subList(middle, lines.size());
    }

    /** The thread that has a word. */
    static int ownerOf(String word) {
        return (word.hashCode() & Integer.MAX_VALUE) % TwoThreads.COUNT;
    }

    /** A map for each thread. */
    static <V> List<Map<String, V>> maps() {
        List<Map<String, V>> maps = new ArrayList<>();
        for (int i = 0; i < TwoThreads.COUNT; i++) {
            maps.add(new HashMap<>());
        }
        return maps;
    }

    @Override
    public void close() {
        threads.close();
    }
}
