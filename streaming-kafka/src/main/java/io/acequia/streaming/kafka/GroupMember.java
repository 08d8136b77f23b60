/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kafka;

import io.acequia.streaming.StreamingException;
import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.receiver.ReceiverDisconnectedException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.CloseOptions.GroupMembershipOperation;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A consumer in a group, on one connection: what it has read, and how far that is safe.
 *
 * <p><b>Threads.</b> All of it belongs to the receiver's thread; Kafka calls back within {@link #poll} and {@link #close}.
 *
 * <p><b>Commits.</b> What is safe is committed between reads, one commit under way at a time and at most ten a second,
 * since each is written by the broker; and when a partition is taken away, and at the end. What fails is sent again with
 * the next one.
 *
 * <p><b>Connection.</b> A consumer never says that its brokers are gone, it tries for ever. So it is asked after each poll
 * how many connections it has; without any the receiver ends, which makes the failure visible and counts it. A poll has to
 * be shorter than the time for which a consumer waits before it connects again, or a break would go unseen; that does no
 * harm, as Kafka gives again what was not read.
 *
 * <p><b>Membership.</b> A member whose connection broke cannot leave its group, which would wait for it. So members have
 * names of their own, unless the properties say otherwise: the next connection takes over name and partitions. At its end a
 * member leaves.
 */
final class GroupMember implements ConsumerRebalanceListener {
    private static final Logger LOG = LoggerFactory.getLogger(GroupMember.class);
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration GOODBYE = Duration.ofSeconds(2);
    private static final long COMMIT_NANOS = Duration.ofMillis(100).toNanos();
    private static final int POLLED_RECORDS = 1_000;
    private static final int SESSION_MS = 10_000;
    private static final int HEARTBEAT_MS = 1_000;

    private final KafkaSource<?, ?, ?> source;
    private final StreamClock clock;
    private final @Nullable String name;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Metric connections;
    private final Fetched fetched = new Fetched();
    private final Map<TopicPartition, Progress> partitions = new HashMap<>();
    private @Nullable Beginnings beginnings;
    private boolean held;
    private boolean committing;
    private boolean commitFails;
    private boolean gone;
    private boolean closing;
    private long commitAtNanos;

