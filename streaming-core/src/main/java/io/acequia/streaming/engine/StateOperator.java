/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.engine;

import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.data.Tuple2;
import java.io.Serializable;
import java.util.Iterator;

/**
 * Makes one version of a partition of keyed state from the version before.
 *
 * @param <K> type of the keys
 * @param <V> type of the new values
 * @param <S> type of the states
 * @param <R> what goes out
 */
public interface StateOperator<K, V, S, R> extends Serializable {
    /** Reads {@code input}, changes {@code state}, pushes results into {@code out}, whose begin and end are the engine's. */
    void apply(TaskContext task, Time time, Iterator<Tuple2<K, V>> input, StateView<K, S> state, Downstream<R> out)
            throws Exception;
}
