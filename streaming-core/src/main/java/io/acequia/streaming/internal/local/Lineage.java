/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.local;

import io.acequia.streaming.engine.Downstream;
import io.acequia.streaming.internal.engines.Shape;
import io.acequia.streaming.internal.engines.Shapes;
import java.util.BitSet;
import java.util.Iterator;

/**
 * How the partitions of a dataset are computed. Immutable, but for what a shuffle keeps.
 *
 * @param <T> type of the records
 */
interface Lineage<T> {
    int partitionCount();

    /** Runs a partition through {@code down}: begin, records, end; closes it once, whatever happens. */
    void push(int partition, LocalTask task, Downstream<T> down) throws Exception;

    /** The records of a partition, for who wants to pull; to be closed where it can be. */
    Iterator<T> iterate(int partition, LocalTask task) throws Exception;

    /** Names the shuffles that must have run before these partitions can be computed. */
    void upstream(BitSet partitions, Stages stages);

    /** All partitions are kept; nobody will ask again. */
    default void settled() {}

    Shape shape(Shapes shapes);
}
