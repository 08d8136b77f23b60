/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming;

import io.acequia.streaming.data.Stats;
import io.acequia.streaming.data.StorageLevel;
import io.acequia.streaming.direct.Split;
import io.acequia.streaming.function.FlatMapFunction;
import io.acequia.streaming.function.FlatMapFunction2;
import io.acequia.streaming.function.Function;
import io.acequia.streaming.function.Function2;
import io.acequia.streaming.function.Ordering;
import io.acequia.streaming.function.PairFlatMapFunction;
import io.acequia.streaming.function.PairFunction;
import io.acequia.streaming.function.VoidFunction;
import io.acequia.streaming.function.VoidFunction2;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A partitioned collection: one batch of a stream, or data of its own. Operations that return an RDD are lazy; the others
 * run a job and block until it is done. What a function throws comes out of them as a {@link StreamingException} with the
 * operation, its place in the program and the partition. Any thread; not inside tasks.
 *
 * @param <T> type of the records
 */
public interface RDD<T> {
    /** {@code f} of each record. */
    <U> RDD<U> map(Function<T, U> f);

    /** Zero or more records for each record. */
    <U> RDD<U> flatMap(FlatMapFunction<T, U> f);

    /** The records for which {@code f} holds. */
    RDD<T> filter(Function<T, Boolean> f);

    /** A pair for each record. */
    <K, V> PairRDD<K, V> mapToPair(PairFunction<T, K, V> f);

    /** Zero or more pairs for each record. */
    <K, V> PairRDD<K, V> flatMapToPair(PairFlatMapFunction<T, K, V> f);

    /** {@code f} of each partition as a whole. */
    <U> RDD<U> mapPartitions(FlatMapFunction<Iterator<T>, U> f);

    /** {@code f} of each partition as a whole, giving pairs. */
    <K, V> PairRDD<K, V> mapPartitionsToPair(PairFlatMapFunction<Iterator<T>, K, V> f);

    /** {@code f} of the number and the records of each partition. */
    <U> RDD<U> mapPartitionsWithIndex(Function2<Integer, Iterator<T>, Iterator<U>> f, boolean preservesPartitioning);

    /** {@code f} of the partitions of both with the same number. */
    <U, W> RDD<W> zipPartitions(RDD<U> other, FlatMapFunction2<Iterator<T>, Iterator<U>, W> f);

    /**
     * Each record with the one at the same place of the other RDD. Both must have as many partitions, and as many records in each;
     * a partition in which they differ fails its task.
     */
    <U> PairRDD<T, U> zip(RDD<U> o);

    /**
     * Each record with its number, from 0, in the order of the partitions. With more than one partition it runs a job that counts
     * them, so the RDD must give the same records when it is computed again.
     */
    PairRDD<T, Long> zipWithIndex();

    /** Each partition as one list. */
    RDD<List<T>> glom();

    /** Each record once. */
    RDD<T> distinct();

    /** Each record once, in {@code n} partitions. */
    RDD<T> distinct(int n);

    /** A random part of the records: each with this probability, or with replacement so often on average. */
    RDD<T> sample(boolean replace, double fraction, long seed);

    /** The records in the order of {@code key}, over {@code n} partitions. Runs a job to find where to cut. */
    <C extends Comparable<? super C>> RDD<T> sortBy(Function<T, C> key, boolean ascending, int n);

    /** The records in an order of their keys, over {@code n} partitions; equal ones stay as they came. Runs a job as above. */
    <C> RDD<T> sortBy(Function<T, C> key, Ordering<C> order, int n);

    /** The records of each key. */
    <K> PairRDD<K, Iterable<T>> groupBy(Function<T, K> f);

    /** Each record with its key before it. */
    <K> PairRDD<K, T> keyBy(Function<T, K> f);

    /** The records of both. */
    RDD<T> union(RDD<T> o);

    /** The records that both have, each once. */
    RDD<T> intersection(RDD<T> o);

    /** The records that the other does not have. */
    RDD<T> subtract(RDD<T> o);

    /** Every record of this with every record of the other. */
    <U> PairRDD<T, U> cartesian(RDD<U> o);

    /** At most {@code n} partitions, without a shuffle. */
    RDD<T> coalesce(int n);

    /** {@code n} partitions; with a shuffle also more than there are. */
    RDD<T> coalesce(int n, boolean shuffle);

