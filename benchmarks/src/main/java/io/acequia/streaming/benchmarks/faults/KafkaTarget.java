/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import io.acequia.streaming.BatchSink;
import io.acequia.streaming.benchmarks.NewTopics;
import io.acequia.streaming.kafka.KafkaSink;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * A topic of one partition for each output, written by a {@link KafkaSink}, and read by a plain consumer of committed records. For
 * one thread.
 */
final class KafkaTarget implements ExactTarget {
    static final String KIND = "kafka:";
    private static final Duration POLL = Duration.ofMillis(200);

    private final String bootstrap;
    private final String name;
    private final Map<String, KafkaConsumer<String, String>> consumers = new HashMap<>();
    private final Map<String, List<String>> lines = new HashMap<>();

    KafkaTarget(String bootstrap, String name) {
        this.bootstrap = bootstrap;
        this.name = name;
    }

    /** @param rest of the address: {@code HOST:PORT/NAME} */
    static KafkaTarget of(String rest) {
        int slash = rest.indexOf('/');
        return new KafkaTarget(rest.substring(0, slash), rest.substring(slash + 1));
    }

    @Override
    public String address() {
        return KIND + bootstrap + "/" + name;
    }

    @Override
    public void prepare(List<String> outputs) throws IOException, InterruptedException {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            NewTopics.create(admin, outputs.stream().map(this::topic).toList(), 1);
        } catch (ExecutionException e) {
            throw new IOException("topics of " + name, e.getCause());
        }
    }

    private String topic(String output) {
        return name + "-" + output;
    }

    @Override
    public BatchSink<String> sink(String output) {
        String topic = topic(output);
        return new PassingSink<>(KafkaSink.builder(StringSerializer.class, StringSerializer.class)
                .bootstrapServers(bootstrap)
                .job(name)
                .<String>build(line -> new ProducerRecord<>(topic, line)));
    }

    @Override
    public List<String> committed(String output) {
        TopicPartition partition = new TopicPartition(topic(output), 0);
        KafkaConsumer<String, String> consumer = consumers.computeIfAbsent(output, any -> consumer(partition));
        List<String> read = lines.computeIfAbsent(output, any -> new ArrayList<>());
        long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
        while (consumer.position(partition) < end) {
            for (ConsumerRecord<String, String> each : consumer.poll(POLL)) {
                read.add(each.value());
            }
        }
        return List.copyOf(read);
    }

    private KafkaConsumer<String, String> consumer(TopicPartition partition) {
        KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        bootstrap,
                        "enable.auto.commit",
                        false,
                        "isolation.level",
                        "read_committed"),
                new StringDeserializer(),
                new StringDeserializer());
        consumer.assign(List.of(partition));
        consumer.seek(partition, 0);
        return consumer;
    }

    @Override
    public void close() {
        consumers.values().forEach(KafkaConsumer::close);
    }
}
