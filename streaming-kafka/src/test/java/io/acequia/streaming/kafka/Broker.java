/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kafka;

import io.acequia.streaming.testkit.FaultProxy;
import io.acequia.streaming.testkit.RealServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/** A broker in a container, and clients of it. */
final class Broker implements AutoCloseable {
    private final RealServer server;
    private final @Nullable FaultProxy proxy;

    Broker() throws IOException, InterruptedException {
        this(null, Map.of());
    }

    private Broker(@Nullable FaultProxy proxy, Map<String, Object> environment)
            throws IOException, InterruptedException {
        RealServer.Builder builder = RealServer.of("acequia/kafka").port("PORT").port("CONTROLLER_PORT");
        environment.forEach((name, value) -> builder.environment(name, value.toString()));
        this.server = builder.start();
        this.proxy = proxy;
    }

    /** A broker with more properties, one a line. */
    static Broker with(String properties) throws IOException, InterruptedException {
        return new Broker(null, Map.of("EXTRA", properties));
    }

    /** A broker that listens behind a proxy, too, to which it sends the clients that come by it. */
    static Broker withProxy() throws IOException, InterruptedException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        FaultProxy proxy = FaultProxy.to("127.0.0.1", port);
        return new Broker(proxy, Map.of("PROXIED_PORT", port, "PROXY_PORT", proxy.port()));
    }

    FaultProxy proxy() {
        return Objects.requireNonNull(proxy, "made without a proxy");
    }

    /** Where clients come by the proxy. */
    String proxied() {
        return proxy().host() + ":" + proxy().port();
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

    /** Returns when its partitions can be written to. */
    void createTopic(String name, int partitions) throws InterruptedException, ExecutionException {
        try (Admin admin = admin()) {
            createTopic(admin, new NewTopic(name, partitions, (short) 1));
        }
    }

    static void createTopic(Admin admin, NewTopic topic) throws InterruptedException, ExecutionException {
        admin.createTopics(List.of(topic)).all().get();
        awaitLeaders(admin, topic.name(), topic.numPartitions());
    }

    /**
     * Returns when each partition has a broker that takes its records, which is a moment after the controller has made it. Who writes
     * before may not come through for two minutes: once the first of several requests is refused and the next one is taken, the first
     * is out of order for ever (KAFKA-14359, KAFKA-15591). The broker may not even have heard of the topic.
     */
    private static void awaitLeaders(Admin admin, String topic, int partitions)
            throws InterruptedException, ExecutionException {
        Map<TopicPartition, OffsetSpec> ends = IntStream.range(0, partitions)
                .mapToObj(partition -> new TopicPartition(topic, partition))
                .collect(Collectors.toMap(Function.identity(), partition -> OffsetSpec.latest()));
        while (true) {
            try {
                admin.listOffsets(ends).all().get();
                return;
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
                    throw e;
                }
            }
        }
    }

    void deleteTopic(String name) throws InterruptedException, ExecutionException {
        try (Admin admin = admin()) {
            admin.deleteTopics(List.of(name)).all().get();
            awaitGone(admin, name);
        }
    }

    /** The controller has deleted it a moment before the broker knows. */
    private static void awaitGone(Admin admin, String topic) throws InterruptedException, ExecutionException {
        while (true) {
            try {
                admin.describeTopics(List.of(topic)).allTopicNames().get();
            } catch (ExecutionException e) {
                if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                    return;
                }
                throw e;
            }
        }
    }

    /** Returns when the partitions of a topic can be read again after the broker was away. */
    void awaitLeaders(String topic, int partitions) throws InterruptedException, ExecutionException {
        try (Admin admin = admin()) {
            awaitLeaders(admin, topic, partitions);
        }
    }

    void partitions(String topic, int count) throws InterruptedException, ExecutionException {
        try (Admin admin = admin()) {
            admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(count)))
                    .all()
                    .get();
            awaitLeaders(admin, topic, count);
        }
    }

    /** Each is its own key. Returns when they are there. */
    void produce(String topic, List<String> values) throws InterruptedException, ExecutionException {
        produceAll(values.stream()
                .map(value -> new ProducerRecord<>(topic, value, value))
                .toList());
    }

    /** Returns when they are there. */
    void produceAll(List<ProducerRecord<String, String>> records) throws InterruptedException, ExecutionException {
        try (KafkaProducer<String, String> producer = producer(Map.of())) {
            List<Future<RecordMetadata>> sent =
                    records.stream().map(producer::send).toList();
            for (Future<RecordMetadata> each : sent) {
                each.get();
            }
        }
    }

    /** What a group has committed for a partition of the topic that is called as the group; null if nothing. */
    @Nullable
    OffsetAndMetadata committed(String group, int partition) throws InterruptedException, ExecutionException {
        try (Admin admin = admin()) {
            return admin.listConsumerGroupOffsets(group)
                    .partitionsToOffsetAndMetadata()
                    .get()
                    .get(new TopicPartition(group, partition));
        }
    }

    @Override
    public void close() {
        server.close();
        if (proxy != null) {
            proxy.close();
        }
    }
}
