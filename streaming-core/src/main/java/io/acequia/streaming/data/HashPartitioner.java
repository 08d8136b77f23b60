/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.data;

/** {@link Partitioner#hash(int)}. */
record HashPartitioner(int numPartitions) implements Partitioner {
    HashPartitioner {
        if (numPartitions < 1) {
            throw new IllegalArgumentException(
                    "ACQ-0102 number of partitions is " + numPartitions + ": must be at least 1");
        }
    }

    @Override
    public int getPartition(Object key) {
        return Math.floorMod(KeyHash.of(key), numPartitions);
    }
}
