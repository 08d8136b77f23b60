/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.rdd;

import io.acequia.streaming.BatchContext;
import io.acequia.streaming.PairRDD;
import io.acequia.streaming.RDD;
import io.acequia.streaming.data.Partitioner;
import io.acequia.streaming.data.Stats;
import io.acequia.streaming.data.StorageLevel;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.direct.Split;
import io.acequia.streaming.engine.Dataset;
import io.acequia.streaming.engine.JobInfo;
import io.acequia.streaming.engine.Operator;
import io.acequia.streaming.function.FlatMapFunction;
import io.acequia.streaming.function.FlatMapFunction2;
import io.acequia.streaming.function.Function;
import io.acequia.streaming.function.Function2;
import io.acequia.streaming.function.Function3;
import io.acequia.streaming.function.Ordering;
import io.acequia.streaming.function.PairFlatMapFunction;
import io.acequia.streaming.function.PairFunction;
import io.acequia.streaming.function.VoidFunction;
import io.acequia.streaming.function.VoidFunction2;
import io.acequia.streaming.internal.operator.Closures;
import io.acequia.streaming.internal.operator.CountOperator;
import io.acequia.streaming.internal.operator.FilterOperator;
import io.acequia.streaming.internal.operator.FlatMapOperator;
import io.acequia.streaming.internal.operator.FoldOperator;
import io.acequia.streaming.internal.operator.LimitOperator;
import io.acequia.streaming.internal.operator.ListOperator;
import io.acequia.streaming.internal.operator.MapOperator;
import io.acequia.streaming.internal.operator.NumberedPartitioner;
import io.acequia.streaming.internal.operator.OrderedOperator;
import io.acequia.streaming.internal.operator.PairOperator;
import io.acequia.streaming.internal.operator.PartitionOperator;
import io.acequia.streaming.internal.operator.ReduceOperator;
import io.acequia.streaming.internal.operator.ReplicateOperator;
import io.acequia.streaming.internal.operator.SampleOperator;
import io.acequia.streaming.internal.operator.Site;
import io.acequia.streaming.internal.operator.SortOperator;
import io.acequia.streaming.internal.operator.SpreadOperator;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * An RDD of any engine: each operation is a chain of operators over the engine's dataset.
 *
 * <p>The class is long because {@link RDD} is: it holds one short method for each operation of the interface and nothing
 * else, so that a reader finds "what does {@code intersection} do" in one place. Three things are common to all methods.
 *
 * <p><b>Site.</b> An operation is known by where the program wrote it. An RDD that a stream made carries the site of the
 * stream's operator for the next operation ({@link #at}), so that an error names the line of the stream and follows its
 * error policy; any other RDD takes the caller's line.
 *
 * <p><b>Whole partitions.</b> {@code mapPartitions} and {@code zipPartitions} stand on the engine's zip: a function of one
 * partition is paired with an empty side, and so pulls its records instead of waiting for all of them.
 *
 * <p><b>Actions.</b> They run one job (take runs a few) and translate its failure; the per-partition results come in the
 * order of the partitions, so their combination on the driver is reproducible.
 */
public sealed class DatasetRdd<T> implements RDD<T> permits DatasetPairRdd {
    private static final int TREE_DEPTH = 2;

    final Rdds rdds;
    final Dataset<T> dataset;
    final RddScope scope;
    private final @Nullable Site site;
    private final @Nullable List<Split<?>> splits;

    DatasetRdd(Rdds rdds, Dataset<T> dataset, RddScope scope, @Nullable Site site) {
        this(rdds, dataset, scope, site, null);
    }

    DatasetRdd(Rdds rdds, Dataset<T> dataset, RddScope scope, @Nullable Site site, @Nullable List<Split<?>> splits) {
        this.rdds = rdds;
        this.dataset = dataset;
        this.scope = scope;
        this.site = site;
        this.splits = splits;
    }

    /** The RDD as ours. */
    public static <T> DatasetRdd<T> of(RDD<T> rdd) {
        if (Objects.requireNonNull(rdd, "rdd") instanceof DatasetRdd<T> ours) {
            return ours;
        }
        throw new IllegalArgumentException("ACQ-0807 an RDD of "
                + rdd.getClass().getName() + ": only RDDs made by a BatchContext or a stream can be used here");
    }

