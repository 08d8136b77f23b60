/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.data;

import java.io.Serializable;

/**
 * Places keys in partitions. Two partitioners that are {@code equals} place every key alike; that is how a second shuffle of
 * data already in place is avoided. Called by many threads.
 */
public interface Partitioner extends Serializable {
    /** How many partitions there are, at least 1. */
    int numPartitions();

    /** The partition of {@code key}, from 0 to {@code numPartitions() - 1}; the same for equal keys, in every run. */
    int getPartition(Object key);

    /**
     * Places keys by their content: strings, numbers and bytes by value, enums by name, records and tuples by their
     * components (a record with an {@code equals} of its own and components that are no plain values needs a partitioner of
     * its own), others by {@code hashCode()}. Arrays are refused, their hash says nothing of their content. A null key goes
     * to partition 0.
     *
     * @throws IllegalArgumentException when {@code partitions} is below 1
     */
    static Partitioner hash(int partitions) {
        return new HashPartitioner(partitions);
    }
}
