/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.data.Durations;
import io.acequia.streaming.listener.BatchInfo;
import io.acequia.streaming.listener.ContextStatus.RateTerms;
import io.acequia.streaming.listener.ContextStatus.SourceStatus;
import io.acequia.streaming.receiver.Records;
import io.acequia.streaming.receiver.Source;
import io.acequia.streaming.receiver.UnreliableReceiver;
import java.time.Duration;
import java.util.Collections;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Back-pressure under a load that grows tenfold: a source offers 2 000 records a second, then 20 000, to an output that takes 200
 * microseconds for each, so it can do 5 000. Prints every batch: what came, how long it took and waited, the limit in force,
 * and the terms of the PID. The source drops what it may not bring, as a peer that is held back would keep it.
 */
final class LoadStep {
    private static final Duration INTERVAL = Durations.milliseconds(200);
    private static final int CAPACITY = 5_000;
    private static final int BATCHES_BEFORE = 15;
    private static final int BATCHES_AFTER = 35;
    private static final int SETTLED = 10;

    private static volatile int offered;

    private LoadStep() {}

    static void run(Request request) throws Exception {
        offered = 2_000;
        StreamingConf conf = new StreamingConf()
                .setMaster("local[2]")
                .setAppName("rate")
                .set(StreamingConf.BACKPRESSURE_ENABLED, true)
                .set(StreamingConf.BACKPRESSURE_INITIAL_RATE, 4_000L);
        Batches batches = new Batches();
        double mostOverLimit = 0;
        double mostOverCapacity = 0;
        long leastLimit = Long.MAX_VALUE;
        System.out.println("| batch | offered/s | came/s | limit/s | took ms | waited ms | P | I | D |");
        System.out.println("|---|---|---|---|---|---|---|---|---|");
        try (StreamingContext context = new StreamingContext(conf, INTERVAL)) {
            context.addStreamingListener(batches);
            context.receiverStream(Source.of("load", Offering::new))
                    .foreachRDD(rdd -> LockSupport.parkNanos(rdd.count() * TimeUnit.SECONDS.toNanos(1) / CAPACITY));
            context.start();
            long before = limit(context);
            for (int i = 0; i < BATCHES_BEFORE + BATCHES_AFTER; i++) {
                offered = i < BATCHES_BEFORE ? 2_000 : 20_000;
                BatchInfo batch = batches.await(1).get(0);
                long limit = limit(context);
                double came = batch.numRecords() * 1000.0 / INTERVAL.toMillis();
                print(
                        i + 1,
                        came,
                        limit,
                        batch,
                        context.status().sources().get(0).rateTerms());
                mostOverLimit = Math.max(mostOverLimit, came / Math.max(before, limit));
                leastLimit = Math.min(leastLimit, limit);
                if (i >= BATCHES_BEFORE + SETTLED) {
                    mostOverCapacity = Math.max(mostOverCapacity, came / CAPACITY);
                }
                before = limit;
            }
        }
        System.out.printf(
                Locale.ROOT,
                "rate: most over limit=%.2f least limit=%d most over capacity once settled=%.2f%n",
                mostOverLimit,
                leastLimit,
                mostOverCapacity);
    }

    private static long limit(StreamingContext context) {
        SourceStatus source = context.status().sources().get(0);
        return source.limit().orElse(0);
    }

    private static void print(int number, double came, long limit, BatchInfo batch, Optional<RateTerms> terms) {
        System.out.printf(
                Locale.ROOT,
                "| %d | %d | %.0f | %d | %.1f | %.1f | %s |%n",
                number,
                offered,
                came,
                limit,
                batch.processingDelay().orElseThrow().toNanos() / 1e6,
                batch.schedulingDelay().orElseThrow().toNanos() / 1e6,
                terms.map(t -> "%.0f | %.0f | %.0f".formatted(t.proportional(), t.integral(), t.derivative()))
                        .orElse("| |"));
    }

    /** Offers so many records a second, evenly. */
    private static final class Offering implements UnreliableReceiver<Integer> {
        private long begun;
        private double given;

        @Override
        public void connect() {
            begun = System.nanoTime();
        }

        @Override
        public Records<Integer> read(int maxRecords, Duration maxWait) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
            long now = System.nanoTime();
            double due = (now - begun) * (double) offered / TimeUnit.SECONDS.toNanos(1);
            begun = now;
            given = Math.min(given + due, offered);
            int most = (int) Math.min(maxRecords, given);
            given -= most;
            return Records.of(Collections.nCopies(most, 1));
        }

        @Override
        public void close() {}
    }
}
