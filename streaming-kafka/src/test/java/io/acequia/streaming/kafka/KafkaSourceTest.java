/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
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

    private static void produce(String topic, int partition, String value) {
        try (KafkaProducer<String, String> producer = broker.producer(Map.of())) {
            producer.send(new ProducerRecord<>(topic, partition, null, value));
        }
    }

    private static List<String> values(int from, int until) {
        return IntStream.range(from, until).mapToObj(i -> "v" + i).toList();
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
        broker.produce("shared", values(0, 400));
        KafkaSource<String, String, String> source = source("shared").build();
        Set<String> safe = new HashSet<>();
        int until = 400;
        try (ReceiverReader<String> first = new ReceiverReader<>(source)) {
            first.readAll(400);
            first.ack();
            try (ReceiverReader<String> second = new ReceiverReader<>(source)) {
                while (second.records().isEmpty()) {
                    broker.produce("shared", values(until, until += 40));
                    first.read(1_000);
                    second.read(1_000);
                }
                assertThat(group("shared").members()).hasSize(2);
                assertThat(second.records()).as("what was committed").doesNotContainAnyElementsOf(values(0, 400));
                second.ack();
                safe.addAll(second.records());
                broker.produce("shared", values(until, until += 40));
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
        broker.produce("moved", values(0, 100));
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
                first.readUntil(() -> broker.committed("moved", 1 - moved).offset() > 0);
                assertThat(broker.committed("moved", moved).offset()).isZero();
            }
        }
    }

    @Test
    void aReceiverThatIsClosedLeavesItsGroup() throws Exception {
        broker.createTopic("left", 1);
        broker.produce("left", values(0, 1));
        try (ReceiverReader<String> reader = new ReceiverReader<>(source("left").build())) {
            reader.readAll(1);
            assertThat(group("left").groupState()).isEqualTo(GroupState.STABLE);
        }
        assertThat(group("left").groupState()).isEqualTo(GroupState.EMPTY);
    }

    @Test
    void aSecondMemberOfTheSameNameIsTold() throws Exception {
        broker.createTopic("named", 1);
        broker.produce("named", values(0, 1));
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
        broker.produce("slow", values(0, 1_000));
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
        broker.produce("killed", values(0, 100));
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
        broker.awaitLeaders("killed", 2);
        broker.produce("killed", values(100, 200));
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
            // The controller knows them a moment before the broker does.
            while (admin.describeAcls(AclBindingFilter.ANY).values().get().size() < 2) {
                Thread.onSpinWait();
            }
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
        broker.produce("fresh", values(0, 10));
        try (ReceiverReader<String> reader =
                new ReceiverReader<>(source("fresh").build())) {
            assertThat(reader.readAll(10)).isEqualTo(values(0, 10));
        }
    }

    @Test
    void atTheEndItLosesNothingOfWhatComes() throws Exception {
        broker.createTopic("late", 1);
        broker.produce("late", values(0, 10));
        KafkaSource<String, String, String> source = source("late")
                .startAt(Start.LATEST)
                .property("metadata.max.age.ms", "500")
                .build();
        try (ReceiverReader<String> reader = new ReceiverReader<>(source)) {
            reader.readUntil(() -> broker.committed("late", 0) != null);
        }
        broker.produce("late", values(10, 20));
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
        broker.produce("many.a", List.of("a"));
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
            broker.produce("many.b", List.of("b"));
            assertThat(reader.readAll(2)).containsExactly("a", "b");
        }
    }

    @Test
    void offsetsThatWereDeletedAreRefusedUnlessThatIsAllowed() throws Exception {
        broker.createTopic("deleted", 1);
        broker.produce("deleted", values(0, 10));
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
        broker.produce("anew", values(0, 10));
        Position old;
        try (ReceiverReader<String> reader = new ReceiverReader<>(source("anew").build())) {
            reader.readAll(10);
            reader.ack();
            old = reader.positions().get(0);
        }
        broker.deleteTopic("anew");
        broker.createTopic("anew", 1);
        broker.produce("anew", values(50, 55));
        try (ReceiverReader<String> reader = new ReceiverReader<>(source("anew").build())) {
            assertThat(reader.readAll(5)).isEqualTo(values(50, 55));
            assertThat(reader.positions().get(0).shard()).startsWith("anew/0#").isNotEqualTo(old.shard());
        }
    }

    @Test
    void offsetsThatSomebodyHasSetAreReadAnew() throws Exception {
        broker.createTopic("reset", 1);
        broker.produce("reset", values(0, 10));
        Position old;
        try (ReceiverReader<String> reader =
                new ReceiverReader<>(source("reset").build())) {
            reader.readAll(10);
            reader.ack();
            old = reader.positions().get(0);
        }
        assertThat(broker.committed("reset", 0).offset()).isEqualTo(10);
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
}
