/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.acequia.streaming.receiver.Position;
import io.acequia.streaming.testkit.ContainerTest;
import io.acequia.streaming.testkit.ReceiverReader;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.IntegerDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the reliable receiver makes of records, against a real broker: whole ones, spoilt ones, and those of transactions. */
@ContainerTest
@Timeout(120)
class KafkaSourceRecordsTest {
    private static Broker broker;

    @BeforeAll
    static void start() throws Exception {
        broker = new Broker();
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @Test
    void whatCannotBeDecodedIsRejectedAloneAndTheOthersCome() throws Exception {
        broker.createTopic("poison", 1);
        broker.produce("poison", List.of("good1", "bad", "good2", "null", "good3"));
        KafkaSource<String, String, String> source = KafkaSource.builder(
                        StringDeserializer.class,
                        StringDeserializer.class,
                        (ConsumerRecord<String, String> record) -> switch (record.value()) {
                            case "bad" -> throw new IllegalArgumentException("not liked");
                            case "null" -> null;
                            default -> record.value();
                        })
                .bootstrapServers(broker.bootstrap())
                .groupId("poison")
                .topics("poison")
                .build();
        try (ReceiverReader<String> reader = new ReceiverReader<>(source)) {
            assertThat(reader.readAll(3)).containsExactly("good1", "good2", "good3");
            assertThat(reader.rejected()).hasSize(2);
            assertThat(reader.rejected().get(0).raw()).isEqualTo("bad".getBytes(UTF_8));
            assertThat(reader.rejected().get(0).where()).isEqualTo("poison/0@1");
            assertThat(reader.rejected().get(0).cause()).hasMessage("not liked");
            assertThat(reader.rejected().get(1).cause())
                    .hasMessageStartingWith(
                            "ACQ-2515 the function of the source gave null for the record at poison/0@3");
            assertThat(reader.positions()).extracting(Position::from).containsExactly(0L, 1L, 2L, 3L, 4L);
            reader.ack();
        }
        assertThat(broker.committed("poison", 0).offset()).isEqualTo(5);
    }

    @Test
    void bytesThatTheDeserializerRefusesAreKept() throws Exception {
        broker.createTopic("bytes", 1);
        broker.produce("bytes", List.of("four", "toolong"));
        KafkaSource<String, Integer, Integer> source = KafkaSource.builder(
                        StringDeserializer.class, IntegerDeserializer.class, ConsumerRecord::value)
                .bootstrapServers(broker.bootstrap())
                .groupId("bytes")
                .topics("bytes")
                .build();
        try (ReceiverReader<Integer> reader = new ReceiverReader<>(source)) {
            reader.readUntil(() -> !reader.rejected().isEmpty());
            assertThat(reader.records()).hasSize(1);
            assertThat(reader.rejected().get(0).raw()).isEqualTo("toolong".getBytes(UTF_8));
        }
    }

    @Test
    void aRecordHasItsKeyItsTimeAndItsHeaders() throws Exception {
        broker.createTopic("whole", 1);
        try (KafkaProducer<String, String> producer = broker.producer(Map.of())) {
            ProducerRecord<String, String> record = new ProducerRecord<>("whole", 0, 4_711L, "key", "value");
            record.headers().add("who", "me".getBytes(UTF_8));
            producer.send(record);
        }
        KafkaSource<String, String, String> source = KafkaSource.builder(
                        StringDeserializer.class,
                        StringDeserializer.class,
                        record -> record.topic() + " " + record.key() + " " + record.value() + " " + record.timestamp()
                                + " "
                                + new String(record.headers().lastHeader("who").value(), UTF_8))
                .bootstrapServers(broker.bootstrap())
                .groupId("whole")
                .topics("whole")
                .build();
        try (ReceiverReader<String> reader = new ReceiverReader<>(source)) {
            assertThat(reader.readAll(1)).containsExactly("whole key value 4711 me");
        }
    }

    @Test
    void gapsOfTransactionsEndADeliveryAndAreCommittedWithIt() throws Exception {
        broker.createTopic("transactions", 1);
        try (KafkaProducer<String, String> producer = broker.producer(Map.of("transactional.id", "source-test"))) {
            producer.initTransactions();
            for (String outcome : List.of("kept1", "aborted", "kept2")) {
                producer.beginTransaction();
                producer.send(new ProducerRecord<>("transactions", outcome));
                producer.send(new ProducerRecord<>("transactions", outcome));
                producer.flush();
                if (outcome.equals("aborted")) {
                    producer.abortTransaction();
                } else {
                    producer.commitTransaction();
                }
            }
        }
        // Two records and a marker, three times.
        try (ReceiverReader<String> reader = new ReceiverReader<>(
                KafkaSource.builder(StringDeserializer.class, StringDeserializer.class, ConsumerRecord::value)
                        .bootstrapServers(broker.bootstrap())
                        .groupId("transactions")
                        .topics("transactions")
                        .build())) {
            assertThat(reader.readAll(4)).containsExactly("kept1", "kept1", "kept2", "kept2");
            assertThat(reader.positions())
                    .extracting(Position::from, Position::until)
                    .containsExactly(tuple(0L, 2L), tuple(6L, 8L));
            reader.ack();
            reader.readUntil(() -> broker.committed("transactions", 0).offset() == 9);
        }
    }
}
