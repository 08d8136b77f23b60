/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import io.acequia.streaming.benchmarks.RddRuns.Turn;
import io.acequia.streaming.benchmarks.SocketThroughput.WordsBefore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * W1 on Spark: the word count on our engine over Spark against the word count on Spark's own streams, with as many cores, of which the
 * receiver takes one in both. Each has a JVM of its own, since Spark allows one context in a JVM; they have rounds as in
 * {@link ReceivedWordCount} by turns, and the one that waits does nothing.
 */
final class SparkWordCounts {
    private static final int WARM_UPS = 4;

    private SparkWordCounts() {}

    static void run(Request request) throws Exception {
        int poolLines = Math.min(request.lines(), 1_000_000);
        Path folder = Files.createTempDirectory("acequia-lines-");
        Path pool = folder.resolve("lines");
        Path counts = folder.resolve("counts");
        try {
            Files.write(pool, LinePool.bytes(poolLines));
            try (SparkProcess engine = start("engine", pool, request.lines());
                    SparkProcess streams = start("dstreams", pool, request.lines())) {
                String[] strings = LinePool.strings(poolLines);
                Map<String, Long> expected = expected(strings, request.lines());
                mustAgree("stream on Spark", expected, engine, counts);
                mustAgree("stream of Spark", expected, streams, counts);
                System.out.println("outputs agree: " + expected.size() + " words in " + request.lines() + " lines");
                WordsBefore before = new WordsBefore(strings);
                tell(request, measure(request.rounds(), request.lines(), before, engine::turn, streams::turn));
            }
        } finally {
            Files.deleteIfExists(counts);
            Files.deleteIfExists(pool);
            Files.delete(folder);
        }
    }

    private static SparkProcess start(String contestant, Path pool, int lines) throws IOException {
        return SparkProcess.startOnEngine("WordCounts", List.of(contestant, pool.toString(), String.valueOf(lines)));
    }

    private static Map<String, Long> expected(String[] pool, int lines) throws Exception {
        Map<String, Long> expected = new HashMap<>();
        try (HandWrittenCounts hand = new HandWrittenCounts()) {
            hand.merging(LinePool.cycled(pool, lines)).forEach(expected::putAll);
        }
        return expected;
    }

    private static void mustAgree(String who, Map<String, Long> expected, SparkProcess program, Path counts)
            throws IOException {
        program.turn("counts " + counts);
        QueueWordCount.mustAgree(who, expected, read(counts));
    }

    /** Words and their counts, as a program has written them. */
    static Map<String, Long> read(Path counts) throws IOException {
        Map<String, Long> byWord = new HashMap<>();
        for (String line : Files.readAllLines(counts)) {
            int space = line.lastIndexOf(' ');
            byWord.merge(line.substring(0, space), Long.parseLong(line.substring(space + 1)), Long::sum);
        }
        return byWord;
    }

    /** Rounds by turns, of a few batches of so many lines each; everyone has counted one batch before. */
    static Rounds measure(int count, int lines, WordsBefore before, SparkOverhead.Program... contestants)
            throws Exception {
        Rounds rounds = new Rounds(contestants.length, count);
        long from = lines;
        for (int round = -WARM_UPS; round < count; round++) {
            long until = from + (long) ReceivedWordCount.BATCHES * lines;
            for (int i = 0; i < contestants.length; i++) {
                Turn turn = contestants[i].turn("round " + ReceivedWordCount.BATCHES);
                mustHaveCounted(before.line(until) - before.line(from), turn.result(), i);
                rounds.add(round, i, turn.wallNanos(), turn.cpuNanos());
            }
            from = until;
        }
        return rounds;
    }

    private static void mustHaveCounted(long expected, long counted, int contestant) {
        if (counted != expected) {
            throw new IllegalStateException("ACQ-3177 contestant " + contestant + " counted " + counted
                    + " words in a round of " + expected + ": a fast wrong answer is no answer");
        }
    }

    private static void tell(Request request, Rounds rounds) {
        long lines = (long) ReceivedWordCount.BATCHES * request.lines();
        System.out.println(rounds.line("stream on Spark", 0, lines));
        System.out.println(rounds.line("stream of Spark", 1, lines));
        System.out.println(rounds.cpuRatio(0, 1).ratioLine("W1 on Spark CPU time", "Spark's streams"));
        System.out.println(rounds.ratio(0, 1).ratioLine("W1 on Spark", "Spark's streams"));
    }
}
