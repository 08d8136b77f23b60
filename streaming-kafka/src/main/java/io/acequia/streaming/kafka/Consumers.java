/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kafka;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Consumers that tasks have finished with, kept for the next ones: connecting anew for each range costs more than most ranges.
 *
 * <p>A task is given one that stands where its range begins, with what that one has fetched beyond the range before; else one of the
 * same partition; else a new one, since one of another partition may have a request parked at the broker, and asks for nothing
 * until that is answered. Only when there are {@value #MOST} consumers in the JVM, one of another partition is taken.
 *
 * <p>A consumer that has failed is closed and not put back, nor is one that was taken before its connection was given up.
 */
final class Consumers {
    private static final int MOST = 64;
    private static final Duration CLOSE = Duration.ofSeconds(2);
    private static final Map<Connection, Pool> POOLS = new HashMap<>();
    private static int open;

    private Consumers() {}

    /** Those of one connection that wait, the one that has waited longest first. */
    private static final class Pool {
        private final Deque<Taken<?, ?>> waiting = new ArrayDeque<>();
        /** How often the connection was given up. */
        private int closings;
    }

    /**
     * A consumer that a task has, or that waits.
     *
     * @param partition which it has assigned
     * @param next the offset from which on it gives records
     * @param rest of them, what was polled already; the consumer itself stands behind that
     * @param closings how often its connection had been given up when it was taken
     */
    record Taken<K, V>(
            Connection connection,
            KafkaConsumer<K, V> consumer,
            TopicPartition partition,
            long next,
            List<ConsumerRecord<K, V>> rest,
            int closings) {
        /** The same, further on. */
        Taken<K, V> at(long offset, List<ConsumerRecord<K, V>> polled) {
            return new Taken<>(connection, consumer, partition, offset, polled, closings);
        }
    }

    /** A consumer that will next give the records from an offset on. */
    static <K, V> Taken<K, V> take(Connection connection, TopicPartition partition, long offset) {
        Taken<K, V> found;
        int closings;
        synchronized (Consumers.class) {
            Pool pool = POOLS.computeIfAbsent(connection, any -> new Pool());
            closings = pool.closings;
            found = find(pool, partition, offset);
            open += found == null ? 1 : 0;
        }
        if (found != null && found.partition().equals(partition) && found.next() == offset) {
            return new Taken<>(connection, found.consumer(), partition, offset, found.rest(), closings);
        }
        KafkaConsumer<K, V> consumer = found != null ? found.consumer() : made(connection);
        if (found == null || !found.partition().equals(partition)) {
            consumer.assign(List.of(partition));
        }
        consumer.seek(partition, offset);
        return new Taken<>(connection, consumer, partition, offset, List.of(), closings);
    }

    private static <K, V> KafkaConsumer<K, V> made(Connection connection) {
        try {
            return connection.consumer();
        } catch (RuntimeException e) {
            ended();
            throw e;
        }
    }

    @SuppressWarnings("unchecked") // what a connection makes is of its types
    private static <K, V> @Nullable Taken<K, V> find(Pool pool, TopicPartition partition, long offset) {
        Taken<?, ?> found = first(pool, each -> each.partition().equals(partition) && each.next() == offset);
        if (found == null) {
            found = first(pool, each -> each.partition().equals(partition));
        }
        if (found == null && open >= MOST) {
            found = pool.waiting.poll();
        }
        return (Taken<K, V>) found;
    }

    private static @Nullable Taken<?, ?> first(Pool pool, Predicate<Taken<?, ?>> wanted) {
        for (Iterator<Taken<?, ?>> each = pool.waiting.iterator(); each.hasNext(); ) {
            Taken<?, ?> found = each.next();
            if (wanted.test(found)) {
                each.remove();
                return found;
            }
        }
        return null;
    }

    /** It waits for the next range, unless there are too many, or nobody will come. */
    static void giveBack(Taken<?, ?> taken) {
        synchronized (Consumers.class) {
            Pool pool = POOLS.get(taken.connection());
            if (pool != null && pool.closings == taken.closings() && open <= MOST) {
                pool.waiting.add(taken);
                return;
            }
        }
        close(taken);
    }

    /** Gives a connection up: closes those that wait. */
    static void closeIdle(Connection connection) {
        List<Taken<?, ?>> idle;
        synchronized (Consumers.class) {
            Pool pool = POOLS.computeIfAbsent(connection, any -> new Pool());
            pool.closings++;
            idle = List.copyOf(pool.waiting);
            pool.waiting.clear();
        }
        idle.forEach(Consumers::close);
    }

    static void close(Taken<?, ?> taken) {
        ended();
        taken.consumer().close(CloseOptions.timeout(CLOSE));
    }

    private static synchronized void ended() {
        open--;
    }
}
