/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming;

import io.acequia.streaming.data.Partitioner;
import io.acequia.streaming.data.StorageLevel;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.data.Tuple3;
import io.acequia.streaming.function.FlatMapFunction;
import io.acequia.streaming.function.Function;
import io.acequia.streaming.function.Function2;
import io.acequia.streaming.function.Ordering;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An RDD of keys and values.
 *
 * @param <K> type of the keys
 * @param <V> type of the values
 */
public interface PairRDD<K, V> extends RDD<Tuple2<K, V>> {
    /** The keyed view of an RDD of pairs. */
    static <K, V> PairRDD<K, V> fromRDD(RDD<Tuple2<K, V>> rdd) {
        return rdd instanceof PairRDD<K, V> pairs ? pairs : rdd.mapToPair(pair -> pair);
    }

    @Override
    PairRDD<K, V> filter(Function<Tuple2<K, V>, Boolean> f);

    @Override
    PairRDD<K, V> distinct();

    @Override
    PairRDD<K, V> distinct(int n);

    @Override
    PairRDD<K, V> sample(boolean replace, double fraction, long seed);

    @Override
    PairRDD<K, V> union(RDD<Tuple2<K, V>> o);

    @Override
    PairRDD<K, V> intersection(RDD<Tuple2<K, V>> o);

    @Override
    PairRDD<K, V> subtract(RDD<Tuple2<K, V>> o);

    @Override
    PairRDD<K, V> coalesce(int n);

    @Override
    PairRDD<K, V> coalesce(int n, boolean shuffle);

    @Override
    PairRDD<K, V> repartition(int n);

    @Override
    PairRDD<K, V> cache();

    @Override
    PairRDD<K, V> persist(StorageLevel level);

    @Override
    PairRDD<K, V> unpersist();

    /** The keys. */
    RDD<K> keys();

    /** The values. */
    RDD<V> values();

    /** {@code f} of each value; keys stay where they are. */
    <U> PairRDD<K, U> mapValues(Function<V, U> f);

    /** Zero or more values for each value; keys stay where they are. */
    <U> PairRDD<K, U> flatMapValues(FlatMapFunction<V, U> f);

    /** The values of each key combined to one; {@code f} must not change them. */
    PairRDD<K, V> reduceByKey(Function2<V, V, V> f);

    /** The values of each key combined to one; {@code f} must not change them. In {@code n} partitions. */
    PairRDD<K, V> reduceByKey(Function2<V, V, V> f, int n);

    /** The values of each key combined to one; {@code f} must not change them. Placed by {@code p}. */
    PairRDD<K, V> reduceByKey(Function2<V, V, V> f, Partitioner p);

    /**
     * The values of each key combined to one, from {@code zero}. It must be neutral, as 0 is for a sum: it goes in once
     * for each part of a key, and how many parts there are is a matter of memory.
     */
    PairRDD<K, V> foldByKey(V zero, Function2<V, V, V> f);

    /**
     * The values of each key combined to one, from {@code zero}. In {@code n} partitions. It must be neutral, as 0 is for
     * a sum: it goes in once for each part of a key, and how many parts there are is a matter of memory.
     */
    PairRDD<K, V> foldByKey(V zero, Function2<V, V, V> f, int n);

    /**
     * The values of each key combined to one, from {@code zero}. Placed by {@code p}. It must be neutral, as 0 is for a
     * sum: it goes in once for each part of a key, and how many parts there are is a matter of memory.
     */
    PairRDD<K, V> foldByKey(V zero, Function2<V, V, V> f, Partitioner p);

    /** The values of each key, in order. */
    PairRDD<K, Iterable<V>> groupByKey();

    /** The values of each key, in order. In {@code n} partitions. */
    PairRDD<K, Iterable<V>> groupByKey(int n);

    /** The values of each key, in order. Placed by {@code p}. */
    PairRDD<K, Iterable<V>> groupByKey(Partitioner p);

