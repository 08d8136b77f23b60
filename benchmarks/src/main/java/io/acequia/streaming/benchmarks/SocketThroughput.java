/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import io.acequia.streaming.DStream;
import io.acequia.streaming.PairDStream;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.data.ByteSize;
import io.acequia.streaming.data.Utf8;
import io.acequia.streaming.testkit.ManualClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * W2: a word count over one TCP connection to a process that sends as fast as it is read. The stream's batches are back to
 * back: each takes what was received while the one before it ran, up to the lines of the command line, which is what may wait
 * for a batch. A turn begins with batches that are not timed, until what had waited since the last turn is gone; then whole
 * batches are timed, from end to end, until enough lines are in them. The limits read and count as many lines in as many
 * batches, likewise after some that are not timed. Every contestant has a connection of its own, which stands still between its turns.
 */
final class SocketThroughput {
    private static final int WARM_UPS = 4;
    private static final int BATCHES = 3;
    private static final int UNTIMED = 2;
    private static final Duration INTERVAL = Duration.ofSeconds(1);

    private SocketThroughput() {}

    static void run(Request request) throws Exception {
        if (request.whom().equals(Request.LOG_OFF)) {
            compareLogs(request);
            return;
        }
        int poolLines = Math.min(request.lines(), 1_000_000);
        boolean ofStrings = request.measures(Request.STRING);
        compareOutputs(poolLines, request.lines(), List.of(request.only()));
        WordsBefore before = new WordsBefore(LinePool.strings(poolLines));
        try (SenderProcess sender = SenderProcess.start(poolLines, 0);
                Streamed<?> stream = ofStrings
                        ? Streamed.strings(sender.port(), request.lines())
                        : Streamed.utf8(sender.port(), request.lines());
                SocketByHand hand = new SocketByHand(sender.port())) {
            Contestant limit = ofStrings
                    ? lines -> new Counted(lines, QueueWordCount.sumOf(hand.merging(lines)))
                    : lines -> new Counted(lines, ReceivedWordCount.sumOf(hand.scanning(lines)));
            Turn[] turns = {new Turn(stream::count, before), new Turn(limit, before)};
            Rounds rounds = new Rounds(turns.length, request.rounds());
            for (int round = -WARM_UPS; round < request.rounds(); round++) {
                for (int i = 0; i < turns.length; i++) {
                    turns[i].run(rounds, round, i, request.lines());
                }
            }
            ReceivedWordCount.tell(request, rounds, 1);
        }
    }

