/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.rdd;

import io.acequia.streaming.PairRDD;
import io.acequia.streaming.RDD;
import io.acequia.streaming.data.Partitioner;
import io.acequia.streaming.data.StorageLevel;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.data.Tuple3;
import io.acequia.streaming.engine.Dataset;
import io.acequia.streaming.function.FlatMapFunction;
import io.acequia.streaming.function.Function;
import io.acequia.streaming.function.Function2;
import io.acequia.streaming.function.Ordering;
import io.acequia.streaming.internal.operator.CogroupOperator;
import io.acequia.streaming.internal.operator.CombineOperator;
import io.acequia.streaming.internal.operator.FilterOperator;
import io.acequia.streaming.internal.operator.FlatMapOperator;
import io.acequia.streaming.internal.operator.ListOperator;
import io.acequia.streaming.internal.operator.MapOperator;
import io.acequia.streaming.internal.operator.Site;
import io.acequia.streaming.internal.operator.SortOperator;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * A keyed RDD of any engine.
 *
 * <p>Long for the same reason as {@link DatasetRdd}: {@link PairRDD} has three forms of each keyed operation, and each is one
 * short method here. Everything stands on two of them: {@code combineByKey} (combine within a partition, shuffle, combine
 * again) for what looks at one RDD, and {@code cogroup} (place both sides alike, zip) for what looks at two or three.
 *
 * <p><b>Where pairs are placed.</b> Where they are already placed as asked, the shuffle falls away; without a partitioner or a
 * number, that of this RDD is taken, then the other's, then one by hash. What may change keys forgets the placement, what
 * changes values alone keeps it.
 *
 * <p><b>Memory.</b> Combining, cogrouping and sorting hold their share of a task's memory and put the rest aside, in order of
 * the hash or of the key; what a key has in a cogroup must fit, since it is given as one record.
 *
 * <p><b>Threads.</b> Operations are called on the thread of the program and only describe; actions run jobs and wait for them.
 * Why not a class for joins and one for sorts: each would need the site, scope and dataset of this one, and call back into it.
 */
public final class DatasetPairRdd<K, V> extends DatasetRdd<Tuple2<K, V>> implements PairRDD<K, V> {
    DatasetPairRdd(Rdds rdds, Dataset<Tuple2<K, V>> dataset, RddScope scope, @Nullable Site site) {
        super(rdds, dataset, scope, site);
    }

    @Override
    public DatasetPairRdd<K, V> at(Site next) {
        return new DatasetPairRdd<>(rdds, dataset, scope, next);
    }

    @Override
    public DatasetPairRdd<K, V> in(RddScope batch) {
        return new DatasetPairRdd<>(rdds, dataset, batch, null);
    }

    @Override
    DatasetPairRdd<K, V> same(Dataset<Tuple2<K, V>> other) {
        return new DatasetPairRdd<>(rdds, other, scope, null);
    }

    private Partitioner byDefault() {
        return dataset.partitioner().orElseGet(() -> Partitioner.hash(rdds.defaultParallelism()));
    }

    private Partitioner byDefault(PairRDD<K, ?> other) {
        return dataset.partitioner()
                .or(() -> of(other).dataset().partitioner())
                .orElseGet(() -> Partitioner.hash(rdds.defaultParallelism()));
    }

    // ---- the same as of a plain RDD, keyed

    @Override
    public PairRDD<K, V> filter(Function<Tuple2<K, V>, Boolean> f) {
        return pairs(filtered(f));
    }

    @Override
    public PairRDD<K, V> distinct() {
        return distinct(rdds.defaultParallelism());
    }

    @Override
    public PairRDD<K, V> distinct(int n) {
        return pairs(distinctRecords(n));
    }

    @Override
    public PairRDD<K, V> sample(boolean replace, double fraction, long seed) {
        return pairs(sampled(replace, fraction, seed));
    }

    @Override
    public PairRDD<K, V> union(RDD<Tuple2<K, V>> o) {
        DatasetRdd<Tuple2<K, V>> all = of(rdds.union(List.of(this, o)));
        return new DatasetPairRdd<>(rdds, all.dataset, all.scope, null);
    }

    @Override
    public PairRDD<K, V> intersection(RDD<Tuple2<K, V>> o) {
        return pairs(intersected(o));
    }

    @Override
    public PairRDD<K, V> subtract(RDD<Tuple2<K, V>> o) {
        return pairs(subtracted(o));
    }

    @Override
    public PairRDD<K, V> coalesce(int n) {
        return pairs(coalesced(n));
    }

