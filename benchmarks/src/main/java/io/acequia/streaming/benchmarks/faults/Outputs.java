/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.ToLongFunction;

/**
 * What a job has committed, and what it should have: everything follows from the numbers that the output {@link #IDS} has in
 * each batch, by the plainest code there is.
 */
final class Outputs {
    static final String IDS = "ids";
    static final String COUNTS = "counts";
    static final String SUMS = "sums";
    static final String REDUCED = "reduced";
    static final String INVERTED = "inverted";
    static final String WINDOWED = "windowed";
    static final String FILES = "files";
    /** Lengths of the windows, and the slide of the one with an inverse, in batches. */
    static final int WINDOW = 4;

    static final int INVERSE = 6;
    static final int SLIDE = 2;
    static final int PLAIN = 3;

    private static final long BATCH = ExactProgram.INTERVAL.toMillis();

    private final Path folder;
    private final Set<Path> seen = new HashSet<>();
    private final Map<String, NavigableMap<Long, List<String>>> committed = new HashMap<>();
    private int changed;

    Outputs(Path folder) {
        this.folder = folder;
    }

    /**
     * What is wrong with it.
     *
     * @param lost numbers that were acknowledged, and words in files, that are in no batch
     * @param duplicated numbers and words that are in a batch more than once, or in more than one
     * @param state sum of the differences of counts and sums, over all batches
     * @param windows the same of the windows
     * @param missing outputs of batches whose numbers were committed
     * @param changed partitions that were repeated with another content
     */
    record Wrong(long lost, long duplicated, long state, long windows, long missing, long changed) {
        static final Wrong NOTHING = new Wrong(0, 0, 0, 0, 0, 0);

        Wrong plus(Wrong other) {
            return new Wrong(
                    lost + other.lost,
                    duplicated + other.duplicated,
                    state + other.state,
                    windows + other.windows,
                    missing + other.missing,
                    changed + other.changed);
        }

        boolean isNothing() {
            return equals(NOTHING);
        }
    }

    /** Reads what is new. */
    void read() throws IOException {
        for (Path file : Folders.files(folder)) {
            String name = file.getFileName().toString();
            if (name.startsWith(".") || !seen.add(file)) {
                continue;
            }
            String[] parts = name.split("~", -1);
            if (parts[0].equals(FolderSink.CHANGED)) {
                changed++;
                continue;
            }
            committed
                    .computeIfAbsent(parts[0], any -> new TreeMap<>())
                    .computeIfAbsent(Long.parseLong(parts[1]), any -> new ArrayList<>())
                    .addAll(Files.readAllLines(file));
        }
    }

    private NavigableMap<Long, List<String>> of(String output) {
        return committed.getOrDefault(output, new TreeMap<>());
    }

    /** How many batches have their numbers. */
    int batches() {
        return of(IDS).size();
    }

    /** The numbers that are in a batch. */
    BitSet numbers() {
        BitSet numbers = new BitSet();
        of(IDS).values().forEach(batch -> batch.forEach(number -> numbers.set(Integer.parseInt(number))));
        return numbers;
    }

    /** Intervals between the first and the last batch of a single life that had none. */
    long skippedBatches() {
        NavigableMap<Long, List<String>> counts = of(COUNTS);
        return counts.isEmpty() ? 0 : (counts.lastKey() - counts.firstKey()) / BATCH + 1 - counts.size();
    }

    int words() {
        return (int) of(FILES).values().stream().mapToLong(List::size).sum();
    }

    /**
     * Compares everything.
     *
     * @param acked all numbers up to this one were acknowledged
     * @param words as many words stand in files
     */
    Wrong compare(long acked, int words) {
        return new Wrong(
                acked - numbers().get(1, (int) acked + 1).cardinality() + lostWords(words),
                repeated(of(IDS)) + repeated(of(FILES)),
                state(COUNTS, number -> 1) + state(SUMS, number -> number),
                window(REDUCED, WINDOW, number -> number)
                        + window(INVERTED, INVERSE, number -> number)
                        + window(WINDOWED, PLAIN, number -> 1),
                missing(),
                changed);
    }

    private long lostWords(int words) {
        Set<String> there = new HashSet<>();
        of(FILES).values().forEach(there::addAll);
        return words - there.size();
    }

    private static long repeated(Map<Long, List<String>> output) {
        Set<String> once = new HashSet<>();
        long again = 0;
        for (List<String> batch : output.values()) {
            for (String each : batch) {
                again += once.add(each) ? 0 : 1;
            }
        }
        return again;
    }

    private long state(String output, ToLongFunction<Long> value) {
        Map<Long, Long> expected = new HashMap<>();
        NavigableMap<Long, List<String>> ids = of(IDS);
        long wrong = 0;
        Long done = null;
        for (Map.Entry<Long, List<String>> batch : of(output).entrySet()) {
            NavigableMap<Long, List<String>> since = done == null ? ids : ids.tailMap(done, false);
            since.headMap(batch.getKey(), true).values().forEach(each -> add(expected, each, value));
            done = batch.getKey();
            wrong += difference(expected, batch.getValue());
        }
        return wrong;
    }

    private long window(String output, int batches, ToLongFunction<Long> value) {
        long wrong = 0;
        for (Map.Entry<Long, List<String>> batch : of(output).entrySet()) {
            Map<Long, Long> expected = new HashMap<>();
            of(IDS).subMap(batch.getKey() - batches * BATCH, false, batch.getKey(), true)
                    .values()
                    .forEach(each -> add(expected, each, value));
            wrong += difference(expected, batch.getValue());
        }
        return wrong;
    }

    private static void add(Map<Long, Long> sums, List<String> numbers, ToLongFunction<Long> value) {
        for (String text : numbers) {
            long number = Long.parseLong(text);
            sums.merge(number % ExactProgram.WORDS, value.applyAsLong(number), Long::sum);
        }
    }

    /** A key that is not there counts as 0. */
    private static long difference(Map<Long, Long> expected, List<String> lines) {
        Map<Long, Long> left = new HashMap<>(expected);
        for (String line : lines) {
            int blank = line.indexOf(' ');
            left.merge(Long.parseLong(line, 0, blank, 10), -Long.parseLong(line.substring(blank + 1)), Long::sum);
        }
        return left.values().stream().mapToLong(Math::abs).sum();
    }

    /** What each batch that has numbers must have besides; after a graceful end no batch is unfinished. */
    private long missing() {
        long missing = 0;
        long phase = of(INVERTED).isEmpty() ? 0 : of(INVERTED).firstKey();
        for (Map.Entry<Long, List<String>> batch : of(IDS).entrySet()) {
            long time = Objects.requireNonNull(batch.getKey());
            if (batch.getValue().isEmpty()) {
                continue;
            }
            for (String output : List.of(COUNTS, SUMS, REDUCED, WINDOWED)) {
                missing += of(output).containsKey(time) ? 0 : 1;
            }
            boolean slides = (time - phase) % (SLIDE * BATCH) == 0;
            missing += of(INVERTED).containsKey(time) == (slides && time >= phase) ? 0 : 1;
        }
        return missing;
    }
}
