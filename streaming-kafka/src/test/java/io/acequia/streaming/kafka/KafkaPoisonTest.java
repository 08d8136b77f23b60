/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.BatchFailedException;
import io.acequia.streaming.DeadLetterSink;
import io.acequia.streaming.ErrorPolicy;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.kafka.KafkaDirectSource.Start;
import io.acequia.streaming.testkit.ContainerTest;
import io.acequia.streaming.testkit.TestStreams;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Records that the deserializer refuses, among others, against a real broker. */
@ContainerTest
@Timeout(120)
class KafkaPoisonTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final AtomicInteger TOPICS = new AtomicInteger();
    private static Broker broker;

    private final String topic = "poisoned-" + TOPICS.incrementAndGet();

    @TempDir
    Path directory;

    @BeforeAll
    static void start() throws Exception {
        broker = new Broker();
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    /** Numbers as text. */
    public static final class NumberDeserializer implements Deserializer<Integer> {
        @Override
        public Integer deserialize(String topic, byte[] data) {
            String text = new String(data, UTF_8);
            if (text.equals("null pointer")) {
                throw new NullPointerException("a defect of the deserializer");
            }
            try {
                return Integer.parseInt(text);
            } catch (NumberFormatException e) {
                throw new SerializationException("no number", e);
            }
        }
    }

    private void produce(String... values) {
        try (KafkaProducer<String, String> producer = broker.producer(Map.of())) {
            for (String value : values) {
                producer.send(new ProducerRecord<>(topic, 0, "1", value));
            }
        }
    }

    private TestStreams numbers(ErrorPolicy policy, Map<String, Object> more) {
        KafkaDirectSource.Builder<Integer, Integer> source = KafkaDirectSource.builder(
                        NumberDeserializer.class, NumberDeserializer.class)
                .bootstrapServers(broker.bootstrap())
                .name("numbers")
                .startAt(Start.EARLIEST)
                .topics(topic);
        more.forEach(source::property);
        KafkaDirectSource<Integer, Integer> built = source.build();
        return TestStreams.every(
                SECOND,
                StreamingConf.withoutDefaults().setMaster("local[2]").setAppName("poison"),
                directory.resolve("job"),
                s -> s.collect(
                        "numbers",
                        s.context()
                                .directStream(built)
                                .uid("numbers")
                                .onPoison(policy)
                                .map(ConsumerRecord::value)));
    }

    private ErrorPolicy toLetters() {
        return ErrorPolicy.deadLetter(
                DeadLetterSink.toFiles(directory.resolve("letters").toString()));
    }

    private List<String> letters() throws IOException {
        List<String> letters = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory.resolve("letters"))) {
            for (Path file : files.sorted().toList()) {
                letters.addAll(Files.readAllLines(file));
            }
        }
        return letters;
    }

    private static String raw(String value) {
        return "\"raw\":\"" + Base64.getEncoder().encodeToString(value.getBytes(UTF_8)) + "\"";
    }

    /** The records around it are in one answer of the broker, and each in one of its own. */
    @ParameterizedTest
    @ValueSource(ints = {500, 1})
    void whatTheDeserializerRefusesIsLeftOutAndCountedAndTheOthersComeInOrder(int atOnce) throws Exception {
        broker.createTopic(topic, 1);
        produce("first", "1", "2", "bad", "worse", "3", "null pointer", "4", "last");
        try (TestStreams t = numbers(ErrorPolicy.skip(), Map.of("max.poll.records", atOnce))) {
            t.advance(1);
            assertThat(t.last("numbers")).isEqualTo(List.of(1, 2, 3, 4));
            assertThat(t.context().status().recordErrors()).isEqualTo(Map.of("numbers", 5L));
            produce("5", "bad");
            t.advance(1);
            assertThat(t.last("numbers")).isEqualTo(List.of(5));
            assertThat(t.context().status().recordErrors()).isEqualTo(Map.of("numbers", 6L));
            assertThat(t.context().status().recordsIn()).isEqualTo(5);
        }
    }

    @Test
    void whatTheDeserializerRefusesBecomesALetterWithItsBytesAndOffset() throws Exception {
        broker.createTopic(topic, 1);
        produce("1", "bad", "2", "worse", "3");
        try (TestStreams t = numbers(toLetters(), Map.of())) {
            t.advance(1);
            assertThat(t.last("numbers")).isEqualTo(List.of(1, 2, 3));
            assertThat(t.context().status().recordErrors()).isEqualTo(Map.of("numbers", 2L));
        }
        List<String> letters = letters();
        assertThat(letters).hasSize(2).allMatch(letter -> letter.contains("\"origin\":\"numbers\""));
        assertThat(letters.get(0)).contains(topic + "/0@1", raw("bad"), "no number");
        assertThat(letters.get(1)).contains(topic + "/0@3", raw("worse"));
    }

    @Test
    void aBatchThatIsRepeatedWritesTheSameLettersOnce() throws Exception {
        broker.createTopic(topic, 1);
        produce("1", "bad", "2");
        try (TestStreams t = numbers(toLetters(), Map.of())) {
            t.crashDuringNextBatch();
            assertThat(t.last("numbers")).isEqualTo(List.of(1, 2));
            assertThat(t.runs("numbers").values()).containsExactly(2);
        }
        assertThat(letters()).singleElement().asString().contains(topic + "/0@1", raw("bad"));
    }

    @Test
    void whatTheDeserializerRefusesFailsTheBatchWhenThatIsAsked() throws Exception {
        broker.createTopic(topic, 1);
        produce("1", "bad", "2");
        try (TestStreams t = numbers(ErrorPolicy.fail(), Map.of())) {
            assertThatThrownBy(() -> t.advance(1))
                    .isInstanceOf(BatchFailedException.class)
                    .hasStackTraceContaining("ACQ-1007 source 'numbers' brought 1 records that cannot be decoded, the"
                            + " first at " + topic + "/0@1");
        }
    }

    @Test
    void aKeyThatTheDeserializerRefusesIsRejectedToo() throws Exception {
        broker.createTopic(topic, 1);
        try (KafkaProducer<String, String> producer = broker.producer(Map.of())) {
            producer.send(new ProducerRecord<>(topic, 0, "no number", "7"));
            producer.send(new ProducerRecord<>(topic, 0, "1", null));
        }
        try (TestStreams t = numbers(toLetters(), Map.of())) {
            t.advance(1);
            assertThat(t.last("numbers")).containsOnlyNulls().hasSize(1);
        }
        assertThat(letters()).singleElement().asString().contains(topic + "/0@0 key", raw("7"), "no number");
    }

    @Test
    void aTopicOfNothingButPoisonEnds() throws Exception {
        broker.createTopic(topic, 1);
        produce(IntStream.range(0, 1000).mapToObj(i -> "bad " + i).toArray(String[]::new));
        try (TestStreams t = numbers(ErrorPolicy.skip(), Map.of())) {
            t.advance(1);
            assertThat(t.last("numbers")).isEmpty();
            assertThat(t.context().status().recordErrors()).isEqualTo(Map.of("numbers", 1000L));
        }
    }

    @Test
    void onlyDeserializersOfOthersAreAsked() throws Exception {
        broker.createTopic(topic, 1);
        produce("1", "bad");
        KafkaDirectSource<String, String> texts = KafkaDirectSource.builder(
                        StringDeserializer.class, StringDeserializer.class)
                .bootstrapServers(broker.bootstrap())
                .startAt(Start.EARLIEST)
                .topics(topic)
                .build();
        try (TestStreams t = TestStreams.every(
                SECOND, s -> s.collect("texts", s.context().directStream(texts).map(ConsumerRecord::value)))) {
            t.advance(1);
            assertThat(t.last("texts")).isEqualTo(List.of("1", "bad"));
        }
    }
}
