/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kinesis;

import static org.assertj.core.api.Assertions.assertThat;

import io.acequia.streaming.data.StreamClock;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;

/** A stream for each test, on servers for each class. */
abstract class OnStream {
    static final String FIRST_SHARD = "shardId-000000000000";
    static final String SECOND_SHARD = "shardId-000000000001";
    static final StreamClock CLOCK = StreamClock.system();
    static KinesisServers servers;

    final String stream = "s-" + UUID.randomUUID();

    @BeforeAll
    static void start() throws Exception {
        servers = new KinesisServers();
    }

    @AfterAll
    static void stop() {
        servers.close();
    }

    @BeforeEach
    void heal() {
        servers.kinesisProxy().heal();
        servers.tableProxy().heal();
    }

    final void create(int shards) throws Exception {
        servers.createStream(stream, shards);
        servers.createLeases(stream, stream);
    }

    final KinesisSource.Builder<String> texts() {
        return servers.source(KinesisSource.builder(KinesisChannel::text), stream);
    }

    final void put(List<String> texts) throws Exception {
        List<PutRecordsRequestEntry> entries = texts.stream()
                .map(text -> PutRecordsRequestEntry.builder()
                        .partitionKey(text)
                        .data(SdkBytes.fromUtf8String(text))
                        .build())
                .toList();
        assertThat(servers.client()
                        .putRecords(request -> request.streamName(stream).records(entries))
                        .get()
                        .failedRecordCount())
                .isZero();
    }

    static List<String> texts(String prefix, int count) {
        return IntStream.range(0, count).mapToObj(i -> prefix + "-" + i).toList();
    }

    final String checkpoint(String shard) throws Exception {
        Map<String, AttributeValue> lease = servers.lease(stream, shard);
        return lease.isEmpty() ? "" : lease.get("checkpoint").s();
    }

    final boolean hasPosition(String shard) throws Exception {
        return !checkpoint(shard).equals("TRIM_HORIZON");
    }

    final String owner(String shard) throws Exception {
        AttributeValue owner = servers.lease(stream, shard).get("leaseOwner");
        return owner == null ? "" : owner.s();
    }
}
