/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.engine;

import io.acequia.streaming.data.Partitioner;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.data.Tuple2;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Keyed state in versions, one for each batch time that was stepped. A version is made from the one before it exactly once
 * for each partition, whatever asks for it and however often; a partition whose step fails stays at the version before, so the
 * same step can be run again. Versions can be read until they are forgotten. Safe for use by any thread; steps are asked for
 * in the order of their times.
 *
 * @param <K> type of the keys; null is refused
 * @param <S> type of the states; they are kept as they are, so whoever changes one in place changes past versions too
 */
public interface StateDataset<K, S> {
    /** How keys are placed. */
    Partitioner partitioner();

    /** The newest version that all partitions have; empty before the first. */
    Optional<Time> newest();

    /**
     * What {@code operator} pushes while it makes the version of {@code time}. Lazy as any dataset: a partition is stepped when
     * it is first computed, and the whole version stands once all are ({@link Dataset#settle}). Asked again for the newest
     * time, this is the dataset of the first call.
     *
     * @param input placed by {@link #partitioner}
     * @throws IllegalArgumentException when {@code time} is before the newest, or the input is placed in another way
     */
    <V, R> Dataset<R> step(Time time, Dataset<Tuple2<K, V>> input, StateOperator<K, V, S, R> operator);

    /** The keys and states of a version, placed by {@link #partitioner}; computing it fails once the version is forgotten. */
    Dataset<Tuple2<K, S>> at(Time time);

    /**
     * What changed after the version of {@code from} until that of {@code until}: of each key at most a removal and then its
     * state, removals first. With {@code from} null all of {@code until}. Placed by {@link #partitioner}; computing it fails
     * when one of both is forgotten.
     */
    Dataset<StateChange<K, S>> changes(@Nullable Time from, Time until);

    /** Versions at {@code last} and before need not be readable any more; the two newest stay. */
    void forget(Time last);

    /** Lets go of everything; it must not be used again. */
    void close();

    /** What it holds now. */
    Usage usage();

    /**
     * What a state takes.
     *
     * @param keys keys that have a state
     * @param memoryBytes about how much heap keys and states take
     * @param budgetBytes how much they may take; what is beyond goes to disk by page
     * @param spilledPages pages that are on disk and not in memory
     * @param spilledBytes length of their files
     */
    record Usage(long keys, long memoryBytes, long budgetBytes, long spilledPages, long spilledBytes) {}
}
