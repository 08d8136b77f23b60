/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kafka;

import io.acequia.streaming.StreamingException;
import io.acequia.streaming.data.StreamClock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** The topic that holds which batches were committed: it is made when it is missing. */
final class KeysTopic implements AutoCloseable {
    /** Small segments are compacted soon, and what a start reads is little more than two of them. */
    private static final Map<String, String> CONFIG = Map.of(
            TopicConfig.CLEANUP_POLICY_CONFIG,
            TopicConfig.CLEANUP_POLICY_COMPACT,
            TopicConfig.SEGMENT_BYTES_CONFIG,
            String.valueOf(8 << 20),
            TopicConfig.MIN_CLEANABLE_DIRTY_RATIO_CONFIG,
            "0.1");

    private static final Duration ANSWER = Duration.ofSeconds(30);
    private static final Duration LOOK = Duration.ofMillis(20);

    private final Admin admin;
    private final String name;
    private final Duration patience;

    KeysTopic(Connection connection, String name, Duration patience) {
        this.admin = connection.admin();
        this.name = name;
        this.patience = patience;
    }

    /** Makes it, or refuses one that forgets keys. */
    void mustBeCompacted() throws InterruptedException, ExecutionException {
        String policy = create() ? TopicConfig.CLEANUP_POLICY_COMPACT : policy();
        if (!policy.equals(TopicConfig.CLEANUP_POLICY_COMPACT)) {
            throw new StreamingException(
                    "ACQ-2523",
                    "the topic of keys '" + name + "' has " + TopicConfig.CLEANUP_POLICY_CONFIG + " = " + policy
                            + ", so it forgets which batches were committed, and they could be written twice: set it to "
                            + TopicConfig.CLEANUP_POLICY_COMPACT + ", or name another topic by keysTopic(..)",
                    null);
        }
    }

    /** Whether it was made by this call. */
    private boolean create() throws InterruptedException, ExecutionException {
        NewTopic topic = new NewTopic(name, Optional.of(1), Optional.empty()).configs(CONFIG);
        try {
            admin.createTopics(List.of(topic)).all().get();
            return true;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof TopicExistsException) {
                return false;
            }
            throw e;
        }
    }

    private String policy() throws InterruptedException, ExecutionException {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, name);
        Config config = Objects.requireNonNull(
                admin.describeConfigs(List.of(resource)).all().get().get(resource));
        return config.get(TopicConfig.CLEANUP_POLICY_CONFIG).value();
    }

    /** The offset behind its last record, committed or not. Waits for a topic that was just made: no broker knows it at once. */
    long end() throws InterruptedException, ExecutionException {
        StreamClock clock = StreamClock.system();
        long deadline = clock.nanoTime() + patience.toNanos();
        while (true) {
            try {
                return askedEnd();
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof UnknownTopicOrPartitionException) || clock.nanoTime() > deadline) {
                    throw e;
                }
            }
            clock.awaitUntil(clock.now().plus(LOOK));
        }
    }

    private long askedEnd() throws InterruptedException, ExecutionException {
        TopicPartition partition = new TopicPartition(name, 0);
        ListOffsetsOptions options =
                new ListOffsetsOptions(IsolationLevel.READ_UNCOMMITTED).timeoutMs((int) ANSWER.toMillis());
        return admin.listOffsets(Map.of(partition, OffsetSpec.latest()), options)
                .partitionResult(partition)
                .get()
                .offset();
    }

    @Override
    public void close() {
        admin.close(Duration.ofSeconds(2));
    }
}
