/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.operator;

import io.acequia.streaming.data.Partitioner;

/** Keys are the numbers of the partitions. */
public record NumberedPartitioner(int numPartitions) implements Partitioner {
    @Override
    public int getPartition(Object key) {
        return (Integer) key;
    }
}
