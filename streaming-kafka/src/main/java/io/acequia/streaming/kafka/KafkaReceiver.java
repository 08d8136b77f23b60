/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kafka;

import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.receiver.Delivery;
import io.acequia.streaming.receiver.ReliableReceiver;
import io.acequia.streaming.receiver.Settlement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;

/**
 * One connection to a group of Kafka.
 *
 * <p><b>Deliveries.</b> Each has records of one partition whose offsets follow each other without a gap, and a record that
 * cannot be decoded is a delivery of its own. So a delivery has a number for each record, and one that comes again in other
 * pieces, as after a broken connection, can be told from what a data log has. What a poll brings beyond a read waits for
 * the next one.
 *
 * <p><b>Given back.</b> The partition is read again from there on, at once, with all behind it.
 *
 * <p><b>Waiting.</b> In polls that are short, so that {@link #wakeUp} needs no word of Kafka's that might end a commit
 * instead.
 */
final class KafkaReceiver<K, V, T> implements ReliableReceiver<T> {
    private static final Duration POLL = Duration.ofMillis(20);
    /** How often a consumer is polled while older records wait, so that its group does not miss it. */
    private static final Duration KEEP_ALIVE = Duration.ofMillis(500);

    private final KafkaSource<K, V, T> source;
    private final StreamClock clock;
    private final AtomicBoolean woken = new AtomicBoolean();
    private @Nullable RecordDecoder<K, V, T> decoder;
    private @Nullable GroupMember member;
    private long polledAtNanos;

    KafkaReceiver(KafkaSource<K, V, T> source, StreamClock clock) {
        this.source = source;
        this.clock = clock;
    }

    @Override
    public void connect() throws Exception {
        decoder = new RecordDecoder<>(source.connection(), source.map());
        GroupMember fresh = new GroupMember(source, clock);
        member = fresh;
        fresh.connect();
        polledAtNanos = clock.nanoTime();
    }

    @Override
    public Delivery<T> read(int maxRecords, Duration maxWait) throws Exception {
        GroupMember open = Objects.requireNonNull(member, "read before connect");
        open.commit();
        if (maxRecords == 0) {
            keepAlive(open);
            return Delivery.nothing();
        }
        if (open.fetched().isEmpty()) {
            open.hold(false);
            await(open, clock.nanoTime() + maxWait.toNanos());
        } else if (clock.nanoTime() - polledAtNanos > KEEP_ALIVE.toNanos()) {
            keepAlive(open);
        }
        return take(open, maxRecords);
    }

    private void keepAlive(GroupMember open) throws Exception {
        open.hold(true);
        poll(open, 0);
    }

    private void await(GroupMember open, long deadline) throws Exception {
        long left = deadline - clock.nanoTime();
        do {
            poll(open, left);
            left = deadline - clock.nanoTime();
        } while (open.fetched().isEmpty() && left > 0 && !woken.get());
        woken.set(false);
    }

    private void poll(GroupMember open, long nanos) throws Exception {
        open.poll(Duration.ofNanos(Math.max(0, Math.min(nanos, POLL.toNanos()))));
        polledAtNanos = clock.nanoTime();
    }

    private Delivery<T> take(GroupMember open, int maxRecords) throws InterruptedException {
        Fetched.Lot lot = open.fetched().first();
        if (lot == null) {
            return Delivery.nothing();
        }
        RecordDecoder<K, V, T> decode = Objects.requireNonNull(decoder, "read before connect");
        List<T> records = new ArrayList<>();
        ConsumerRecord<byte[], byte[]> last = null;
        for (ConsumerRecord<byte[], byte[]> next = lot.peek();
                next != null && records.size() < maxRecords && (last == null || next.offset() == last.offset() + 1);
                next = lot.peek()) {
            try {
                records.add(decode.decode(next));
            } catch (InterruptedException e) {
                throw e;
            } catch (InterruptException e) {
                Thread.interrupted();
                throw new InterruptedException("while decoding");
            } catch (Exception e) {
                if (last != null) {
                    break; // the next read meets it again
                }
                lot.remove();
                return delivery(open, lot.partition(), next.offset(), next, List.of())
                        .rejecting(List.of(RecordDecoder.rejected(next, e)));
            }
            lot.remove();
            last = next;
        }
        return last == null
                ? Delivery.nothing()
                : delivery(open, lot.partition(), last.offset() + 1 - records.size(), last, records);
    }

    private Delivery<T> delivery(
            GroupMember open, TopicPartition partition, long from, ConsumerRecord<?, ?> last, List<T> records) {
        Progress.Span span = open.progress(partition).delivered(from, last);
        return Delivery.of(records, new Told(open, partition, span)).at(span.position());
    }

    private record Told(GroupMember member, TopicPartition partition, Progress.Span span) implements Settlement {
        @Override
        public void ack() {
            span.ack();
        }

        @Override
        public void nack(Throwable cause) {
            span.takeBack().ifPresent(offset -> member.goBack(partition, offset));
        }
    }

    @Override
    public void wakeUp() {
        woken.set(true);
    }

    @Override
    public void close() {
        if (member != null) {
            member.close();
        }
        if (decoder != null) {
            decoder.close();
        }
    }
}