    /** Does not connect. */
    GroupMember(KafkaSource<?, ?, ?> source, StreamClock clock) {
        this.source = source;
        this.clock = clock;
        this.commitAtNanos = clock.nanoTime();
        Map<String, Object> preset = new HashMap<>();
        preset.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        preset.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, POLLED_RECORDS);
        preset.put(ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG, CooperativeStickyAssignor.class.getName());
        preset.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, SESSION_MS);
        preset.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, HEARTBEAT_MS);
        boolean named = source.connection().has(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG);
        this.name = named ? null : Memberships.take(source.membership());
        if (name != null) {
            preset.put(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, name);
        }
        try {
            this.consumer = source.connection()
                    .member(
                            preset,
                            Map.of(
                                    ConsumerConfig.GROUP_ID_CONFIG,
                                    source.groupId(),
                                    ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                                    false,
                                    ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                                    "none",
                                    ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG,
                                    ByteArrayDeserializer.class,
                                    ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG,
                                    ByteArrayDeserializer.class));
        } catch (RuntimeException e) {
            giveBackName();
            throw e;
        }
        this.connections = consumer.metrics().entrySet().stream()
                .filter(each -> each.getKey().name().equals("connection-count"))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElseThrow();
    }

    private void giveBackName() {
        if (name != null) {
            Memberships.giveBack(source.membership(), name);
        }
    }

    /** Asks the brokers for the topics, and subscribes; the first polls join the group. */
    void connect() throws Exception {
        try {
            Map<String, List<PartitionInfo>> there = new HashMap<>(consumer.listTopics(source.connectTimeout()));
            source.topics().pattern().ifPresent(regex -> there.keySet()
                    .removeIf(topic -> !regex.matcher(topic).matches()));
            if (source.topics().pattern().isEmpty()) {
                mustBeThere(there);
            }
            beginnings = new Beginnings(source, consumer, PATIENCE, there.values());
            source.topics()
                    .pattern()
                    .ifPresentOrElse(
                            regex -> consumer.subscribe(regex, this),
                            () -> consumer.subscribe(source.topics().names(), this));
        } catch (TimeoutException e) {
            gone = true;
            throw new ReceiverDisconnectedException(
                    "ACQ-2510 no broker of " + source.connection() + " has answered within "
                            + source.connectTimeout().toMillis() + " ms: " + e.getMessage(),
                    e);
        } catch (KafkaException e) {
            throw failure(e);
        }
    }

    private void mustBeThere(Map<String, List<PartitionInfo>> there) {
        there.keySet().retainAll(source.topics().names());
        Set<String> missing = new TreeSet<>(source.topics().names());
        missing.removeAll(there.keySet());
        // What may not be seen is not listed: asked for by name, it is refused.
        missing.removeIf(
                topic -> !consumer.partitionsFor(topic, source.connectTimeout()).isEmpty());
        if (!missing.isEmpty()) {
            throw new StreamingException(
                    "ACQ-2511",
                    "source '" + source.name() + "': there is no topic " + missing + " at " + source.connection()
                            + ": make it, or take topicPattern(..), which waits for topics",
                    null);
        }
    }

    /** What has come and was not delivered. */
    Fetched fetched() {
        return fetched;
    }

    /** Of a partition that has records in {@link #fetched}. */
    Progress progress(TopicPartition partition) {
        Progress progress = partitions.get(partition);
        if (progress == null) {
            throw new IllegalStateException(partition + " is not assigned, only " + partitions.keySet());
        }
        return progress;
    }

    /** While it is held, polls keep the membership alive and bring nothing. */
    void hold(boolean on) {
        if (held == on) {
            return;
        }
        held = on;
        if (on) {
            consumer.pause(consumer.assignment());
        } else {
            consumer.resume(consumer.paused());
        }
    }

    void poll(Duration atMost) throws Exception {
        try {
            ConsumerRecords<byte[], byte[]> polled = consumer.poll(atMost);
            polled.nextOffsets().forEach((each, next) -> progress(each).read(next.offset()));
            polled.partitions().forEach(each -> fetched.add(each, polled.records(each)));
        } catch (OffsetOutOfRangeException e) {
            beginElsewhere(e.offsetOutOfRangePartitions());
        } catch (TimeoutException e) {
            throw disconnected(e);
        } catch (KafkaException e) {
            throw failure(e);
        }
        if (((Number) connections.metricValue()).doubleValue() == 0) {
            throw disconnected(null);
        }
    }

    private ReceiverDisconnectedException disconnected(@Nullable TimeoutException e) {
        gone = true;
        String what = "ACQ-2513 the connection to " + source.connection() + " is gone";
        return e == null
                ? new ReceiverDisconnectedException(what)
                : new ReceiverDisconnectedException(what + ": " + e.getMessage(), e);
    }

    private Exception failure(KafkaException e) {
        // What happens in a call-back comes wrapped.
        Throwable cause = e.getClass() == KafkaException.class && e.getCause() != null ? e.getCause() : e;
        if (cause instanceof InterruptException) {
            Thread.interrupted();
            return new InterruptedException("while reading " + source.name());
        }
        if (cause instanceof AuthenticationException refused) {
            return source.connection().refused(refused);
        }
        if (cause instanceof AuthorizationException) {
            return new StreamingException(
                    "ACQ-2512",
                    "source '" + source.name() + "' may not read: " + cause.getMessage()
                            + " The login needs READ of group " + source.groupId()
                            + ", and READ and DESCRIBE of the topics",
                    cause);
        }
        if (cause instanceof FencedInstanceIdException) {
            return new StreamingException(
                    "ACQ-2517",
                    "source '" + source.name() + "': another member of group " + source.groupId()
                            + " has taken its group.instance.id: give each receiver one of its own, or leave it out",
                    cause);
        }
        return cause instanceof Exception other ? other : e;
    }

    // ---- partitions that come and go

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> assigned) {
        if (beginnings != null && !assigned.isEmpty()) {
            begin(beginnings.of(assigned));
            if (held) {
                consumer.pause(assigned);
            }
        }
    }

    private void beginElsewhere(Map<TopicPartition, Long> outOfRange) throws Exception {
        try {
            if (beginnings != null) {
                begin(beginnings.insteadOf(outOfRange));
            }
        } catch (KafkaException e) {
            throw failure(e);
        }
    }

    private void begin(Map<TopicPartition, OffsetAndMetadata> begin) {
        begin.forEach((each, at) -> {
            forget(each);
            consumer.seek(each, at);
            partitions.put(each, new Progress(Beginnings.shard(each, at), at.metadata(), at.offset()));
        });
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> revoked) {
        if (!closing) {
            commitNow(revoked, PATIENCE);
        }
        revoked.forEach(this::forget);
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> lost) {
        lost.forEach(this::forget);
    }

    private void forget(TopicPartition partition) {
        Progress old = partitions.remove(partition);
        if (old != null) {
            old.end();
        }
        fetched.drop(partition);
    }

    /** Reads it again from this offset on. */
    void goBack(TopicPartition partition, long offset) {
        fetched.drop(partition);
        consumer.seek(partition, offset);
    }

    // ---- commits

    /** Commits what is safe, if that is due; does not wait. */
    void commit() {
        long now = clock.nanoTime();
        if (committing || now - commitAtNanos < 0) {
            return;
        }
        Map<TopicPartition, OffsetAndMetadata> due = due(partitions.keySet());
        if (due.isEmpty()) {
            return;
        }
        Map<TopicPartition, Progress> sent = new HashMap<>(partitions);
        committing = true;
        commitAtNanos = now + COMMIT_NANOS;
        consumer.commitAsync(due, (offsets, failure) -> {
            committing = false;
            if (failure == null) {
                committed(sent, offsets);
            } else {
                notCommitted(offsets, failure);
            }
        });
    }

    private void commitNow(Collection<TopicPartition> of, Duration atMost) {
        Map<TopicPartition, OffsetAndMetadata> due = due(of);
        try {
            if (!due.isEmpty()) {
                consumer.commitSync(due, atMost);
                committed(partitions, due);
            }
        } catch (KafkaException e) {
            notCommitted(due, e);
        }
    }

    private Map<TopicPartition, OffsetAndMetadata> due(Collection<TopicPartition> of) {
        Map<TopicPartition, OffsetAndMetadata> due = new HashMap<>();
        for (TopicPartition each : of) {
            Progress progress = partitions.get(each);
            if (progress != null) {
                progress.toCommit(fetched.has(each)).ifPresent(offset -> due.put(each, offset));
            }
        }
        return due;
    }

    private void committed(Map<TopicPartition, Progress> sent, Map<TopicPartition, OffsetAndMetadata> offsets) {
        commitFails = false;
        offsets.forEach((each, at) -> {
            Progress progress = sent.get(each);
            if (progress != null) {
                progress.committed(at.offset());
            }
        });
    }

    private void notCommitted(Map<TopicPartition, OffsetAndMetadata> offsets, Exception why) {
        if (why instanceof RetriableException || why instanceof RebalanceInProgressException) {
            LOG.debug("commit of {} for source '{}'", offsets, source.name(), why);
            return;
        }
        if (!commitFails) {
            LOG.warn(
                    "Source '{}' could not commit {} for group {}; what is acknowledged may come again: {}",
                    source.name(),
                    offsets,
                    source.groupId(),
                    why.toString());
        }
        commitFails = true;
    }

    /** Commits and leaves the group, if there is a connection. Does not throw. */
    void close() {
        boolean interrupted = Thread.interrupted();
        closing = true;
        if (!gone) {
            commitNow(partitions.keySet(), GOODBYE);
        }
        partitions.values().forEach(Progress::end);
        try {
            consumer.close(CloseOptions.timeout(gone ? Duration.ZERO : GOODBYE)
                    .withGroupMembershipOperation(
                            name == null ? GroupMembershipOperation.DEFAULT : GroupMembershipOperation.LEAVE_GROUP));
        } catch (KafkaException e) {
            LOG.debug("closing the consumer of {}", source.name(), e);
        }
        giveBackName();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