    /** The same RDD, whose next operation is the one at {@code next}. */
    public DatasetRdd<T> at(Site next) {
        return new DatasetRdd<>(rdds, dataset, scope, next, splits);
    }

    /** The same RDD, whose next operation takes the caller's line. */
    public DatasetRdd<T> plainly() {
        return in(scope);
    }

    /** The same RDD, as part of a batch. */
    public DatasetRdd<T> in(RddScope batch) {
        return new DatasetRdd<>(rdds, dataset, batch, null, splits);
    }

    public Dataset<T> dataset() {
        return dataset;
    }

    public RddScope scope() {
        return scope;
    }

    @Override
    public Optional<List<Split<?>>> splits() {
        return Optional.ofNullable(splits);
    }

    final Site site(String operation) {
        return site != null ? site : Site.of(operation);
    }

    /** A stream has checked its functions when it was defined. */
    final <F> F checked(F function, Site at) {
        return site != null ? function : Closures.check(function, at);
    }

    /** An RDD of the same batch over another dataset. */
    public <U> DatasetRdd<U> over(Dataset<U> other) {
        return plain(other);
    }

    /** A keyed RDD of the same batch over another dataset. */
    public <A, B> DatasetPairRdd<A, B> pairsOver(Dataset<Tuple2<A, B>> other) {
        return pairs(other);
    }

    final <U> DatasetRdd<U> plain(Dataset<U> result) {
        return new DatasetRdd<>(rdds, result, scope, null);
    }

    final <K, V> DatasetPairRdd<K, V> pairs(Dataset<Tuple2<K, V>> result) {
        return new DatasetPairRdd<>(rdds, result, scope, null);
    }

    final <U> DatasetRdd<U> transform(Operator<T, U> operator) {
        return plain(dataset.transform(operator, false));
    }

    // ---- record by record

    @Override
    public <U> RDD<U> map(Function<T, U> f) {
        Site at = site("map");
        return transform(new MapOperator<>(at, checked(f, at)));
    }

    @Override
    public <U> RDD<U> flatMap(FlatMapFunction<T, U> f) {
        Site at = site("flatMap");
        return transform(new FlatMapOperator<>(at, checked(f, at)));
    }

    @Override
    public RDD<T> filter(Function<T, Boolean> f) {
        return plain(filtered(f));
    }

    final Dataset<T> filtered(Function<T, Boolean> f) {
        Site at = site("filter");
        return dataset.transform(new FilterOperator<>(at, checked(f, at)), true);
    }

    @Override
    public <K, V> PairRDD<K, V> mapToPair(PairFunction<T, K, V> f) {
        Site at = site("mapToPair");
        return pairs(dataset.transform(new PairOperator<>(at, checked(f, at)), false));
    }

    @Override
    public <K, V> PairRDD<K, V> flatMapToPair(PairFlatMapFunction<T, K, V> f) {
        Site at = site("flatMapToPair");
        checked(f, at);
        return pairs(dataset.transform(new FlatMapOperator<T, Tuple2<K, V>>(at, f::call), false));
    }

    @Override
    public <K> PairRDD<K, T> keyBy(Function<T, K> f) {
        Site at = site("keyBy");
        checked(f, at);
        return pairs(dataset.transform(
                new PairOperator<T, K, T>(at, record -> new Tuple2<>(f.call(record), record)), false));
    }

    // ---- whole partitions

    @Override
    public <U> RDD<U> mapPartitions(FlatMapFunction<Iterator<T>, U> f) {
        Site at = site("mapPartitions");
        checked(f, at);
        return plain(wholePartitions(at, (index, records, none) -> f.call(records), false));
    }

    @Override
    public <K, V> PairRDD<K, V> mapPartitionsToPair(PairFlatMapFunction<Iterator<T>, K, V> f) {
        Site at = site("mapPartitionsToPair");
        checked(f, at);
        return pairs(wholePartitions(at, (index, records, none) -> f.call(records), false));
    }

