/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import java.io.IOException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/**
 * A topic of its own that grows between the turns of the contestants: records of up to 99 characters, the lines of {@link
 * LinePool} without the blanks at their ends, as many in each partition. It is deleted in the end.
 */
final class FilledTopic implements AutoCloseable {
    private static final int POOL = 100_000;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final String bootstrap;
    private final String name = "acequia-bench-" + UUID.randomUUID();
    private final int partitions;
    private final Duration patience;
    private final KafkaProducer<String, String> producer;
    private final String[] pool = LinePool.strings(POOL);
    private long perPartition;

    FilledTopic(String bootstrap, int partitions) throws InterruptedException {
        this(bootstrap, partitions, PATIENCE);
    }

    /** @param patience how long it waits for an answer of the broker */
    FilledTopic(String bootstrap, int partitions, Duration patience) throws InterruptedException {
        this.bootstrap = bootstrap;
        this.patience = patience;
        this.partitions = partitions;
        for (int i = 0; i < pool.length; i++) {
            pool[i] = pool[i].stripTrailing();
        }
        try (Admin admin = admin()) {
            NewTopics.create(admin, List.of(name), partitions);
        } catch (ExecutionException e) {
            throw new IllegalArgumentException(
                    "ACQ-3157 no topic can be made at " + bootstrap + ": " + e.getCause() + "; is a broker there?",
                    e.getCause());
        }
        producer = new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers",
                        bootstrap,
                        "acks",
                        "all",
                        "linger.ms",
                        "10",
                        "batch.size",
                        1 << 17,
                        "buffer.memory",
                        1L << 26),
                new StringSerializer(),
                new StringSerializer());
    }

    private Admin admin() {
        int most = (int) patience.toMillis();
        return Admin.create(
                Map.of("bootstrap.servers", bootstrap, "default.api.timeout.ms", most, "request.timeout.ms", most));
    }

    String bootstrap() {
        return bootstrap;
    }

    String name() {
        return name;
    }

    int partitions() {
        return partitions;
    }

    /** Has so many more records, rounded up to as many in each partition; what they come to. */
    Tally append(int records) throws IOException {
        AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
        int each = (records + partitions - 1) / partitions;
        long length = 0;
        long hash = 0;
        for (int i = 0; i < each; i++) {
            for (int partition = 0; partition < partitions; partition++) {
                String value = pool[(int) ((perPartition * partitions + partition) % POOL)];
                producer.send(new ProducerRecord<>(name, partition, null, value), (written, e) -> {
                    if (e != null) {
                        failure.set(e);
                    }
                });
                length += value.length();
                hash += value.hashCode();
            }
            perPartition++;
        }
        producer.flush();
        Exception e = failure.get();
        if (e != null) {
            throw new IOException("the topic " + name + " could not be filled", e);
        }
        return new Tally((long) each * partitions, length, hash);
    }

    /** The offsets behind the last records. */
    Map<TopicPartition, Long> ends() {
        Map<TopicPartition, Long> ends = new TreeMap<>(Comparator.comparingInt(TopicPartition::partition));
        for (int partition = 0; partition < partitions; partition++) {
            ends.put(new TopicPartition(name, partition), perPartition);
        }
        return ends;
    }

    @Override
    public void close() {
        producer.close();
        try (Admin admin = admin()) {
            admin.deleteTopics(List.of(name)).all().get();
        } catch (ExecutionException e) {
            System.err.println("the topic " + name + " stays at " + bootstrap + ": " + e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
