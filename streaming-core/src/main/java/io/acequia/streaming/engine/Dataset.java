/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.engine;

import io.acequia.streaming.data.Partitioner;
import io.acequia.streaming.data.StorageLevel;
import io.acequia.streaming.function.Function;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/**
 * A lazy, partitioned collection that can be computed again. Nothing runs before {@link #run}. Safe for use by any thread.
 *
 * @param <T> type of the records
 */
public interface Dataset<T> {
    /** A narrow operation; the engine fuses consecutive ones into one pass. */
    <R> Dataset<R> transform(Operator<T, R> operator, boolean keepsPartitioning);

    /** The only shuffle: places each record by its key. This dataset itself when it is placed so already. */
    Dataset<T> partitionBy(Function<T, ?> key, Partitioner partitioner);

    /**
     * Pairs the partitions of both sides; they must have the same number. With {@code keepsPartitioning} the result is placed
     * as this side is.
     */
    <U, R> Dataset<R> zip(Dataset<U> other, Operator2<T, U, R> operator, boolean keepsPartitioning);

    /** The partitions of this dataset and then those of the others. */
    Dataset<T> union(List<Dataset<T>> others);

    /** Fewer partitions, without a shuffle: neighbours are read one after the other. */
    Dataset<T> coalesce(int partitions);

    /** Keeps each partition when it is first computed; returns this dataset. */
    Dataset<T> persist(StorageLevel level);

    /** Drops what was kept; returns this dataset. */
    Dataset<T> unpersist();

    /**
     * Computes all partitions now, keeps them, and forgets how they were computed; returns this dataset, or one like it when
     * this one is persisted with another level. Blocks until they are there. Once {@link #unpersist}ed it cannot be read.
     *
     * @param level one that uses the disk, so that nothing is lost when memory is full
     * @throws OperatorException when a function of the user threw; what was computed is kept, and the call may be repeated
     * @throws InterruptedException when the batch was cancelled or the caller interrupted
     */
    Dataset<T> settle(StorageLevel level, JobInfo job) throws Exception;

    /** Writes each partition into a directory when it is first computed, and then forgets how it was computed. */
    void checkpoint(URI directory);

    /**
     * Runs {@code operator} at the end of each named partition and gives the one record that it pushes, in the order of
     * {@code partitions}. Blocks until all are there.
     *
     * @throws OperatorException when a function of the user threw
     * @throws InterruptedException when the batch was cancelled or the caller interrupted
     */
    <A> List<A> run(Operator<T, A> operator, int[] partitions, JobInfo job) throws Exception;

    /** How many partitions there are. */
    int partitionCount();

    /** How records are placed, when they are placed by key. */
    Optional<Partitioner> partitioner();

    /** The engine's own form of this dataset; an error that names the types it has when there is none. */
    <E> E unwrap(Class<E> type);
}
