/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kafka;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Records that came from Kafka and were not delivered yet, in the order of coming, partition by partition. For one thread.
 */
final class Fetched {
    private final Queue<Lot> lots = new ArrayDeque<>();
    private final Map<TopicPartition, Integer> lotsOf = new HashMap<>();

    /** Records of one partition, taken one by one. */
    static final class Lot {
        private final TopicPartition partition;
        private final List<ConsumerRecord<byte[], byte[]>> records;
        private int next;

        private Lot(TopicPartition partition, List<ConsumerRecord<byte[], byte[]>> records) {
            this.partition = partition;
            this.records = records;
        }

        TopicPartition partition() {
            return partition;
        }

        /** The first one; null when there is none. */
        @Nullable
        ConsumerRecord<byte[], byte[]> peek() {
            return next < records.size() ? records.get(next) : null;
        }

        void remove() {
            next++;
        }
    }

    void add(TopicPartition partition, List<ConsumerRecord<byte[], byte[]>> records) {
        if (!records.isEmpty()) {
            lots.add(new Lot(partition, records));
            lotsOf.merge(partition, 1, Integer::sum);
        }
    }

    /** The oldest one that has records; null when there is none. */
    @Nullable
    Lot first() {
        for (Lot first = lots.peek(); first != null; first = lots.peek()) {
            if (first.peek() != null) {
                return first;
            }
            lots.remove();
            lotsOf.computeIfPresent(first.partition, (partition, count) -> count == 1 ? null : count - 1);
        }
        return null;
    }

    boolean isEmpty() {
        return first() == null;
    }

    boolean has(TopicPartition partition) {
        return !isEmpty() && lotsOf.containsKey(partition);
    }

    /** They come again, or are somebody else's. */
    void drop(TopicPartition partition) {
        if (lotsOf.remove(partition) != null) {
            lots.removeIf(lot -> lot.partition.equals(partition));
        }
    }
}