    /** The same records spread evenly over {@code n} partitions. */
    RDD<T> repartition(int n);

    /** Keeps the records as objects in memory; returns this RDD. */
    RDD<T> cache();

    /** Keeps the records; returns this RDD. */
    RDD<T> persist(StorageLevel level);

    /** Lets go of what was kept; returns this RDD. */
    RDD<T> unpersist();

    /** Writes the records below the checkpoint directory when they are next computed, and forgets how they were made. */
    void checkpoint();

    /** All records. */
    List<T> collect();

    /** The first {@code n} records; computes no more partitions than it needs. */
    List<T> take(int n);

    /**
     * {@code n} records drawn at random, in random order: each at most once, and all of them when there are fewer, or with
     * replacement. The same seed draws the same ones.
     */
    List<T> takeSample(boolean replace, int n, long seed);

    /**
     * The first record.
     *
     * @throws java.util.NoSuchElementException when there is none
     */
    T first();

    /** The {@code n} greatest records, greatest first. */
    List<T> top(int n, Ordering<T> o);

    /** The {@code n} greatest records by their natural order. */
    List<T> top(int n);

    /** The {@code n} least records, least first. */
    List<T> takeOrdered(int n, Ordering<T> o);

    /** The {@code n} least records by their natural order. */
    List<T> takeOrdered(int n);

    /** How many records there are. */
    long count();

    /** How often each record occurs. */
    Map<T, Long> countByValue();

    /**
     * All records combined to one.
     *
     * @throws java.util.NoSuchElementException when there is none
     */
    T reduce(Function2<T, T, T> f);

    /** All records combined to one, from {@code zero}, which is used once in each partition and once for the whole. */
    T fold(T zero, Function2<T, T, T> f);

    /** All records folded into a value of another type; {@code zero} is copied for each partition if it can be serialized. */
    <U> U aggregate(U zero, Function2<U, T, U> seq, Function2<U, U, U> comb);

    /** As reduce, but the parts are combined in tasks over two levels, so that the driver gets few of them. */
    T treeReduce(Function2<T, T, T> f);

    /** As reduce, but the parts are combined in tasks over about so many levels, at least 1. */
    T treeReduce(Function2<T, T, T> f, int depth);

    /** As aggregate, but the parts are combined in tasks over two levels, so that the driver gets few of them. */
    <U> U treeAggregate(U zero, Function2<U, T, U> seq, Function2<U, U, U> comb);

    /** As aggregate, but the parts are combined in tasks over about so many levels, at least 1. */
    <U> U treeAggregate(U zero, Function2<U, T, U> seq, Function2<U, U, U> comb, int depth);

    /** Count, mean, variance, least and greatest of the numbers that the records give, in one pass. */
    <N extends Number> Stats stats(Function<T, N> number);

    /** The greatest record. */
    T max(Ordering<T> o);

    /** The least record. */
    T min(Ordering<T> o);

    /** {@code f} of each record, in its task. */
    void foreach(VoidFunction<T> f);

    /** {@code f} of each partition, in its task. */
    void foreachPartition(VoidFunction<Iterator<T>> f);

    /** {@code f} of the number and the records of each partition, in its task. */
    void foreachPartitionWithIndex(VoidFunction2<Integer, Iterator<T>> f);

    /** Whether there is no record. */
    boolean isEmpty();

    /** All records, a partition at a time. */
    Iterator<T> toLocalIterator();

    /** Writes each record as a line, a file for each partition, into a directory that appears whole or not at all. */
    void saveAsTextFile(String path);

    /** The same, with compressed files. */
    void saveAsTextFile(String path, Compression compression);

    /** How many partitions there are. */
    int getNumPartitions();

    /**
     * What this RDD reads from a direct source, in the order of its partitions: there for an RDD that a stream of such a source
     * gives to {@code foreachRDD} or {@code transform}, and for one of {@link BatchContext#fromSplits}; not for one that an
     * operation made.
     */
    Optional<List<Split<?>>> splits();

    /** The batch context of this RDD. */
    BatchContext context();

    /** The engine's own form of this RDD. */
    <E> E unwrap(Class<E> type);

    /** How files are written. */
    enum Compression {
        /** As they are. */
        NONE,
        /** By gzip, with names that end in {@code .gz}; {@link BatchContext#textFile} reads them back. */
        GZIP
    }
}
