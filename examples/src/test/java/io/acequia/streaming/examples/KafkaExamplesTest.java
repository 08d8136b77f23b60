/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.testkit.ContainerTest;
import io.acequia.streaming.testkit.RealServer;
import io.acequia.streaming.testkit.TestStreams;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.LongDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The examples that read from and write to Kafka, against a real broker. */
@ContainerTest
@Timeout(120)
class KafkaExamplesTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static RealServer broker;

    @TempDir
    Path directory;

    @BeforeAll
    static void start() throws Exception {
        broker = RealServer.of("acequia/kafka")
                .port("PORT")
                .port("CONTROLLER_PORT")
                .start();
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.endpoint()))) {
            admin.createTopics(List.of(
                            new NewTopic("lines", 2, (short) 1),
                            new NewTopic("all", 2, (short) 1),
                            new NewTopic("connector", 2, (short) 1),
                            new NewTopic("sentences", 2, (short) 1),
                            new NewTopic("counts", 1, (short) 1)))
                    .all()
                    .get();
        }
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    /** One after another: of several requests under way to a topic that was just made, the first may be refused and the next not. */
    private static void send(String topic, String... lines) throws Exception {
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", broker.endpoint()), new StringSerializer(), new StringSerializer())) {
            for (String line : lines) {
                producer.send(new ProducerRecord<>(topic, line)).get();
            }
        }
    }

    private static StreamingConf conf() {
        return StreamingConf.withoutDefaults().setMaster("local[2]").setAppName("kafka");
    }

    @Test
    void wordsOfATopicAreCounted() throws Exception {
        send("lines", "to be or", "not to be");
        try (TestStreams t = TestStreams.every(
                SECOND,
                conf(),
                directory,
                s -> s.collect("counts", DirectKafkaWordCount.count(s.context(), broker.endpoint(), "lines")))) {
            t.advance(1);
            assertThat(t.last("counts"))
                    .extracting(Object::toString)
                    .containsExactlyInAnyOrder("(to,2)", "(be,2)", "(or,1)", "(not,1)");
        }
    }

    @Test
    void theExampleRunsFromAcequiaAll() throws Exception {
        send("all", "to be or", "not to be");
        counts(JarProgram.fromAcequiaAll(DirectKafkaWordCount.class, broker.endpoint(), "all"));
    }

    @Test
    void theExampleRunsFromCoreAndTheJarOfTheConnector() throws Exception {
        send("connector", "to be or", "not to be");
        counts(JarProgram.fromConnector("kafka", DirectKafkaWordCount.class, broker.endpoint(), "connector"));
    }

    private static void counts(JarProgram program) throws Exception {
        try (program) {
            assertThat(program.awaitCounts(6)).isEqualTo(Map.of("to", 2L, "be", 2L, "or", 1L, "not", 1L));
        }
    }

    @Test
    void countsAreWrittenOnceOverARestart() throws Exception {
        send("sentences", "a b a");
        try (TestStreams t = TestStreams.every(
                SECOND,
                conf(),
                directory,
                s -> KafkaToKafkaExactlyOnce.copyCounts(s.context(), broker.endpoint(), "sentences", "counts"))) {
            t.advance(2);
            t.restart();
            send("sentences", "b a");
            t.advance(1);
        }
        Map<String, List<Long>> counts = new TreeMap<>();
        for (ConsumerRecord<String, Long> each : committed("counts")) {
            counts.computeIfAbsent(each.key(), word -> new ArrayList<>()).add(each.value());
        }
        assertThat(counts).isEqualTo(Map.of("a", List.of(2L, 2L, 3L), "b", List.of(1L, 1L, 2L)));
    }

    /** Until the end that the topic has for who reads what was given up, too: a commit is seen a moment after it has returned. */
    private static List<ConsumerRecord<String, Long>> committed(String topic) {
        List<TopicPartition> partitions = List.of(new TopicPartition(topic, 0));
        List<ConsumerRecord<String, Long>> all = new ArrayList<>();
        try (KafkaConsumer<String, Long> any = consumer("read_uncommitted");
                KafkaConsumer<String, Long> reader = consumer("read_committed")) {
            long end = any.endOffsets(partitions).get(partitions.get(0));
            reader.assign(partitions);
            reader.seekToBeginning(partitions);
            while (reader.position(partitions.get(0)) < end) {
                reader.poll(Duration.ofMillis(100)).forEach(all::add);
            }
        }
        return all;
    }

    private static KafkaConsumer<String, Long> consumer(String isolation) {
        return new KafkaConsumer<>(
                Map.of("bootstrap.servers", broker.endpoint(), "isolation.level", isolation),
                new StringDeserializer(),
                new LongDeserializer());
    }
}
