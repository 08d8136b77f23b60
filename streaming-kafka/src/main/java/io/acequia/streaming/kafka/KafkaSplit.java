/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kafka;

import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.direct.Split;
import io.acequia.streaming.direct.SplitReader;
import io.acequia.streaming.kafka.KafkaDirectSource.OutOfRange;
import java.time.Duration;
import java.util.OptionalLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** A range that a task reads. */
final class KafkaSplit<K, V> implements Split<ConsumerRecord<K, V>> {
    private final Connection connection;
    private final OffsetRange range;
    private final Duration patience;
    private final OutOfRange outOfRange;

    /** One that is refused when records of it were deleted. */
    KafkaSplit(Connection connection, OffsetRange range, Duration patience) {
        this(connection, range, patience, OutOfRange.FAIL);
    }

    /**
     * @param patience how long a task waits for a record that must be there before it fails
     * @param outOfRange what it does when the record was deleted since the range was fixed
     */
    KafkaSplit(Connection connection, OffsetRange range, Duration patience, OutOfRange outOfRange) {
        this.connection = connection;
        this.range = range;
        this.patience = patience;
        this.outOfRange = outOfRange;
    }

    OffsetRange offsets() {
        return range;
    }

    @Override
    public SplitReader<ConsumerRecord<K, V>> open(TaskContext task) {
        return new KafkaSplitReader<>(connection, range, patience, outOfRange);
    }

    @Override
    public String describe() {
        return range.toString();
    }

    @Override
    public String range() {
        return Offsets.text(range);
    }

    /** Offsets, which transactions and compaction leave some without a record; none without offsets, all the same. */
    @Override
    public OptionalLong recordCount() {
        return range.length() == 0 ? OptionalLong.of(0) : OptionalLong.empty();
    }

    @Override
    public long weight() {
        return Math.max(1, range.length());
    }
}
