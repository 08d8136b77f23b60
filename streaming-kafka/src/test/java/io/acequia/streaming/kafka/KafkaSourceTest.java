/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.kafka.KafkaDirectSource.OutOfRange;
import io.acequia.streaming.kafka.KafkaDirectSource.Start;
import io.acequia.streaming.receiver.Position;
import io.acequia.streaming.receiver.ReceiverDisconnectedException;
import io.acequia.streaming.testkit.ContainerTest;
import io.acequia.streaming.testkit.ManualClock;
import io.acequia.streaming.testkit.ReceiverReader;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.serialization.IntegerDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What the reliable receiver does beyond the contract, which {@link KafkaReceiverConformanceTest} tries, against a real
 * broker.
 */
@ContainerTest
@Timeout(120)
class KafkaSourceTest {
    private static Broker broker;

    @BeforeAll
    static void start() throws Exception {
        broker = Broker.with(
                """
                authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
                allow.everyone.if.no.acl.found=true
                """);
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    /** Group and topic of the same name. */
    private static KafkaSource.Builder<String, String, String> source(String topic) {
        return KafkaSource.builder(StringDeserializer.class, StringDeserializer.class, ConsumerRecord::value)
                .bootstrapServers(broker.bootstrap())
                .groupId(topic)
                .topics(topic);
    }

    private static void produce(String topic, List<String> values) {
        try (KafkaProducer<String, String> producer = broker.producer(Map.of())) {
            values.forEach(value -> producer.send(new ProducerRecord<>(topic, value, value)));
        }
    }

    private static void produce(String topic, int partition, String value) {
        try (KafkaProducer<String, String> producer = broker.producer(Map.of())) {
            producer.send(new ProducerRecord<>(topic, partition, null, value));
        }
    }

    private static List<String> values(int from, int until) {
        return IntStream.range(from, until).mapToObj(i -> "v" + i).toList();
    }

    private static OffsetAndMetadata committed(String group, int partition) throws Exception {
        try (Admin admin = broker.admin()) {
            return admin.listConsumerGroupOffsets(group)
                    .partitionsToOffsetAndMetadata()
                    .get()
                    .get(new TopicPartition(group, partition));
        }
    }

    private static ConsumerGroupDescription group(String group) throws Exception {
        try (Admin admin = broker.admin()) {
            return admin.describeConsumerGroups(Set.of(group)).all().get().get(group);
        }
    }

    // ---- the group

    @Test
    void membersShareThePartitionsAndOneThatLeavesLosesNothing() throws Exception {
        broker.createTopic("shared", 4);
        produce("shared", values(0, 400));
        KafkaSource<String, String, String> source = source("shared").build();
        Set<String> safe = new HashSet<>();
        int until = 400;
        try (ReceiverReader<String> first = new ReceiverReader<>(source)) {
            first.readAll(400);
            first.ack();
            try (ReceiverReader<String> second = new ReceiverReader<>(source)) {
                while (second.records().isEmpty()) {
                    produce("shared", values(until, until += 40));
                    first.read(1_000);
                    second.read(1_000);
                }
                assertThat(group("shared").members()).hasSize(2);
                assertThat(second.records()).as("what was committed").doesNotContainAnyElementsOf(values(0, 400));
                second.ack();
                safe.addAll(second.records());
                produce("shared", values(until, until += 40));
                second.readUntil(() -> !second.unsettled().isEmpty());
            }
            int all = until;
            first.readUntil(() -> {
                first.ack();
                safe.addAll(first.records());
                return safe.size() == all;
            });
        }
        assertThat(safe).hasSize(until);
    }

    @Test
    void whatIsSettledAfterThePartitionMovedHasNoEffect() throws Exception {
        broker.createTopic("moved", 2);
        produce("moved", values(0, 100));
        KafkaSource<String, String, String> source = source("moved").build();
        try (ReceiverReader<String> first = new ReceiverReader<>(source)) {
            first.readAll(100);
            try (ReceiverReader<String> second = new ReceiverReader<>(source)) {
                while (second.records().isEmpty()) {
                    first.read(1_000);
                    second.read(1_000);
                }
                int moved = second.positions().get(0).shard().startsWith("moved/0#") ? 0 : 1;
                first.ack();
                first.readUntil(() -> committed("moved", 1 - moved).offset() > 0);
                assertThat(committed("moved", moved).offset()).isZero();
            }
        }
    }

    @Test
    void aReceiverThatIsClosedLeavesItsGroup() throws Exception {
        broker.createTopic("left", 1);
        produce("left", values(0, 1));
        try (ReceiverReader<String> reader = new ReceiverReader<>(source("left").build())) {
            reader.readAll(1);
            assertThat(group("left").groupState()).isEqualTo(GroupState.STABLE);
        }
        assertThat(group("left").groupState()).isEqualTo(GroupState.EMPTY);
    }

    @Test
    void aSecondMemberOfTheSameNameIsTold() throws Exception {
        broker.createTopic("named", 1);
        produce("named", values(0, 1));
        KafkaSource<String, String, String> source =
                source("named").property("group.instance.id", "only").build();
        try (ReceiverReader<String> first = new ReceiverReader<>(source)) {
            first.readAll(1);
            try (ReceiverReader<String> second = new ReceiverReader<>(source)) {
                second.readAll(1);
                assertThatThrownBy(() -> first.readUntil(() -> false)).hasMessageStartingWith("ACQ-2517 ");
            }
        }
    }

    @Test
    void aMemberThatReadsSlowlyStaysInItsGroup() throws Exception {
        broker.createTopic("slow", 2);
        produce("slow", values(0, 1_000));
        KafkaSource<String, String, String> source = source("slow").build();
        ManualClock clock = new ManualClock(Instant.EPOCH);
        try (ReceiverReader<String> slow = new ReceiverReader<>(new KafkaReceiver<>(source, clock))) {
            while (slow.records().isEmpty()) {
                slow.read(1);
            }
            try (ReceiverReader<String> other = new ReceiverReader<>(source)) {
                while (other.records().isEmpty()) {
                    clock.advance(Duration.ofSeconds(1));
                    slow.read(1);
                    other.read(1_000);
                }
                assertThat(slow.records()).as("so there were more to read").hasSizeLessThan(1_000);
            }
        }
    }

    // ---- the connection

    @Test
    void aBrokerThatIsKilledIsNoticedWithinTwoSeconds() throws Exception {
        broker.createTopic("killed", 2);
        produce("killed", values(0, 100));
        KafkaSource<String, String, String> source = source("killed").build();
        StreamClock clock = StreamClock.system();
        List<String> read = new ArrayList<>();
        try (ReceiverReader<String> reader = new ReceiverReader<>(source)) {
            reader.readAll(100);
            reader.ack();
            read.addAll(reader.records());
            broker.server().kill();
            long killedAt = clock.nanoTime();
            assertThatThrownBy(() -> reader.readUntil(() -> false))
                    .isInstanceOf(ReceiverDisconnectedException.class)
                    .hasMessageStartingWith("ACQ-2513 ");
            assertThat(Duration.ofNanos(clock.nanoTime() - killedAt)).isLessThan(Duration.ofSeconds(2));
        } finally {
            broker.server().restart();
        }
        produce("killed", values(100, 200));
        try (ReceiverReader<String> reader = new ReceiverReader<>(source)) {
            reader.readUntil(() -> reader.records().containsAll(values(100, 200)));
            read.addAll(reader.records());
        }
        assertThat(read).containsAll(values(0, 200));
    }

    @Test
    void aBrokerThatDoesNotAnswerIsTold() {
        KafkaSource<String, String, String> nobody = source("any")
                .bootstrapServers("127.0.0.1:1")
                .connectTimeout(Duration.ofMillis(300))
                .build();
        assertThatThrownBy(() -> new ReceiverReader<>(nobody))
                .isInstanceOf(ReceiverDisconnectedException.class)
                .hasMessageStartingWith("ACQ-2510 no broker of Kafka at 127.0.0.1:1 has answered within 300 ms");
    }

    @Test
    void aTopicThatIsNotThereIsTold() throws Exception {
        broker.createTopic("there", 1);
        assertThatThrownBy(() -> new ReceiverReader<>(
                        source("nowhere").topics("there", "nowhere").build()))
                .hasMessageStartingWith("ACQ-2511 ")
                .hasMessageContaining("there is no topic [nowhere]");
    }

    @Test
    void aLoginThatMayNotReadIsTold() throws Exception {
        broker.createTopic("secret", 1);
        broker.createTopic("open", 1);
        try (Admin admin = broker.admin()) {
            admin.createAcls(List.of(
                            denied(ResourceType.TOPIC, "secret", AclOperation.DESCRIBE),
                            denied(ResourceType.GROUP, "closed", AclOperation.READ)))
                    .all()
                    .get();
        }
        assertThatThrownBy(() -> new ReceiverReader<>(source("secret").build()))
                .hasMessageStartingWith("ACQ-2512 ")
                .hasMessageContaining("secret");
        assertThatThrownBy(() -> {
                    try (ReceiverReader<String> reader = new ReceiverReader<>(
                            source("open").groupId("closed").build())) {
                        reader.readUntil(() -> false);
                    }
                })
                .hasMessageStartingWith("ACQ-2512 ")
                .hasMessageContaining("closed");
    }

    private static AclBinding denied(ResourceType type, String name, AclOperation operation) {
        return new AclBinding(
                new ResourcePattern(type, name, PatternType.LITERAL),
                new AccessControlEntry("User:ANONYMOUS", "*", operation, AclPermissionType.DENY));
    }

    // ---- where it begins

    @Test
    void withoutAWordItBeginsAtTheFirstRecord() throws Exception {
        broker.createTopic("fresh", 1);
        produce("fresh", values(0, 10));
        try (ReceiverReader<String> reader =
                new ReceiverReader<>(source("fresh").build())) {
            assertThat(reader.readAll(10)).isEqualTo(values(0, 10));
        }
    }

    @Test
    void atTheEndItLosesNothingOfWhatComes() throws Exception {
        broker.createTopic("late", 1);
        produce("late", values(0, 10));
        KafkaSource<String, String, String> source = source("late")
                .startAt(Start.LATEST)
                .property("metadata.max.age.ms", "500")
                .build();
        try (ReceiverReader<String> reader = new ReceiverReader<>(source)) {
            reader.readUntil(() -> committed("late", 0) != null);
        }
        produce("late", values(10, 20));
        try (ReceiverReader<String> reader = new ReceiverReader<>(source)) {
            assertThat(reader.readAll(10)).isEqualTo(values(10, 20));
            broker.partitions("late", 2);
            produce("late", 1, "added");
            assertThat(reader.readAll(11)).endsWith("added");
        }
    }

    @Test
    void itBeginsAtATime() throws Exception {
        broker.createTopic("timed", 1);
        try (KafkaProducer<String, String> producer = broker.producer(Map.of())) {
            for (int i = 0; i < 10; i++) {
                producer.send(new ProducerRecord<>("timed", 0, 1_000L * i, null, "v" + i));
            }
        }
        KafkaSource<String, String, String> source =
                source("timed").startTime(Instant.ofEpochMilli(6_500)).build();
        try (ReceiverReader<String> reader = new ReceiverReader<>(source)) {
            assertThat(reader.readAll(3)).isEqualTo(values(7, 10));
        }
    }

    @Test
    void topicsThatAreMadeLaterAreFound() throws Exception {
        broker.createTopic("many.a", 1);
        produce("many.a", List.of("a"));
        KafkaSource<String, String, String> source = KafkaSource.builder(
                        StringDeserializer.class, StringDeserializer.class, ConsumerRecord::value)
                .bootstrapServers(broker.bootstrap())
                .groupId("many")
                .topicPattern("many\\..*")
                .property("metadata.max.age.ms", "500")
                .build();
        try (ReceiverReader<String> reader = new ReceiverReader<>(source)) {
            reader.readAll(1);
            broker.createTopic("many.b", 1);
            produce("many.b", List.of("b"));
            assertThat(reader.readAll(2)).containsExactly("a", "b");
        }
    }

    @Test
    void offsetsThatWereDeletedAreRefusedUnlessThatIsAllowed() throws Exception {
        broker.createTopic("deleted", 1);
        produce("deleted", values(0, 10));
        try (ReceiverReader<String> reader =
                new ReceiverReader<>(source("deleted").build())) {
            reader.readAll(10);
        }
        try (Admin admin = broker.admin()) {
            admin.deleteRecords(Map.of(new TopicPartition("deleted", 0), RecordsToDelete.beforeOffset(6)))
                    .all()
                    .get();
        }
        try (ReceiverReader<String> reader =
                new ReceiverReader<>(source("deleted").build())) {
            assertThatThrownBy(() -> reader.readAll(1))
                    .hasMessageStartingWith("ACQ-2514 offsets deleted/0@0 of source 'kafka:deleted' are not there");
        }
        try (ReceiverReader<String> reader = new ReceiverReader<>(
                source("deleted").outOfRange(OutOfRange.EARLIEST).build())) {
            assertThat(reader.readAll(4)).isEqualTo(values(6, 10));
        }
    }

    @Test
    void aTopicThatWasMadeAnewIsNotTakenForTheOldOne() throws Exception {
        broker.createTopic("anew", 1);
        produce("anew", values(0, 10));
        Position old;
        try (ReceiverReader<String> reader = new ReceiverReader<>(source("anew").build())) {
            reader.readAll(10);
            reader.ack();
            old = reader.positions().get(0);
        }
        broker.deleteTopic("anew");
        broker.createTopic("anew", 1);
        produce("anew", values(50, 55));
        try (ReceiverReader<String> reader = new ReceiverReader<>(source("anew").build())) {
            assertThat(reader.readAll(5)).isEqualTo(values(50, 55));
            assertThat(reader.positions().get(0).shard()).startsWith("anew/0#").isNotEqualTo(old.shard());
        }
    }

    @Test
    void offsetsThatSomebodyHasSetAreReadAnew() throws Exception {
        broker.createTopic("reset", 1);
        produce("reset", values(0, 10));
        Position old;
        try (ReceiverReader<String> reader =
                new ReceiverReader<>(source("reset").build())) {
            reader.readAll(10);
            reader.ack();
            old = reader.positions().get(0);
        }
        assertThat(committed("reset", 0).offset()).isEqualTo(10);
        try (Admin admin = broker.admin()) {
            admin.alterConsumerGroupOffsets("reset", Map.of(new TopicPartition("reset", 0), new OffsetAndMetadata(3)))
                    .all()
                    .get();
        }
        try (ReceiverReader<String> reader =
                new ReceiverReader<>(source("reset").build())) {
            assertThat(reader.readAll(7)).isEqualTo(values(3, 10));
            assertThat(reader.positions().get(0).shard()).isNotEqualTo(old.shard());
        }
    }

    // ---- records

    @Test
    void whatCannotBeDecodedIsRejectedAloneAndTheOthersCome() throws Exception {
        broker.createTopic("poison", 1);
        produce("poison", List.of("good1", "bad", "good2", "null", "good3"));
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
        assertThat(committed("poison", 0).offset()).isEqualTo(5);
    }

    @Test
    void bytesThatTheDeserializerRefusesAreKept() throws Exception {
        broker.createTopic("bytes", 1);
        produce("bytes", List.of("four", "toolong"));
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
        try (ReceiverReader<String> reader =
                new ReceiverReader<>(source("transactions").build())) {
            assertThat(reader.readAll(4)).containsExactly("kept1", "kept1", "kept2", "kept2");
            assertThat(reader.positions())
                    .extracting(Position::from, Position::until)
                    .containsExactly(tuple(0L, 2L), tuple(6L, 8L));
            reader.ack();
            reader.readUntil(() -> committed("transactions", 0).offset() == 9);
        }
    }
}
