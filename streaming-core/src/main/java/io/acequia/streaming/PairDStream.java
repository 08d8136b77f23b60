/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming;

import io.acequia.streaming.data.Partitioner;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.function.FlatMapFunction;
import io.acequia.streaming.function.Function;
import io.acequia.streaming.function.Function2;
import io.acequia.streaming.function.Function3;
import io.acequia.streaming.function.Function4;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A stream of batches of keys and values. Keyed operations come in three forms: with the default parallelism, with a number
 * of partitions, with a partitioner.
 *
 * @param <K> type of the keys
 * @param <V> type of the values
 */
public interface PairDStream<K, V> extends DStreamLike<Tuple2<K, V>, PairDStream<K, V>, PairRDD<K, V>> {
    /** The keyed view of a stream of pairs. */
    static <K, V> PairDStream<K, V> fromDStream(DStream<Tuple2<K, V>> stream) {
        return stream.transformToPair((RDD<Tuple2<K, V>> rdd) -> PairRDD.fromRDD(rdd));
    }

    /** The plain view of this stream. */
    DStream<Tuple2<K, V>> toDStream();

    /** {@code f} of each value; keys stay where they are. */
    <U> PairDStream<K, U> mapValues(Function<V, U> f);

    /** Zero or more values for each value; keys stay where they are. */
    <U> PairDStream<K, U> flatMapValues(FlatMapFunction<V, U> f);

    /** The values of each key, in order. */
    PairDStream<K, Iterable<V>> groupByKey();

    /** The values of each key, in order. In {@code n} partitions. */
    PairDStream<K, Iterable<V>> groupByKey(int n);

    /** The values of each key, in order. Placed by {@code p}. */
    PairDStream<K, Iterable<V>> groupByKey(Partitioner p);

    /** The values of each key combined to one. */
    PairDStream<K, V> reduceByKey(Function2<V, V, V> f);

    /** The values of each key combined to one. In {@code n} partitions. */
    PairDStream<K, V> reduceByKey(Function2<V, V, V> f, int n);

    /** The values of each key combined to one. Placed by {@code p}. */
    PairDStream<K, V> reduceByKey(Function2<V, V, V> f, Partitioner p);

    /** The values of each key combined to a value of another type. */
    <C> PairDStream<K, C> combineByKey(Function<V, C> create, Function2<C, V, C> merge, Function2<C, C, C> combine);

    /** The values of each key combined to a value of another type. In {@code n} partitions. */
    <C> PairDStream<K, C> combineByKey(
            Function<V, C> create, Function2<C, V, C> merge, Function2<C, C, C> combine, int n);

    /** The values of each key combined to a value of another type. Placed by {@code p}. */
    <C> PairDStream<K, C> combineByKey(
            Function<V, C> create, Function2<C, V, C> merge, Function2<C, C, C> combine, Partitioner p);

    /** As above; {@code mapSide} false keeps values apart until after the shuffle. */
    <C> PairDStream<K, C> combineByKey(
            Function<V, C> create,
            Function2<C, V, C> merge,
            Function2<C, C, C> combine,
            Partitioner p,
            boolean mapSide);

    /** The values of both streams for each key that either has. */
    <W> PairDStream<K, Tuple2<Iterable<V>, Iterable<W>>> cogroup(PairDStream<K, W> other);

    /** The values of both streams for each key that either has. In {@code n} partitions. */
    <W> PairDStream<K, Tuple2<Iterable<V>, Iterable<W>>> cogroup(PairDStream<K, W> other, int n);

    /** The values of both streams for each key that either has. Placed by {@code p}. */
    <W> PairDStream<K, Tuple2<Iterable<V>, Iterable<W>>> cogroup(PairDStream<K, W> other, Partitioner p);

    /** Every pair of values of the keys that both have. */
    <W> PairDStream<K, Tuple2<V, W>> join(PairDStream<K, W> other);

    /** Every pair of values of the keys that both have. In {@code n} partitions. */
    <W> PairDStream<K, Tuple2<V, W>> join(PairDStream<K, W> other, int n);

    /** Every pair of values of the keys that both have. Placed by {@code p}. */
    <W> PairDStream<K, Tuple2<V, W>> join(PairDStream<K, W> other, Partitioner p);

    /** As join, with the keys that only this stream has. */
    <W> PairDStream<K, Tuple2<V, Optional<W>>> leftOuterJoin(PairDStream<K, W> other);

    /** As join, with the keys that only this stream has. In {@code n} partitions. */
    <W> PairDStream<K, Tuple2<V, Optional<W>>> leftOuterJoin(PairDStream<K, W> other, int n);

    /** As join, with the keys that only this stream has. Placed by {@code p}. */
    <W> PairDStream<K, Tuple2<V, Optional<W>>> leftOuterJoin(PairDStream<K, W> other, Partitioner p);

    /** As join, with the keys that only the other stream has. */
    <W> PairDStream<K, Tuple2<Optional<V>, W>> rightOuterJoin(PairDStream<K, W> other);

    /** As join, with the keys that only the other stream has. In {@code n} partitions. */
    <W> PairDStream<K, Tuple2<Optional<V>, W>> rightOuterJoin(PairDStream<K, W> other, int n);

