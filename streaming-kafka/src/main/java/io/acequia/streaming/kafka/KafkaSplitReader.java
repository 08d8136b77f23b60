/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kafka;

import io.acequia.streaming.StreamingException;
import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.direct.SplitReader;
import io.acequia.streaming.receiver.Rejected;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RecordDeserializationException;
import org.jspecify.annotations.Nullable;

/**
 * Reads a range by a consumer. It ends when the consumer stands behind the range, not when so many records came: markers of
 * transactions and gaps of compaction are offsets without records. A record whose bytes the deserializer refuses is rejected,
 * and reading goes on behind it.
 */
final class KafkaSplitReader<K, V> implements SplitReader<ConsumerRecord<K, V>> {
    private static final Duration POLL = Duration.ofMillis(200);

    private final Connection connection;
    private final OffsetRange range;
    private final Duration patience;
    private final TopicPartition partition;
    private final StreamClock clock = StreamClock.system();
    private List<Rejected> rejected = new ArrayList<>();
    private @Nullable KafkaConsumer<K, V> consumer;
    private long next;
    private boolean broken;

    KafkaSplitReader(Connection connection, OffsetRange range, Duration patience) {
        this.connection = connection;
        this.range = range;
        this.patience = patience;
        this.partition = new TopicPartition(range.topic(), range.partition());
        this.next = range.from();
    }

    @Override
    public List<ConsumerRecord<K, V>> next() throws Exception {
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
                broken = true;
                throw new StreamingException(
                        "ACQ-2502",
                        "nothing came of " + range + " from offset " + next + " on for " + patience.toSeconds()
                                + " s: is the broker up, and has the partition a leader? readTimeout(..) sets how long a"
                                + " task waits",
                        null);
            }
        }
        return List.of();
    }

    private List<ConsumerRecord<K, V>> poll() throws Exception {
        KafkaConsumer<K, V> open = consumer == null ? Consumers.take(connection, partition, next) : consumer;
        consumer = open;
        List<ConsumerRecord<K, V>> read = new ArrayList<>();
        try {
            ConsumerRecords<K, V> polled = open.poll(POLL);
            for (ConsumerRecord<K, V> each : polled.records(partition)) {
                if (each.offset() >= range.until()) {
                    break;
                }
                read.add(each);
            }
            next = open.position(partition);
        } catch (RecordDeserializationException e) {
            rejected.add(new Rejected(
                    bytes(e.valueBuffer()), range.topic() + "/" + range.partition() + "@" + e.offset(), e));
            next = e.offset() + 1;
            open.seek(partition, next);
        } catch (OffsetOutOfRangeException e) {
            broken = true;
            throw new StreamingException(
                    "ACQ-2503",
                    "offset " + next + " of " + range
                            + " is not there any more: the topic's retention is shorter than the"
                            + " job was behind, or the topic was made anew",
                    e);
        } catch (InterruptException e) {
            broken = true;
            Thread.interrupted();
            throw new InterruptedException("while reading " + range);
        } catch (RuntimeException e) {
            broken = true;
            throw e;
        }
        return read;
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
        KafkaConsumer<K, V> open = consumer;
        consumer = null;
        if (open == null) {
            return;
        }
        if (broken) {
            Consumers.close(open);
        } else {
            Consumers.giveBack(connection, open, partition, next);
        }
    }
}
