/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.benchmarks.KafkaThroughput.Contestant;
import io.acequia.streaming.benchmarks.KafkaThroughput.Round;
import io.acequia.streaming.benchmarks.KafkaThroughput.Turn;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class KafkaReadersMustAgreeTest {
    private static final List<String> VALUES = List.of("one", "two", "three", "four", "five", "six", "seven");

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static Tally expected() {
        return new Tally(
                VALUES.size(),
                VALUES.stream().mapToLong(String::length).sum(),
                VALUES.stream().mapToLong(String::hashCode).sum());
    }

    private static RecordsInMemory topic(int most) {
        RecordsInMemory topic = new RecordsInMemory(2, most);
        for (int i = 0; i < VALUES.size(); i++) {
            topic.add(i % 2, VALUES.get(i));
        }
        return topic;
    }

    @Test
    void theStreamCountsEachRecordOnceInOneBatchOrInSeveral() throws Exception {
        for (int most : new int[] {100, 1}) {
            try (KafkaStream stream = new KafkaStream(topic(most))) {
                assertThat(stream.read(VALUES.size(), true)).isEqualTo(expected());
            }
        }
    }

    @Test
    void aTurnBeginsWhereTheOneBeforeItEnded() throws Exception {
        RecordsInMemory topic = topic(100);
        try (KafkaStream stream = new KafkaStream(topic)) {
            stream.read(VALUES.size(), true);
            topic.add(0, "eight");

            assertThat(stream.read(1, true)).isEqualTo(new Tally(1, 5, "eight".hashCode()));
            topic.add(1, "nine");
            assertThat(stream.read(1, false)).isEqualTo(new Tally(1, 4, 0));
        }
    }

    @Test
    void aStreamThatBringsTooLittleIsNoContestant() {
        try (KafkaStream stream = new KafkaStream(topic(100))) {
            assertThatThrownBy(() -> stream.read(VALUES.size() + 1, true))
                    .hasMessageStartingWith("ACQ-3154 batch ")
                    .hasMessageContaining("where 1 of 8 records are left");
        }
    }

    @Test
    void theLoopReadsUpToTheEndAndNoFurther() {
        TopicPartition first = new TopicPartition("t", 0);
        TopicPartition second = new TopicPartition("t", 1);
        try (MockConsumer<String, String> consumer = new MockConsumer<>("earliest")) {
            consumer.assign(List.of(first, second));
            consumer.updateBeginningOffsets(Map.of(first, 0L, second, 0L));
            consumer.seek(first, 0);
            consumer.seek(second, 0);
            for (int i = 0; i < VALUES.size(); i++) {
                int partition = i % 2;
                long offset = i / 2;
                String value = VALUES.get(i);
                consumer.schedulePollTask(
                        () -> consumer.addRecord(new ConsumerRecord<>("t", partition, offset, null, value)));
            }

            assertThat(ConsumerByHand.read(consumer, Map.of(first, 4L, second, 3L), true, PATIENCE))
                    .isEqualTo(expected());
            assertThat(ConsumerByHand.read(consumer, Map.of(first, 4L, second, 3L), true, PATIENCE))
                    .isEqualTo(Tally.NOTHING);
            assertThatThrownBy(() -> ConsumerByHand.read(consumer, Map.of(first, 5L, second, 3L), false, Duration.ZERO))
                    .hasMessage(
                            "ACQ-3153 the consumer has read nothing for 0 s, and has 1 of 1 records to go: look at the"
                                    + " broker");
        }
    }

    @Test
    void aBrokerThatIsNotThereIsTold() {
        assertThatThrownBy(() -> new FilledTopic("127.0.0.1:1", 2, Duration.ofMillis(200)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("ACQ-3157 no topic can be made at 127.0.0.1:1: ");
    }

    @Test
    void whoReadsSomethingElseIsRefused() {
        Round round = new Round(expected(), Map.of(), Map.of(), true);
        Contestant honest = new Contestant("honest", any -> new Turn(expected(), 1, 1));
        Contestant hasty = new Contestant("hasty", any -> new Turn(new Tally(7, 27, 1), 1, 1));

        assertThatThrownBy(() -> KafkaThroughput.take(List.of(honest, hasty), round))
                .hasMessageStartingWith("ACQ-3152 the hasty has read 7 records of 27 characters, hash 1 where");
    }

    @Test
    void withoutAnEngineTheCommandThatStartsOneIsTold() {
        assertThatThrownBy(() -> KafkaServer.of("", () -> {
                    throw new IllegalStateException("no engine");
                }))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("ACQ-3151 ")
                .hasMessageContaining("ci/containers.sh start kafka")
                .hasMessageContaining("no engine");
    }

    @Test
    void aBrokerThatRunsIsLeftAlone() throws Exception {
        try (KafkaServer server = KafkaServer.of("localhost:9092", () -> {
            throw new IllegalStateException("not asked for");
        })) {
            assertThat(server.bootstrap()).isEqualTo("localhost:9092");
        }
    }

    @Test
    void sparkNeedsAClassPathAndAProcessThatLives() {
        assertThatThrownBy(() -> SparkProcess.start("", List.of("localhost:9092", "t")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("ACQ-3155 ");
        assertThatThrownBy(() -> SparkProcess.start("nowhere", List.of("localhost:9092", "t")))
                .hasMessageStartingWith("ACQ-3156 ");
    }
}
