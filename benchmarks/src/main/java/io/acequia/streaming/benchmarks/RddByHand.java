/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** The works of {@link RddWork#COMPARED} as loops of two threads, which hold everything in memory. */
final class RddByHand implements AutoCloseable {
    private final TwoThreads threads = new TwoThreads();
    private final List<Path> files;

    RddByHand(RddInput input) throws IOException {
        files = input.files();
    }

    long run(RddWork work) throws Exception {
        return switch (work) {
            case REDUCE -> reduce();
            case SORT -> sort();
            case JOIN -> join();
            case CHAIN, GROUP -> throw new IllegalArgumentException(work + " is not compared");
        };
    }

    private interface Line {
        void take(String line);
    }

    private static void each(List<Path> some, Line line) throws IOException {
        for (Path file : some) {
            try (BufferedReader in = Files.newBufferedReader(file)) {
                for (String text = in.readLine(); text != null; text = in.readLine()) {
                    line.take(text);
                }
            }
        }
    }

    private List<Path> half(int thread) {
        int middle = files.size() / 2;
        return thread == 0 ? files.subList(0, middle) : files.subList(middle, files.size());
    }

    private long reduce() throws Exception {
        List<Map<String, Long>> counts = List.of(new HashMap<>(), new HashMap<>());
        threads.run(thread -> each(half(thread), line -> {
            if (line.charAt(RddInput.KEY - 1) % 2 == 0) {
                counts.get(thread).merge(line.substring(0, RddInput.KEY - 2), 1L, Long::sum);
            }
        }));
        Map<String, Long> all = counts.get(0);
        counts.get(1).forEach((key, count) -> all.merge(key, count, Long::sum));
        long sum = 0;
        for (Map.Entry<String, Long> entry : all.entrySet()) {
            sum += entry.getKey().hashCode() * entry.getValue();
        }
        return sum;
    }

    private long sort() throws Exception {
        List<List<String>> read = List.of(new ArrayList<>(), new ArrayList<>());
        threads.run(thread -> each(half(thread), read.get(thread)::add));
        List<String[]> sorted = new ArrayList<>(List.of(new String[0], new String[0]));
        threads.run(thread -> {
            String[] lines = read.get(thread).toArray(String[]::new);
            Arrays.sort(lines);
            sorted.set(thread, lines);
        });
        String[] left = sorted.get(0);
        String[] right = sorted.get(1);
        List<String> keys = new ArrayList<>(left.length + right.length);
        int l = 0;
        int r = 0;
        while (l < left.length || r < right.length) {
            boolean fromLeft = r == right.length || (l < left.length && left[l].compareTo(right[r]) <= 0);
            keys.add((fromLeft ? left[l++] : right[r++]).substring(0, RddInput.KEY));
        }
        return RddWork.inOrder(keys.iterator());
    }

    private long join() throws Exception {
        List<Map<String, List<String>>> sides = List.of(new HashMap<>(), new HashMap<>());
        threads.run(thread -> each(half(thread), line -> sides.get(thread)
                .computeIfAbsent(line.substring(0, RddInput.KEY), key -> new ArrayList<>(1))
                .add(line)));
        AtomicLong sum = new AtomicLong();
        sides.get(0).forEach((key, lefts) -> {
            for (String right : sides.get(1).getOrDefault(key, List.of())) {
                for (String left : lefts) {
                    sum.addAndGet((long) key.hashCode() + left.length() - right.length());
                }
            }
        });
        return sum.get();
    }

    @Override
    public void close() {
        threads.close();
    }
}
