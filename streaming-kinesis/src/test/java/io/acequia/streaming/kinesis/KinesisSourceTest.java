/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kinesis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.acequia.streaming.kinesis.KinesisSource.Start;
import io.acequia.streaming.receiver.Settlement;
import io.acequia.streaming.testkit.ContainerTest;
import io.acequia.streaming.testkit.ReceiverReader;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.core.SdkBytes;

/** What comes, what is acknowledged, and what comes again. */
@ContainerTest
@Timeout(120)
class KinesisSourceTest extends OnStream {
    @Test
    void aRecordKnowsItsPlace() throws Exception {
        create(1);
        Instant before = CLOCK.now().minusSeconds(5);
        var put = servers.client()
                .putRecord(request ->
                        request.streamName(stream).partitionKey("key").data(SdkBytes.fromUtf8String("text")))
                .get();
        try (ReceiverReader<KinesisRecord> reader = new ReceiverReader<>(
                servers.source(KinesisSource.builder(), stream).build())) {
            KinesisRecord record = reader.readAll(1).get(0);
            assertThat(record.shardId()).isEqualTo(FIRST_SHARD);
            assertThat(record.sequenceNumber()).isEqualTo(put.sequenceNumber());
            assertThat(record.subSequenceNumber()).isZero();
            assertThat(record.partitionKey()).isEqualTo("key");
            assertThat(new String(record.data(), UTF_8)).isEqualTo("text");
            assertThat(record.arrival()).isAfter(before);
            assertThat(record).hasToString(FIRST_SHARD + " " + put.sequenceNumber() + "/0 (4 bytes)");
        }
    }

    @Test
    void whatAProducerPackedIntoOneRecordComesOneByOneAndIsNumbered() throws Exception {
        create(1);
        List<String> packed = texts("packed", 5);
        put(List.of("before"));
        servers.client()
                .putRecord(request ->
                        request.streamName(stream).partitionKey("key").data(SdkBytes.fromByteArray(packed(packed))))
                .get();
        put(List.of("after"));
        try (ReceiverReader<KinesisRecord> reader = new ReceiverReader<>(
                servers.source(KinesisSource.builder(), stream).build())) {
            List<KinesisRecord> records = reader.readAll(7);
            assertThat(records)
                    .extracting(KinesisChannel::text)
                    .containsExactly("before", "packed-0", "packed-1", "packed-2", "packed-3", "packed-4", "after");
            assertThat(records)
                    .extracting(KinesisRecord::subSequenceNumber)
                    .containsExactly(0L, 0L, 1L, 2L, 3L, 4L, 0L);
            assertThat(records.subList(1, 6))
                    .extracting(KinesisRecord::sequenceNumber)
                    .containsOnly(records.get(1).sequenceNumber());
            reader.readAndAckUntil(
                    () -> checkpoint(FIRST_SHARD).equals(records.get(6).sequenceNumber()));
        }
    }

    @Test
    void aPackedRecordThatIsTheLastOneIsNotReadAgain() throws Exception {
        create(1);
        servers.client()
                .putRecord(request -> request.streamName(stream)
                        .partitionKey("key")
                        .data(SdkBytes.fromByteArray(packed(texts("packed", 3)))))
                .get();
        try (ReceiverReader<String> reader = new ReceiverReader<>(texts().build())) {
            reader.readAll(3);
            reader.ack();
        }
        put(List.of("after"));
        try (ReceiverReader<String> reader = new ReceiverReader<>(texts().build())) {
            assertThat(reader.readAll(1)).containsExactly("after");
        }
        assertThat(servers.lease(stream, FIRST_SHARD)
                        .get("checkpointSubSequenceNumber")
                        .n())
                .isEqualTo("2");
    }

