/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.BatchSink;
import io.acequia.streaming.DStream;
import io.acequia.streaming.Output;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.kafka.KafkaDirectSource.Start;
import io.acequia.streaming.testkit.ContainerTest;
import io.acequia.streaming.testkit.TestStreams;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the sink does beside the rules of all sinks, against a real broker. */
@ContainerTest
@Timeout(120)
class KafkaSinkTest {
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

    private static KafkaSink.Builder<String, String> builder(String job) {
        return KafkaSink.builder(StringSerializer.class, StringSerializer.class)
                .bootstrapServers(broker.bootstrap())
                .job(job);
    }

    private static KafkaSink<String> sink(String job, String topic) {
        return builder(job).build(row -> new ProducerRecord<>(topic, row, row));
    }

    private static Output.Key key(long time) {
        return new Output.Key(new Time(time), "rows", 0);
    }

    private static void write(BatchSink<String> sink, Output.Key key, String... rows) throws Exception {
        try (BatchSink.Writer<String> writer = sink.open(key)) {
            for (String row : rows) {
                writer.write(row);
            }
            writer.commit();
        }
    }

    @Test
    void twoBatchesOfOnePartitionWriteOneAfterTheOther() throws Exception {
        broker.createTopic("turns", 1);
        KafkaSink<String> sink = sink("turns", "turns");
        CompletableFuture<Void> second;
        try (BatchSink.Writer<String> first = sink.open(key(1000))) {
            first.write("a");
            second = CompletableFuture.runAsync(() -> {
                try {
                    assertThat(sink.alreadyCommitted(key(2000))).isFalse();
                    write(sink, key(2000), "b");
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            first.commit();
        }
        second.get();
        assertThat(CommittedRows.of(broker, "turns")).containsExactly("a", "b");
        assertThat(sink.alreadyCommitted(key(1000))).isTrue();
        assertThat(sink.alreadyCommitted(key(2000))).isTrue();
        assertThat(sink.alreadyCommitted(key(3000))).isFalse();
    }

    @Test
    void aBatchThatWaitsForAnotherLongerThanATransactionMayTakeIsRefused() throws Exception {
        broker.createTopic("stuck", 1);
        KafkaSink<String> sink = builder("stuck")
                .property("transaction.timeout.ms", "1000")
                .build(row -> new ProducerRecord<>("stuck", row));
        try (BatchSink.Writer<String> first = sink.open(key(1000))) {
            first.write("a");
            assertThatThrownBy(() -> sink.open(key(2000)))
                    .hasMessageStartingWith(
                            "ACQ-2526 partition 0 of output 'rows' of job 'stuck' is still written for batch"
                                    + " 1000 ms after 1 s");
        }
    }

    @Test
    void anotherProcessOfTheSameJobTakesOver() throws Exception {
        broker.createTopic("taken", 1);
        KafkaSink<String> sink = sink("taken", "taken");
        try (BatchSink.Writer<String> writer = sink.open(key(1000))) {
            writer.write("mine");
            try (KafkaProducer<String, String> other = broker.producer(Map.of("transactional.id", "taken/rows/0"))) {
                other.initTransactions();
            }
            assertThatThrownBy(writer::commit)
                    .hasMessageStartingWith("ACQ-2529 partition 0 of output 'rows' of job 'taken' of batch 1000 ms");
            assertThatThrownBy(writer::commit).hasMessageStartingWith("ACQ-2527 ");
        }
        assertThat(CommittedRows.of(broker, "taken")).isEmpty();
        assertThat(sink.alreadyCommitted(key(1000))).isFalse();
        write(sink, key(1000), "again");
        assertThat(CommittedRows.of(broker, "taken")).containsExactly("again");
    }

    @Test
    void aRecordThatIsNoneIsRefused() throws Exception {
        KafkaSink<String> sink = builder("nulls").build(row -> null);
        try (BatchSink.Writer<String> writer = sink.open(key(1000))) {
            assertThatThrownBy(() -> writer.write("x"))
                    .hasMessageStartingWith(
                            "ACQ-2521 the function of the sink returned null for a record of class java.lang.String");
        }
    }

    @Test
    void aTopicOfKeysThatForgetsIsRefused() throws Exception {
        try (Admin admin = broker.admin()) {
            Broker.createTopic(admin, new NewTopic("forgetful", 1, (short) 1));
        }
        KafkaSink<String> sink =
                builder("forgets").keysTopic("forgetful").build(row -> new ProducerRecord<>("none", row));
        assertThatThrownBy(() -> sink.alreadyCommitted(key(1000)))
                .hasMessageStartingWith("ACQ-2523 the topic of keys 'forgetful' has cleanup.policy = delete");
    }

    @Test
    void aTopicOfKeysThatTheBrokersDoNotKnowYetIsWaitedFor() throws Exception {
        Connection connection = new Connection(Map.of("bootstrap.servers", broker.bootstrap()));
        try (KeysTopic never = new KeysTopic(connection, "keys-late", Duration.ofMillis(50));
                KeysTopic late = new KeysTopic(connection, "keys-late", Duration.ofMinutes(1))) {
            assertThatThrownBy(never::end).hasCauseInstanceOf(UnknownTopicOrPartitionException.class);
            CompletableFuture<Long> end = CompletableFuture.supplyAsync(() -> {
                try {
                    return late.end();
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            broker.createTopic("keys-late", 1);
            assertThat(end.get()).isZero();
        }
    }

    @Test
    void aTransactionOfAnotherThatStaysOpenInTheTopicOfKeysIsTold() throws Exception {
        broker.createTopic("held", 1);
        KafkaSink<String> sink =
                builder("first").keysTopic("keys-held").build(row -> new ProducerRecord<>("held", row));
        write(sink, key(1000), "a");
        Connection connection = new Connection(Map.of("bootstrap.servers", broker.bootstrap()));
        Lane lane = new Lane(new Lane.Target(connection, "second", "keys-held"), "rows", 0);
        try (KafkaProducer<String, String> other = broker.producer(Map.of("transactional.id", "other"))) {
            other.initTransactions();
            other.beginTransaction();
            other.send(new ProducerRecord<>("keys-held", "other/rows/0", "1 1000"))
                    .get();
            assertThatThrownBy(() -> CommittedKeys.of(lane, Duration.ofMillis(500)))
                    .hasMessageStartingWith("ACQ-2524 the topic of keys 'keys-held' could be read up to offset ");
            other.abortTransaction();
        }
        assertThat(CommittedKeys.of(lane, Duration.ofSeconds(30))).isEqualTo(CommittedTimes.NONE);
    }

    @Test
    void aBrokerThatIsNotThereIsTold() {
        KafkaSink<String> sink = KafkaSink.builder(StringSerializer.class, StringSerializer.class)
                .bootstrapServers("127.0.0.1:1")
                .job("alone")
                .property("max.block.ms", "500")
                .build(row -> new ProducerRecord<>("none", row));
        assertThatThrownBy(() -> sink.open(key(1000)))
                .isInstanceOf(org.apache.kafka.common.errors.TimeoutException.class);
    }

    @Test
    void aStreamIsWrittenOnceOverACrash() throws Exception {
        broker.createTopic("in", 2);
        broker.createTopic("out", 2);
        List<String> expected = new ArrayList<>();
        try (KafkaProducer<String, String> producer = broker.producer(Map.of())) {
            for (int i = 0; i < 300; i++) {
                producer.send(new ProducerRecord<>("in", "k" + i, "v" + i));
                expected.add("V" + i);
            }
        }
        KafkaDirectSource<String, String> source = KafkaDirectSource.builder(
                        StringDeserializer.class, StringDeserializer.class)
                .bootstrapServers(broker.bootstrap())
                .startAt(Start.EARLIEST)
                .topics("in")
                .maxRatePerPartition(40)
                .build();
        KafkaSink<ConsumerRecord<String, String>> sink = builder("upper")
                .build(record ->
                        new ProducerRecord<>("out", record.key(), record.value().toUpperCase()));
        try (TestStreams t = TestStreams.every(
                Duration.ofSeconds(1),
                StreamingConf.withoutDefaults().setMaster("local[2]").setAppName("upper"),
                directory,
                s -> {
                    DStream<ConsumerRecord<String, String>> records =
                            s.context().directStream(source);
                    records.writeTo(sink).uid("out");
                    s.collect("values", records.map(ConsumerRecord::value));
                })) {
            t.advance(2);
            t.restart();
            t.advance(1);
            t.crashDuringNextBatch();
            t.advance(4);
        }
        assertThat(CommittedRows.of(broker, "out")).containsExactlyInAnyOrderElementsOf(expected);
    }
}