    /** As join, with the keys that only the other stream has. Placed by {@code p}. */
    <W> PairDStream<K, Tuple2<Optional<V>, W>> rightOuterJoin(PairDStream<K, W> other, Partitioner p);

    /** As join, with the keys that only one stream has. */
    <W> PairDStream<K, Tuple2<Optional<V>, Optional<W>>> fullOuterJoin(PairDStream<K, W> other);

    /** As join, with the keys that only one stream has. In {@code n} partitions. */
    <W> PairDStream<K, Tuple2<Optional<V>, Optional<W>>> fullOuterJoin(PairDStream<K, W> other, int n);

    /** As join, with the keys that only one stream has. Placed by {@code p}. */
    <W> PairDStream<K, Tuple2<Optional<V>, Optional<W>>> fullOuterJoin(PairDStream<K, W> other, Partitioner p);

    /** The values of each key in the window, at every slide of this stream. */
    PairDStream<K, Iterable<V>> groupByKeyAndWindow(Duration length);

    /** The values of each key in the window. */
    PairDStream<K, Iterable<V>> groupByKeyAndWindow(Duration length, Duration slide);

    /** The values of each key in the window. In {@code n} partitions. */
    PairDStream<K, Iterable<V>> groupByKeyAndWindow(Duration length, Duration slide, int n);

    /** The values of each key in the window. Placed by {@code p}. */
    PairDStream<K, Iterable<V>> groupByKeyAndWindow(Duration length, Duration slide, Partitioner p);

    /** The values of each key in the window combined to one, at every slide of this stream. */
    PairDStream<K, V> reduceByKeyAndWindow(Function2<V, V, V> f, Duration length);

    /** The values of each key in the window combined to one. */
    PairDStream<K, V> reduceByKeyAndWindow(Function2<V, V, V> f, Duration length, Duration slide);

    /** The values of each key in the window combined to one. In {@code n} partitions. */
    PairDStream<K, V> reduceByKeyAndWindow(Function2<V, V, V> f, Duration length, Duration slide, int n);

    /** The values of each key in the window combined to one. Placed by {@code p}. */
    PairDStream<K, V> reduceByKeyAndWindow(Function2<V, V, V> f, Duration length, Duration slide, Partitioner p);

    /** The same, incrementally: {@code inverse} takes out what left the window. */
    PairDStream<K, V> reduceByKeyAndWindow(
            Function2<V, V, V> f, Function2<V, V, V> inverse, Duration length, Duration slide);

    /** The same; keys for which {@code keep} does not hold are dropped. In {@code n} partitions. */
    PairDStream<K, V> reduceByKeyAndWindow(
            Function2<V, V, V> f,
            Function2<V, V, V> inverse,
            Duration length,
            Duration slide,
            int n,
            Function<Tuple2<K, V>, Boolean> keep);

    /** The same; keys for which {@code keep} does not hold are dropped. Placed by {@code p}. */
    PairDStream<K, V> reduceByKeyAndWindow(
            Function2<V, V, V> f,
            Function2<V, V, V> inverse,
            Duration length,
            Duration slide,
            Partitioner p,
            Function<Tuple2<K, V>, Boolean> keep);

    /** A state for each key; {@code f} is called in every batch for every key with state or new values, an empty result removes the key. */
    <X> PairDStream<K, X> updateStateByKey(Function2<List<V>, Optional<X>, Optional<X>> f);

    /** A state for each key; {@code f} is called in every batch for every key with state or new values, an empty result removes the key. In {@code n} partitions. */
    <X> PairDStream<K, X> updateStateByKey(Function2<List<V>, Optional<X>, Optional<X>> f, int n);

    /** A state for each key; {@code f} is called in every batch for every key with state or new values, an empty result removes the key. Placed by {@code p}. */
    <X> PairDStream<K, X> updateStateByKey(Function2<List<V>, Optional<X>, Optional<X>> f, Partitioner p);

    /** The same, from an initial state. */
    <X> PairDStream<K, X> updateStateByKey(
            Function2<List<V>, Optional<X>, Optional<X>> f, Partitioner p, PairRDD<K, X> initial);

    /** The same; {@code f} also sees the batch time and the key. */
    <X> PairDStream<K, X> updateStateByKey(Function4<Time, K, List<V>, Optional<X>, Optional<X>> f, Partitioner p);

    /** The same, from an initial state; {@code f} also sees the batch time and the key. */
    <X> PairDStream<K, X> updateStateByKey(
            Function4<Time, K, List<V>, Optional<X>, Optional<X>> f, Partitioner p, PairRDD<K, X> initial);

    /** The same; naming the type lets a chain infer it, and a restore check it. */
    <X> PairDStream<K, X> updateStateByKey(Class<X> type, Function2<List<V>, Optional<X>, Optional<X>> f);

    /** A state for each key, touched only where there is new data. */
    <X, U> MapWithStateDStream<K, V, X, U> mapWithState(StateSpec<K, V, X, U> spec);

    /** The same; naming the type lets a chain infer it, and a restore check it. */
    <X, U> MapWithStateDStream<K, V, X, U> mapWithState(Class<X> type, Function3<K, Optional<V>, State<X>, U> f);
}
