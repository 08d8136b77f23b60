/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.kafka.KafkaDirectSource.Builder;
import io.acequia.streaming.kafka.KafkaDirectSource.OutOfRange;
import io.acequia.streaming.kafka.KafkaDirectSource.Start;
import io.acequia.streaming.testkit.ContainerTest;
import io.acequia.streaming.testkit.TestStreams;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a real broker can refuse a direct source: answers, topics, and offsets that are due. */
@ContainerTest
@Timeout(120)
class KafkaPlannerFaultsTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration THREE_SECONDS = Duration.ofSeconds(3);
    private static final AtomicInteger TOPICS = new AtomicInteger();
    private static Broker broker;

    private final List<String> read = Collections.synchronizedList(new ArrayList<>());
    private final String topic = "faults-" + TOPICS.incrementAndGet();

    @TempDir
    Path directory;

    @BeforeAll
    static void start() throws Exception {
        // A source must not bring back what was deleted.
        broker = Broker.with("auto.create.topics.enable=true");
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    private static Builder<String, String> source(String... topics) {
        return KafkaDirectSource.builder(StringDeserializer.class, StringDeserializer.class)
                .bootstrapServers(broker.bootstrap())
                .name("faulty")
                .startAt(Start.EARLIEST)
                .topics(topics);
    }

    /** What happens after a batch was planned, and before it is read. */
    private interface Event {
        void happen() throws Exception;
    }

    private static final Event NOTHING = () -> {};

    private TestStreams reading(Builder<String, String> builder, Event planned) {
        KafkaDirectSource<String, String> source = builder.build();
        return TestStreams.every(
                SECOND,
                StreamingConf.withoutDefaults().setMaster("local[2]").setAppName("faults"),
                directory,
                s -> s.context().directStream(source).map(ConsumerRecord::value).foreachRDD(rdd -> {
                    planned.happen();
                    read.addAll(rdd.collect());
                }));
    }

    private void fill(int from, int until) throws Exception {
        if (from == 0) {
            broker.createTopic(topic, 1);
        }
        broker.produceAll(IntStream.range(from, until)
                .mapToObj(i -> new ProducerRecord<String, String>(topic, "r" + i))
                .toList());
    }

    private static List<String> records(int from, int until) {
        return IntStream.range(from, until).mapToObj(i -> "r" + i).toList();
    }

    private void deleteBefore(long offset) throws Exception {
        try (Admin admin = broker.admin()) {
            admin.deleteRecords(Map.of(new TopicPartition(topic, 0), RecordsToDelete.beforeOffset(offset)))
                    .all()
                    .get();
        }
    }

    private static Event once(Event event) {
        return inCall(1, event);
    }

    private static Event inCall(int call, Event event) {
        AtomicInteger calls = new AtomicInteger();
        return () -> {
            if (calls.incrementAndGet() == call) {
                event.happen();
            }
        };
    }

    // ---- brokers that do not answer

    @Test
    void aBrokerThatHangsWhileATaskReadsFailsTheBatchWhichARestartReads() throws Exception {
        fill(0, 10);
        Event pause = once(() -> broker.server().pause());
        try (TestStreams t = reading(source(topic).readTimeout(THREE_SECONDS), pause)) {
            try {
                assertThatThrownBy(() -> t.advance(1))
                        .hasStackTraceContaining("ACQ-2502 nothing came of " + topic
                                + "/0 [0, 10) from offset 0 on for 3000 ms: is the broker up");
            } finally {
                broker.server().resume();
            }
            broker.awaitLeaders(topic, 1);
            t.restart();
            t.advance(1);
            assertThat(read).isEqualTo(records(0, 10));
        }
    }

    @Test
    void aBrokerThatDiesWhileATaskReadsFailsTheBatchWhichARestartReads() throws Exception {
        fill(0, 10);
        Event kill = once(() -> broker.server().kill());
        try (TestStreams t = reading(source(topic).readTimeout(THREE_SECONDS), kill)) {
            try {
                assertThatThrownBy(() -> t.advance(1)).hasStackTraceContaining("ACQ-2502 nothing came of " + topic);
            } finally {
                broker.server().restart();
            }
            broker.awaitLeaders(topic, 1);
            t.restart();
            t.advance(1);
            assertThat(read).isEqualTo(records(0, 10));
        }
    }

    @Test
    void aBrokerThatDoesNotAnswerThePlannerFailsTheBatchWhichARestartPlans() throws Exception {
        fill(0, 10);
        try (TestStreams t = reading(source(topic).planTimeout(Duration.ofSeconds(5)), NOTHING)) {
            t.advance(1);
            fill(10, 20);
            broker.server().pause();
            try {
                assertThatThrownBy(() -> t.advance(1))
                        .hasStackTraceContaining("ACQ-2504 Kafka at " + broker.bootstrap()
                                + " did not tell the partitions of topic " + topic + ": ");
            } finally {
                broker.server().resume();
            }
            t.restart();
            t.advance(1);
            assertThat(read).isEqualTo(records(0, 20));
        }
    }

    @Test
    void aBrokerThatDoesNotAnswerAtTheStartIsRefused() throws Exception {
        broker.server().pause();
        try (TestStreams t = reading(source(topic).planTimeout(SECOND), NOTHING)) {
            assertThatThrownBy(() -> t.advance(1))
                    .hasStackTraceContaining("ACQ-2504 Kafka at " + broker.bootstrap() + " did not tell");
        } finally {
            broker.server().resume();
        }
    }

    // ---- topics that are not there

    @Test
    void topicsThatAreMissingAtTheStartAreNamed() throws Exception {
        fill(0, 1);
        try (TestStreams t = reading(source(topic, "missing-a", "missing-b"), NOTHING)) {
            assertThatThrownBy(() -> t.advance(1))
                    .hasStackTraceContaining("ACQ-2505 source 'faulty': there is no topic [missing-a, missing-b] at"
                            + " Kafka at " + broker.bootstrap() + ": make it before the job starts, or take"
                            + " topicPattern(..)");
        }
    }

    @Test
    void aPatternWaitsForTopics() throws Exception {
        Builder<String, String> late = source().topicPattern(topic).startAt(Start.LATEST);
        try (TestStreams t = reading(late, NOTHING)) {
            t.advance(1);
            fill(0, 10);
            t.advance(1);
            assertThat(read).as("from the first record on").isEqualTo(records(0, 10));
        }
    }

    @Test
    void aTopicThatIsDeletedIsRefused() throws Exception {
        fill(0, 10);
        try (TestStreams t = reading(source(topic), NOTHING)) {
            t.advance(1);
            broker.deleteTopic(topic);
            assertThatThrownBy(() -> t.advance(1))
                    .hasStackTraceContaining("ACQ-2507 source 'faulty': " + topic + "/0@10 were read, and are no more."
                            + " outOfRange(EARLIEST) or outOfRange(LATEST) goes on without them");
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "FAIL")
    void aTopicThatIsDeletedIsLeftOutWhenThatIsAllowed(OutOfRange policy) throws Exception {
        String other = topic + "-other";
        broker.createTopic(other, 1);
        fill(0, 10);
        try (TestStreams t = reading(source(topic, other).outOfRange(policy), NOTHING)) {
            t.advance(1);
            broker.deleteTopic(other);
            fill(10, 20);
            t.advance(2);
            assertThat(read).isEqualTo(records(0, 20));
        }
    }

    // ---- offsets that are not there when a batch is planned

    @Test
    void recordsThatWereDeletedBeforeTheyWereReadAreRefused() throws Exception {
        fill(0, 10);
        try (TestStreams t = reading(source(topic), NOTHING)) {
            t.advance(1);
            fill(10, 20);
            deleteBefore(15);
            assertThatThrownBy(() -> t.advance(1))
                    .hasStackTraceContaining("ACQ-2506 source 'faulty': offset 10 of " + topic
                            + "-0 is not there: the topic has offsets 15 to 20; 5 offsets were deleted before they were"
                            + " read. outOfRange(EARLIEST) or outOfRange(LATEST) goes on all the same");
        }
        assertThat(read).isEqualTo(records(0, 10));
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "FAIL")
    void recordsThatWereDeletedBeforeTheyWereReadArePassedOverWhenThatIsAllowed(OutOfRange policy) throws Exception {
        fill(0, 10);
        try (TestStreams t = reading(source(topic).outOfRange(policy), NOTHING)) {
            t.advance(1);
            fill(10, 20);
            deleteBefore(15);
            t.advance(1);
            fill(20, 25);
            t.advance(1);
        }
        List<String> expected = new ArrayList<>(records(0, 10));
        expected.addAll(records(policy == OutOfRange.EARLIEST ? 15 : 20, 25));
        assertThat(read).isEqualTo(expected);
    }

    private void makeAnew(int records) throws Exception {
        broker.deleteTopic(topic);
        fill(0, records);
    }

    /** Shorter than what was read, or so long that what is due is there, in another topic. */
    @ParameterizedTest
    @ValueSource(ints = {3, 20})
    void aTopicThatWasMadeAnewIsRefused(int records) throws Exception {
        fill(0, 10);
        try (TestStreams t = reading(source(topic), NOTHING)) {
            t.advance(1);
            makeAnew(records);
            assertThatThrownBy(() -> t.advance(1))
                    .hasStackTraceContaining("ACQ-2506 source 'faulty': offset 10 of " + topic
                            + "-0 is not there: the topic has offsets 0 to " + records + "; it was made anew");
        }
        assertThat(read).isEqualTo(records(0, 10));
    }

    @ParameterizedTest
    @CsvSource({"EARLIEST, 3", "EARLIEST, 20", "LATEST, 3", "LATEST, 20"})
    void aTopicThatWasMadeAnewGoesOnWhenThatIsAllowed(OutOfRange policy, int records) throws Exception {
        fill(0, 10);
        try (TestStreams t = reading(source(topic).outOfRange(policy), NOTHING)) {
            t.advance(1);
            makeAnew(records);
            t.advance(1);
            fill(records, records + 2);
            t.advance(1);
        }
        List<String> expected = new ArrayList<>(records(0, 10));
        expected.addAll(records(policy == OutOfRange.EARLIEST ? 0 : records, records + 2));
        assertThat(read).isEqualTo(expected);
    }

    @Test
    void aTopicThatWasMadeAnewWhileTheJobWasDownIsRefused() throws Exception {
        fill(0, 10);
        try (TestStreams t = reading(source(topic), NOTHING)) {
            t.advance(1);
            makeAnew(20);
            t.restart();
            assertThatThrownBy(() -> t.advance(1)).hasStackTraceContaining("ACQ-2506 source 'faulty': offset 10 of");
        }
        assertThat(read).isEqualTo(records(0, 10));
    }

    // ---- offsets that go between the plan and the task

    @Test
    void recordsThatAreDeletedBetweenPlanAndTaskAreRefused() throws Exception {
        fill(0, 10);
        try (TestStreams t = reading(source(topic), () -> deleteBefore(4))) {
            assertThatThrownBy(() -> t.advance(1))
                    .hasStackTraceContaining("ACQ-2503 offset 0 of " + topic + "/0 [0, 10) is not there any more:")
                    .hasStackTraceContaining("outOfRange(EARLIEST) or outOfRange(LATEST) goes on without what is gone");
        }
        assertThat(read).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "FAIL")
    void recordsThatAreDeletedBetweenPlanAndTaskArePassedOverWhenThatIsAllowed(OutOfRange policy) throws Exception {
        fill(0, 10);
        try (TestStreams t = reading(source(topic).outOfRange(policy), once(() -> deleteBefore(4)))) {
            t.advance(1);
            fill(10, 15);
            t.advance(1);
        }
        assertThat(read).isEqualTo(records(policy == OutOfRange.EARLIEST ? 4 : 10, 15));
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "FAIL")
    void aRangeOfWhichNothingIsLeftYieldsNothingWhenThatIsAllowed(OutOfRange policy) throws Exception {
        fill(0, 10);
        Event all = once(() -> {
            fill(10, 20);
            deleteBefore(15);
        });
        try (TestStreams t = reading(source(topic).outOfRange(policy), all)) {
            t.advance(1);
            assertThat(read).isEmpty();
            t.advance(1);
        }
        assertThat(read).isEqualTo(records(policy == OutOfRange.EARLIEST ? 15 : 20, 20));
    }

    @Test
    void aTopicThatIsMadeAnewBetweenPlanAndTaskYieldsNothingOfItsOldRangeWhenThatIsAllowed() throws Exception {
        fill(0, 10);
        Builder<String, String> source = source(topic).outOfRange(OutOfRange.EARLIEST);
        Event anew = inCall(2, () -> {
            Consumers.closeIdle(source.build().connection());
            makeAnew(3);
        });
        try (TestStreams t = reading(source, anew)) {
            t.advance(1);
            fill(10, 20);
            t.advance(1);
            assertThat(read).isEqualTo(records(0, 10));
            t.advance(1);
        }
        List<String> expected = new ArrayList<>(records(0, 10));
        expected.addAll(records(0, 3));
        assertThat(read).isEqualTo(expected);
    }

    /** Its beginning is there, so no offset is out of range; its end never comes. */
    @Test
    void aTopicThatIsMadeAnewAndShorterBetweenPlanAndTaskIsRefused() throws Exception {
        fill(0, 10);
        try (TestStreams t = reading(source(topic).readTimeout(THREE_SECONDS), () -> makeAnew(3))) {
            assertThatThrownBy(() -> t.advance(1))
                    .hasStackTraceContaining("ACQ-2503 offset 3 of " + topic + "/0 [0, 10) is not there any more:");
        }
    }

    @Test
    void aTopicThatIsDeletedBetweenPlanAndTaskIsRefused() throws Exception {
        fill(0, 10);
        try (TestStreams t = reading(source(topic).readTimeout(THREE_SECONDS), () -> broker.deleteTopic(topic))) {
            assertThatThrownBy(() -> t.advance(1))
                    .hasStackTraceContaining("ACQ-2503 offset 0 of " + topic + "/0 [0, 10) is not there any more:");
        }
        try (Admin admin = broker.admin()) {
            assertThat(admin.listTopics().names().get()).doesNotContain(topic);
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "FAIL")
    void aTopicThatIsDeletedBetweenPlanAndTaskIsLeftOutWhenThatIsAllowed(OutOfRange policy) throws Exception {
        fill(0, 10);
        Event delete = once(() -> broker.deleteTopic(topic));
        try (TestStreams t = reading(source(topic).outOfRange(policy).readTimeout(THREE_SECONDS), delete)) {
            t.advance(2);
            assertThat(read).isEmpty();
        }
    }
}