    /** The same streams with a data log and without. */
    private static void compareLogs(Request request) throws Exception {
        int poolLines = Math.min(request.lines(), 1_000_000);
        compareOutputs(poolLines, request.lines(), List.of(request.only()));
        WordsBefore before = new WordsBefore(LinePool.strings(poolLines));
        Path log = Files.createTempDirectory("acequia-bench-log");
        try (SenderProcess sender = SenderProcess.start(poolLines, 0);
                Streamed<?> logged = request.measures(Request.STRING)
                        ? Streamed.strings(sender.port(), request.lines(), log)
                        : Streamed.utf8(sender.port(), request.lines(), log);
                Streamed<?> plain = request.measures(Request.STRING)
                        ? Streamed.strings(sender.port(), request.lines())
                        : Streamed.utf8(sender.port(), request.lines())) {
            Turn[] turns = {new Turn(logged::count, before), new Turn(plain::count, before)};
            Rounds rounds = new Rounds(turns.length, request.rounds());
            for (int round = -WARM_UPS; round < request.rounds(); round++) {
                for (int i = 0; i < turns.length; i++) {
                    turns[i].run(rounds, round, i, request.lines());
                }
            }
            System.out.println(rounds.line(request.only() + ", log on", 0, 1));
            System.out.println(rounds.line(request.only() + ", log off", 1, 1));
            System.out.println(rounds.ratio(0, 1).ratioLine("W2 " + request.only() + " with the data log", "without"));
        } finally {
            delete(log);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> content = Files.walk(folder)) {
            for (Path path : content.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    /** Each counts the same lines, which are all that its sender sends. */
    static void compareOutputs(int poolLines, int lines, List<String> streams) throws Exception {
        try (SenderProcess sender = SenderProcess.start(poolLines, lines);
                SocketByHand hand = new SocketByHand(sender.port())) {
            Map<String, Long> expected = new HashMap<>();
            hand.merging(lines).forEach(expected::putAll);
            Map<String, Long> scanned = new HashMap<>();
            hand.scanning(lines).forEach(part -> part.forEach(scanned::put));
            QueueWordCount.mustAgree("byte-slice limit", expected, scanned);
            for (String name : streams) {
                try (Streamed<?> stream = name.equals(Request.STRING)
                        ? Streamed.strings(sender.port(), lines)
                        : Streamed.utf8(sender.port(), lines)) {
                    QueueWordCount.mustAgree("stream of " + name, expected, stream.counts(lines));
                }
            }
            System.out.println("outputs agree: " + expected.size() + " words in " + lines + " lines");
        }
    }

    /** Counts at least so many lines, the next ones of its connection. */
    @FunctionalInterface
    interface Contestant {
        Counted count(long lines) throws Exception;
    }

    record Counted(long lines, long words) {}

    /** A contestant and how far it has come in its connection, by which the number of words is known. */
    static final class Turn {
        private final Contestant contestant;
        private final WordsBefore before;
        private long position;

        Turn(Contestant contestant, WordsBefore before) {
            this.contestant = contestant;
            this.before = before;
        }

        /** Times are for a line. */
        void run(Rounds rounds, int round, int number, int lines) throws Exception {
            for (int i = 0; i < UNTIMED; i++) {
                count(number, lines / UNTIMED);
            }
            long cpuBefore = Rounds.cpuNanos();
            long start = System.nanoTime();
            double counted = 0;
            for (int i = 0; i < BATCHES; i++) {
                counted += count(number, lines);
            }
            long took = System.nanoTime() - start;
            rounds.add(round, number, took / counted, (Rounds.cpuNanos() - cpuBefore) / counted);
        }

        private long count(int number, long lines) throws Exception {
            Counted counted = contestant.count(lines);
            long expected = before.line(position + counted.lines()) - before.line(position);
            if (counted.words() != expected) {
                throw new IllegalStateException("ACQ-3013 contestant " + number + " counted " + counted.words()
                        + " words in lines " + position + " to " + (position + counted.lines()) + ", which have "
                        + expected + ": a fast wrong answer is no answer");
            }
            position += counted.lines();
            return counted.lines();
        }
    }

    /** How many words the lines have that were sent before a line. */
    static final class WordsBefore {
        private final long[] before;

        WordsBefore(String[] pool) {
            before = new long[pool.length + 1];
            for (int i = 0; i < pool.length; i++) {
                before[i + 1] = before[i] + pool[i].split(" ").length;
            }
        }

        long line(long line) {
            int pool = before.length - 1;
            return line / pool * before[pool] + before[(int) (line % pool)];
        }
    }

    /** A stream over a connection. */
    static final class Streamed<T> implements AutoCloseable {
        private final ManualClock clock = new ManualClock(Instant.EPOCH);
        private final Batches batches = new Batches();
        private final LongAdder words = new LongAdder();
        private final Map<String, Long> collected = new HashMap<>();
        private final StreamingContext context;
        private volatile boolean collects;

        private Streamed(
                int lines,
                Optional<Path> log,
                Function<StreamingContext, DStream<T>> source,
                Function<DStream<T>, PairDStream<T, Integer>> count) {
            StreamingConf conf = new StreamingConf()
                    .setMaster("local[2]")
                    .setAppName("W2")
                    .set(StreamingConf.MULTIPLE_CONTEXTS, true)
                    .set(StreamingConf.SOURCE_BUFFER, new ByteSize((long) lines * LinePool.LINE_BYTES));
            this.context = new StreamingContext(conf, INTERVAL, clock);
            log.ifPresent(folder -> context.checkpoint(folder.toString()));
            context.addStreamingListener(batches);
            LongAdder sum = words;
            count.apply(source.apply(context)).foreachRDD(rdd -> {
                if (collects) {
                    ReceivedWordCount.byWord(rdd.collect()).forEach((word, n) -> collected.merge(word, n, Long::sum));
                } else {
                    rdd.foreachPartition(counts -> sum.add(QueueWordCount.sum(counts)));
                }
            });
            context.start();
        }

        static Streamed<String> strings(int port, int lines) {
            return strings(port, lines, Optional.empty());
        }

        static Streamed<String> strings(int port, int lines, Path log) {
            return strings(port, lines, Optional.of(log));
        }

        private static Streamed<String> strings(int port, int lines, Optional<Path> log) {
            return new Streamed<>(
                    lines, log, context -> context.socketTextStream(SenderProcess.host(), port), QueueWordCount::count);
        }

        static Streamed<Utf8> utf8(int port, int lines) {
            return utf8(port, lines, Optional.empty());
        }

        static Streamed<Utf8> utf8(int port, int lines, Path log) {
            return utf8(port, lines, Optional.of(log));
        }

        private static Streamed<Utf8> utf8(int port, int lines, Optional<Path> log) {
            return new Streamed<>(
                    lines,
                    log,
                    context -> context.socketUtf8Stream(SenderProcess.host(), port),
                    ReceivedWordCount::countUtf8);
        }

        Counted count(long lines) throws InterruptedException {
            long counted = 0;
            while (counted < lines) {
                clock.advance(INTERVAL);
                counted += batches.await(1).get(0).numRecords();
            }
            return new Counted(counted, words.sumThenReset());
        }

        /** All counts of the next lines, which must be the last ones. */
        Map<String, Long> counts(long lines) throws InterruptedException {
            collects = true;
            count(lines);
            collects = false;
            return collected;
        }

        @Override
        public void close() {
            context.stop();
        }
    }
}
