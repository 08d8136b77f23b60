/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.engine;

import io.acequia.streaming.data.TaskContext;
import java.io.Serializable;
import java.util.Iterator;

/**
 * A narrow operation on the records of one partition. An engine attaches the operators of a chain from the last to the
 * first, once per task, and pushes each record through; the object that {@link #attach} returns belongs to that task alone.
 *
 * @param <T> what comes in
 * @param <R> what goes out
 */
public interface Operator<T, R> extends Serializable {
    /** Makes the stage that takes {@code T}s and pushes {@code R}s into {@code down}. Called in the task, once. */
    Downstream<T> attach(TaskContext task, Downstream<R> down) throws Exception;

    /**
     * The results of all records for who pulls them; to be closed, which closes the records too. An operator that gives everything at
     * its end overrides it; by default a record is pushed through when nothing is left of those before it.
     */
    default Iterator<R> results(TaskContext task, Iterator<T> records) throws Exception {
        return new PartitionIterator<>(task, records, this);
    }

    /** This operator and then {@code next}, as one. */
    default <S> Operator<T, S> andThen(Operator<R, S> next) {
        return (task, down) -> {
            Downstream<R> rest = next.attach(task, down);
            try {
                return attach(task, rest);
            } catch (Throwable t) {
                rest.close();
                throw t;
            }
        };
    }
}
