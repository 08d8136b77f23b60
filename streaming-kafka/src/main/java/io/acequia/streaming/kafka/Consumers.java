/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kafka;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Consumers that tasks have finished with, kept for the next ones: connecting anew for each range costs more than most ranges.
 * One that stands where a range begins is taken first, as it may have fetched what comes. A consumer that has failed is closed
 * and not put back. At most {@value #MOST_IDLE} wait in a JVM; the one that has waited longest is closed for another.
 */
final class Consumers {
    private static final int MOST_IDLE = 64;
    private static final Duration CLOSE = Duration.ofSeconds(2);
    private static final Map<Connection, Deque<Idle<?, ?>>> IDLE = new HashMap<>();
    private static int idle;

    private Consumers() {}

    /** A consumer with one partition assigned, and the offset at which it stands. */
    record Idle<K, V>(KafkaConsumer<K, V> consumer, TopicPartition partition, long offset) {}

    /** A consumer that will next give the records from an offset on. */
    @SuppressWarnings("unchecked") // what a connection makes is of its types
    static <K, V> KafkaConsumer<K, V> take(Connection connection, TopicPartition partition, long offset) {
        Idle<K, V> found = (Idle<K, V>) waiting(connection, partition, offset);
        KafkaConsumer<K, V> consumer = found == null ? connection.consumer() : found.consumer();
        if (found == null || !found.partition().equals(partition)) {
            consumer.assign(List.of(partition));
        }
        if (found == null || !found.partition().equals(partition) || found.offset() != offset) {
            consumer.seek(partition, offset);
        }
        return consumer;
    }

    private static synchronized @Nullable Idle<?, ?> waiting(
            Connection connection, TopicPartition partition, long offset) {
        Deque<Idle<?, ?>> waiting = IDLE.get(connection);
        if (waiting == null || waiting.isEmpty()) {
            return null;
        }
        Iterator<Idle<?, ?>> each = waiting.iterator();
        while (each.hasNext()) {
            Idle<?, ?> found = each.next();
            if (found.partition().equals(partition) && found.offset() == offset) {
                each.remove();
                idle--;
                return found;
            }
        }
        idle--;
        return waiting.poll();
    }

    static <K, V> void giveBack(
            Connection connection, KafkaConsumer<K, V> consumer, TopicPartition partition, long offset) {
        Idle<?, ?> oldest = null;
        synchronized (Consumers.class) {
            IDLE.computeIfAbsent(connection, any -> new ArrayDeque<>()).add(new Idle<>(consumer, partition, offset));
            if (++idle > MOST_IDLE) {
                oldest = oldest();
            }
        }
        if (oldest != null) {
            close(oldest.consumer());
        }
    }

    private static @Nullable Idle<?, ?> oldest() {
        for (Deque<Idle<?, ?>> waiting : IDLE.values()) {
            Idle<?, ?> found = waiting.poll();
            if (found != null) {
                idle--;
                return found;
            }
        }
        return null;
    }

    /** Closes those that wait. */
    static void closeIdle(Connection connection) {
        Deque<Idle<?, ?>> waiting;
        synchronized (Consumers.class) {
            waiting = IDLE.remove(connection);
            idle -= waiting == null ? 0 : waiting.size();
        }
        if (waiting != null) {
            waiting.forEach(each -> close(each.consumer()));
        }
    }

    static void close(KafkaConsumer<?, ?> consumer) {
        consumer.close(CloseOptions.timeout(CLOSE));
    }
}
