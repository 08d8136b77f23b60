/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.acequia.streaming.BatchContext;
import io.acequia.streaming.RDD;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.direct.PlannerContext;
import io.acequia.streaming.direct.SplitPlanner;
import io.acequia.streaming.kafka.KafkaDirectSource.OutOfRange;
import io.acequia.streaming.kafka.KafkaDirectSource.Start;
import io.acequia.streaming.listener.ReceiverState;
import io.acequia.streaming.testkit.ContainerTest;
import io.acequia.streaming.testkit.ManualClock;
import io.acequia.streaming.testkit.TestStreams;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The direct source against a real broker. */
@ContainerTest
@Timeout(120)
class KafkaDirectSourceTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static Broker broker;

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

    private static KafkaDirectSource.Builder<String, String> source(String topic) {
        return KafkaDirectSource.builder(StringDeserializer.class, StringDeserializer.class)
                .bootstrapServers(broker.bootstrap())
                .startAt(Start.EARLIEST)
                .topics(topic);
    }

    private static void produce(String topic, int from, int until) {
        try (KafkaProducer<String, String> producer = broker.producer(Map.of())) {
            for (int i = from; i < until; i++) {
                producer.send(new ProducerRecord<>(topic, "k" + i, "word" + i % 7));
            }
        }
    }

    private TestStreams values(KafkaDirectSource<String, String> source) {
        return TestStreams.every(
                SECOND,
                StreamingConf.withoutDefaults().setMaster("local[2]").setAppName("kafka"),
                directory,
                s -> s.collect("values", s.context().directStream(source).map(ConsumerRecord::value)));
    }

    private static List<Object> all(TestStreams t) {
        List<Object> all = new ArrayList<>();
        t.batches("values").forEach(all::addAll);
        return all;
    }

    @Test
    void whatIsThereComesOnceAndInOrderWithinAPartition() throws Exception {
        broker.createTopic("once", 3);
        produce("once", 0, 1000);
        try (TestStreams t = values(source("once").build())) {
            t.advance(1);
            assertThat(all(t)).hasSize(1000);
            t.advance(1);
            assertThat(t.last("values")).isEmpty();
            produce("once", 1000, 1100);
            t.advance(1);
            assertThat(t.last("values")).hasSize(100);
        }
    }

    @Test
    void theWordsOfAMillionRecordsAreCounted() throws Exception {
        broker.createTopic("million", 4);
        Map<String, Long> expected = new TreeMap<>();
        try (KafkaProducer<String, String> producer = broker.producer(Map.of("batch.size", 1 << 18))) {
            for (int i = 0; i < 1_000_000; i++) {
                String word = "word" + (int) Math.sqrt(i);
                producer.send(new ProducerRecord<>("million", i % 4, null, word));
                expected.merge(word, 1L, Long::sum);
            }
        }
        Map<String, Long> counts = new TreeMap<>();
        try (TestStreams t = TestStreams.every(
                SECOND,
                StreamingConf.withoutDefaults().setMaster("local[2]").setAppName("kafka"),
                directory,
                s -> s.collect(
                        "counts",
                        s.context()
                                .directStream(source("million")
                                        .maxRatePerPartition(100_000)
                                        .build())
                                .map(ConsumerRecord::value)
                                .countByValue()))) {
            t.advance(4);
            for (List<Tuple2<String, Long>> batch : t.<Tuple2<String, Long>>batches("counts")) {
                batch.forEach(count -> counts.merge(count._1(), count._2(), Long::sum));
            }
        }
        assertThat(counts).isEqualTo(expected);
    }

    @Test
    void aRestartGoesOnWhereTheCheckpointSays() throws Exception {
        broker.createTopic("restarted", 2);
        produce("restarted", 0, 500);
        try (TestStreams t = values(source("restarted").build())) {
            t.advance(1);
            produce("restarted", 500, 700);
            t.restart();
            t.advance(1);
            produce("restarted", 700, 800);
            t.crashDuringNextBatch();
            t.advance(1);
            Map<Object, Long> counts = new TreeMap<>();
            all(t).forEach(word -> counts.merge(word, 1L, Long::sum));
            Map<Object, Long> expected = new TreeMap<>();
            for (int i = 0; i < 800; i++) {
                expected.merge("word" + i % 7, 1L, Long::sum);
            }
            assertThat(counts).isEqualTo(expected);
        }
    }

    @Test
    void aLimitForEachPartitionHolds() throws Exception {
        broker.createTopic("limited", 2);
        produce("limited", 0, 1000);
        try (TestStreams t = values(source("limited").maxRatePerPartition(50).build())) {
            t.advance(2);
            assertThat(t.batches("values"))
                    .allSatisfy(batch -> assertThat(batch).hasSize(100));
        }
    }

    @Test
    void partitionsThatAreAddedAreRead() throws Exception {
        broker.createTopic("grown", 1);
        produce("grown", 0, 10);
        try (TestStreams t = values(source("grown").build())) {
            t.advance(1);
            broker.partitions("grown", 3);
            produce("grown", 10, 110);
            t.advance(1);
            assertThat(all(t)).hasSize(110);
        }
    }

    @Test
    void offsetsAreCommittedForTheGroupTheLastOnesAtTheStop() throws Exception {
        broker.createTopic("committed", 1);
        produce("committed", 0, 42);
        try (TestStreams t = values(source("committed").groupId("readers").build())) {
            t.advance(1);
        }
        assertThat(committed("readers", "committed")).contains(42L);
    }

    private static Optional<Long> committed(String group, String topic) throws Exception {
        try (Admin admin = broker.admin()) {
            Map<TopicPartition, OffsetAndMetadata> committed = admin.listConsumerGroupOffsets(group)
                    .partitionsToOffsetAndMetadata()
                    .get();
            return Optional.ofNullable(committed.get(new TopicPartition(topic, 0)))
                    .map(OffsetAndMetadata::offset);
        }
    }

    @Test
    void nothingIsCommittedBehindABatchThatIsNotDone() throws Exception {
        broker.createTopic("concurrent", 1);
        KafkaDirectSource<String, String> source =
                source("concurrent").groupId("concurrent").build();
        PlannerContext begin =
                new PlannerContext(new Time(0), SECOND, new ManualClock(Instant.EPOCH), Optional.empty(), 0, Map.of());
        try (SplitPlanner<ConsumerRecord<String, String>> planner = source.newPlanner(begin)) {
            planner.plan(new Time(1_000), Long.MAX_VALUE);
            for (int batch = 2; batch <= 4; batch++) {
                produce("concurrent", 10 * batch, 10 * batch + 10);
                assertThat(planner.plan(new Time(1_000 * batch), Long.MAX_VALUE).splits())
                        .hasSize(1);
            }
            planner.completed(new Time(3_000));
            planner.completed(new Time(2_000));
        }
        assertThat(committed("concurrent", "concurrent")).contains(20L);
        try (SplitPlanner<ConsumerRecord<String, String>> planner = source.newPlanner(begin)) {
            planner.plan(new Time(2_000), 10);
            planner.plan(new Time(3_000), 20);
            planner.completed(new Time(3_000));
        }
        assertThat(committed("concurrent", "concurrent")).contains(20L);
    }

    @Test
    void onlyCommittedRecordsOfTransactionsAreRead() throws Exception {
        broker.createTopic("transactions", 1);
        try (KafkaProducer<String, String> producer = broker.producer(Map.of("transactional.id", "t"))) {
            producer.initTransactions();
            for (String outcome : List.of("aborted", "kept", "aborted")) {
                producer.beginTransaction();
                for (int i = 0; i < 10; i++) {
                    producer.send(new ProducerRecord<>("transactions", outcome));
                }
                producer.flush();
                if (outcome.equals("kept")) {
                    producer.commitTransaction();
                } else {
                    producer.abortTransaction();
                }
            }
        }
        try (TestStreams t = values(source("transactions").build())) {
            t.advance(2);
            assertThat(all(t)).hasSize(10).containsOnly("kept");
        }
    }

    @Test
    void aTopicThatWasMadeAnewIsRefusedUnlessThatIsAllowed() throws Exception {
        broker.createTopic("anew", 1);
        produce("anew", 0, 100);
        try (TestStreams t =
                values(source("anew").outOfRange(OutOfRange.EARLIEST).build())) {
            t.advance(1);
            broker.deleteTopic("anew");
            t.advance(1);
            broker.createTopic("anew", 1);
            produce("anew", 0, 30);
            t.advance(1);
            assertThat(t.last("values")).hasSize(30);
        }
    }

    @Test
    void aBatchTellsItsOffsetsAndTheyCanBeReadAgain() throws Exception {
        broker.createTopic("ranges", 2);
        produce("ranges", 0, 100);
        KafkaDirectSource<String, String> source = source("ranges").build();
        List<OffsetRange> ranges = new CopyOnWriteArrayList<>();
        List<String> read = new CopyOnWriteArrayList<>();
        List<Throwable> refused = new CopyOnWriteArrayList<>();
        try (TestStreams t = TestStreams.every(
                SECOND,
                StreamingConf.withoutDefaults().setMaster("local[2]").setAppName("kafka"),
                directory,
                s -> s.context().directStream(source).foreachRDD(rdd -> {
                    ranges.addAll(KafkaDirectSource.offsetRanges(rdd));
                    RDD<String> keys = rdd.map(ConsumerRecord::key);
                    read.addAll(keys.collect());
                    refused.add(catchThrowable(() -> KafkaDirectSource.offsetRanges(keys)));
                }))) {
            t.advance(2);
        }
        assertThat(ranges).extracting(OffsetRange::topic).containsOnly("ranges");
        assertThat(ranges.stream().mapToLong(OffsetRange::length).sum()).isEqualTo(100);
        assertThat(read).hasSize(100);
        assertThat(refused).hasSize(2).allSatisfy(each -> assertThat(each).hasMessageStartingWith("ACQ-2530 "));

        try (BatchContext batch = new BatchContext("local[2]", "back-fill")) {
            RDD<ConsumerRecord<String, String>> again = KafkaDirectSource.rdd(batch, source, ranges);
            assertThat(again.getNumPartitions()).isEqualTo(ranges.size());
            assertThat(again.map(ConsumerRecord::key).collect()).containsExactlyInAnyOrderElementsOf(read);
            assertThat(KafkaDirectSource.offsetRanges(again)).isEqualTo(ranges);
        }
    }

    @Test
    void headersAndTimestampsAreThereAndReadingBeginsAtATime() throws Exception {
        broker.createTopic("times", 1);
        try (KafkaProducer<String, String> producer = broker.producer(Map.of())) {
            for (int i = 0; i < 10; i++) {
                ProducerRecord<String, String> record =
                        new ProducerRecord<>("times", 0, 1_000_000L + i * 1000, "k" + i, "v" + i);
                record.headers().add("trace", ("t" + i).getBytes(UTF_8));
                producer.send(record);
            }
        }
        try (TestStreams t = TestStreams.every(
                SECOND,
                StreamingConf.withoutDefaults().setMaster("local[2]").setAppName("kafka"),
                directory,
                s -> s.collect(
                        "values",
                        s.context()
                                .directStream(source("times")
                                        .startTime(Instant.ofEpochMilli(1_006_500))
                                        .build())
                                .map(record -> record.timestamp() + " "
                                        + new String(
                                                record.headers()
                                                        .lastHeader("trace")
                                                        .value(),
                                                UTF_8))))) {
            t.advance(1);
            assertThat(all(t)).containsExactly("1007000 t7", "1008000 t8", "1009000 t9");
        }
    }

    @Test
    void whatCompactionLeavesIsRead() throws Exception {
        try (Admin admin = broker.admin()) {
            Broker.createTopic(
                    admin,
                    new NewTopic("compacted", 1, (short) 1)
                            .configs(Map.of(
                                    "cleanup.policy", "compact",
                                    "segment.ms", "1",
                                    "min.cleanable.dirty.ratio", "0.01")));
        }
        try (KafkaProducer<String, String> producer = broker.producer(Map.of())) {
            for (int round = 0; round < 20; round++) {
                for (int key = 0; key < 5; key++) {
                    producer.send(new ProducerRecord<>("compacted", "k" + key, "v" + round))
                            .get();
                }
            }
        }
        try (TestStreams t = values(source("compacted").build())) {
            t.advance(2);
            assertThat(all(t)).endsWith("v19", "v19", "v19", "v19", "v19").hasSizeLessThanOrEqualTo(100);
        }
    }

    @Test
    void aTopicThatIsNotThereIsRefusedAtTheStart() {
        KafkaDirectSource<String, String> missing = source("nowhere").build();
        assertThatThrownBy(() -> values(missing).advance(1)).hasStackTraceContaining("ACQ-2505");
    }

    private static ReceiverState state(TestStreams t) {
        return t.context().status().sources().get(0).state();
    }

    @Test
    void aBrokerThatIsKilledAndComesBackLosesNothing() throws Exception {
        broker.createTopic("killed", 2);
        produce("killed", 0, 100);
        try (TestStreams t =
                values(source("killed").planTimeout(Duration.ofSeconds(20)).build())) {
            t.advance(1);
            assertThat(state(t)).isEqualTo(ReceiverState.ACTIVE);
            broker.server().kill();
            while (state(t) == ReceiverState.ACTIVE) {
                Thread.onSpinWait();
            }
            assertThat(state(t)).isEqualTo(ReceiverState.RETRYING);
            broker.server().restart();
            broker.awaitLeaders("killed", 2);
            produce("killed", 100, 200);
            t.advance(1);
            assertThat(state(t)).isEqualTo(ReceiverState.ACTIVE);
            Map<Object, Integer> seen = new HashMap<>();
            all(t).forEach(value -> seen.merge(value, 1, Integer::sum));
            assertThat(seen.values().stream().mapToInt(Integer::intValue).sum()).isEqualTo(200);
        }
    }
}
