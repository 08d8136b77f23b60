/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.receiver;

import java.io.Serializable;

/**
 * The place of a delivery in its source: {@code [from, until)}, rising within a shard.
 *
 * @param shard the part of the source that numbers its records: a partition, a queue, a file
 * @param from number of the first record
 * @param until number after the last record, not below {@code from}
 */
public record Position(String shard, long from, long until) implements Serializable {
    public Position {
        if (until < from) {
            throw new IllegalArgumentException("ACQ-0201 position of shard '" + shard + "' ends at " + until
                    + " before it begins at " + from + ": until must be at least from");
        }
    }
}
