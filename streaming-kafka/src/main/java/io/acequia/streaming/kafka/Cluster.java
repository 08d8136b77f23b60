/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kafka;

import io.acequia.streaming.StreamingException;
import io.acequia.streaming.data.StreamClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.DescribeTopicsResult;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * What a planner asks the brokers, by the admin client: it belongs to no group, so nobody is rebalanced, and it may be asked
 * from any thread. Each call waits for its answer, at most {@code patience}.
 */
final class Cluster implements AutoCloseable {
    private static final Duration IDLE = Duration.ofMinutes(1);

    private final Admin admin;
    private final Connection connection;
    private final IsolationLevel isolation;
    private final int patienceMs;
    private volatile long askedAt;

    Cluster(Connection connection, Duration patience) {
        this.admin = connection.admin();
        this.askedAt = StreamClock.system().nanoTime();
        this.connection = connection;
        this.isolation = connection.isolation();
        this.patienceMs = (int) Math.min(Integer.MAX_VALUE, patience.toMillis());
    }

    /** Partitions, and ids by topic; a broker that is old has none. */
    record Found(List<TopicPartition> partitions, Map<String, String> ids) {}

    /** Those of these topics that exist. */
    Found described(Collection<String> topics) throws InterruptedException {
        askedAt = StreamClock.system().nanoTime();
        DescribeTopicsResult described =
                admin.describeTopics(topics, new DescribeTopicsOptions().timeoutMs(patienceMs));
        List<TopicPartition> partitions = new ArrayList<>();
        Map<String, String> ids = new TreeMap<>();
        for (Map.Entry<String, KafkaFuture<TopicDescription>> each :
                described.topicNameValues().entrySet()) {
            try {
                TopicDescription found = each.getValue().get();
                for (TopicPartitionInfo partition : found.partitions()) {
                    partitions.add(new TopicPartition(each.getKey(), partition.partition()));
                }
                if (!found.topicId().equals(Uuid.ZERO_UUID)) {
                    ids.put(each.getKey(), found.topicId().toString());
                }
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
                    throw failed("the partitions of topic " + each.getKey(), e);
                }
            }
        }
        return new Found(partitions, ids);
    }

    List<String> topics(Pattern pattern) throws InterruptedException {
        return await(
                        "its topics",
                        admin.listTopics(new ListTopicsOptions().timeoutMs(patienceMs))
                                .names())
                .stream()
                .filter(topic -> pattern.matcher(topic).matches())
                .sorted()
                .toList();
    }

    /** The first offsets that are there. */
    Offered earliest(Collection<TopicPartition> partitions) {
        return offsets(partitions, OffsetSpec.earliest());
    }

    /** The offsets behind the last records, for readers of committed records behind the last of a finished transaction. */
    Offered latest(Collection<TopicPartition> partitions) {
        return offsets(partitions, OffsetSpec.latest());
    }

    /** The offsets of the first records from a time on; -1 where there is none. */
    Offered from(Collection<TopicPartition> partitions, Instant time) {
        return offsets(partitions, OffsetSpec.forTimestamp(time.toEpochMilli()));
    }

    private Offered offsets(Collection<TopicPartition> partitions, OffsetSpec spec) {
        Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
        partitions.forEach(each -> asked.put(each, spec));
        ListOffsetsResult result = admin.listOffsets(asked, new ListOffsetsOptions(isolation).timeoutMs(patienceMs));
        return () -> {
            Map<TopicPartition, Long> offsets = new HashMap<>();
            await("its offsets", result.all()).forEach((each, info) -> offsets.put(each, info.offset()));
            return offsets;
        };
    }

    /** An answer that is on its way, so that several questions take the time of one. */
    @FunctionalInterface
    interface Offered {
        Map<TopicPartition, Long> get() throws InterruptedException;
    }

    /** What a group has committed; nothing for partitions where it has not. */
    Map<TopicPartition, Long> committed(String group) throws InterruptedException {
        Map<TopicPartition, Long> offsets = new HashMap<>();
        await(
                        "what group " + group + " has committed",
                        admin.listConsumerGroupOffsets(
                                        group, new ListConsumerGroupOffsetsOptions().timeoutMs(patienceMs))
                                .partitionsToOffsetAndMetadata())
                .forEach((partition, committed) -> {
                    if (committed != null) {
                        offsets.put(partition, committed.offset());
                    }
                });
        return offsets;
    }

    /** Does not wait. */
    KafkaFuture<Void> commit(String group, Map<TopicPartition, Long> offsets) {
        Map<TopicPartition, OffsetAndMetadata> committed = new TreeMap<>(Offsets.ORDER);
        offsets.forEach((partition, offset) -> committed.put(partition, new OffsetAndMetadata(offset)));
        return admin.alterConsumerGroupOffsets(
                        group, committed, new AlterConsumerGroupOffsetsOptions().timeoutMs(patienceMs))
                .all();
    }

    /**
     * Whether a connection to any broker is open, as far as one should be: an idle one is closed by either side after minutes. Does
     * not ask, and does not wait.
     */
    boolean isConnected() {
        return StreamClock.system().nanoTime() - askedAt > IDLE.toNanos()
                || admin.metrics().entrySet().stream()
                        .filter(each -> each.getKey().name().equals("connection-count"))
                        .anyMatch(each -> ((Number) each.getValue().metricValue()).doubleValue() > 0);
    }

    private <T> T await(String what, KafkaFuture<T> answer) throws InterruptedException {
        try {
            return answer.get();
        } catch (ExecutionException e) {
            throw failed(what, e);
        }
    }

    private StreamingException failed(String what, ExecutionException e) {
        Throwable cause = e.getCause() == null ? e : e.getCause();
        if (cause instanceof AuthenticationException refused) {
            return connection.refused(refused);
        }
        return new StreamingException(
                "ACQ-2504", connection + " did not tell " + what + ": " + cause.getMessage(), cause);
    }

    @Override
    public void close() {
        admin.close(Duration.ofSeconds(2));
    }
}
