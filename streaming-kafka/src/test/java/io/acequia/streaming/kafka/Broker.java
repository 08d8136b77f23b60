/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kafka;

import io.acequia.streaming.testkit.RealServer;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.StringSerializer;

/** A broker in a container, and clients of it. */
final class Broker implements AutoCloseable {
    private final RealServer server;

    Broker() throws IOException, InterruptedException {
        server = RealServer.of("acequia/kafka")
                .port("PORT")
                .port("CONTROLLER_PORT")
                .start();
    }

    RealServer server() {
        return server;
    }

    String bootstrap() {
        return server.endpoint();
    }

    Admin admin() {
        return Admin.create(Map.of("bootstrap.servers", bootstrap()));
    }

    KafkaProducer<String, String> producer(Map<String, Object> more) {
        Map<String, Object> all =
                new TreeMap<>(Map.of("bootstrap.servers", bootstrap(), "acks", "all", "linger.ms", "5"));
        all.putAll(more);
        return new KafkaProducer<>(all, new StringSerializer(), new StringSerializer());
    }

    void createTopic(String name, int partitions) throws InterruptedException, ExecutionException {
        try (Admin admin = admin()) {
            admin.createTopics(List.of(new NewTopic(name, partitions, (short) 1)))
                    .all()
                    .get();
        }
    }

    void deleteTopic(String name) throws InterruptedException, ExecutionException {
        try (Admin admin = admin()) {
            admin.deleteTopics(List.of(name)).all().get();
        }
    }

    void partitions(String topic, int count) throws InterruptedException, ExecutionException {
        try (Admin admin = admin()) {
            admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(count)))
                    .all()
                    .get();
        }
    }

    @Override
    public void close() {
        server.close();
    }
}