    @Override
    public PairRDD<K, V> coalesce(int n, boolean shuffle) {
        return shuffle ? repartition(n) : coalesce(n);
    }

    @Override
    public PairRDD<K, V> repartition(int n) {
        return pairs(spread(n));
    }

    @Override
    public PairRDD<K, V> cache() {
        return persist(StorageLevel.MEMORY_ONLY);
    }

    @Override
    public PairRDD<K, V> persist(StorageLevel level) {
        dataset.persist(level);
        return this;
    }

    @Override
    public PairRDD<K, V> unpersist() {
        dataset.unpersist();
        return this;
    }

    // ---- keys and values

    @Override
    public RDD<K> keys() {
        return plain(keysOf(dataset, site("keys")));
    }

    static <K, V> Dataset<K> keysOf(Dataset<Tuple2<K, V>> pairs, Site at) {
        return pairs.transform(new MapOperator<Tuple2<K, V>, K>(at, Tuple2::_1), false);
    }

    @Override
    public RDD<V> values() {
        return plain(dataset.transform(new MapOperator<Tuple2<K, V>, V>(site("values"), Tuple2::_2), false));
    }

    @Override
    public <U> PairRDD<K, U> mapValues(Function<V, U> f) {
        Site at = site("mapValues");
        return mapped(at, checked(f, at));
    }

    private <U> PairRDD<K, U> mapped(Site at, Function<V, U> f) {
        return pairs(dataset.transform(
                new MapOperator<Tuple2<K, V>, Tuple2<K, U>>(at, pair -> new Tuple2<>(pair._1(), f.call(pair._2()))),
                true));
    }

    @Override
    public <U> PairRDD<K, U> flatMapValues(FlatMapFunction<V, U> f) {
        Site at = site("flatMapValues");
        return flatMapValues(at, checked(f, at));
    }

    private <U> DatasetPairRdd<K, U> flatMapValues(Site at, FlatMapFunction<V, U> f) {
        return pairs(dataset.transform(
                new FlatMapOperator<Tuple2<K, V>, Tuple2<K, U>>(at, pair -> withKey(pair._1(), f.call(pair._2()))),
                true));
    }

    private static <K, U> Iterator<Tuple2<K, U>> withKey(K key, Iterator<U> values) {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return values.hasNext();
            }

