/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kafka;

import io.acequia.streaming.BatchSink;
import io.acequia.streaming.testkit.BatchSinkConformance;
import io.acequia.streaming.testkit.ContainerTest;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

@ContainerTest
class KafkaSinkConformanceTest extends BatchSinkConformance<String> {
    private static final AtomicInteger TESTS = new AtomicInteger();
    private static Broker broker;

    private String topic;

    @BeforeAll
    static void start() throws Exception {
        broker = new Broker();
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @BeforeEach
    void target() throws Exception {
        topic = "rows-" + TESTS.incrementAndGet();
        broker.createTopic(topic, 1);
    }

    @Override
    protected BatchSink<String> sink() {
        String to = topic;
        return KafkaSink.builder(StringSerializer.class, StringSerializer.class)
                .bootstrapServers(broker.bootstrap())
                .job(to)
                .keysTopic("keys-" + to)
                .build(row -> {
                    if (row.equals("unwritable")) {
                        throw new IllegalStateException("no record for it");
                    }
                    return new ProducerRecord<>(to, row, row);
                });
    }

    @Override
    protected String record(String payload) {
        return payload;
    }

    @Override
    protected String unwritable() {
        return "unwritable";
    }

    @Override
    protected List<String> committed() throws Exception {
        return CommittedRows.of(broker, topic);
    }
}
