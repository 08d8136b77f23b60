/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.kafka.KafkaDirectSource.Start;
import io.acequia.streaming.testkit.ContainerTest;
import io.acequia.streaming.testkit.TestStreams;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A topic of a thousand partitions on a real broker. */
@ContainerTest
@Timeout(120)
class KafkaManyPartitionsTest {
    private static final int PARTITIONS = 1000;
    private static final int WORKERS = 2;
    private static final int MOST_CONSUMERS = 64;
    private static Broker broker;

    @TempDir
    Path directory;

    @BeforeAll
    static void start() throws Exception {
        broker = Broker.with("log.dirs=/dev/shm/kafka\nlog.index.size.max.bytes=4096");
        broker.createTopic("many", PARTITIONS);
        try (Admin admin = broker.admin()) {
            // Answered when the broker leads all of them, which is later.
            Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
            IntStream.range(0, PARTITIONS).forEach(i -> ends.put(new TopicPartition("many", i), OffsetSpec.latest()));
            admin.listOffsets(ends).all().get();
            // Answered when there is a coordinator, which is not counted below.
            admin.listConsumerGroupOffsets("many").all().get();
        }
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    /** Two records for each partition. */
    private static void produce(int round) {
        try (KafkaProducer<String, String> producer = broker.producer(Map.of())) {
            for (int i = 0; i < 2 * PARTITIONS; i++) {
                producer.send(new ProducerRecord<>("many", i % PARTITIONS, "k", round + " " + i));
            }
        }
    }

    private static List<String> records(int round) {
        return IntStream.range(0, 2 * PARTITIONS).mapToObj(i -> round + " " + i).toList();
    }

    @Test
    void eachBatchReadsAllPartitionsWithFewClientsAndFewQuestions() {
        KafkaDirectSource<String, String> source = KafkaDirectSource.builder(
                        StringDeserializer.class, StringDeserializer.class)
                .bootstrapServers(broker.bootstrap())
                .startAt(Start.EARLIEST)
                .topics("many")
                .groupId("many")
                .property("metric.reporters", CountedClients.class.getName())
                .build();
        CountedClients.reset();
        try (TestStreams t = TestStreams.every(
                Duration.ofSeconds(1),
                StreamingConf.withoutDefaults()
                        .setMaster("local[" + WORKERS + "]")
                        .setAppName("many"),
                directory,
                s -> s.collect("values", s.context().directStream(source).map(ConsumerRecord::value)))) {
            List<Long> questions = new ArrayList<>();
            for (int round = 0; round < 3; round++) {
                produce(round);
                long before = CountedClients.requests("admin-client");
                t.advance(1);
                questions.add(CountedClients.requests("admin-client") - before);
                assertThat(t.<String>last("values")).containsExactlyInAnyOrderElementsOf(records(round));
            }
            assertThat(questions.subList(1, questions.size()))
                    .as("requests of the planner for a batch")
                    .allMatch(each -> each > 0 && each <= 10);
            assertThat(CountedClients.made())
                    .as("consumers, and the planner's client, for all batches")
                    .isLessThanOrEqualTo(MOST_CONSUMERS + WORKERS + 1);
            assertThat(CountedClients.open()).isEqualTo(CountedClients.made());
        }
        assertThat(CountedClients.open()).as("after the stop").isZero();
    }
}