    @Override
    public <U> RDD<U> mapPartitionsWithIndex(
            Function2<Integer, Iterator<T>, Iterator<U>> f, boolean preservesPartitioning) {
        Site at = site("mapPartitionsWithIndex");
        checked(f, at);
        return plain(wholePartitions(at, (index, records, none) -> f.call(index, records), preservesPartitioning));
    }

    @Override
    public <U, W> RDD<W> zipPartitions(RDD<U> other, FlatMapFunction2<Iterator<T>, Iterator<U>, W> f) {
        Site at = site("zipPartitions");
        checked(f, at);
        return zipped(at, of(other), (index, ours, theirs) -> f.call(ours, theirs));
    }

    private <U, W> DatasetRdd<W> zipped(
            Site at, DatasetRdd<U> right, Function3<Integer, Iterator<T>, Iterator<U>, Iterator<W>> f) {
        if (getNumPartitions() != right.getNumPartitions()) {
            throw new IllegalArgumentException("ACQ-0808 " + at + " of " + getNumPartitions() + " with "
                    + right.getNumPartitions() + " partitions: both must have the same number");
        }
        return new DatasetRdd<>(
                rdds, dataset.zip(right.dataset, new PartitionOperator<>(at, f), false), scope.and(right.scope), null);
    }

    @Override
    public <U> PairRDD<T, U> zip(RDD<U> o) {
        DatasetRdd<Tuple2<T, U>> both = zipped(site("zip"), of(o), SideBySide::new);
        return new DatasetPairRdd<>(rdds, both.dataset, both.scope, null);
    }

    @Override
    public PairRDD<T, Long> zipWithIndex() {
        Site at = site("zipWithIndex");
        long[] firsts = new long[getNumPartitions()];
        if (firsts.length > 1) {
            int[] allButLast = IntStream.range(0, firsts.length - 1).toArray();
            List<Long> sizes = job(at, new CountOperator<>(), allButLast);
            for (int i = 1; i < firsts.length; i++) {
                firsts[i] = firsts[i - 1] + sizes.get(i - 1);
            }
        }
        return pairs(wholePartitions(at, (index, records, none) -> new Numbered<>(records, firsts[index]), false));
    }

    private <U> Dataset<U> wholePartitions(
            Site at, Function3<Integer, Iterator<T>, Iterator<Object>, Iterator<U>> f, boolean keeps) {
        Dataset<Object> nothing = rdds.engine().parallelize(List.of(), getNumPartitions());
        return dataset.zip(nothing, new PartitionOperator<>(at, f), keeps);
    }

    @Override
    public RDD<List<T>> glom() {
        return transform(new ListOperator<>());
    }

    // ---- sets

    @Override
    public RDD<T> distinct() {
        return distinct(rdds.defaultParallelism());
    }

    @Override
    public RDD<T> distinct(int n) {
        return plain(distinctRecords(n));
    }

    final Dataset<T> distinctRecords(int n) {
        Site at = site("distinct");
        return DatasetPairRdd.keysOf(
                of(asKeys(at).at(at).reduceByKey((a, b) -> a, n)).dataset(), at);
    }

    @Override
    public RDD<T> intersection(RDD<T> o) {
        return plain(intersected(o));
    }

    final Dataset<T> intersected(RDD<T> o) {
        return chosen(site("intersection"), o, groups -> hasAny(groups._1()) && hasAny(groups._2()), true);
    }

    @Override
    public RDD<T> subtract(RDD<T> o) {
        return plain(subtracted(o));
    }

    final Dataset<T> subtracted(RDD<T> o) {
        return chosen(site("subtract"), o, groups -> !hasAny(groups._2()), false);
    }

    private Dataset<T> chosen(
            Site at,
            RDD<T> other,
            Function<Tuple2<Iterable<Boolean>, Iterable<Boolean>>, Boolean> wanted,
            boolean once) {
        DatasetPairRdd<T, Tuple2<Iterable<Boolean>, Iterable<Boolean>>> groups =
                asKeys(at).at(at).cogroup(of(other).asKeys(at));
        return groups.dataset()
                .transform(new FilterOperator<>(at, pair -> wanted.call(pair._2())), true)
                .transform(
                        new FlatMapOperator<>(
                                at,
                                pair -> once
                                        ? Collections.singleton(pair._1()).iterator()
                                        : repeated(pair._1(), pair._2()._1())),
                        false);
    }

