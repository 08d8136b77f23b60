/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kafka;

import io.acequia.streaming.receiver.Position;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;

/**
 * How far one partition is read, delivered, safe and committed, from its assignment until it is taken away. Committed is
 * what is safe without a gap: a delivery that is acknowledged before an older one waits for it. Offsets that have no
 * record, as markers of transactions, are safe with what stands before them. For one thread.
 */
final class Progress {
    private final String shard;
    private final String mark;
    private final Deque<Span> unsettled = new ArrayDeque<>();
    private long read;
    private long safe;
    private long committed;
    private Optional<Integer> epoch = Optional.empty();
    private boolean ended;

    /**
     * @param shard name of the partition in positions
     * @param mark what is written to Kafka with each offset
     * @param from offset of the first record to come, which is committed
     */
    Progress(String shard, String mark, long from) {
        this.shard = shard;
        this.mark = mark;
        this.read = from;
        this.safe = from;
        this.committed = from;
    }

    /** All before this offset has come from Kafka. */
    void read(long until) {
        read = until;
    }

    /** Records were delivered: the offsets from the first one until behind the last one, none of which is missing. */
    Span delivered(long from, ConsumerRecord<?, ?> last) {
        Span span = new Span(from, last.offset() + 1, last.leaderEpoch());
        unsettled.add(span);
        return span;
    }

    /** The partition is read by somebody else now, or from elsewhere: what is settled later has no effect. */
    void end() {
        ended = true;
        unsettled.clear();
    }

    boolean hasEnded() {
        return ended;
    }

    /**
     * What to commit, if it is news.
     *
     * @param waiting whether records that were read have not been delivered
     */
    Optional<OffsetAndMetadata> toCommit(boolean waiting) {
        long until = unsettled.isEmpty() && !waiting ? Math.max(safe, read) : safe;
        return ended || until <= committed ? Optional.empty() : Optional.of(new OffsetAndMetadata(until, epoch, mark));
    }

    void committed(long offset) {
        committed = Math.max(committed, offset);
    }

    /** Offsets that were delivered together. */
    final class Span {
        private final long from;
        private final long until;
        private final Optional<Integer> leaderEpoch;
        private boolean acked;
        private boolean takenBack;

        private Span(long from, long until, Optional<Integer> leaderEpoch) {
            this.from = from;
            this.until = until;
            this.leaderEpoch = leaderEpoch;
        }

        Position position() {
            return new Position(shard, from, until);
        }

        void ack() {
            acked = true;
            if (takenBack) {
                return;
            }
            for (Span first = unsettled.peek(); first != null && first.acked; first = unsettled.peek()) {
                unsettled.remove();
                safe = first.until;
                epoch = first.leaderEpoch;
            }
        }

        /**
         * It is to come again, with all behind it, whose settlements have no effect any more.
         *
         * @return where to read from; nothing when that is done already
         */
        OptionalLong takeBack() {
            if (ended || takenBack) {
                return OptionalLong.empty();
            }
            for (Span last = unsettled.peekLast(); last != null && last.from >= from; last = unsettled.peekLast()) {
                unsettled.removeLast();
                last.takenBack = true;
            }
            read = from;
            return OptionalLong.of(from);
        }
    }
}