    /**
     * The values of each key folded into a value of another type. {@code zero} must be neutral, as an empty list is: it
     * goes in once for each part of a key, and how many parts there are is a matter of memory. Both functions may change
     * and return their first argument where Java can serialize it.
     */
    <U> PairRDD<K, U> aggregateByKey(U zero, Function2<U, V, U> seq, Function2<U, U, U> comb);

    /**
     * The values of each key folded into a value of another type. In {@code n} partitions. {@code zero} must be neutral,
     * as an empty list is: it goes in once for each part of a key, and how many parts there are is a matter of memory.
     * Both functions may change and return their first argument where Java can serialize it.
     */
    <U> PairRDD<K, U> aggregateByKey(U zero, Function2<U, V, U> seq, Function2<U, U, U> comb, int n);

    /**
     * The values of each key folded into a value of another type. Placed by {@code p}. {@code zero} must be neutral, as
     * an empty list is: it goes in once for each part of a key, and how many parts there are is a matter of memory. Both
     * functions may change and return their first argument where Java can serialize it.
     */
    <U> PairRDD<K, U> aggregateByKey(U zero, Function2<U, V, U> seq, Function2<U, U, U> comb, Partitioner p);

    /**
     * The values of each key combined to a value of another type. {@code merge} and {@code combine} may change and return
     * their first argument where it was made by {@code create} and Java can serialize it.
     */
    <C> PairRDD<K, C> combineByKey(Function<V, C> create, Function2<C, V, C> merge, Function2<C, C, C> combine);

    /**
     * The values of each key combined to a value of another type. In {@code n} partitions. {@code merge} and
     * {@code combine} may change and return their first argument where it was made by {@code create} and Java can
     * serialize it.
     */
    <C> PairRDD<K, C> combineByKey(Function<V, C> create, Function2<C, V, C> merge, Function2<C, C, C> combine, int n);

    /**
     * The values of each key combined to a value of another type. Placed by {@code p}. {@code merge} and {@code combine}
     * may change and return their first argument where it was made by {@code create} and Java can serialize it.
     */
    <C> PairRDD<K, C> combineByKey(
            Function<V, C> create, Function2<C, V, C> merge, Function2<C, C, C> combine, Partitioner p);

    /** As above; {@code mapSide} false keeps values apart until after the shuffle. */
    <C> PairRDD<K, C> combineByKey(
            Function<V, C> create,
            Function2<C, V, C> merge,
            Function2<C, C, C> combine,
            Partitioner p,
            boolean mapSide);

    /** Every pair of values of the keys that both have. */
    <W> PairRDD<K, Tuple2<V, W>> join(PairRDD<K, W> o);

    /** Every pair of values of the keys that both have. In {@code n} partitions. */
    <W> PairRDD<K, Tuple2<V, W>> join(PairRDD<K, W> o, int n);

    /** Every pair of values of the keys that both have. Placed by {@code p}. */
    <W> PairRDD<K, Tuple2<V, W>> join(PairRDD<K, W> o, Partitioner p);

    /** As join, with the keys that only this RDD has. */
    <W> PairRDD<K, Tuple2<V, Optional<W>>> leftOuterJoin(PairRDD<K, W> o);

    /** As join, with the keys that only this RDD has. In {@code n} partitions. */
    <W> PairRDD<K, Tuple2<V, Optional<W>>> leftOuterJoin(PairRDD<K, W> o, int n);

    /** As join, with the keys that only this RDD has. Placed by {@code p}. */
    <W> PairRDD<K, Tuple2<V, Optional<W>>> leftOuterJoin(PairRDD<K, W> o, Partitioner p);

    /** As join, with the keys that only the other RDD has. */
    <W> PairRDD<K, Tuple2<Optional<V>, W>> rightOuterJoin(PairRDD<K, W> o);

    /** As join, with the keys that only the other RDD has. In {@code n} partitions. */
    <W> PairRDD<K, Tuple2<Optional<V>, W>> rightOuterJoin(PairRDD<K, W> o, int n);