    private static boolean hasAny(Iterable<?> values) {
        return values.iterator().hasNext();
    }

    private static <T> Iterator<T> repeated(T record, Iterable<?> times) {
        List<T> records = new ArrayList<>();
        times.forEach(each -> records.add(record));
        return records.iterator();
    }

    final DatasetPairRdd<T, Boolean> asKeys(Site at) {
        return pairs(
                dataset.transform(new PairOperator<T, T, Boolean>(at, record -> new Tuple2<>(record, true)), false));
    }

    @Override
    public RDD<T> union(RDD<T> o) {
        return rdds.union(List.of(this, o));
    }

    @Override
    public <U> PairRDD<T, U> cartesian(RDD<U> o) {
        Site at = site("cartesian");
        DatasetRdd<U> right = of(o);
        int rows = getNumPartitions();
        int columns = right.getNumPartitions();
        NumberedPartitioner cells = new NumberedPartitioner(Math.max(1, rows * columns));
        Dataset<Tuple2<Integer, T>> ours = dataset.transform(new ReplicateOperator<T>(columns, 1, columns), false)
                .partitionBy(Tuple2::_1, cells);
        Dataset<Tuple2<Integer, U>> theirs = right.dataset
                .transform(new ReplicateOperator<U>(1, columns, rows), false)
                .partitionBy(Tuple2::_1, cells);
        return new DatasetPairRdd<>(
                rdds,
                ours.zip(
                        theirs,
                        new PartitionOperator<>(at, (index, lefts, rights) -> new Product<>(lefts, rights)),
                        false),
                scope.and(right.scope),
                null);
    }

    @Override
    public RDD<T> sample(boolean replace, double fraction, long seed) {
        return plain(sampled(replace, fraction, seed));
    }

    final Dataset<T> sampled(boolean replace, double fraction, long seed) {
        if (!(fraction >= 0) || (!replace && fraction > 1)) {
            throw new IllegalArgumentException("ACQ-0809 sample of fraction " + fraction + ": must be at least 0"
                    + (replace ? "" : " and, without replacement, at most 1"));
        }
        return dataset.transform(new SampleOperator<>(replace, fraction, seed), true);
    }

    // ---- order and placement

    @Override
    public <C extends Comparable<? super C>> RDD<T> sortBy(Function<T, C> key, boolean ascending, int n) {
        Site at = site("sortBy");
        Ordering<C> natural = Ordering.natural();
        return sorted(at, key, ascending ? natural : natural.reverse(), n);
    }

    @Override
    public <C> RDD<T> sortBy(Function<T, C> key, Ordering<C> order, int n) {
        Site at = site("sortBy");
        return sorted(at, key, checked(order, at), n);
    }

    private <C> RDD<T> sorted(Site at, Function<T, C> key, Ordering<C> order, int n) {
        checked(key, at);
        mustBePositive("sortBy", n);
        Dataset<Tuple2<C, T>> keyed = dataset.transform(
                new PairOperator<T, C, T>(at, record -> new Tuple2<>(present(key.call(record), record), record)),
                false);
        Partitioner ranges = RangeBounds.of(pairs(keyed), order, n);
        Ordering<Tuple2<C, T>> byKey = (a, b) -> order.compare(a._1(), b._1());
        return plain(keyed.partitionBy(Tuple2::_1, ranges)
                .transform(new SortOperator<>(at, byKey), true)
                .transform(new MapOperator<Tuple2<C, T>, T>(at, Tuple2::_2), false));
    }

    static <C> C present(@Nullable C key, Object record) {
        if (key == null) {
            throw new NullPointerException("ACQ-0819 the key of " + record + " is null: null has no place in an order");
        }
        return key;
    }

    @Override
    public <K> PairRDD<K, Iterable<T>> groupBy(Function<T, K> f) {
        Site at = site("groupBy");
        checked(f, at);
        Dataset<Tuple2<K, T>> keyed =
                dataset.transform(new PairOperator<T, K, T>(at, record -> new Tuple2<>(f.call(record), record)), false);
        return pairs(keyed).at(at).groupByKey();
    }

