/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.engine;

import io.acequia.streaming.data.TaskContext;
import java.io.Serializable;
import java.util.Iterator;

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
}
