/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.benchmarks.faults.NumberedFeed.Manners;
import io.acequia.streaming.data.ByteSize;
import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.examples.CustomReliableReceiver.AckedLinesSource;
import io.acequia.streaming.testkit.SimulatedStorage;
import io.acequia.streaming.testkit.SimulatedStorage.Operation;
import java.io.File;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;

/**
 * F36: a server ends each connection after a line or more, and the receiver connects anew, again and again; then storing what
 * was read fails in contexts of their own. Threads and file descriptors must be as many afterwards as before.
 */
final class RestartRig {
    private static final Duration INTERVAL = Duration.ofMillis(50);
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final Duration BRIEFLY = Duration.ofMillis(20);
    private static final int WARM_UP = 20;

    private RestartRig() {}

    static Figures run(int restarts, Verdict verdict) throws Exception {
        int broken = Math.max(1, restarts / 50);
        restart(WARM_UP, verdict.seed());
        breakStoring(1, verdict.seed());
        Held before = Held.now();
        Restarted restarted = restart(restarts, verdict.seed());
        Held between = settle(before);
        int ended = breakStoring(broken, verdict.seed());
        Held after = settle(before);
        return new Figures("F36 restarts of a receiver, and stores that fail")
                .count("n", restarts + broken)
                .within("restarts", restarted.restarts(), restarts, Long.MAX_VALUE)
                .must("lost", restarted.lost(), 0)
                .must("jobs_failed", ended, broken)
                .show("threads_before", before.threads())
                .within("threads_after", Math.max(between.threads(), after.threads()), 0, before.threads())
                .show("fds_before", before.descriptors())
                .within("fds_after", Math.max(between.descriptors(), after.descriptors()), 0, before.descriptors());
    }

    /** What this process holds. */
    private record Held(int threads, int descriptors) {
        static Held now() {
            String[] open =
                    Optional.ofNullable(new File("/proc/self/fd").list()).orElse(new String[0]);
            return new Held(Thread.getAllStackTraces().size(), open.length);
        }
    }

    /** What this process holds once what ends in the background has ended. */
    private static Held settle(Held expected) throws InterruptedException {
        Held now = Held.now();
        for (int i = 0;
                i < 1_500 && (now.threads() > expected.threads() || now.descriptors() > expected.descriptors());
                i++) {
            StreamClock.system().awaitUntil(StreamClock.system().now().plus(BRIEFLY));
            now = Held.now();
        }
        return now;
    }

    /**
     * What came of it.
     *
     * @param restarts how often the receiver connected anew
     * @param lost lines that were acknowledged, and that no batch got
     */
    private record Restarted(long restarts, long lost) {}

    private static Restarted restart(int restarts, long seed) throws Exception {
        LongAdder processed = new LongAdder();
        StreamingConf conf = StreamingConf.withoutDefaults()
                .setMaster("local[2]")
                .setAppName("restarts")
                .set(StreamingConf.STOP_ON_SHUTDOWN, false)
                .set(StreamingConf.BLOCK_INTERVAL, Duration.ofMillis(10))
                .set(StreamingConf.RECEIVER_RETRY_FIRST, Duration.ofMillis(1))
                .set(StreamingConf.RECEIVER_RETRY_MOST, Duration.ofMillis(2));
        try (AckServer server = new AckServer(true, 1, seed);
                StreamingContext context = new StreamingContext(conf, INTERVAL)) {
            LongAdder sum = processed;
            context.receiverStream(new AckedLinesSource(server.host(), server.port()))
                    .map(Tuple2::_1)
                    .foreachRDD(rdd -> sum.add(rdd.distinct().count()));
            context.start();
            server.await(() -> server.connections() > restarts, PATIENCE);
            context.stop(true, false);
            return new Restarted(server.connections() - 1, Math.max(0, server.acked() - processed.sum()));
        }
    }

    private static int breakStoring(int n, long seed) throws Exception {
        int failed = 0;
        for (int i = 0; i < n; i++) {
            SimulatedStorage disk = new SimulatedStorage(seed + i);
            NumberedFeed feed = new NumberedFeed(1, Manners.HONEST);
            try (JobOnDisk job = new JobOnDisk(disk, feed, true, ByteSize.kibibytes(16))) {
                disk.fail(Operation.WRITE, 1 + i % 7);
                while (job.isActive()) {
                    feed.offer(10);
                    feed.await(feed::allAcked, BRIEFLY);
                    job.advance(JobOnDisk.INTERVAL);
                }
                failed += job.fails() ? 1 : 0;
            }
            feed.close();
        }
        return failed;
    }
}