    @Override
    public RDD<T> coalesce(int n) {
        return plain(coalesced(n));
    }

    @Override
    public RDD<T> coalesce(int n, boolean shuffle) {
        return shuffle ? repartition(n) : coalesce(n);
    }

    final Dataset<T> coalesced(int n) {
        mustBePositive("coalesce", n);
        return n >= getNumPartitions() ? dataset : dataset.coalesce(n);
    }

    @Override
    public RDD<T> repartition(int n) {
        return plain(spread(n));
    }

    final Dataset<T> spread(int n) {
        mustBePositive("repartition", n);
        Site at = site("repartition");
        return dataset.transform(new SpreadOperator<T>(n), false)
                .partitionBy(Tuple2::_1, new NumberedPartitioner(n))
                .transform(new MapOperator<Tuple2<Integer, T>, T>(at, Tuple2::_2), false);
    }

    /** Refuses a number of partitions or files below 1. */
    public static void mustBePositive(String operation, int n) {
        if (n < 1) {
            throw new IllegalArgumentException(
                    "ACQ-0810 " + operation + " into " + n + " partitions: must be at least 1");
        }
    }

    // ---- a whole RDD as one record, lazily

    /** One record, all of them combined; none when there is none. */
    public DatasetRdd<T> reducedToOne(Function2<T, T, T> f) {
        Site at = site("reduce");
        ReduceOperator<T> reduce = new ReduceOperator<>(at, checked(f, at));
        return plain(inOnePartition(dataset.transform(reduce, false)).transform(reduce, false));
    }

    /** One record: how many there are, also 0. */
    public DatasetRdd<Long> counted() {
        return plain(inOnePartition(dataset.transform(new CountOperator<>(), false))
                .transform(new FoldOperator<Long, Long>(site("count"), () -> 0L, Long::sum), false));
    }

    /** How often each record occurs. */
    public PairRDD<T, Long> countedByValue(int n) {
        Site at = site("countByValue");
        return pairs(dataset.transform(new PairOperator<T, T, Long>(at, record -> new Tuple2<>(record, 1L)), false))
                .at(at)
                .reduceByKey(Long::sum, n);
    }

    private static <U> Dataset<U> inOnePartition(Dataset<U> dataset) {
        return dataset.partitionBy(record -> 0, new NumberedPartitioner(1));
    }

    // ---- keeping

    @Override
    public RDD<T> cache() {
        return persist(StorageLevel.MEMORY_ONLY);
    }

    @Override
    public RDD<T> persist(StorageLevel level) {
        dataset.persist(level);
        return this;
    }

    /** Another RDD of the same records, which is kept and released by itself. */
    public DatasetRdd<T> sameRecords() {
        return same(dataset.transform((task, down) -> down, true));
    }

    /** Computes the RDD now and keeps it; how it was computed is forgotten. The result takes its place. */
    public DatasetRdd<T> settled(Site at, StorageLevel level) {
        try {
            return same(dataset.settle(level, scope.job(at)));
        } catch (Exception e) {
            throw Rdds.failure(at.operator(), e);
        }
    }

    /** The records of this one and then those of the others, as an RDD of this kind. */
    public DatasetRdd<T> with(List<DatasetRdd<T>> others) {
        List<Dataset<T>> datasets = new ArrayList<>();
        others.forEach(other -> datasets.add(other.dataset));
        return same(dataset.union(datasets));
    }

    /** An RDD of this kind over another dataset. */
    DatasetRdd<T> same(Dataset<T> other) {
        return new DatasetRdd<>(rdds, other, scope, null);
    }

    @Override
    public RDD<T> unpersist() {
        dataset.unpersist();
        return this;
    }

    @Override
    public void checkpoint() {
        dataset.checkpoint(rdds.checkpointPlace("rdd-" + UUID.randomUUID()));
    }

    // ---- actions

    /** One result for each partition, in order. */
    public final <A> List<A> job(Site action, Operator<T, A> operator) {
        return job(action, operator, IntStream.range(0, getNumPartitions()).toArray());
    }

