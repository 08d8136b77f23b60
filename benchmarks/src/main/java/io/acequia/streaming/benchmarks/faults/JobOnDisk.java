/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import io.acequia.streaming.BatchFailedException;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.StreamingContext.ContextState;
import io.acequia.streaming.data.ByteSize;
import io.acequia.streaming.internal.ingest.LoggedRecords;
import io.acequia.streaming.internal.store.BlockCodec;
import io.acequia.streaming.internal.store.RecordSerializer;
import io.acequia.streaming.listener.ReceiverEvent;
import io.acequia.streaming.listener.StreamingListener;
import io.acequia.streaming.storage.Storage;
import io.acequia.streaming.testkit.ManualClock;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A whole context on a faulty disk and a manual clock: it receives from a feed, logs, and collects in its batches. */
final class JobOnDisk implements AutoCloseable {
    static final Duration INTERVAL = Duration.ofMillis(200);
    static final Duration PATIENCE = Duration.ofSeconds(30);

    private final ManualClock clock = new ManualClock(Instant.parse("2026-01-01T00:00:00Z"));
    private final Queue<ReceiverEvent> events = new ConcurrentLinkedQueue<>();
    private final Queue<Long> processed = new ConcurrentLinkedQueue<>();
    private final StreamingContext context;

    /**
     * Starts it.
     *
     * @param logged whether received blocks go to the log
     * @param block how large blocks grow
     */
    JobOnDisk(Storage disk, NumberedFeed feed, boolean logged, ByteSize block) {
        StreamingConf conf = StreamingConf.withoutDefaults()
                .setMaster(FaultyEngines.master(disk))
                .setAppName("faults")
                .set(StreamingConf.MULTIPLE_CONTEXTS, true)
                .set(StreamingConf.STOP_ON_SHUTDOWN, false)
                .set(StreamingConf.BLOCK_SIZE, block);
        context = new StreamingContext(conf, INTERVAL, clock);
        context.checkpoint("disk");
        context.addStreamingListener(new StreamingListener() {
            @Override
            public void onReceiverStateChanged(ReceiverEvent event) {
                events.add(event);
            }
        });
        Queue<Long> done = processed;
        context.receiverStream(feed.source())
                .uid("numbers")
                .dataLog(logged)
                .foreachRDD(rdd -> done.addAll(rdd.collect()));
        boolean started = false;
        try {
            context.start();
            started = true;
        } finally {
            if (!started) {
                context.stop(true, false);
            }
        }
    }

    /** Moves the clock. */
    void advance(Duration time) {
        clock.advance(time);
    }

    boolean isActive() {
        return context.state() == ContextState.ACTIVE;
    }

    /** What the receiver went through. */
    List<ReceiverEvent> events() {
        return List.copyOf(events);
    }

    /** What its batches have done: their log may be gone. */
    List<Long> processed() {
        return List.copyOf(processed);
    }

    /** Whether the job ends by itself, as failed. */
    boolean fails() throws InterruptedException {
        try {
            context.awaitTerminationOrTimeout(PATIENCE);
            return false;
        } catch (BatchFailedException e) {
            return true;
        }
    }

    @Override
    public void close() {
        context.stop(true, false);
    }

    /** The records in the log of the one source whose files are there. */
    static List<Long> logged(Storage disk) throws IOException {
        List<Long> records = new ArrayList<>();
        BlockCodec codec = new BlockCodec(new RecordSerializer(Set.of()));
        for (String folder : disk.folders("received")) {
            for (Object record : LoggedRecords.in(disk, folder, codec)) {
                records.add((Long) record);
            }
        }
        return records;
    }
}
