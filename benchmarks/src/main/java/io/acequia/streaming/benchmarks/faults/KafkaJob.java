/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.direct.DirectSource;
import io.acequia.streaming.listener.BatchInfo;
import io.acequia.streaming.listener.StreamingListener;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** {@link KafkaProgram} in the process of a rig, which is watched while something happens to its broker. */
final class KafkaJob implements AutoCloseable {
    private static final Duration GRACE = Duration.ofSeconds(30);

    private final StreamingContext context;
    private final StateWatch watch;
    private final AtomicLong batches = new AtomicLong();

    /** Starts it. */
    KafkaJob(DirectSource<ConsumerRecord<String, String>> source, Path directory, ExactTarget target) {
        context = KafkaProgram.context(source, directory.toString(), target);
        watch = new StateWatch(context::status);
        context.addStreamingListener(watch);
        context.addStreamingListener(new StreamingListener() {
            @Override
            public void onBatchCompleted(BatchInfo batch) {
                batches.incrementAndGet();
            }
        });
        context.start();
    }

    StateWatch watch() {
        return watch;
    }

    /** Batches that are done. */
    long batches() {
        return batches.get();
    }

    /** Waits for so many further batches. */
    boolean awaitBatches(int more, Duration atMost) throws Exception {
        long until = batches() + more;
        return Waiting.until(atMost, () -> batches() >= until);
    }

    /** Whether it has failed. */
    boolean hasEnded() {
        return !context.status().state().equals("ACTIVE");
    }

    /** Ends gracefully; whether that was complete. */
    boolean stop() {
        return context.stop(GRACE).complete();
    }

    @Override
    public void close() {
        context.stop(Duration.ZERO);
    }
}
