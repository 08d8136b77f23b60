/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kafka;

import java.io.Serializable;
import java.util.Objects;

/**
 * Offsets of one partition of a topic. It is no count of records: transactions leave markers, and compaction leaves gaps.
 *
 * @param topic name of the topic
 * @param partition its partition
 * @param from the first offset
 * @param until the offset behind the last one
 */
public record OffsetRange(String topic, int partition, long from, long until) implements Serializable {
    /** Refuses ranges that cannot be. */
    public OffsetRange {
        Objects.requireNonNull(topic, "topic");
        if (partition < 0 || from < 0 || until < from) {
            throw new IllegalArgumentException("ACQ-2500 no range of offsets: " + topic + "/" + partition + " [" + from
                    + ", " + until + "): a partition and offsets are 0 or more, and until is not before from");
        }
    }

    /** How many offsets. */
    public long length() {
        return until - from;
    }

    @Override
    public String toString() {
        return topic + "/" + partition + " [" + from + ", " + until + ")";
    }
}
