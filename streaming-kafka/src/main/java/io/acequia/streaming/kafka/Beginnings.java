/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kafka;

import io.acequia.streaming.StreamingException;
import io.acequia.streaming.kafka.KafkaDirectSource.OutOfRange;
import io.acequia.streaming.kafka.KafkaDirectSource.Start;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a member of a group begins to read its partitions. The consumer has no reset policy of its own, as that would also
 * pass over records that were deleted, and says nothing.
 *
 * <p><b>Committed.</b> Where the group has committed, it goes on. Otherwise at the first record: nobody has seen any of it.
 * Only partitions of topics of which the group had committed nothing when this member connected begin as the source says;
 * so those that are added to a topic later lose nothing. Where it begins is committed at once, or a member that comes next
 * would begin later.
 *
 * <p><b>Marks.</b> What is committed carries a mark, drawn anew whenever reading does not go on where this source's members
 * came to: at the first start, when somebody has set the group's offsets, when offsets were out of range, when a topic was
 * made anew. The mark is part of the shard in positions. Otherwise records that were numbered as older ones would be taken
 * for those by a data log, and dropped.
 */
final class Beginnings {
    private static final Logger LOG = LoggerFactory.getLogger(Beginnings.class);
    private static final String MARK = "acequia:";
    private static final int MARK_DIGITS = 8;

    private final KafkaSource<?, ?, ?> source;
    private final Consumer<?, ?> consumer;
    private final Duration patience;
    private final Set<TopicPartition> unread;

    /**
     * Asks what the group has committed, if the source begins elsewhere than at the first record.
     *
     * @param there partitions of the topics that the source reads
     */
    Beginnings(
            KafkaSource<?, ?, ?> source,
            Consumer<?, ?> consumer,
            Duration patience,
            Collection<List<PartitionInfo>> there) {
        this.source = source;
        this.consumer = consumer;
        this.patience = patience;
        this.unread = isAtFirst() ? Set.of() : unread(there);
    }

    private boolean isAtFirst() {
        return source.startAt() == Start.EARLIEST || source.startAt() == Start.COMMITTED;
    }

    private Set<TopicPartition> unread(Collection<List<PartitionInfo>> there) {
        Set<TopicPartition> partitions = new HashSet<>();
        there.forEach(
                topic -> topic.forEach(each -> partitions.add(new TopicPartition(each.topic(), each.partition()))));
        Set<String> known = new HashSet<>();
        committed(partitions).keySet().forEach(each -> known.add(each.topic()));
        partitions.removeIf(each -> known.contains(each.topic()));
        return partitions;
    }

    private Map<TopicPartition, OffsetAndMetadata> committed(Set<TopicPartition> partitions) {
        Map<TopicPartition, OffsetAndMetadata> committed = new HashMap<>(consumer.committed(partitions, patience));
        committed.values().removeIf(each -> each == null);
        return committed;
    }

    /** Where partitions that were just assigned begin, with their marks; all of it is committed. */
    Map<TopicPartition, OffsetAndMetadata> of(Collection<TopicPartition> assigned) {
        Map<TopicPartition, OffsetAndMetadata> begin = committed(Set.copyOf(assigned));
        Map<TopicPartition, OffsetAndMetadata> unmarked = new HashMap<>();
        begin.forEach((partition, at) -> {
            if (!isMark(at.metadata())) {
                unmarked.put(partition, at);
            }
        });
        List<TopicPartition> first = new ArrayList<>();
        List<TopicPartition> asSaid = new ArrayList<>();
        for (TopicPartition each : assigned) {
            if (!begin.containsKey(each)) {
                (unread.contains(each) ? asSaid : first).add(each);
            }
        }
        unmarked.putAll(plain(offsets(first, Start.EARLIEST)));
        unmarked.putAll(plain(offsets(asSaid, source.startAt())));
        begin.putAll(marked(unmarked));
        return begin;
    }

    /** Where to go on when offsets are not there any more. */
    Map<TopicPartition, OffsetAndMetadata> insteadOf(Map<TopicPartition, Long> gone) {
        String what = "offsets " + Offsets.text(gone) + " of source '" + source.name()
                + "' are not there any more: the topic's retention is shorter than group " + source.groupId()
                + " was behind, or the topic was cut or made anew";
        if (source.outOfRange() == OutOfRange.FAIL) {
            throw new StreamingException(
                    "ACQ-2514", what + ". outOfRange(EARLIEST) or outOfRange(LATEST) goes on without them", null);
        }
        Start start = source.outOfRange() == OutOfRange.EARLIEST ? Start.EARLIEST : Start.LATEST;
        Map<TopicPartition, Long> instead = offsets(gone.keySet(), start);
        LOG.warn("{}; it goes on at {}", what, Offsets.text(instead));
        return marked(plain(instead));
    }

    private static Map<TopicPartition, OffsetAndMetadata> plain(Map<TopicPartition, Long> offsets) {
        Map<TopicPartition, OffsetAndMetadata> plain = new HashMap<>();
        offsets.forEach((each, offset) -> plain.put(each, new OffsetAndMetadata(offset)));
        return plain;
    }

    private Map<TopicPartition, Long> offsets(Collection<TopicPartition> partitions, Start start) {
        if (partitions.isEmpty()) {
            return Map.of();
        }
        return switch (start) {
            case EARLIEST, COMMITTED -> consumer.beginningOffsets(partitions, patience);
            case LATEST -> consumer.endOffsets(partitions, patience);
            case TIMESTAMP -> since(partitions);
        };
    }

    /** Where no record is as new, from the end on. */
    private Map<TopicPartition, Long> since(Collection<TopicPartition> partitions) {
        long time = source.startTime().orElseThrow().toEpochMilli();
        Map<TopicPartition, Long> times = new HashMap<>();
        partitions.forEach(each -> times.put(each, time));
        Map<TopicPartition, Long> since = new HashMap<>(consumer.endOffsets(partitions, patience));
        Map<TopicPartition, @Nullable OffsetAndTimestamp> found = consumer.offsetsForTimes(times, patience);
        found.forEach((each, at) -> {
            if (at != null) {
                since.put(each, at.offset());
            }
        });
        return since;
    }

    /** The same, each with a mark of its own, committed. */
    private Map<TopicPartition, OffsetAndMetadata> marked(Map<TopicPartition, OffsetAndMetadata> begin) {
        if (begin.isEmpty()) {
            return begin;
        }
        Map<TopicPartition, OffsetAndMetadata> marked = new HashMap<>();
        begin.forEach((each, at) -> marked.put(each, new OffsetAndMetadata(at.offset(), at.leaderEpoch(), newMark())));
        consumer.commitSync(marked, patience);
        marked.forEach((each, at) ->
                LOG.info("Source '{}': group {} begins {} at {}", source.name(), source.groupId(), each, at.offset()));
        return marked;
    }

    private static String newMark() {
        return MARK + UUID.randomUUID().toString().substring(0, MARK_DIGITS);
    }

    private static boolean isMark(String metadata) {
        return metadata.startsWith(MARK) && metadata.length() == MARK.length() + MARK_DIGITS;
    }

    /** The name of a partition in positions, which a partition that is read from elsewhere does not share. */
    static String shard(TopicPartition partition, OffsetAndMetadata begin) {
        return partition.topic() + "/" + partition.partition() + "#"
                + begin.metadata().substring(MARK.length());
    }
}