    private static byte[] packed(List<String> texts) {
        try {
            return Packed.of("key", texts);
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void whatTheFunctionRefusesIsRejectedWithItsBytesAndThePlaceAndTheRecordsAroundItCome() throws Exception {
        create(1);
        put(List.of("a", "poison", "b", "null", "c"));
        KinesisSource<String> source = servers.source(
                        KinesisSource.builder((KinesisRecord record) -> {
                            String text = KinesisChannel.text(record);
                            if (text.equals("poison")) {
                                throw new IllegalArgumentException("poison");
                            }
                            return text.equals("null") ? null : text;
                        }),
                        stream)
                .build();
        try (ReceiverReader<String> reader = new ReceiverReader<>(source)) {
            reader.readUntil(() -> reader.records().size() + reader.rejected().size() >= 5);
            assertThat(reader.records()).containsExactly("a", "b", "c");
            assertThat(reader.rejected())
                    .extracting(each -> new String(each.raw(), UTF_8))
                    .containsExactly("poison", "null");
            assertThat(reader.rejected().get(0).where()).startsWith(FIRST_SHARD + " ");
            assertThat(reader.rejected().get(0).cause()).hasMessage("poison");
            assertThat(reader.rejected().get(1).cause())
                    .hasMessageStartingWith(
                            "ACQ-2647 the function of kinesis:" + stream + " gave null for the record " + FIRST_SHARD);
            reader.readAndAckUntil(() -> !checkpoint(FIRST_SHARD).equals("TRIM_HORIZON"));
        }
    }

    @Test
    void noPositionPassesWhatWasGivenBack() throws Exception {
        create(1);
        try (ReceiverReader<String> reader = new ReceiverReader<>(texts().build())) {
            put(List.of("first"));
            reader.readAll(1);
            reader.readAndAckUntil(() -> !checkpoint(FIRST_SHARD).equals("TRIM_HORIZON"));
            String safe = checkpoint(FIRST_SHARD);
            put(List.of("failed"));
            reader.readAll(2);
            Settlement failed = reader.unsettled().remove();
            put(List.of("later"));
            reader.readAll(3);
            reader.ack();
            failed.nack(new IllegalStateException("the store failed"));
            Settlement again = null;
            while (again == null) {
                reader.read(10);
                again = reader.unsettled().poll();
            }
            assertThat(reader.records()).containsExactly("first", "failed", "later", "failed");
            for (int reads = 0; reads < 20; reads++) {
                reader.read(10);
                assertThat(checkpoint(FIRST_SHARD)).isEqualTo(safe);
            }
            again.ack();
            reader.readAndAckUntil(() -> !checkpoint(FIRST_SHARD).equals(safe));
        }
        try (ReceiverReader<String> reader = new ReceiverReader<>(texts().build())) {
            put(List.of("next"));
            assertThat(reader.readAll(1)).containsExactly("next");
        }
    }

    @Test
    void whatWasNotAcknowledgedComesAgainToAnotherWorkerAndTheRestDoesNot() throws Exception {
        create(1);
        put(texts("safe", 10));
        try (ReceiverReader<String> reader =
                new ReceiverReader<>(texts().worker("one").build())) {
            reader.readAll(10);
            reader.ack();
            put(texts("not", 10));
            reader.readAll(20);
        }
        try (ReceiverReader<String> reader =
                new ReceiverReader<>(texts().worker("two").build())) {
            assertThat(reader.readAll(10)).isEqualTo(texts("not", 10));
        }
    }

    @Test
    void latestIsTheTimeOfBuildingSoThatNothingIsMissedBetweenTwoConnections() throws Exception {
        servers.createStream(stream, 1);
        put(List.of("before"));
        awaitNextMillis();
        KinesisSource<String> source = texts().startAt(Start.LATEST).build();
        put(List.of("built"));
        servers.createLeases(stream, stream, "AT_TIMESTAMP");
        try (ReceiverReader<String> reader = new ReceiverReader<>(source)) {
            assertThat(reader.readAll(1)).containsExactly("built");
        }
        put(List.of("between"));
        try (ReceiverReader<String> reader = new ReceiverReader<>(source)) {
            assertThat(reader.readAll(2)).containsExactly("built", "between");
        }
    }

    @Test
    void aTimeIsWhereAShardBegins() throws Exception {
        servers.createStream(stream, 1);
        put(List.of("before"));
        awaitNextMillis();
        Instant from = CLOCK.now();
        put(List.of("after"));
        servers.createLeases(stream, stream, "AT_TIMESTAMP");
        try (ReceiverReader<String> reader =
                new ReceiverReader<>(texts().startTime(from).build())) {
            assertThat(reader.readAll(1)).containsExactly("after");
        }
    }

    private static void awaitNextMillis() throws InterruptedException {
        CLOCK.awaitUntil(CLOCK.now().plusMillis(20));
    }

    @Test
    void theLeaseTableIsMadeWhenItIsMissing() throws Exception {
        servers.createStream(stream, 2);
        put(texts("new", 10));
        try (ReceiverReader<String> reader = new ReceiverReader<>(texts().build())) {
            assertThat(reader.readAll(10)).containsExactlyInAnyOrderElementsOf(texts("new", 10));
            reader.readAndAckUntil(() -> !checkpoint(FIRST_SHARD).equals("TRIM_HORIZON"));
        }
    }

    @Test
    void aReceiverThatIsHeldBackClosesSoonAndLeavesNoThread() throws Exception {
        create(1);
        for (int i = 0; i < 6; i++) {
            byte[] many = packed(texts("text-" + i, 3_000));
            servers.client()
                    .putRecord(request ->
                            request.streamName(stream).partitionKey("key").data(SdkBytes.fromByteArray(many)))
                    .get();
        }
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        try (ReceiverReader<String> reader =
                new ReceiverReader<>(texts().fetchSize(1).build())) {
            while (!aThreadWaitsForRoom()) {
                reader.read(0);
            }
        }
        while (Thread.getAllStackTraces().keySet().stream()
                .anyMatch(each -> !each.isDaemon() && !before.contains(each))) {
            CLOCK.awaitUntil(CLOCK.now().plusMillis(20)); // threads that would keep the process alive
        }
    }

    private static boolean aThreadWaitsForRoom() {
        return Thread.getAllStackTraces().values().stream()
                .flatMap(Arrays::stream)
                .anyMatch(frame -> frame.getMethodName().equals("awaitRoom"));
    }
}
