/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.local;

import io.acequia.streaming.engine.Downstream;
import io.acequia.streaming.engine.Roots;
import io.acequia.streaming.internal.engines.Shape;
import io.acequia.streaming.internal.engines.Shapes;
import io.acequia.streaming.internal.engines.Thrown;
import java.util.BitSet;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;

/** A lineage that pulls its records from somewhere: the start of a chain. */
interface Root<T> extends Lineage<T> {
    /** The records of a partition, to be closed where they can be. */
    Iterator<T> open(int partition, LocalTask task) throws Exception;

    @Override
    default void push(int partition, LocalTask task, Downstream<T> down) throws Exception {
        drive(task, () -> open(partition, task), down);
    }

    @Override
    default Iterator<T> iterate(int partition, LocalTask task) throws Exception {
        return new Watched<>(task, open(partition, task));
    }

    @Override
    default void upstream(BitSet partitions, Stages stages) {}

    @Override
    default Shape shape(Shapes shapes) {
        return shapes.shape(getClass(), List.of(), List.of());
    }

    /** Runs what {@code opening} gives through {@code down}, and closes both once, also when there is nothing to open. */
    static <T> void drive(LocalTask task, Callable<Iterator<T>> opening, Downstream<T> down) throws Exception {
        Iterator<T> records;
        try {
            records = opening.call();
        } catch (Throwable t) {
            Thrown.closeAfter(t, down);
            throw t;
        }
        Roots.drive(task, records, down);
    }
}
