/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import io.acequia.streaming.DStream;
import io.acequia.streaming.PairDStream;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.data.ByteSize;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.data.Utf8;
import io.acequia.streaming.testkit.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;

/**
 * W1: a word count over a receiver whose lines are in memory already. A round is a few batches of the same number of lines,
 * back to back: the first batch's lines are received, then each batch becomes due as soon as the one before is done and its
 * lines have been received, which happens meanwhile. The time is that of the whole round, from the first line that the
 * receiver may give until a listener hears of the last batch. The limits count as many lines as often.
 *
 * @param <T> type of a line
 */
final class ReceivedWordCount<T> implements AutoCloseable {
    private static final int WARM_UPS = 4;
    static final int BATCHES = 3;
    private static final Duration INTERVAL = Duration.ofSeconds(1);
    /** A line is less than that in memory: what may wait for a batch is no bound here. */
    private static final int MOST_LINE_BYTES = 256;

    private final int lines;
    private final ReadyLines<T> source;
    private final ManualClock clock = new ManualClock(Instant.EPOCH);
    private final Batches batches = new Batches();
    private final LongAdder words = new LongAdder();
    private final StreamingContext context;
    private volatile boolean collects = true;
    private volatile Map<String, Long> collected = Map.of();

    ReceivedWordCount(T[] pool, int lines, Function<DStream<T>, PairDStream<T, Integer>> count) {
        this.lines = lines;
        this.source = new ReadyLines<>(pool);
        StreamingConf conf = new StreamingConf()
                .setMaster("local[2]")
                .setAppName("W1")
                .set(StreamingConf.MULTIPLE_CONTEXTS, true)
                .set(StreamingConf.SOURCE_BUFFER, new ByteSize((long) 2 * lines * MOST_LINE_BYTES));
        this.context = new StreamingContext(conf, INTERVAL, clock);
        context.addStreamingListener(batches);
        LongAdder sum = words;
        count.apply(context.receiverStream(source)).foreachRDD(rdd -> {
            if (collects) {
                collected = byWord(rdd.collect());
            } else {
                rdd.foreachPartition(counts -> sum.add(QueueWordCount.sum(counts)));
            }
        });
        context.start();
    }

    /** The word count of lines that are bytes, which makes no {@code String}. */
    static PairDStream<Utf8, Integer> countUtf8(DStream<Utf8> lines) {
        return lines.flatMap(l -> l.splitOn((byte) ' '))
                .mapToPair(w -> Tuple2.of(w, 1))
                .reduceByKey(Integer::sum);
    }

    static <K> Map<String, Long> byWord(List<Tuple2<K, Integer>> counts) {
        Map<String, Long> byWord = new HashMap<>();
        counts.forEach(count -> byWord.merge(count._1().toString(), (long) count._2(), Long::sum));
        return byWord;
    }

    /** All counts of one batch. */
    Map<String, Long> counts() throws InterruptedException {
        collects = true;
        source.grant(lines);
        source.awaitStored();
        clock.advance(INTERVAL);
        batches.await(1);
        collects = false;
        Map<String, Long> counts = collected;
        collected = Map.of();
        return counts;
    }

    /** One round; how many words were counted in it. */
    long words() throws InterruptedException {
        source.grant(lines);
        source.awaitStored();
        for (int batch = 1; batch <= BATCHES; batch++) {
            clock.advance(INTERVAL);
            if (batch < BATCHES) {
                source.grant(lines);
            }
            batches.await(1);
            source.awaitStored();
        }
        return words.sumThenReset();
    }

    @Override
    public void close() {
        context.stop();
    }

    static void run(Request request) throws Exception {
        int poolLines = Math.min(request.lines(), 1_000_000);
        byte[] text = LinePool.bytes(poolLines);
        String[] strings = LinePool.strings(poolLines);
        List<String> lines = LinePool.cycled(strings, request.lines());
        boolean ofStrings = request.measures(Request.STRING);
        try (ReceivedWordCount<?> stream = ofStrings
                        ? new ReceivedWordCount<>(strings, lines.size(), QueueWordCount::count)
                        : new ReceivedWordCount<>(LinePool.slices(text), lines.size(), ReceivedWordCount::countUtf8);
                HandWrittenCounts limits = new HandWrittenCounts()) {
            Map<String, Long> expected = new HashMap<>();
            limits.merging(lines).forEach(expected::putAll);
            Map<String, Long> scanned = new HashMap<>();
            limits.scanning(text, lines.size()).forEach(part -> part.forEach(scanned::put));
            QueueWordCount.mustAgree("byte-slice limit", expected, scanned);
            QueueWordCount.mustAgree("stream", expected, stream.counts());
            System.out.println("outputs agree: " + expected.size() + " words in " + lines.size() + " lines");
            Callable<Long> limit = ofStrings
                    ? times(() -> QueueWordCount.sumOf(limits.merging(lines)))
                    : times(() -> sumOf(limits.scanning(text, lines.size())));
            Rounds rounds = new Rounds(2, request.rounds());
            for (int round = -WARM_UPS; round < request.rounds(); round++) {
                rounds.time(round, 0, stream::words);
                rounds.time(round, 1, limit);
            }
            tell(request, rounds, (long) BATCHES * lines.size());
        }
    }

    static void tell(Request request, Rounds rounds, long lines) {
        String limit = request.measures(Request.STRING) ? "idiomatic limit" : "byte-slice limit";
        String what = request.workload() + " " + request.only();
        System.out.println(rounds.line("stream of " + request.only(), 0, lines));
        System.out.println(rounds.line(limit, 1, lines));
        System.out.println(rounds.cpuRatio(0, 1).ratioLine(what + " CPU time", limit));
        System.out.println(rounds.ratio(0, 1).ratioLine(what, limit));
    }

    static long sumOf(List<ByteCounts> counts) {
        return counts.stream().mapToLong(ByteCounts::sum).sum();
    }

    private static Callable<Long> times(Callable<Long> batch) {
        return () -> {
            long words = 0;
            for (int i = 0; i < BATCHES; i++) {
                words += batch.call();
            }
            return words;
        };
    }
}
