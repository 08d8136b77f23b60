/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kafka;

import io.acequia.streaming.data.StreamClock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells Kafka how far the batches that are done have come, for those who look at a group's lag: the job itself goes by its
 * checkpoint. One commit is under way at a time, so that an older one cannot overtake; what comes meanwhile is sent with the
 * next. A commit that fails is told and not repeated: the next one says more.
 */
final class Commits {
    private static final Logger LOG = LoggerFactory.getLogger(Commits.class);
    private static final Duration LAST = Duration.ofSeconds(5);

    private final Cluster cluster;
    private final String group;
    private final Map<TopicPartition, Long> waiting = new HashMap<>();
    private @Nullable KafkaFuture<Void> underWay;

    Commits(Cluster cluster, String group) {
        this.cluster = cluster;
        this.group = group;
    }

    synchronized void add(Map<TopicPartition, Long> offsets) {
        waiting.putAll(offsets);
        if (underWay == null) {
            send();
        }
    }

    private synchronized void send() {
        if (waiting.isEmpty()) {
            underWay = null;
            notifyAll();
            return;
        }
        KafkaFuture<Void> sent = cluster.commit(group, waiting);
        waiting.clear();
        underWay = sent;
        sent.whenComplete((nothing, failure) -> {
            if (failure != null) {
                LOG.warn("the offsets of group '{}' could not be committed: {}", group, failure.getMessage());
            }
            send();
        });
    }

    /** Waits for the last one, but not for ever. */
    synchronized void flush() {
        StreamClock clock = StreamClock.system();
        long deadline = clock.nanoTime() + LAST.toNanos();
        try {
            while (underWay != null && clock.nanoTime() < deadline) {
                TimeUnit.NANOSECONDS.timedWait(this, Math.max(1, deadline - clock.nanoTime()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
