/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.engine;

import io.acequia.streaming.data.TaskContext;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * A narrow operation on two partitions with the same number.
 *
 * @param <T> records of the left side
 * @param <U> records of the right side
 * @param <R> what goes out
 */
public interface Operator2<T, U, R> extends Serializable {
    /** Reads both sides as it needs and pushes results into {@code out}, whose begin and end are the engine's. */
    void apply(TaskContext task, Iterator<T> left, Iterator<U> right, Downstream<R> out) throws Exception;

    /**
     * The same results for who pulls them, to be closed where they can be. An operator that can tell one result after the other
     * overrides it; by default all of them are made at once and held.
     */
    default Iterator<R> results(TaskContext task, Iterator<T> left, Iterator<U> right) throws Exception {
        List<R> all = new ArrayList<>();
        apply(task, left, right, new Downstream<>() {
            @Override
            public void begin() {}

            @Override
            public void accept(R result) {
                all.add(result);
            }

            @Override
            public void end() {}
        });
        return all.iterator();
    }
}