            @Override
            public Tuple2<K, U> next() {
                return new Tuple2<>(key, values.next());
            }
        };
    }

    // ---- one RDD by key

    @Override
    public <C> DatasetPairRdd<K, C> combineByKey(
            Function<V, C> create,
            Function2<C, V, C> merge,
            Function2<C, C, C> combine,
            Partitioner p,
            boolean mapSide) {
        Site at = site("combineByKey");
        checked(create, at);
        return combined(at, create, checked(merge, at), checked(combine, at), p, mapSide);
    }

    private <C> DatasetPairRdd<K, C> combined(
            Site at,
            @Nullable Function<V, C> create,
            Function2<C, V, C> merge,
            Function2<C, C, C> combine,
            Partitioner p,
            boolean mapSide) {
        Objects.requireNonNull(p, "partitioner");
        boolean placed = dataset.partitioner().filter(p::equals).isPresent();
        if (placed || !mapSide) {
            return pairs(dataset.partitionBy(Tuple2::_1, p)
                    .transform(new CombineOperator<>(at, create, merge, combine), true));
        }
        return pairs(dataset.transform(new CombineOperator<>(at, create, merge, null), true)
                .partitionBy(Tuple2::_1, p)
                .transform(behind(at, create != null, combine), true));
    }

    /**
     * A program may change what it has created, but the shuffle keeps that for the next job: so it gets copies. Without a
     * {@code create} there are only its records, which no function may change.
     */
    private static <K, C> CombineOperator<K, C, C> behind(Site at, boolean created, Function2<C, C, C> combine) {
        return created
                ? new CombineOperator<>(at, Copies::of, (one, other) -> combine.call(one, Copies.of(other)), combine)
                : new CombineOperator<>(at, null, combine, combine);
    }

    @Override
    public <C> PairRDD<K, C> combineByKey(Function<V, C> create, Function2<C, V, C> merge, Function2<C, C, C> combine) {
        return combineByKey(create, merge, combine, byDefault(), true);
    }

    @Override
    public <C> PairRDD<K, C> combineByKey(
            Function<V, C> create, Function2<C, V, C> merge, Function2<C, C, C> combine, int n) {
        return combineByKey(create, merge, combine, Partitioner.hash(n), true);
    }

    @Override
    public <C> PairRDD<K, C> combineByKey(
            Function<V, C> create, Function2<C, V, C> merge, Function2<C, C, C> combine, Partitioner p) {
        return combineByKey(create, merge, combine, p, true);
    }

    @Override
    public PairRDD<K, V> reduceByKey(Function2<V, V, V> f) {
        return reduceByKey(f, byDefault());
    }

    @Override
    public PairRDD<K, V> reduceByKey(Function2<V, V, V> f, int n) {
        return reduceByKey(f, Partitioner.hash(n));
    }

    @Override
    public DatasetPairRdd<K, V> reduceByKey(Function2<V, V, V> f, Partitioner p) {
        Site at = site("reduceByKey");
        checked(f, at);
        return combined(at, null, f, f, p, true);
    }

    @Override
    public PairRDD<K, V> foldByKey(V zero, Function2<V, V, V> f) {
        return foldByKey(zero, f, byDefault());
    }

    @Override
    public PairRDD<K, V> foldByKey(V zero, Function2<V, V, V> f, int n) {
        return foldByKey(zero, f, Partitioner.hash(n));
    }

    @Override
    public PairRDD<K, V> foldByKey(V zero, Function2<V, V, V> f, Partitioner p) {
        return aggregateByKey(zero, f, f, p);
    }

    @Override
    public <U> PairRDD<K, U> aggregateByKey(U zero, Function2<U, V, U> seq, Function2<U, U, U> comb) {
        return aggregateByKey(zero, seq, comb, byDefault());
    }

    @Override
    public <U> PairRDD<K, U> aggregateByKey(U zero, Function2<U, V, U> seq, Function2<U, U, U> comb, int n) {
        return aggregateByKey(zero, seq, comb, Partitioner.hash(n));
    }

    @Override
    public <U> PairRDD<K, U> aggregateByKey(U zero, Function2<U, V, U> seq, Function2<U, U, U> comb, Partitioner p) {
        Site at = site("aggregateByKey");
        checked(seq, at);
        Zero<U> fresh = Zero.of(zero);
        return combined(at, value -> seq.call(fresh.call(), value), seq, checked(comb, at), p, true);
    }

    @Override
    public PairRDD<K, Iterable<V>> groupByKey() {
        return groupByKey(byDefault());
    }

    @Override
    public PairRDD<K, Iterable<V>> groupByKey(int n) {
        return groupByKey(Partitioner.hash(n));
    }

    @Override
    public PairRDD<K, Iterable<V>> groupByKey(Partitioner p) {
        Function<V, Iterable<V>> one = value -> {
            List<V> values = new ArrayList<>(2);
            values.add(value);
            return values;
        };
        Function2<Iterable<V>, V, Iterable<V>> add = (values, value) -> {
            ((List<V>) values).add(value);
            return values;
        };
        Function2<Iterable<V>, Iterable<V>, Iterable<V>> addAll = (values, more) -> {
            ((List<V>) values).addAll((List<V>) more);
            return values;
        };
        return combined(site("groupByKey"), one, add, addAll, p, false);
    }

    // ---- two RDDs by key

    @Override
    public <W> DatasetPairRdd<K, Tuple2<Iterable<V>, Iterable<W>>> cogroup(PairRDD<K, W> o, Partitioner p) {
        return cogroup(site("cogroup"), o, p);
    }

    private <W> DatasetPairRdd<K, Tuple2<Iterable<V>, Iterable<W>>> cogroup(Site at, PairRDD<K, W> o, Partitioner p) {
        Objects.requireNonNull(p, "partitioner");
        DatasetRdd<Tuple2<K, W>> right = of(o);
        Dataset<Tuple2<K, Tuple2<Iterable<V>, Iterable<W>>>> groups = dataset.partitionBy(Tuple2::_1, p)
                .zip(right.dataset().partitionBy(Tuple2::_1, p), new CogroupOperator<K, V, W>(at), true);
        return new DatasetPairRdd<>(rdds, groups, scope.and(right.scope()), null);
    }

    @Override
    public <W> DatasetPairRdd<K, Tuple2<Iterable<V>, Iterable<W>>> cogroup(PairRDD<K, W> o) {
        return cogroup(o, byDefault(o));
    }

    @Override
    public <W> PairRDD<K, Tuple2<Iterable<V>, Iterable<W>>> cogroup(PairRDD<K, W> o, int n) {
        return cogroup(o, Partitioner.hash(n));
    }

    @Override
    public <W, X> PairRDD<K, Tuple3<Iterable<V>, Iterable<W>, Iterable<X>>> cogroup(
            PairRDD<K, W> o, PairRDD<K, X> third) {
        Partitioner p = dataset.partitioner()
                .or(() -> of(o).dataset().partitioner())
                .or(() -> of(third).dataset().partitioner())
                .orElseGet(() -> Partitioner.hash(rdds.defaultParallelism()));
        return cogroup(o, third, p);
    }

    @Override
    public <W, X> PairRDD<K, Tuple3<Iterable<V>, Iterable<W>, Iterable<X>>> cogroup(
            PairRDD<K, W> o, PairRDD<K, X> third, int n) {
        return cogroup(o, third, Partitioner.hash(n));
    }

    /** A key has one group of the first two at most. */
    @Override
    public <W, X> PairRDD<K, Tuple3<Iterable<V>, Iterable<W>, Iterable<X>>> cogroup(
            PairRDD<K, W> o, PairRDD<K, X> third, Partitioner p) {
        Site at = site("cogroup");
        DatasetPairRdd<K, Tuple2<Iterable<Tuple2<Iterable<V>, Iterable<W>>>, Iterable<X>>> nested =
                cogroup(o, p).cogroup(third, p);
        Tuple2<Iterable<V>, Iterable<W>> none = new Tuple2<>(List.of(), List.of());
        return nested.mapped(at, both -> {
            Iterator<Tuple2<Iterable<V>, Iterable<W>>> groups = both._1().iterator();
            Tuple2<Iterable<V>, Iterable<W>> first = groups.hasNext() ? groups.next() : none;
            return new Tuple3<>(first._1(), first._2(), both._2());
        });
    }

    @Override
    public <W> PairRDD<K, Tuple2<V, W>> join(PairRDD<K, W> o) {
        return join(o, byDefault(o));
    }

    @Override
    public <W> PairRDD<K, Tuple2<V, W>> join(PairRDD<K, W> o, int n) {
        return join(o, Partitioner.hash(n));
    }

    @Override
    public <W> PairRDD<K, Tuple2<V, W>> join(PairRDD<K, W> o, Partitioner p) {
        return cogroup(o, p).flatMapValues(site("join"), both -> products(both._1(), both._2()));
    }

    @Override
    public <W> PairRDD<K, Tuple2<V, Optional<W>>> leftOuterJoin(PairRDD<K, W> o) {
        return leftOuterJoin(o, byDefault(o));
    }

    @Override
    public <W> PairRDD<K, Tuple2<V, Optional<W>>> leftOuterJoin(PairRDD<K, W> o, int n) {
        return leftOuterJoin(o, Partitioner.hash(n));
    }

    @Override
    public <W> PairRDD<K, Tuple2<V, Optional<W>>> leftOuterJoin(PairRDD<K, W> o, Partitioner p) {
        return cogroup(o, p).flatMapValues(site("leftOuterJoin"), both -> products(both._1(), maybe(both._2())));
    }

    @Override
    public <W> PairRDD<K, Tuple2<Optional<V>, W>> rightOuterJoin(PairRDD<K, W> o) {
        return rightOuterJoin(o, byDefault(o));
    }

    @Override
    public <W> PairRDD<K, Tuple2<Optional<V>, W>> rightOuterJoin(PairRDD<K, W> o, int n) {
        return rightOuterJoin(o, Partitioner.hash(n));
    }

    @Override
    public <W> PairRDD<K, Tuple2<Optional<V>, W>> rightOuterJoin(PairRDD<K, W> o, Partitioner p) {
        return cogroup(o, p).flatMapValues(site("rightOuterJoin"), both -> products(maybe(both._1()), both._2()));
    }

    @Override
    public <W> PairRDD<K, Tuple2<Optional<V>, Optional<W>>> fullOuterJoin(PairRDD<K, W> o) {
        return fullOuterJoin(o, byDefault(o));
    }

    @Override
    public <W> PairRDD<K, Tuple2<Optional<V>, Optional<W>>> fullOuterJoin(PairRDD<K, W> o, int n) {
        return fullOuterJoin(o, Partitioner.hash(n));
    }

    @Override
    public <W> PairRDD<K, Tuple2<Optional<V>, Optional<W>>> fullOuterJoin(PairRDD<K, W> o, Partitioner p) {
        return cogroup(o, p).flatMapValues(site("fullOuterJoin"), both -> products(maybe(both._1()), maybe(both._2())));
    }

    private static <A, B> Iterator<Tuple2<A, B>> products(Iterable<A> lefts, Iterable<B> rights) {
        return stream(lefts)
                .flatMap(left -> stream(rights).map(right -> new Tuple2<>(left, right)))
                .iterator();
    }

    /** The values as optionals; one empty optional when there are none. */
    private static <A> Iterable<Optional<A>> maybe(Iterable<A> values) {
        return values.iterator().hasNext()
                ? stream(values).map(Optional::ofNullable).toList()
                : List.of(Optional.empty());
    }

    private static <A> java.util.stream.Stream<A> stream(Iterable<A> values) {
        return StreamSupport.stream(values.spliterator(), false);
    }

    @Override
    public <W> PairRDD<K, V> subtractByKey(PairRDD<K, W> o) {
        Site at = site("subtractByKey");
        return cogroup(o, byDefault(o))
                .filteredPairs(at, pair -> !pair._2()._2().iterator().hasNext())
                .flatMapValues(at, both -> both._1().iterator());
    }

    private DatasetPairRdd<K, V> filteredPairs(Site at, Function<Tuple2<K, V>, Boolean> f) {
        return pairs(dataset.transform(new FilterOperator<>(at, f), true));
    }

    // ---- placement and order

    @Override
    public PairRDD<K, V> partitionBy(Partitioner p) {
        return pairs(dataset.partitionBy(Tuple2::_1, Objects.requireNonNull(p, "partitioner")));
    }

    @Override
    public PairRDD<K, V> sortByKey() {
        return sortByKey(true);
    }

    @Override
    public PairRDD<K, V> sortByKey(boolean ascending) {
        return sortByKey(ascending, rdds.defaultParallelism());
    }

    @Override
    public PairRDD<K, V> sortByKey(boolean ascending, int n) {
        Ordering<K> natural = naturalOrder();
        return sortedByKey(ascending ? natural : natural.reverse(), n);
    }

    @Override
    public PairRDD<K, V> sortByKey(Ordering<K> order) {
        return sortByKey(order, rdds.defaultParallelism());
    }

    @Override
    public PairRDD<K, V> sortByKey(Ordering<K> order, int n) {
        return sortedByKey(checked(order, site("sortByKey")), n);
    }

    private PairRDD<K, V> sortedByKey(Ordering<K> order, int n) {
        Site at = site("sortByKey");
        mustBePositive("sortByKey", n);
        Dataset<Tuple2<K, V>> keyed = withKeys(at);
        return pairs(inOrder(at, keyed.partitionBy(Tuple2::_1, RangeBounds.of(pairs(keyed), order, n)), order));
    }

    @Override
    public PairRDD<K, V> repartitionAndSortWithinPartitions(Partitioner p) {
        return repartitionedInOrder(site("repartitionAndSortWithinPartitions"), p, naturalOrder());
    }

    @Override
    public PairRDD<K, V> repartitionAndSortWithinPartitions(Partitioner p, Ordering<K> order) {
        Site at = site("repartitionAndSortWithinPartitions");
        return repartitionedInOrder(at, p, checked(order, at));
    }

    private PairRDD<K, V> repartitionedInOrder(Site at, Partitioner p, Ordering<K> order) {
        Objects.requireNonNull(p, "partitioner");
        return pairs(inOrder(at, withKeys(at).partitionBy(Tuple2::_1, p), order));
    }

    private Dataset<Tuple2<K, V>> withKeys(Site at) {
        return dataset.transform(
                new MapOperator<Tuple2<K, V>, Tuple2<K, V>>(at, pair -> {
                    present(pair._1(), pair);
                    return pair;
                }),
                true);
    }

    private static <K, V> Dataset<Tuple2<K, V>> inOrder(Site at, Dataset<Tuple2<K, V>> pairs, Ordering<K> order) {
        return pairs.transform(new SortOperator<>(at, (a, b) -> order.compare(a._1(), b._1())), true);
    }

    // ---- actions

    @Override
    public Map<K, Long> countByKey() {
        return new LinkedHashMap<>(at(site("countByKey"))
                .mapValues(value -> 1L)
                .reduceByKey(Long::sum)
                .collectAsMap());
    }

    @Override
    public Map<K, V> collectAsMap() {
        Map<K, V> map = new LinkedHashMap<>();
        at(site("collectAsMap")).collect().forEach(pair -> map.put(pair._1(), pair._2()));
        return map;
    }

    @Override
    public List<V> lookup(K key) {
        Site at = site("lookup");
        DatasetPairRdd<K, V> wanted = filteredPairs(at, pair -> Objects.equals(pair._1(), key));
        Optional<Partitioner> placed = dataset.partitioner();
        List<V> values = new ArrayList<>();
        (placed.isPresent()
                        ? wanted.job(at, new ListOperator<>(), new int[] {
                            placed.get().getPartition(key)
                        })
                        : wanted.job(at, new ListOperator<>()))
                .forEach(part -> part.forEach(pair -> values.add(pair._2())));
        return values;
    }
}
