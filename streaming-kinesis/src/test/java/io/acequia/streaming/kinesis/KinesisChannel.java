/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kinesis;

import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.receiver.Source;
import io.acequia.streaming.testkit.BreakableSystem;
import io.acequia.streaming.testkit.ExternalSystem;
import io.acequia.streaming.testkit.FaultProxy;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.UnaryOperator;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResultEntry;

/** A stream of its own with one shard, and an application that reads it by the proxies of the servers. */
public final class KinesisChannel implements ExternalSystem.Reliable<String>, BreakableSystem<String> {
    /** The server writes what it has to disk every 100 ms. */
    private static final Duration UNTIL_ON_DISK = Duration.ofMillis(500);

    private static final int MOST_PUT = 500;

    private final KinesisServers servers;
    private final UnaryOperator<KinesisSource.Builder<String>> options;
    private final String stream = "s-" + UUID.randomUUID();
    private final Map<String, List<BigInteger>> published = new TreeMap<>();

    /** @param options of the source */
    KinesisChannel(KinesisServers servers, UnaryOperator<KinesisSource.Builder<String>> options) throws Exception {
        this.servers = servers;
        this.options = options;
        servers.createStream(stream, 1);
        servers.createLeases(stream, stream);
    }

    @Override
    public Source<String> source() {
        return options.apply(servers.source(KinesisSource.builder(KinesisChannel::text), stream))
                .build();
    }

    static String text(KinesisRecord record) {
        return new String(record.data(), StandardCharsets.UTF_8);
    }

    @Override
    public synchronized void publish(List<String> payloads) throws Exception {
        for (int from = 0; from < payloads.size(); from += MOST_PUT) {
            put(payloads.subList(from, Math.min(payloads.size(), from + MOST_PUT)));
        }
    }

    private void put(List<String> payloads) throws Exception {
        List<PutRecordsRequestEntry> entries = payloads.stream()
                .map(payload -> PutRecordsRequestEntry.builder()
                        .partitionKey(payload)
                        .data(SdkBytes.fromUtf8String(payload))
                        .build())
                .toList();
        PutRecordsResponse response = servers.client()
                .putRecords(request -> request.streamName(stream).records(entries))
                .get();
        List<String> refused = new ArrayList<>();
        for (int i = 0; i < entries.size(); i++) {
            PutRecordsResultEntry result = response.records().get(i);
            if (result.errorCode() != null) {
                refused.add(payloads.get(i));
            } else {
                published
                        .computeIfAbsent(result.shardId(), any -> new ArrayList<>())
                        .add(new BigInteger(result.sequenceNumber()));
            }
        }
        if (!refused.isEmpty()) {
            put(refused);
        }
    }

    @Override
    public String payloadOf(String record) {
        return record;
    }

    @Override
    public void cut() {
        for (FaultProxy each : List.of(servers.kinesisProxy(), servers.tableProxy())) {
            each.refuse();
            each.cut();
        }
    }

    @Override
    public void heal() {
        servers.kinesisProxy().heal();
        servers.tableProxy().heal();
    }

    @Override
    public FaultProxy proxy() {
        return servers.kinesisProxy();
    }

    @Override
    public void kill() throws InterruptedException {
        StreamClock clock = StreamClock.system();
        clock.awaitUntil(clock.now().plus(UNTIL_ON_DISK));
        servers.kinesisServer().kill();
    }

    @Override
    public void restart() throws Exception {
        servers.kinesisServer().restart();
        servers.awaitActive(stream);
    }

    @Override
    public synchronized long unacknowledged() throws Exception {
        long count = 0;
        for (Map.Entry<String, List<BigInteger>> shard : published.entrySet()) {
            Map<String, AttributeValue> lease = servers.lease(stream, shard.getKey());
            String checkpoint =
                    lease.isEmpty() ? "TRIM_HORIZON" : lease.get("checkpoint").s();
            count += shard.getValue().stream()
                    .filter(each -> !isSafe(each, checkpoint))
                    .count();
        }
        return count;
    }

    private static boolean isSafe(BigInteger sequenceNumber, String checkpoint) {
        return switch (checkpoint) {
            case "TRIM_HORIZON", "LATEST", "AT_TIMESTAMP" -> false;
            case "SHARD_END" -> true;
            default -> sequenceNumber.compareTo(new BigInteger(checkpoint)) <= 0;
        };
    }

    @Override
    public void close() {
        heal();
    }
}
