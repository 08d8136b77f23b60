/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import io.acequia.streaming.DStream;
import io.acequia.streaming.PairDStream;
import io.acequia.streaming.RDD;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.testkit.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;

/**
 * W6: a word count over a queue of lines that are there already. A batch is timed from the step of the clock that makes it
 * due until the listener hears that it is done, so planning, hand-offs between threads and the shuffle are in it. The
 * contestants read the same list of strings; all run by turns in one JVM.
 *
 * <p>The first ratio is of processor time: it hardly changes when somebody else uses the machine at the same time.
 */
final class QueueWordCount implements AutoCloseable {
    private static final int WARM_UPS = 6;
    private static final Duration INTERVAL = Duration.ofSeconds(1);

    private final List<String> lines;
    private final ManualClock clock = new ManualClock(Instant.EPOCH);
    private final Batches batches = new Batches();
    private final Queue<RDD<String>> queue = new ConcurrentLinkedQueue<>();
    private final LongAdder words = new LongAdder();
    private final StreamingContext context;
    private volatile boolean collects = true;
    private volatile List<Tuple2<String, Integer>> collected = List.of();

    QueueWordCount(List<String> lines) {
        this.lines = lines;
        StreamingConf conf = new StreamingConf().setMaster("local[2]").setAppName("W6");
        this.context = new StreamingContext(conf, INTERVAL, clock);
        context.addStreamingListener(batches);
        LongAdder sum = words;
        count(context.queueStream(queue)).foreachRDD(rdd -> {
            if (collects) {
                collected = rdd.collect();
            } else {
                rdd.foreachPartition(counts -> sum.add(sum(counts)));
            }
        });
        context.start();
    }

    /** The word count as anybody would write it. */
    static PairDStream<String, Integer> count(DStream<String> lines) {
        return lines.flatMap(l -> Arrays.asList(l.split(" ")).iterator())
                .mapToPair(w -> Tuple2.of(w, 1))
                .reduceByKey(Integer::sum);
    }

    /** Reads counts to their end; how many words they stand for. */
    static <K> long sum(Iterator<Tuple2<K, Integer>> counts) {
        long sum = 0;
        while (counts.hasNext()) {
            sum += counts.next()._2();
        }
        return sum;
    }

    /** All counts of one batch. */
    Map<String, Long> counts() throws InterruptedException {
        collects = true;
        batch();
        collects = false;
        Map<String, Long> counts = new HashMap<>();
        collected.forEach(count -> counts.merge(count._1(), (long) count._2(), Long::sum));
        collected = List.of();
        return counts;
    }

    /** One batch; how many words were counted in it. */
    long words() throws InterruptedException {
        batch();
        return words.sumThenReset();
    }

    private void batch() throws InterruptedException {
        queue.add(context.batchContext().parallelize(lines, TwoThreads.COUNT));
        clock.advance(INTERVAL);
        batches.await(1);
    }

    @Override
    public void close() {
        context.stop();
    }

    static void run(Request request) throws Exception {
        String[] pool = LinePool.strings(Math.min(request.lines(), 1_000_000));
        List<String> lines = LinePool.cycled(pool, request.lines());
        try (QueueWordCount stream = new QueueWordCount(lines);
                HandWrittenCounts limits = new HandWrittenCounts()) {
            Map<String, Long> expected = new HashMap<>();
            limits.merging(lines).forEach(expected::putAll);
            Map<String, Long> inPlace = new HashMap<>();
            limits.countingInPlace(lines).forEach(map -> map.forEach((word, n) -> inPlace.put(word, n[0])));
            mustAgree("long[] limit", expected, inPlace);
            mustAgree("stream", expected, stream.counts());
            System.out.println("outputs agree: " + expected.size() + " words in " + lines.size() + " lines");
            compare(request, lines, stream, limits);
        }
    }

    /** Refuses to measure a contestant that counts wrongly. */
    static void mustAgree(String who, Map<String, Long> expected, Map<String, Long> counts) {
        if (!counts.equals(expected)) {
            throw new IllegalStateException("ACQ-3007 the " + who + " counted " + counts.size() + " words where "
                    + expected.size() + " are, or other numbers: a fast wrong answer is no answer");
        }
    }

    private static void compare(Request request, List<String> lines, QueueWordCount stream, HandWrittenCounts limits)
            throws Exception {
        Rounds rounds = new Rounds(3, request.rounds());
        for (int round = -WARM_UPS; round < request.rounds(); round++) {
            rounds.time(round, 0, stream::words);
            rounds.time(round, 1, () -> sumOf(limits.merging(lines)));
            rounds.time(round, 2, () -> sumOfArrays(limits.countingInPlace(lines)));
        }
        String[] names = {"stream", "idiomatic limit", "long[] limit"};
        for (int i = 0; i < names.length; i++) {
            System.out.println(rounds.line(names[i], i, lines.size()));
        }
        System.out.println(rounds.cpuRatio(0, 1).ratioLine("W6 CPU time", "idiomatic limit"));
        System.out.println(rounds.ratio(0, 2).ratioLine("W6", "long[] limit"));
        System.out.println(rounds.ratio(0, 1).ratioLine("W6", "idiomatic limit"));
    }

    static long sumOf(List<Map<String, Long>> counts) {
        long sum = 0;
        for (Map<String, Long> part : counts) {
            for (long n : part.values()) {
                sum += n;
            }
        }
        return sum;
    }

    private static long sumOfArrays(List<Map<String, long[]>> counts) {
        long sum = 0;
        for (Map<String, long[]> part : counts) {
            for (long[] n : part.values()) {
                sum += n[0];
            }
        }
        return sum;
    }
}