    final <A> List<A> job(Site action, Operator<T, A> operator, int[] partitions) {
        return job(scope.job(action), operator, partitions);
    }

    private <A> List<A> job(JobInfo job, Operator<T, A> operator, int[] partitions) {
        try {
            return dataset.run(operator, partitions, job);
        } catch (Exception e) {
            throw Rdds.failure(job.output() + " at " + job.callSite(), e);
        }
    }

    @Override
    public List<T> collect() {
        List<T> all = new ArrayList<>();
        job(site("collect"), new ListOperator<>()).forEach(all::addAll);
        return all;
    }

    @Override
    public List<T> take(int n) {
        Site at = site("take");
        if (n < 0) {
            throw new IllegalArgumentException("ACQ-0811 take of " + n + " records: must not be negative");
        }
        List<T> taken = new ArrayList<>();
        int total = getNumPartitions();
        int next = 0;
        for (int width = 1; taken.size() < n && next < total; width *= 4) {
            int[] round = IntStream.range(next, Math.min(total, next + width)).toArray();
            Operator<T, List<T>> firstOnes = new LimitOperator<T>(n - taken.size()).andThen(new ListOperator<>());
            for (List<T> part : job(scope.partial(at), firstOnes, round)) {
                taken.addAll(part.subList(0, Math.min(part.size(), n - taken.size())));
            }
            next += round.length;
        }
        return taken;
    }

    @Override
    public List<T> takeSample(boolean replace, int n, long seed) {
        Site at = site("takeSample");
        if (n < 0) {
            throw new IllegalArgumentException("ACQ-0825 takeSample of " + n + " records: must not be negative");
        }
        return replace ? drawnAgain(at, n, seed) : drawnOnce(at, n, seed);
    }

    private List<T> drawnOnce(Site at, int n, long seed) {
        Dataset<Tuple2<Long, T>> tickets =
                wholePartitions(at, (index, records, none) -> Draws.tickets(index, records, seed), false);
        List<Tuple2<Long, T>> winners = plain(tickets).ordered(at, n, (a, b) -> a._1().compareTo(b._1()));
        return winners.stream().map(Tuple2::_2).collect(Collectors.toCollection(ArrayList::new));
    }

    private List<T> drawnAgain(Site at, int n, long seed) {
        List<Long> sizes = job(at, new CountOperator<>());
        if (n == 0 || sizes.stream().allMatch(size -> size == 0)) {
            return new ArrayList<>();
        }
        Draws.Places places = new Draws.Places(sizes, n, seed);
        Dataset<Tuple2<Integer, T>> found =
                wholePartitions(at, (index, records, none) -> places.of(index, records), false);
        List<T> sample = new ArrayList<>(Collections.nCopies(n, null));
        plain(found)
                .job(at, new ListOperator<>())
                .forEach(part -> part.forEach(each -> sample.set(each._1(), each._2())));
        return sample;
    }

    @Override
    public T first() {
        List<T> one = take(1);
        if (one.isEmpty()) {
            throw new NoSuchElementException("ACQ-0812 first of an RDD without records: ask isEmpty first");
        }
        return one.get(0);
    }

    @Override
    public List<T> top(int n, Ordering<T> o) {
        return ordered(site("top"), n, o.reverse());
    }

    @Override
    public List<T> top(int n) {
        return ordered(site("top"), n, DatasetRdd.<T>naturalOrder().reverse());
    }

    @Override
    public List<T> takeOrdered(int n, Ordering<T> o) {
        return ordered(site("takeOrdered"), n, o);
    }

    @Override
    public List<T> takeOrdered(int n) {
        return ordered(site("takeOrdered"), n, naturalOrder());
    }

    private List<T> ordered(Site at, int n, Ordering<T> order) {
        if (n < 0) {
            throw new IllegalArgumentException("ACQ-0813 " + at + " of " + n + " records: must not be negative");
        }
        List<T> all = new ArrayList<>();
        job(at, new OrderedOperator<>(at, n, checked(order, at))).forEach(all::addAll);
        all.sort(order);
        return new ArrayList<>(all.subList(0, Math.min(n, all.size())));
    }

