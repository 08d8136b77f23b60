/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * What a programmer would write instead of a stream: a loop over {@code poll} with the default properties, in one thread or
 * several, each with a consumer of its own for its share of the partitions. A consumer goes on where its last turn ended.
 */
final class ConsumerByHand implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration CLOSE = Duration.ofSeconds(2);
    private static final Duration SILENCE = Duration.ofMinutes(2);

    private final List<Consumer<String, String>> consumers = new ArrayList<>();
    private final ExecutorService threads;

    ConsumerByHand(FilledTopic topic, int threads) {
        this.threads = Executors.newFixedThreadPool(threads);
        for (int thread = 0; thread < threads; thread++) {
            Consumer<String, String> consumer = new KafkaConsumer<>(
                    Map.of("bootstrap.servers", topic.bootstrap(), "enable.auto.commit", false),
                    new StringDeserializer(),
                    new StringDeserializer());
            List<TopicPartition> share = new ArrayList<>();
            for (int partition = thread; partition < topic.partitions(); partition += threads) {
                share.add(new TopicPartition(topic.name(), partition));
            }
            consumer.assign(share);
            share.forEach(partition -> consumer.seek(partition, 0));
            consumers.add(consumer);
        }
    }

    /** Reads up to these offsets. */
    Tally read(Map<TopicPartition, Long> ends, boolean withHash) throws Exception {
        List<Future<Tally>> running = new ArrayList<>();
        for (Consumer<String, String> consumer : consumers) {
            running.add(threads.submit(() -> read(consumer, ends, withHash, SILENCE)));
        }
        Tally all = Tally.NOTHING;
        for (Future<Tally> each : running) {
            all = all.plus(each.get());
        }
        return all;
    }

    /**
     * Reads the partitions of a consumer up to these offsets; each offset has a record.
     *
     * @param silence how long it waits for a record
     */
    static Tally read(
            Consumer<String, String> consumer, Map<TopicPartition, Long> ends, boolean withHash, Duration silence) {
        long left = 0;
        for (TopicPartition partition : consumer.assignment()) {
            long position = consumer.position(partition);
            left += ends.getOrDefault(partition, position) - position;
        }
        long records = 0;
        long length = 0;
        long hash = 0;
        long lastNews = System.nanoTime();
        while (records < left) {
            ConsumerRecords<String, String> polled = consumer.poll(POLL);
            for (ConsumerRecord<String, String> record : polled) {
                String value = record.value();
                records++;
                length += value.length();
                hash += withHash ? value.hashCode() : 0;
            }
            if (!polled.isEmpty()) {
                lastNews = System.nanoTime();
            } else if (System.nanoTime() - lastNews > silence.toNanos()) {
                throw new IllegalStateException("ACQ-3153 the consumer has read nothing for " + silence.toSeconds()
                        + " s, and has "
                        + (left - records) + " of " + left + " records to go: look at the broker");
            }
        }
        return new Tally(records, length, hash);
    }

    @Override
    public void close() {
        threads.shutdown();
        consumers.forEach(Consumer::wakeup);
        try {
            threads.awaitTermination(1, TimeUnit.MINUTES);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        consumers.forEach(consumer -> consumer.close(CloseOptions.timeout(CLOSE)));
    }
}
