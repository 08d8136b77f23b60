/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming;

import io.acequia.streaming.data.StorageLevel;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.function.FlatMapFunction;
import io.acequia.streaming.function.Function;
import io.acequia.streaming.function.Function2;
import io.acequia.streaming.function.Function3;
import io.acequia.streaming.function.PairFlatMapFunction;
import io.acequia.streaming.function.PairFunction;
import io.acequia.streaming.function.VoidFunction;
import io.acequia.streaming.function.VoidFunction2;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;

/**
 * What plain and keyed streams have in common. A stream is a recipe: each operation returns a new stream and runs nothing;
 * output operations ask for batches once the context has started. Operations are refused with an
 * {@link IllegalStateException} after the start, and functions that cannot be serialized with an
 * {@link IllegalArgumentException} that names the field at fault. Definition is for one thread.
 *
 * @param <T> type of the records
 * @param <S> the stream's own type
 * @param <R> the type of its RDDs
 */
public interface DStreamLike<T, S extends DStreamLike<T, S, R>, R extends RDD<T>> {
    /** The stable id of what this operator keeps in checkpoints; else it is derived from the chain before it. */
    S uid(String uid);

    /** The name shown to people. */
    S name(String display);

    /**
     * What becomes of a record for which the function of this operator throws. For operators that take record by record
     * ({@code map flatMap filter mapToPair flatMapToPair mapValues flatMapValues keyBy}); refused on others. Default: fail.
     */
    S onError(ErrorPolicy policy);

    /** The records for which {@code f} holds. */
    S filter(Function<T, Boolean> f);

    /** {@code f} of each record. */
    <U> DStream<U> map(Function<T, U> f);

    /** A pair for each record. */
    <K2, V2> PairDStream<K2, V2> mapToPair(PairFunction<T, K2, V2> f);

    /** Zero or more records for each record. */
    <U> DStream<U> flatMap(FlatMapFunction<T, U> f);

    /** Zero or more pairs for each record. */
    <K2, V2> PairDStream<K2, V2> flatMapToPair(PairFlatMapFunction<T, K2, V2> f);

    /** {@code f} of each partition as a whole. */
    <U> DStream<U> mapPartitions(FlatMapFunction<Iterator<T>, U> f);

    /** {@code f} of each partition as a whole, giving pairs. */
    <K2, V2> PairDStream<K2, V2> mapPartitionsToPair(PairFlatMapFunction<Iterator<T>, K2, V2> f);

    /** Each record with its key before it. */
    <K2> PairDStream<K2, T> keyBy(Function<T, K2> key);

    /** Each partition as one list. */
    DStream<List<T>> glom();

    /** The same records spread evenly over {@code n} partitions. */
    S repartition(int n);

    /** The records of both; same context, same slide. */
    S union(S other);

    /** {@link #persist()}. */
    S cache();

    /** Keeps the RDD of each batch as objects in memory while it is remembered. */
    S persist();

    /** Keeps the RDD of each batch while it is remembered. */
    S persist(StorageLevel level);

    /** How often what this stream keeps goes to the checkpoint; a multiple of the slide. */
    S checkpoint(Duration interval);

    /** All records of a batch combined to one; nothing for an empty batch. */
    DStream<T> reduce(Function2<T, T, T> f);

    /** How many records each batch has: one number, also 0. */
    DStream<Long> count();

    /** How often each record occurs in a batch. */
    PairDStream<T, Long> countByValue();

    /** How often each record occurs in a batch, in so many partitions. */
    PairDStream<T, Long> countByValue(int numPartitions);

    /** The records of the last {@code length}, at every slide of this stream. */
    S window(Duration length);

    /** The records of the last {@code length}, every {@code slide}. */
    S window(Duration length, Duration slide);

    /** How many records the window has. */
    DStream<Long> countByWindow(Duration length, Duration slide);

    /** All records of the window combined to one. */
    DStream<T> reduceByWindow(Function2<T, T, T> f, Duration length, Duration slide);

    /** All records of the window combined to one, incrementally: {@code inverse} takes out what left the window. */
    DStream<T> reduceByWindow(Function2<T, T, T> f, Function2<T, T, T> inverse, Duration length, Duration slide);

    /** How often each record occurs in the window. */
    PairDStream<T, Long> countByValueAndWindow(Duration length, Duration slide);

    /** How often each record occurs in the window, in so many partitions. */
    PairDStream<T, Long> countByValueAndWindow(Duration length, Duration slide, int numPartitions);

    /** {@code f} of the RDD of each batch; runs on the driver, must not return null. */
    <U> DStream<U> transform(Function<R, RDD<U>> f);

    /** {@code f} of the RDD and the time of each batch; runs on the driver, must not return null. */
    <U> DStream<U> transform(Function2<R, Time, RDD<U>> f);

    /** {@code f} of the RDD of each batch, giving pairs; runs on the driver, must not return null. */
    <K2, V2> PairDStream<K2, V2> transformToPair(Function<R, PairRDD<K2, V2>> f);

    /** {@code f} of the RDD and the time of each batch, giving pairs; runs on the driver, must not return null. */
    <K2, V2> PairDStream<K2, V2> transformToPair(Function2<R, Time, PairRDD<K2, V2>> f);

    /** {@code f} of the RDDs of both streams; same context, same slide. */
    <U, Q extends RDD<U>, W> DStream<W> transformWith(DStreamLike<U, ?, Q> other, Function3<R, Q, Time, RDD<W>> f);

    /** {@code f} of the RDDs of both streams, giving pairs; same context, same slide. */
    <U, Q extends RDD<U>, K2, V2> PairDStream<K2, V2> transformWithToPair(
            DStreamLike<U, ?, Q> other, Function3<R, Q, Time, PairRDD<K2, V2>> f);

    /** The RDDs of the batches from {@code from} to {@code to}, both included; only batches that are remembered. */
    List<R> slice(Time from, Time to);

    /** The RDD of the batch at {@code t}; only a batch that is remembered. */
    R compute(Time t);

    /** {@link #print(int)} of 10. */
    Output print();

    /** Prints the time and the first {@code n} records of each batch to standard output. */
    Output print(int n);

    /** {@code f} of the RDD of each batch; runs on the driver. */
    Output foreachRDD(VoidFunction<R> f);

    /** {@code f} of the RDD and the time of each batch; runs on the driver. */
    Output foreachRDD(VoidFunction2<R, Time> f);

    /** {@code f} of each partition, in its task, with a key for idempotent writes. */
    Output foreachPartition(String uid, VoidFunction2<Output.Key, Iterator<T>> f);

    /** Writes each partition of each batch exactly once. */
    Output writeTo(BatchSink<T> sink);

    /** {@link #saveAsTextFiles(String, String)} without suffix. */
    Output saveAsTextFiles(String prefix);

    /** Writes each batch to a directory {@code prefix-TIME_IN_MS[.suffix]}, which appears whole or not at all. */
    Output saveAsTextFiles(String prefix, String suffix);

    /** {@link #saveAsTextFiles(String, String)} in at most so many files. */
    Output saveAsTextFiles(String prefix, String suffix, int numFiles);

    /** Writes each batch as a Hadoop sequence file of objects; needs {@code streaming-hadoop}. */
    Output saveAsObjectFiles(String prefix, String suffix);

    /** How often this stream yields a batch. */
    Duration slideDuration();

    /** The context of this stream. */
    StreamingContext context();
}