    @SuppressWarnings("unchecked")
    static <T> Ordering<T> naturalOrder() {
        return (a, b) -> ((Comparable<T>) a).compareTo(b);
    }

    @Override
    public long count() {
        return job(site("count"), new CountOperator<>()).stream()
                .mapToLong(Long::longValue)
                .sum();
    }

    @Override
    public Map<T, Long> countByValue() {
        Map<T, Long> counts = new LinkedHashMap<>();
        job(
                        site("countByValue"),
                        new FoldOperator<T, Map<T, Long>>(site("countByValue"), LinkedHashMap::new, (map, record) -> {
                            map.merge(record, 1L, Long::sum);
                            return map;
                        }))
                .forEach(part -> part.forEach((record, n) -> counts.merge(record, n, Long::sum)));
        return counts;
    }

    @Override
    public T reduce(Function2<T, T, T> f) {
        Site at = site("reduce");
        return reduced(at, checked(f, at));
    }

    private T reduced(Site at, Function2<T, T, T> f) {
        List<T> parts = new ArrayList<>();
        job(at, new ReduceOperator<>(at, f).andThen(new ListOperator<>())).forEach(parts::addAll);
        if (parts.isEmpty()) {
            throw new NoSuchElementException(
                    "ACQ-0814 " + at.operator() + " of an RDD without records: ask isEmpty first, or use fold");
        }
        T reduced = parts.get(0);
        for (T part : parts.subList(1, parts.size())) {
            reduced = combine(at, f, reduced, part);
        }
        return reduced;
    }

    @Override
    public T fold(T zero, Function2<T, T, T> f) {
        return aggregate(zero, f, f);
    }

    @Override
    public <U> U aggregate(U zero, Function2<U, T, U> seq, Function2<U, U, U> comb) {
        Site at = site("aggregate");
        Zero<U> fresh = Zero.of(zero);
        U folded = zero(at, fresh);
        for (U part : job(at, new FoldOperator<>(at, fresh, checked(seq, at)))) {
            folded = combine(at, comb, folded, part);
        }
        return folded;
    }

    @Override
    public T treeReduce(Function2<T, T, T> f) {
        return treeReduce(f, TREE_DEPTH);
    }

    @Override
    public T treeReduce(Function2<T, T, T> f, int depth) {
        Site at = site("treeReduce");
        checked(f, at);
        return combinedByLevels(at, dataset.transform(new ReduceOperator<>(at, f), false), f, depth)
                .reduced(at, f);
    }

    @Override
    public <U> U treeAggregate(U zero, Function2<U, T, U> seq, Function2<U, U, U> comb) {
        return treeAggregate(zero, seq, comb, TREE_DEPTH);
    }

    @Override
    public <U> U treeAggregate(U zero, Function2<U, T, U> seq, Function2<U, U, U> comb, int depth) {
        Site at = site("treeAggregate");
        Zero<U> fresh = Zero.of(zero);
        FoldOperator<T, U> fold = new FoldOperator<>(at, fresh, checked(seq, at));
        DatasetRdd<U> parts = combinedByLevels(at, dataset.transform(fold, false), checked(comb, at), depth);
        U folded = zero(at, fresh);
        for (U part : parts.job(at, new ReduceOperator<>(at, comb).andThen(new ListOperator<>())).stream()
                .flatMap(List::stream)
                .toList()) {
            folded = combine(at, comb, folded, part);
        }
        return folded;
    }

    /** Neighbours are combined, level by level, until few enough are left for the driver. */
    private <U> DatasetRdd<U> combinedByLevels(Site at, Dataset<U> parts, Function2<U, U, U> comb, int depth) {
        if (depth < 1) {
            throw new IllegalArgumentException("ACQ-0824 " + at + " over " + depth + " levels: must be at least 1");
        }
        DatasetRdd<U> level = plain(parts);
        int scale = (int) Math.max(2, Math.ceil(Math.pow(level.getNumPartitions(), 1.0 / depth)));
        while (level.getNumPartitions() > scale + level.getNumPartitions() / scale) {
            int before = level.getNumPartitions();
            int targets = before / scale;
            level = plain(level.<Tuple2<Integer, U>>wholePartitions(
                            at, (index, records, none) -> placed(target(index, targets, before), records), false)
                    .partitionBy(Tuple2::_1, new NumberedPartitioner(targets))
                    .transform(new MapOperator<Tuple2<Integer, U>, U>(at, Tuple2::_2), false)
                    .transform(new ReduceOperator<>(at, comb), false));
        }
        return level;
    }

