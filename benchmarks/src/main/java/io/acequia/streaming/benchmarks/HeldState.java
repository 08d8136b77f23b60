/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import io.acequia.streaming.data.Partitioner;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.engine.Dataset;
import io.acequia.streaming.engine.StateChange;
import io.acequia.streaming.engine.StateDataset;
import io.acequia.streaming.engine.StateOperator;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Keyed state that keeps a version for as long as somebody reads it.
 *
 * @param <K> type of the keys
 * @param <S> type of the states
 */
final class HeldState<K, S> implements StateDataset<K, S> {
    private final StateDataset<K, S> state;
    private volatile @Nullable Time held;

    HeldState(StateDataset<K, S> state) {
        this.state = state;
    }

    /** The newest version, which stays until {@link #release}. */
    Time hold() {
        Time time = state.newest().orElseThrow();
        held = time;
        return time;
    }

    void release() {
        held = null;
    }

    @Override
    public void forget(Time last) {
        Time needed = held;
        state.forget(needed == null || last.compareTo(needed) < 0 ? last : new Time(needed.milliseconds() - 1));
    }

    @Override
    public Partitioner partitioner() {
        return state.partitioner();
    }

    @Override
    public Optional<Time> newest() {
        return state.newest();
    }

    @Override
    public <V, R> Dataset<R> step(Time time, Dataset<Tuple2<K, V>> input, StateOperator<K, V, S, R> operator) {
        return state.step(time, input, operator);
    }

    @Override
    public Dataset<Tuple2<K, S>> at(Time time) {
        return state.at(time);
    }

    @Override
    public Dataset<StateChange<K, S>> changes(@Nullable Time from, Time until) {
        return state.changes(from, until);
    }

    @Override
    public Usage usage() {
        return state.usage();
    }

    @Override
    public void close() {
        state.close();
    }
}