    /** As join, with the keys that only the other RDD has. Placed by {@code p}. */
    <W> PairRDD<K, Tuple2<Optional<V>, W>> rightOuterJoin(PairRDD<K, W> o, Partitioner p);

    /** As join, with the keys that only one RDD has. */
    <W> PairRDD<K, Tuple2<Optional<V>, Optional<W>>> fullOuterJoin(PairRDD<K, W> o);

    /** As join, with the keys that only one RDD has. In {@code n} partitions. */
    <W> PairRDD<K, Tuple2<Optional<V>, Optional<W>>> fullOuterJoin(PairRDD<K, W> o, int n);

    /** As join, with the keys that only one RDD has. Placed by {@code p}. */
    <W> PairRDD<K, Tuple2<Optional<V>, Optional<W>>> fullOuterJoin(PairRDD<K, W> o, Partitioner p);

    /** The values of both for each key that either has. */
    <W> PairRDD<K, Tuple2<Iterable<V>, Iterable<W>>> cogroup(PairRDD<K, W> o);

    /** The values of both for each key that either has. In {@code n} partitions. */
    <W> PairRDD<K, Tuple2<Iterable<V>, Iterable<W>>> cogroup(PairRDD<K, W> o, int n);

    /** The values of both for each key that either has. Placed by {@code p}. */
    <W> PairRDD<K, Tuple2<Iterable<V>, Iterable<W>>> cogroup(PairRDD<K, W> o, Partitioner p);

    /** The values of all three for each key that any of them has. */
    <W, X> PairRDD<K, Tuple3<Iterable<V>, Iterable<W>, Iterable<X>>> cogroup(PairRDD<K, W> o, PairRDD<K, X> third);

    /** The values of all three for each key that any of them has. In {@code n} partitions. */
    <W, X> PairRDD<K, Tuple3<Iterable<V>, Iterable<W>, Iterable<X>>> cogroup(
            PairRDD<K, W> o, PairRDD<K, X> third, int n);

    /** The values of all three for each key that any of them has. Placed by {@code p}. */
    <W, X> PairRDD<K, Tuple3<Iterable<V>, Iterable<W>, Iterable<X>>> cogroup(
            PairRDD<K, W> o, PairRDD<K, X> third, Partitioner p);

    /** The same pairs, placed by {@code p}. */
    PairRDD<K, V> partitionBy(Partitioner p);

    /** The same pairs, placed by {@code p}; those of a partition in the natural order of their keys, which must be comparable. */
    PairRDD<K, V> repartitionAndSortWithinPartitions(Partitioner p);

    /** The same pairs, placed by {@code p}; those of a partition in an order of their keys, equal ones as they came. */
    PairRDD<K, V> repartitionAndSortWithinPartitions(Partitioner p, Ordering<K> order);

    /** The pairs in the natural order of their keys, which must be comparable. */
    PairRDD<K, V> sortByKey();

    /** The pairs in the natural order of their keys, or backwards. */
    PairRDD<K, V> sortByKey(boolean ascending);

    /** The pairs in the natural order of their keys, or backwards. Over {@code n} partitions. */
    PairRDD<K, V> sortByKey(boolean ascending, int n);

    /** The pairs in an order of their keys, equal ones as they came. */
    PairRDD<K, V> sortByKey(Ordering<K> order);

    /** The pairs in an order of their keys, equal ones as they came. Over {@code n} partitions. */
    PairRDD<K, V> sortByKey(Ordering<K> order, int n);

    /** How many pairs each key has. */
    Map<K, Long> countByKey();

    /** The pairs as a map; of several values of a key the last one stays. */
    Map<K, V> collectAsMap();

    /** The values of one key; computes only its partition when the pairs are placed. */
    List<V> lookup(K key);

    /** The pairs whose key the other does not have. */
    <W> PairRDD<K, V> subtractByKey(PairRDD<K, W> o);
}
