/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kafka;

import io.acequia.streaming.StreamingException;
import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.direct.SplitReader;
import io.acequia.streaming.kafka.KafkaDirectSource.OutOfRange;
import io.acequia.streaming.receiver.Rejected;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RecordDeserializationException;
import org.apache.kafka.common.errors.RecordDeserializationException.DeserializationExceptionOrigin;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a range by a consumer. It ends when the consumer stands behind the range, not when so many records came: markers of
 * transactions and gaps of compaction are offsets without records. A record whose bytes the deserializer refuses is rejected,
 * and reading goes on behind it.
 */
final class KafkaSplitReader<K, V> implements SplitReader<ConsumerRecord<K, V>> {
    private static final Logger LOG = LoggerFactory.getLogger(KafkaSplitReader.class);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration LOOK = Duration.ofSeconds(2);

    private final Connection connection;
    private final OffsetRange range;
    private final Duration patience;
    private final OutOfRange outOfRange;
    private final TopicPartition partition;
    private final StreamClock clock = StreamClock.system();
    private List<Rejected> rejected = new ArrayList<>();
    private Consumers.@Nullable Taken<K, V> taken;
    /** Polled, and not given yet. */
    private List<ConsumerRecord<K, V>> rest = List.of();

    private long next;
    private boolean broken;

    KafkaSplitReader(Connection connection, OffsetRange range, Duration patience, OutOfRange outOfRange) {
        this.connection = connection;
        this.range = range;
        this.patience = patience;
        this.outOfRange = outOfRange;
        this.partition = new TopicPartition(range.topic(), range.partition());
        this.next = range.from();
    }

    @Override
    public List<ConsumerRecord<K, V>> next() throws Exception {
        consumer();
        long progressAt = clock.nanoTime();
        while (next < range.until()) {
            long before = next;
            List<ConsumerRecord<K, V>> read = poll();
            if (!read.isEmpty()) {
                return read;
            }
            long now = clock.nanoTime();
            if (next > before) {
                progressAt = now;
            } else if (now - progressAt > patience.toNanos()) {
                nothingCame();
            }
        }
        return List.of();
    }

    private List<ConsumerRecord<K, V>> poll() throws Exception {
        KafkaConsumer<K, V> open = consumer();
        try {
            if (rest.isEmpty()) {
                rest = open.poll(POLL).records(partition);
            }
            List<ConsumerRecord<K, V>> read = untilTheEnd(rest);
            rest = rest.subList(read.size(), rest.size());
            if (!read.isEmpty()) {
                next = read.get(read.size() - 1).offset() + 1;
            }
            next = rest.isEmpty() ? Math.max(next, position(open)) : range.until();
            return read;
        } catch (RecordDeserializationException e) {
            if (e.offset() < range.until()) {
                rejected.add(rejected(e));
            }
            next = Math.min(e.offset() + 1, range.until());
            open.seek(partition, next);
        } catch (OffsetOutOfRangeException e) {
            goOn(open, e);
        } catch (AuthenticationException e) {
            broken = true;
            throw connection.refused(e);
        } catch (InterruptException e) {
            broken = true;
            Thread.interrupted();
            throw new InterruptedException("while reading " + range);
        } catch (RuntimeException e) {
            broken = true;
            throw e;
        }
        return List.of();
    }

    /** Where the consumer stands: behind markers and gaps, too. When it cannot tell, what was read is given all the same. */
    private long position(KafkaConsumer<K, V> open) {
        try {
            return open.position(partition, POLL);
        } catch (TimeoutException e) {
            LOG.debug("{}: who leads the partition is not known yet: {}", range, e.getMessage());
            return next;
        }
    }

    private KafkaConsumer<K, V> consumer() {
        Consumers.Taken<K, V> open = taken;
        if (open == null) {
            open = Consumers.take(connection, partition, next);
            taken = open;
            rest = open.rest();
        }
        return open.consumer();
    }

    /** Those that are in the range: all, or the first ones. */
    private List<ConsumerRecord<K, V>> untilTheEnd(List<ConsumerRecord<K, V>> records) {
        int end = records.size();
        while (end > 0 && records.get(end - 1).offset() >= range.until()) {
            end--;
        }
        return records.subList(0, end);
    }

    /** Either what was planned is gone, or nobody gives it. */
    private void nothingCame() {
        KafkaConsumer<K, V> open = consumer();
        if (isGone(open)) {
            goOn(open, null);
            return;
        }
        broken = true;
        throw new StreamingException(
                "ACQ-2502",
                "nothing came of " + range + " from offset " + next + " on for " + patience.toMillis()
                        + " ms: is the broker up, and has the partition a leader? readTimeout(..) sets how long a task"
                        + " waits",
                null);
    }

    /** Whether the partition is no more, or ends before the range, which was planned up to what was there. */
    private boolean isGone(KafkaConsumer<K, V> open) {
        try {
            return open.partitionsFor(range.topic(), LOOK).stream()
                            .noneMatch(each -> each.partition() == range.partition())
                    || open.endOffsets(List.of(partition), LOOK).getOrDefault(partition, 0L) < range.until();
        } catch (TimeoutException e) {
            LOG.debug("{}: the brokers do not tell what is there: {}", range, e.getMessage());
            return false;
        }
    }

    /** Offsets of a range that was planned are gone: refused, or passed over as the source says. */
    private void goOn(KafkaConsumer<K, V> open, @Nullable OffsetOutOfRangeException e) {
        String what = "offset " + next + " of " + range
                + " is not there any more: the topic's retention is shorter than the job was behind, or the topic was"
                + " cut, deleted or made anew";
        if (outOfRange == OutOfRange.FAIL) {
            broken = true;
            throw new StreamingException(
                    "ACQ-2503", what + ". outOfRange(EARLIEST) or outOfRange(LATEST) goes on without what is gone", e);
        }
        next = outOfRange == OutOfRange.EARLIEST && e != null ? firstOfTheRest(open) : range.until();
        LOG.warn("{}; goes on from offset {}", what, next);
        open.seek(partition, next);
    }

    private long firstOfTheRest(KafkaConsumer<K, V> open) {
        long first = open.beginningOffsets(List.of(partition), patience).getOrDefault(partition, 0L);
        return first > next && first < range.until() ? first : range.until();
    }

    private Rejected rejected(RecordDeserializationException e) {
        String where = range.topic() + "/" + range.partition() + "@" + e.offset();
        return new Rejected(
                bytes(e.valueBuffer()),
                e.origin() == DeserializationExceptionOrigin.KEY ? where + " key" : where,
                e.getCause() == null ? e : e.getCause());
    }

    private static byte[] bytes(@Nullable ByteBuffer value) {
        if (value == null) {
            return new byte[0];
        }
        byte[] bytes = new byte[value.remaining()];
        value.duplicate().get(bytes);
        return bytes;
    }

    @Override
    public List<Rejected> takeRejected() {
        List<Rejected> taken = rejected;
        rejected = new ArrayList<>();
        return taken;
    }

    @Override
    public void close() {
        Consumers.Taken<K, V> open = taken;
        taken = null;
        if (open == null) {
            return;
        }
        if (broken) {
            Consumers.close(open);
        } else {
            // Behind the range there is nothing up to where the consumer stands, but for the rest.
            Consumers.giveBack(open.at(Math.min(next, range.until()), rest));
        }
    }
}
