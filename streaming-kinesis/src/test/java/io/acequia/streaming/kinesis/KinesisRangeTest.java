/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kinesis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.BatchContext;
import io.acequia.streaming.testkit.ContainerTest;
import io.acequia.streaming.testkit.ReceiverReader;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.core.SdkBytes;

/** Ranges of sequence numbers, read by batch jobs. */
@ContainerTest
@Timeout(120)
class KinesisRangeTest extends OnStream {
    @Test
    void rangesOfSeveralShardsGiveTheRecordsThatAStreamRead() throws Exception {
        create(2);
        put(texts("text", 60));
        List<KinesisRange> ranges = new ArrayList<>();
        List<String> expected = new ArrayList<>();
        new TreeMap<>(read(60).stream().collect(Collectors.groupingBy(KinesisRecord::shardId)))
                .forEach((shard, all) -> {
                    List<KinesisRecord> middle = all.subList(2, all.size() - 2);
                    ranges.add(range(middle));
                    middle.forEach(each -> expected.add(new String(each.data(), UTF_8)));
                });

        KinesisSource<String> source = texts().fetchSize(7).build();
        try (BatchContext batch = new BatchContext("local[2]", "back-fill")) {
            assertThat(ranges).hasSize(2);
            assertThat(KinesisSource.rdd(batch, source, ranges).collect()).isEqualTo(expected);
            assertThat(KinesisSource.rdd(batch, source, List.of()).collect()).isEmpty();
        }
    }

    @Test
    void packedRecordsComeOneByOne() throws Exception {
        create(1);
        List<String> texts = texts("packed", 5);
        servers.client()
                .putRecord(request -> {
                    try {
                        request.streamName(stream)
                                .partitionKey("key")
                                .data(SdkBytes.fromByteArray(Packed.of("key", texts)));
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                })
                .get();

        assertThat(collected(range(read(5)))).isEqualTo(texts);
    }

    @Test
    void aRangeWhoseEndsAreNotThereIsRefused() throws Exception {
        create(1);
        put(texts("text", 10));
        List<KinesisRecord> all = read(10);
        String first = all.get(0).sequenceNumber();
        String last = all.get(9).sequenceNumber();

        refused(new KinesisRange(FIRST_SHARD, first, next(last)), "the shard ends before its last record");
        refused(new KinesisRange(FIRST_SHARD, first, next(first)), "its last record is not there");
        assertThatThrownBy(() -> collected(new KinesisRange("shardId-000000000077", first, last)))
                .hasStackTraceContaining("ACQ-2642 ");
    }

    @Test
    void aRecordThatTheFunctionRefusesFailsTheTask() throws Exception {
        create(1);
        put(texts("text", 3));
        KinesisRange range = range(read(3));
        KinesisSource<String> source = servers.source(
                        KinesisSource.<String>builder(record -> {
                            throw new IllegalArgumentException("no text");
                        }),
                        stream)
                .build();

        try (BatchContext batch = new BatchContext("local[2]", "back-fill")) {
            assertThatThrownBy(() ->
                            KinesisSource.rdd(batch, source, List.of(range)).collect())
                    .hasStackTraceContaining("no text");
        }
    }

    private void refused(KinesisRange range, String why) {
        assertThatThrownBy(() -> collected(range))
                .hasStackTraceContaining("ACQ-2650 ")
                .hasStackTraceContaining(why);
    }

    private List<String> collected(KinesisRange range) {
        KinesisSource<String> source = texts().build();
        try (BatchContext batch = new BatchContext("local[2]", "back-fill")) {
            return KinesisSource.rdd(batch, source, List.of(range)).collect();
        }
    }

    private List<KinesisRecord> read(int count) throws Exception {
        try (ReceiverReader<KinesisRecord> reader = new ReceiverReader<>(
                servers.source(KinesisSource.builder(), stream).build())) {
            return List.copyOf(reader.readAll(count));
        }
    }

    private static KinesisRange range(List<KinesisRecord> records) {
        KinesisRecord first = records.get(0);
        return new KinesisRange(
                first.shardId(),
                first.sequenceNumber(),
                records.get(records.size() - 1).sequenceNumber());
    }

    private static String next(String number) {
        return new BigInteger(number).add(BigInteger.ONE).toString();
    }
}
