/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.local;

import io.acequia.streaming.engine.Downstream;
import java.util.BitSet;
import java.util.Iterator;

/**
 * How the partitions of a dataset are computed. Immutable, but for what a shuffle keeps, and a step until it is kept.
 *
 * @param <T> type of the records
 */
interface Lineage<T> {
    int partitionCount();

    /** Runs a partition through {@code down}: begin, records, end; closes it once, whatever happens. */
    void push(int partition, LocalTask task, Downstream<T> down) throws Exception;

    /** The records of a partition, for who wants to pull; to be closed where it can be. */
    Iterator<T> iterate(int partition, LocalTask task) throws Exception;

    /** The partition is in the store now. Default: nothing. */
    default void isKept(int partition) {}

    /** Names the shuffles that must have run before these partitions can be computed. */
    void upstream(BitSet partitions, Stages stages);

    Shape shape(Shapes shapes);
}
