/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.data.Durations;
import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.listener.BatchInfo;
import io.acequia.streaming.listener.StreamingListener;
import io.acequia.streaming.receiver.Delivery;
import io.acequia.streaming.receiver.ReliableReceiver;
import io.acequia.streaming.receiver.Source;
import io.acequia.streaming.testkit.ChildJvm;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The child of F37: a context whose source has as much as anybody takes, and batches that take half of their interval. It says
 * of each batch how many records it had, and how many milliseconds after the one before it was planned.
 */
final class FloodProgram {
    static final int RATE = 1000;
    static final int BATCHES = 8;
    static final String DONE = "done";
    static final Duration INTERVAL = Durations.milliseconds(500);
    private static final int CHARACTERS = 200;

    private FloodProgram() {}

    /** Arguments: records a second or 0, whether there is a log, its directory. */
    public static void main(String[] arguments) throws Exception {
        ChildJvm.endWithParent();
        StreamingConf conf = StreamingConf.withoutDefaults()
                .setMaster("local[2]")
                .setAppName("flood")
                .set(StreamingConf.STOP_AFTER_BATCHES, (long) BATCHES);
        try (StreamingContext context = new StreamingContext(conf, INTERVAL)) {
            context.checkpoint(arguments[2]);
            context.addStreamingListener(new Told());
            context.receiverStream(new Flood())
                    .uid("flood")
                    .dataLog(Boolean.parseBoolean(arguments[1]))
                    .maxRate(Long.parseLong(arguments[0]))
                    .foreachRDD(rdd -> {
                        rdd.count();
                        StreamClock clock = StreamClock.system();
                        clock.awaitUntil(clock.now().plus(INTERVAL.dividedBy(2)));
                    });
            context.start();
            context.awaitTermination();
        }
        System.out.println(DONE);
    }

    private static final class Told implements StreamingListener {
        private @Nullable Instant before;

        @Override
        public void onBatchCompleted(BatchInfo batch) {
            Duration since = before == null ? INTERVAL : Duration.between(before, batch.submittedAt());
            before = batch.submittedAt();
            System.out.println(batch.numRecords() + " " + since.toMillis());
        }
    }

    private record Flood() implements Source<String> {
        @Override
        public String name() {
            return "flood";
        }

        @Override
        public ReliableReceiver<String> newReceiver() {
            return new Endless();
        }
    }

    private static final class Endless implements ReliableReceiver<String> {
        private long next;

        @Override
        public void connect() {}

        @Override
        public Delivery<String> read(int maxRecords, Duration maxWait) {
            List<String> records = new ArrayList<>();
            while (records.size() < maxRecords) {
                records.add(next++ + "x".repeat(CHARACTERS));
            }
            return records.isEmpty() ? Delivery.nothing() : Delivery.of(records, () -> {});
        }

        @Override
        public void close() {}
    }
}
