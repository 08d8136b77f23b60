/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.listener.BatchInfo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A word count over the built-in socket source, fed at a steady rate from a thread of this process. One connection keeps the
 * order of the lines, so the number of records in each batch tells which lines are in it, and when they were sent.
 */
final class SocketWordCount {
    private static final Duration WARM_UP = Duration.ofSeconds(5);

    private final PacedSender sender;
    private final List<Double> medians = new ArrayList<>();
    private final List<Double> p99s = new ArrayList<>();
    private final List<Double> batchMillis = new ArrayList<>();
    private double longestDelay;
    private long counted;

    private SocketWordCount(PacedSender sender) {
        this.sender = sender;
    }

    /**
     * What came out, a value for each round.
     *
     * @param medianLatency from sending a line to the end of its batch, milliseconds
     * @param p99Latency the same
     * @param batch median of a batch's total delay, milliseconds
     * @param longestDelay the longest that a batch waited for its turn, milliseconds
     * @param waitingBatches how many were planned or running at the end
     * @param counted records in all batches
     * @param sent records sent by then
     */
    record Measured(
            Samples medianLatency,
            Samples p99Latency,
            Samples batch,
            double longestDelay,
            int waitingBatches,
            long counted,
            long sent) {}

    static Measured run(Duration interval, int linesEachMilli, Duration round, int rounds) throws Exception {
        Duration most = WARM_UP.plus(round.multipliedBy(rounds)).multipliedBy(3);
        try (PacedSender sender = new PacedSender(linesEachMilli, Math.toIntExact(most.toMillis()))) {
            StreamingConf conf = new StreamingConf().setMaster("local[2]").setAppName("W5");
            try (StreamingContext context = new StreamingContext(conf, interval)) {
                Batches batches = new Batches();
                context.addStreamingListener(batches);
                QueueWordCount.count(context.socketTextStream(sender.host(), sender.port()))
                        .foreachRDD(rdd -> rdd.foreachPartition(QueueWordCount::sum));
                context.start();
                SocketWordCount run = new SocketWordCount(sender);
                run.skip(batches.await((int) WARM_UP.dividedBy(interval)));
                for (int i = 0; i < rounds; i++) {
                    run.add(batches.await((int) round.dividedBy(interval)));
                }
                return run.measured(context.status().batchesQueued());
            }
        }
    }

    private void skip(List<BatchInfo> warmUp) {
        warmUp.forEach(batch -> counted += batch.numRecords());
    }

    private void add(List<BatchInfo> round) {
        List<Double> latencies = new ArrayList<>();
        List<Double> millis = new ArrayList<>();
        for (BatchInfo batch : round) {
            addLatencies(batch, latencies);
            millis.add(batch.totalDelay().orElseThrow().toNanos() / 1e6);
            longestDelay =
                    Math.max(longestDelay, batch.schedulingDelay().orElseThrow().toNanos() / 1e6);
        }
        Samples all = samples(latencies);
        medians.add(all.median());
        p99s.add(all.quantile(0.99));
        batchMillis.add(samples(millis).median());
    }

    /** A burst that two batches share is counted in the later one. */
    private void addLatencies(BatchInfo batch, List<Double> latencies) {
        long ended = PacedSender.micros(batch.endedAt().orElseThrow());
        int first = Math.toIntExact(counted / sender.burst());
        counted += batch.numRecords();
        int end = Math.toIntExact(counted / sender.burst());
        for (int burst = first; burst < end; burst++) {
            latencies.add((ended - sender.sentMicros(burst)) / 1e3);
        }
    }

    private Measured measured(int waitingBatches) {
        return new Measured(
                samples(medians),
                samples(p99s),
                samples(batchMillis),
                longestDelay,
                waitingBatches,
                counted,
                sender.sent());
    }

    private static Samples samples(List<Double> values) {
        return Samples.of(values.stream().mapToDouble(Double::doubleValue).toArray());
    }
}
