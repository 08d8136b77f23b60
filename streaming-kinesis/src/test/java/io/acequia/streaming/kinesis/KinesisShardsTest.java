/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kinesis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.receiver.ReceiverDisconnectedException;
import io.acequia.streaming.receiver.Settlement;
import io.acequia.streaming.testkit.ContainerTest;
import io.acequia.streaming.testkit.FaultProxy;
import io.acequia.streaming.testkit.ReceiverReader;
import java.math.BigInteger;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.services.kinesis.model.Shard;

/** What becomes of shards that are split and merged, and of workers that come and go. */
@ContainerTest
@Timeout(120)
class KinesisShardsTest extends OnStream {
    @Test
    void theChildrenOfAShardThatWasSplitComeWhenAllOfItIsSafe() throws Exception {
        create(1);
        put(texts("parent", 10));
        try (ReceiverReader<String> reader = new ReceiverReader<>(texts().build())) {
            reader.readAll(10);
            Shard parent = servers.shards(stream).get(0);
            BigInteger end = new BigInteger(parent.hashKeyRange().endingHashKey());
            servers.client()
                    .splitShard(request -> request.streamName(stream)
                            .shardToSplit(FIRST_SHARD)
                            .newStartingHashKey(end.shiftRight(1).toString()))
                    .get();
            servers.awaitActive(stream);
            put(texts("child", 20));
            reader.readUntil(() -> !servers.lease(stream, SECOND_SHARD).isEmpty());
            for (int reads = 0; reads < 40; reads++) {
                reader.read(100);
            }
            assertThat(reader.records()).as("while the parent is not safe").hasSize(10);
            reader.readAndAckUntil(() -> reader.records().size() >= 30);
            assertThat(checkpoint(FIRST_SHARD)).isEqualTo("SHARD_END");
            assertThat(reader.records().subList(10, 30)).containsExactlyInAnyOrderElementsOf(texts("child", 20));
        }
    }

    @Test
    void aShardThatWasMergedOfTwoComesWhenBothAreSafe() throws Exception {
        create(2);
        put(texts("parent", 20));
        try (ReceiverReader<String> reader = new ReceiverReader<>(texts().build())) {
            reader.readAll(20);
            servers.client()
                    .mergeShards(request ->
                            request.streamName(stream).shardToMerge(FIRST_SHARD).adjacentShardToMerge(SECOND_SHARD))
                    .get();
            servers.awaitActive(stream);
            put(texts("child", 10));
            reader.readAndAckUntil(() -> reader.records().size() >= 30);
            assertThat(reader.records().subList(20, 30)).isEqualTo(texts("child", 10));
            assertThat(checkpoint(FIRST_SHARD)).isEqualTo("SHARD_END");
            assertThat(checkpoint(SECOND_SHARD)).isEqualTo("SHARD_END");
        }
    }

    @Test
    void anotherWorkerTakesTheShardsOfOneThatIsSilent() throws Exception {
        create(2);
        put(texts("text", 20));
        try (FaultProxy kinesis = servers.kinesisServer().proxy();
                FaultProxy table = servers.tableServer().proxy();
                ReceiverReader<String> silent = new ReceiverReader<>(texts().worker("silent")
                        .endpoint(http(kinesis))
                        .leaseTableEndpoint(http(table))
                        .build())) {
            silent.readAll(20);
            kinesis.blackHole();
            table.blackHole();
            try (ReceiverReader<String> other =
                    new ReceiverReader<>(texts().worker("other").build())) {
                assertThat(other.readAll(20)).containsExactlyInAnyOrderElementsOf(texts("text", 20));
                other.readAndAckUntil(() -> hasPosition(FIRST_SHARD) && hasPosition(SECOND_SHARD));
                assertThat(owner(FIRST_SHARD)).isEqualTo("other-1");
                kinesis.heal();
                table.heal();
                String safe = checkpoint(FIRST_SHARD);
                silent.ack();
                assertThatThrownBy(() -> silent.readUntil(() -> false))
                        .isInstanceOf(ReceiverDisconnectedException.class)
                        .hasMessageStartingWith("ACQ-2641 ");
                assertThat(checkpoint(FIRST_SHARD)).isEqualTo(safe);
            }
        }
    }

    private static URI http(FaultProxy proxy) {
        return URI.create("http://" + proxy.host() + ":" + proxy.port());
    }

    @Test
    void workersShareOutTheShardsAndOneThatLostAShardMovesItNoMore() throws Exception {
        create(2);
        Set<String> all = new HashSet<>(texts("early", 20));
        put(texts("early", 20));
        try (ReceiverReader<String> first =
                new ReceiverReader<>(texts().worker("first").build())) {
            first.readAll(20);
            List<Settlement> early = new ArrayList<>(first.unsettled());
            first.unsettled().clear();
            try (ReceiverReader<String> second =
                    new ReceiverReader<>(texts().worker("second").build())) {
                second.readAndAckUntil(() -> {
                    first.read(100);
                    return new HashSet<>(List.of(owner(FIRST_SHARD), owner(SECOND_SHARD)))
                                    .equals(Set.of("first-1", "second-1"))
                            && !second.records().isEmpty();
                });
                String moved = owner(FIRST_SHARD).equals("second-1") ? FIRST_SHARD : SECOND_SHARD;
                second.readAndAckUntil(() -> hasPosition(moved));
                put(List.of("late"));
                all.add("late");
                second.readAndAckUntil(() -> {
                    first.read(100);
                    return first.records().contains("late") || second.records().contains("late");
                });
                second.readAndAckUntil(() -> true);
                String safe = checkpoint(moved);
                for (Settlement each : early) {
                    each.ack();
                }
                for (int reads = 0; reads < 20; reads++) {
                    first.read(100);
                }
                assertThat(new BigInteger(checkpoint(moved))).isGreaterThanOrEqualTo(new BigInteger(safe));
                Set<String> read = new HashSet<>(first.records());
                read.addAll(second.records());
                assertThat(read).isEqualTo(all);
            }
        }
    }
}
