/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import io.acequia.streaming.benchmarks.NewTopics;
import io.acequia.streaming.testkit.RealServer;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** A broker in a container, which the rigs kill, and plain clients of it. */
final class KafkaBroker implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(200);
    /** A send is not given up while the broker is down. */
    private static final int DELIVERY_MS = 120_000;

    private final RealServer server;

    private KafkaBroker(RealServer server) {
        this.server = server;
    }

    /** Starts a server. */
    @FunctionalInterface
    interface Start {
        RealServer server() throws IOException, InterruptedException;
    }

    static KafkaBroker start() throws IOException, InterruptedException {
        return start(() -> RealServer.of("acequia/kafka")
                .port("PORT")
                .port("CONTROLLER_PORT")
                .start());
    }

    static KafkaBroker start(Start start) throws IOException, InterruptedException {
        try {
            return new KafkaBroker(start.server());
        } catch (IllegalStateException e) {
            throw new IllegalArgumentException(
                    "ACQ-3160 there is no broker to kill: run  . \"$(ci/containers.sh start kafka)\"  first ("
                            + e.getMessage() + ")",
                    e);
        }
    }

    String bootstrap() {
        return server.endpoint();
    }

    /** SIGKILL. */
    void kill() {
        server.kill();
    }

    /** Starts it again on its data. */
    void restart() throws InterruptedException {
        server.restart();
    }

    void create(String topic, int partitions) throws IOException, InterruptedException {
        try (Admin admin = admin()) {
            NewTopics.create(admin, List.of(topic), partitions);
        } catch (ExecutionException e) {
            throw new IOException("topic " + topic, e.getCause());
        }
    }

    /** Deletes what stands before an offset of a partition, as a retention that is too short would. */
    void cut(String topic, int partition, long before) throws IOException, InterruptedException {
        try (Admin admin = admin()) {
            admin.deleteRecords(Map.of(new TopicPartition(topic, partition), RecordsToDelete.beforeOffset(before)))
                    .all()
                    .get();
        } catch (ExecutionException e) {
            throw new IOException("records of " + topic, e.getCause());
        }
    }

    private Admin admin() {
        return Admin.create(Map.of("bootstrap.servers", bootstrap()));
    }

    Producer<String, String> producer() {
        return new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers",
                        bootstrap(),
                        "acks",
                        "all",
                        "enable.idempotence",
                        true,
                        "linger.ms",
                        2,
                        "delivery.timeout.ms",
                        DELIVERY_MS,
                        "max.block.ms",
                        DELIVERY_MS,
                        "reconnect.backoff.max.ms",
                        200),
                new StringSerializer(),
                new StringSerializer());
    }

    /** Everything that is in a topic, up to its end as it is now, by a plain consumer. */
    Map<KafkaPlace, String> content(String topic, int partitions) {
        Map<KafkaPlace, String> content = new HashMap<>();
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        bootstrap(),
                        "enable.auto.commit",
                        false,
                        "isolation.level",
                        "read_committed"),
                new StringDeserializer(),
                new StringDeserializer())) {
            for (int i = 0; i < partitions; i++) {
                TopicPartition partition = new TopicPartition(topic, i);
                consumer.assign(List.of(partition));
                consumer.seekToBeginning(List.of(partition));
                long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
                while (consumer.position(partition) < end) {
                    for (ConsumerRecord<String, String> each : consumer.poll(POLL)) {
                        content.put(new KafkaPlace(each.partition(), each.offset()), each.value());
                    }
                }
            }
        }
        return content;
    }

    @Override
    public void close() {
        server.close();
    }
}
