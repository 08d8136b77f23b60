/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import io.acequia.streaming.data.StreamClock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Writes the numbers from 1 on into a topic, as many a second as it is told, and remembers where each stands that was
 * acknowledged. The producer is idempotent and waits for all replicas, so what it was told stays true when the broker is killed;
 * a number whose acknowledgement was lost is sent again by the producer itself, and stands once all the same.
 */
final class KafkaNumbers implements AutoCloseable {
    private static final Duration TICK = Duration.ofMillis(10);
    private static final long TICKS_A_SECOND = Duration.ofSeconds(1).toMillis() / TICK.toMillis();

    private final Producer<String, String> producer;
    private final String topic;
    private final int partitions;
    private final Map<KafkaPlace, Long> acked = new HashMap<>();
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final Thread thread;
    private volatile boolean sending = true;

    /** Begins to send. */
    KafkaNumbers(Producer<String, String> producer, String topic, int partitions, int perSecond) {
        this.producer = producer;
        this.topic = topic;
        this.partitions = partitions;
        thread = new Thread(() -> send(perSecond), "numbers");
        thread.setDaemon(true);
        thread.start();
    }

    private void send(int perSecond) {
        StreamClock clock = StreamClock.system();
        Instant due = clock.now();
        try {
            for (long tick = 0; sending; tick++) {
                long until = (tick + 1) * perSecond / TICKS_A_SECOND;
                while (sending && sent.get() < until) {
                    send(sent.get() + 1);
                }
                due = due.plus(TICK);
                clock.awaitUntil(due);
            }
        } catch (InterruptedException e) {
            // asked to end
        }
    }

    private void send(long number) {
        int partition = (int) (number % partitions);
        producer.send(new ProducerRecord<>(topic, partition, null, String.valueOf(number)), (written, e) -> {
            if (e == null) {
                add(new KafkaPlace(partition, written.offset()), number);
            } else {
                failed.incrementAndGet();
            }
        });
        sent.incrementAndGet();
    }

    private synchronized void add(KafkaPlace place, long number) {
        acked.put(place, number);
    }

    long sent() {
        return sent.get();
    }

    /** Sends that the producer has given up; whether those numbers are in the topic nobody knows. */
    long failed() {
        return failed.get();
    }

    /** The numbers that were acknowledged by now, by their places. */
    synchronized Map<KafkaPlace, Long> acked() {
        return Map.copyOf(acked);
    }

    synchronized int ackedCount() {
        return acked.size();
    }

    /** Sends no more; returns when all that was sent is acknowledged or given up. */
    Map<KafkaPlace, Long> stop() throws InterruptedException {
        sending = false;
        thread.join();
        producer.flush();
        return acked();
    }

    @Override
    public void close() {
        sending = false;
        thread.interrupt();
        producer.close(Duration.ofSeconds(2));
    }
}