    /** The target of a partition, of so many targets for the partitions there are before. */
    static int target(int index, int targets, int before) {
        return (int) ((long) index * targets / before);
    }

    private static <U> Iterator<Tuple2<Integer, U>> placed(int target, Iterator<U> records) {
        List<Tuple2<Integer, U>> placed = new ArrayList<>(1);
        records.forEachRemaining(record -> placed.add(new Tuple2<>(target, record)));
        return placed.iterator();
    }

    @Override
    public <N extends Number> Stats stats(Function<T, N> number) {
        Site at = site("stats");
        checked(number, at);
        Moments all = new Moments();
        job(
                        at,
                        new FoldOperator<T, Moments>(
                                at,
                                Moments::new,
                                (moments, record) ->
                                        moments.add(number.call(record).doubleValue())))
                .forEach(all::add);
        return all.stats();
    }

    private static <U> U zero(Site at, Zero<U> fresh) {
        try {
            return fresh.call();
        } catch (Exception e) {
            throw Rdds.failure(at.toString(), e);
        }
    }

    private static <U> U combine(Site at, Function2<U, U, U> f, U a, U b) {
        try {
            return f.call(a, b);
        } catch (Exception e) {
            throw Rdds.failure(at.toString(), e);
        }
    }

    @Override
    public T max(Ordering<T> o) {
        return best("max", o.reverse());
    }

    @Override
    public T min(Ordering<T> o) {
        return best("min", o);
    }

    private T best(String name, Ordering<T> order) {
        List<T> one = ordered(site(name), 1, order);
        if (one.isEmpty()) {
            throw new NoSuchElementException("ACQ-0815 " + name + " of an RDD without records: ask isEmpty first");
        }
        return one.get(0);
    }

    @Override
    public void foreach(VoidFunction<T> f) {
        Site at = site("foreach");
        checked(f, at);
        job(
                at,
                new MapOperator<T, Boolean>(at, record -> {
                            f.call(record);
                            return true;
                        })
                        .andThen(new CountOperator<>()));
    }

    @Override
    public void foreachPartition(VoidFunction<Iterator<T>> f) {
        Site at = site("foreachPartition");
        checked(f, at);
        eachPartition(at, (index, records) -> f.call(records));
    }

    @Override
    public void foreachPartitionWithIndex(VoidFunction2<Integer, Iterator<T>> f) {
        Site at = site("foreachPartitionWithIndex");
        eachPartition(at, checked(f, at));
    }

    private void eachPartition(Site at, VoidFunction2<Integer, Iterator<T>> f) {
        Dataset<Object> none = wholePartitions(
                at,
                (index, records, nothing) -> {
                    f.call(index, records);
                    return Collections.emptyIterator();
                },
                false);
        plain(none).job(at, new CountOperator<>());
    }

    @Override
    public boolean isEmpty() {
        return take(1).isEmpty();
    }

    @Override
    public Iterator<T> toLocalIterator() {
        Site at = site("toLocalIterator");
        return IntStream.range(0, getNumPartitions())
                .boxed()
                .flatMap(partition -> job(at, new ListOperator<T>(), new int[] {partition}).get(0).stream())
                .iterator();
    }

    @Override
    public void saveAsTextFile(String path) {
        saveAsTextFile(path, Compression.NONE);
    }

    @Override
    public void saveAsTextFile(String path, Compression compression) {
        TextDirectory.write(
                this,
                site("saveAsTextFile"),
                Objects.requireNonNull(path, "path"),
                Objects.requireNonNull(compression, "compression"));
    }

    @Override
    public int getNumPartitions() {
        return dataset.partitionCount();
    }

    @Override
    public BatchContext context() {
        return rdds.context();
    }

    @Override
    public <E> E unwrap(Class<E> type) {
        return dataset.unwrap(type);
    }
}
