/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import io.acequia.streaming.RDD;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.listener.BatchInfo;
import io.acequia.streaming.testkit.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;

/**
 * What a batch of one record costs: the word count of W6 over a line of one word, in two partitions, as the limit has two
 * tasks.
 *
 * <p><b>Paced</b>: a batch each millisecond on the clock of the machine, from the moment when the timer thread begins to plan
 * the batch until its last output has ended, as every listener is told ({@link BatchInfo#totalDelay()}; the clock has
 * nanoseconds). The processor goes to sleep between two batches, as it would in service. This is the gate.
 *
 * <p><b>Back to back</b>: a step of a manual clock makes the batch due, the next step follows when the listener has heard of
 * its end; the time between, so two more hand-offs between threads are in it.
 *
 * <p>The limit is a barrier over two empty tasks on a thread pool, back to back.
 */
final class OneRecord implements AutoCloseable {
    private static final Duration INTERVAL = Duration.ofMillis(1);
    private static final int WARM_UPS = 5;
    private static final int BATCHES = 1000;
    private static final int BARRIERS = 10_000;

    private final Batches batches = new Batches();
    private final LongAdder words = new LongAdder();
    private final StreamingContext context;

    private OneRecord(StreamClock clock) {
        StreamingConf conf = new StreamingConf().setMaster("local[2]").setAppName("W5");
        context = new StreamingContext(conf, INTERVAL, clock);
        context.addStreamingListener(batches);
        RDD<String> one = context.batchContext().parallelize(List.of("word"), TwoThreads.COUNT);
        Queue<RDD<String>> none = new ConcurrentLinkedQueue<>();
        LongAdder sum = words;
        QueueWordCount.count(context.queueStream(none, true, one))
                .foreachRDD(rdd -> rdd.foreachPartition(counts -> sum.add(QueueWordCount.sum(counts))));
        context.start();
    }

    @Override
    public void close() {
        context.stop();
    }

    /** Refuses to measure a stream that counts wrongly. */
    static void mustCountOne() throws InterruptedException {
        ManualClock clock = new ManualClock(Instant.EPOCH);
        try (OneRecord stream = new OneRecord(clock)) {
            for (int batch = 1; batch <= 3; batch++) {
                clock.advance(INTERVAL);
                stream.batches.await(1);
                mustBe(batch, stream.words.sum());
            }
        }
    }

    static void mustBe(long batches, long words) {
        if (words != batches) {
            throw new IllegalStateException("ACQ-3009 " + batches + " batches of one word gave " + words
                    + " words: a fast wrong answer is no answer");
        }
    }

    static void compare(int rounds) throws Exception {
        double[] paced = new double[rounds];
        double[] pacedP99 = new double[rounds];
        double[] direct = new double[rounds];
        double[] barrier = new double[rounds];
        double[] pacedRatio = new double[rounds];
        double[] directRatio = new double[rounds];
        try (TwoThreads threads = new TwoThreads()) {
            for (int round = -WARM_UPS; round < rounds; round++) {
                Samples pacedBatches = paced();
                Samples directBatches = backToBack();
                Samples barriers = barriers(threads);
                if (round >= 0) {
                    paced[round] = pacedBatches.median();
                    pacedP99[round] = pacedBatches.quantile(0.99);
                    direct[round] = directBatches.median();
                    barrier[round] = barriers.median();
                    pacedRatio[round] = barriers.median() / pacedBatches.median();
                    directRatio[round] = barriers.median() / directBatches.median();
                }
            }
        }
        System.out.println("one-record batch each millisecond: median "
                + Samples.of(paced).line("us") + ", p99 " + Samples.of(pacedP99).line("us"));
        System.out.println(
                "one-record batch back to back: median " + Samples.of(direct).line("us"));
        System.out.println("2-task barrier: median " + Samples.of(barrier).line("us"));
        System.out.println(Samples.of(directRatio).ratioLine("W5 one-record batch back to back", "2-task barrier"));
        System.out.println(Samples.of(pacedRatio).ratioLine("W5 one-record batch", "2-task barrier"));
    }

    private static Samples paced() throws InterruptedException {
        try (OneRecord stream = new OneRecord(StreamClock.system())) {
            return Samples.of(stream.batches.await(BATCHES).stream()
                    .mapToDouble(batch -> batch.totalDelay().orElseThrow().toNanos() / 1e3)
                    .toArray());
        }
    }

    private static Samples backToBack() throws InterruptedException {
        ManualClock clock = new ManualClock(Instant.EPOCH);
        double[] micros = new double[BATCHES];
        try (OneRecord stream = new OneRecord(clock)) {
            for (int i = 0; i < BATCHES; i++) {
                long before = System.nanoTime();
                clock.advance(INTERVAL);
                stream.batches.await(1);
                micros[i] = (System.nanoTime() - before) / 1e3;
            }
        }
        return Samples.of(micros);
    }

    private static Samples barriers(TwoThreads threads) throws Exception {
        double[] micros = new double[BARRIERS];
        for (int i = 0; i < BARRIERS; i++) {
            long before = System.nanoTime();
            threads.run(thread -> {});
            micros[i] = (System.nanoTime() - before) / 1e3;
        }
        return Samples.of(micros);
    }
}
