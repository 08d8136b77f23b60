/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kafka;

import io.acequia.streaming.receiver.Source;
import io.acequia.streaming.testkit.BreakableSystem;
import io.acequia.streaming.testkit.ExternalSystem;
import io.acequia.streaming.testkit.FaultProxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.StringDeserializer;

/** A topic of its own and a group that reads it by the proxy of a broker. Records go to the partitions in turn. */
final class KafkaGroup implements ExternalSystem.Reliable<String>, BreakableSystem<String> {
    private final Broker broker;
    private final int partitions;
    private final Map<String, String> properties;
    private final String topic = "t-" + UUID.randomUUID();
    private final String group = "g-" + topic;
    private final Admin admin;
    private final KafkaProducer<String, String> producer;
    private long published;

    /** @param properties of the receivers */
    KafkaGroup(Broker broker, int partitions, Map<String, String> properties) throws Exception {
        this.broker = broker;
        this.partitions = partitions;
        this.properties = properties;
        broker.createTopic(topic, partitions);
        this.admin = broker.admin();
        this.producer = broker.producer(Map.of("linger.ms", "0"));
    }

    @Override
    public Source<String> source() {
        var source = KafkaSource.builder(StringDeserializer.class, StringDeserializer.class, ConsumerRecord::value)
                .bootstrapServers(broker.proxied())
                .groupId(group)
                .topics(topic)
                .connectTimeout(Duration.ofSeconds(2));
        properties.forEach(source::property);
        return source.build();
    }

    @Override
    public synchronized void publish(List<String> payloads) throws Exception {
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        for (String payload : payloads) {
            sent.add(producer.send(new ProducerRecord<>(topic, (int) (published++ % partitions), null, payload)));
        }
        for (Future<RecordMetadata> each : sent) {
            each.get();
        }
    }

    @Override
    public String payloadOf(String record) {
        return record;
    }

    @Override
    public void cut() {
        broker.proxy().refuse();
        broker.proxy().cut();
    }

    @Override
    public void heal() {
        broker.proxy().heal();
    }

    @Override
    public FaultProxy proxy() {
        return broker.proxy();
    }

    @Override
    public void kill() {
        broker.server().kill();
    }

    @Override
    public void restart() throws InterruptedException {
        broker.server().restart();
    }

    @Override
    public synchronized long unacknowledged() throws Exception {
        return published
                - admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get().values().stream()
                        .mapToLong(committed -> committed == null ? 0 : committed.offset())
                        .sum();
    }

    @Override
    public void close() {
        heal();
        producer.close();
        admin.close();
    }
}
