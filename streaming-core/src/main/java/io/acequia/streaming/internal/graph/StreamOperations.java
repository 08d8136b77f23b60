/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.graph;

import io.acequia.streaming.BatchSink;
import io.acequia.streaming.DStream;
import io.acequia.streaming.DStreamLike;
import io.acequia.streaming.ErrorPolicy;
import io.acequia.streaming.Output;
import io.acequia.streaming.PairDStream;
import io.acequia.streaming.PairRDD;
import io.acequia.streaming.RDD;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.StreamingException;
import io.acequia.streaming.data.Partitioner;
import io.acequia.streaming.data.StorageLevel;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.function.FlatMapFunction;
import io.acequia.streaming.function.Function;
import io.acequia.streaming.function.Function2;
import io.acequia.streaming.function.Function3;
import io.acequia.streaming.function.PairFlatMapFunction;
import io.acequia.streaming.function.PairFunction;
import io.acequia.streaming.function.VoidFunction;
import io.acequia.streaming.function.VoidFunction2;
import io.acequia.streaming.internal.operator.Closures;
import io.acequia.streaming.internal.operator.SinkOperator;
import io.acequia.streaming.internal.operator.Site;
import io.acequia.streaming.internal.rdd.DatasetRdd;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * The operations that plain and keyed streams share.
 *
 * <p>An operation on a stream is the same operation on the RDD of each batch, so nearly every method is one line: it takes a
 * site (name and place in the program), checks that the function could travel, and adds a node whose step calls the method of
 * the same name on the parent's RDD. The step runs on the thread that runs batches; what it returns is lazy as any RDD.
 *
 * <p>Functions that run on the driver ({@code transform}, {@code foreachRDD}) are not checked for travelling: they may use
 * RDDs and connections of the driver.
 */
abstract class StreamOperations<T, S extends DStreamLike<T, S, R>, R extends RDD<T>> implements DStreamLike<T, S, R> {
    private static final int PRINTED = 10;

    final StreamNode node;

    StreamOperations(StreamNode node) {
        this.node = node;
    }

    abstract S self();

    /** A stream of this kind over another node. */
    abstract S same(StreamNode node);

    /** What is done with the RDD of a batch. */
    @FunctionalInterface
    interface RddStep<T> {
        Object apply(DatasetRdd<T> rdd) throws Exception;
    }

    /** A node whose RDDs are made from those of this stream by {@code step}. */
    final StreamNode derive(String operation, Object function, RddStep<T> step) {
        Site site = Site.of(operation);
        Closures.check(function, site);
        return derive(site, step);
    }

    @SuppressWarnings("unchecked")
    final StreamNode derive(Site site, RddStep<T> step) {
        return node.graph().derive(site, List.of(node), (rdds, time) -> step.apply((DatasetRdd<T>) rdds.get(0)));
    }

    final StreamNode derive(String operation, RddStep<T> step) {
        return derive(Site.of(operation), step);
    }

    static StreamNode nodeOf(DStreamLike<?, ?, ?> stream) {
        if (stream instanceof StreamOperations<?, ?, ?> ours) {
            return ours.node;
        }
        throw new IllegalArgumentException("ACQ-0920 a stream of "
                + stream.getClass().getName() + ": only streams made by a StreamingContext can be used here");
    }

    @SuppressWarnings("unchecked")
    private R typed(DatasetRdd<?> rdd) {
        return (R) rdd;
    }

    // ---- settings

    @Override
    public S uid(String uid) {
        node.uid(uid);
        return self();
    }

    @Override
    public S name(String display) {
        node.name(display);
        return self();
    }

    @Override
    public final S onError(ErrorPolicy policy) {
        node.onError(policy);
        return self();
    }

    @Override
    public final S cache() {
        return persist();
    }

    @Override
    public final S persist() {
        return persist(StorageLevel.MEMORY_ONLY);
    }

    @Override
    public final S persist(StorageLevel level) {
        node.persist(level);
        return self();
    }

    @Override
    public final S checkpoint(Duration interval) {
        node.checkpoint(interval);
        return self();
    }

    // ---- record by record, and by partition

    @Override
    public final S filter(Function<T, Boolean> f) {
        return same(derive("filter", f, rdd -> rdd.filter(f)));
    }

    @Override
    public final <U> DStream<U> map(Function<T, U> f) {
        return new PlainStream<>(derive("map", f, rdd -> rdd.map(f)));
    }

    @Override
    public final <K2, V2> PairDStream<K2, V2> mapToPair(PairFunction<T, K2, V2> f) {
        return new PairStream<>(derive("mapToPair", f, rdd -> rdd.mapToPair(f)));
    }

    @Override
    public final <U> DStream<U> flatMap(FlatMapFunction<T, U> f) {
        return new PlainStream<>(derive("flatMap", f, rdd -> rdd.flatMap(f)));
    }

    @Override
    public final <K2, V2> PairDStream<K2, V2> flatMapToPair(PairFlatMapFunction<T, K2, V2> f) {
        return new PairStream<>(derive("flatMapToPair", f, rdd -> rdd.flatMapToPair(f)));
    }

    @Override
    public final <U> DStream<U> mapPartitions(FlatMapFunction<Iterator<T>, U> f) {
        return new PlainStream<>(derive("mapPartitions", f, rdd -> rdd.mapPartitions(f)));
    }

    @Override
    public final <K2, V2> PairDStream<K2, V2> mapPartitionsToPair(PairFlatMapFunction<Iterator<T>, K2, V2> f) {
        return new PairStream<>(derive("mapPartitionsToPair", f, rdd -> rdd.mapPartitionsToPair(f)));
    }

    @Override
    public final <K2> PairDStream<K2, T> keyBy(Function<T, K2> key) {
        return new PairStream<>(derive("keyBy", key, rdd -> rdd.keyBy(key)));
    }

    @Override
    public final DStream<List<T>> glom() {
        return new PlainStream<>(derive("glom", rdd -> rdd.glom()));
    }

    @Override
    public final S repartition(int n) {
        DatasetRdd.mustBePositive("repartition", n);
        return same(derive("repartition", rdd -> rdd.repartition(n)));
    }

    @Override
    public final S union(S other) {
        return unionOf("union", List.of(self(), other));
    }

    /** The records of all of them. */
    static <S extends DStreamLike<?, S, ?>> S unionOf(String operation, List<? extends S> streams) {
        Site site = Site.of(operation);
        if (streams.isEmpty()) {
            throw new IllegalArgumentException("ACQ-0921 " + site + " of no stream: give at least one");
        }
        List<StreamNode> parents = new ArrayList<>();
        streams.forEach(stream -> parents.add(nodeOf(stream)));
        StreamNode union = parents.get(0).graph().derive(site, parents, (rdds, time) -> allOf(rdds));
        return sameAs(streams.get(0), union);
    }

    /** In halves: one after the other would nest as deep as there are streams, and what is serialized nests as deep on the stack. */
    @SuppressWarnings({"unchecked", "rawtypes"}) // the streams are of one type, so their RDDs are
    private static RDD allOf(List<DatasetRdd<?>> rdds) {
        if (rdds.size() == 1) {
            return rdds.get(0);
        }
        int half = rdds.size() / 2;
        return allOf(rdds.subList(0, half)).union(allOf(rdds.subList(half, rdds.size())));
    }

    @SuppressWarnings("unchecked")
    private static <S extends DStreamLike<?, S, ?>> S sameAs(S stream, StreamNode node) {
        return (S) ((StreamOperations<?, ?, ?>) stream).same(node);
    }

    // ---- a batch as a whole

    @Override
    public final DStream<T> reduce(Function2<T, T, T> f) {
        return new PlainStream<>(derive("reduce", f, rdd -> rdd.reducedToOne(f)));
    }

    @Override
    public final DStream<Long> count() {
        return new PlainStream<>(derive("count", rdd -> rdd.counted()));
    }

    @Override
    public final PairDStream<T, Long> countByValue() {
        return countByValue(node.graph().rdds().defaultParallelism());
    }

    @Override
    public final PairDStream<T, Long> countByValue(int numPartitions) {
        DatasetRdd.mustBePositive("countByValue", numPartitions);
        return new PairStream<>(derive("countByValue", rdd -> rdd.countedByValue(numPartitions)));
    }

    // ---- windows

    @Override
    public final S window(Duration length) {
        return window(length, node.slide());
    }

    @Override
    public final S window(Duration length, Duration slide) {
        return same(Windows.window(node, length, slide));
    }

    @Override
    public final DStream<Long> countByWindow(Duration length, Duration slide) {
        Site site = Site.of("countByWindow");
        Windows.mustFit(site, node, length, slide);
        PlainStream<Long> counts = new PlainStream<>(derive(site, rdd -> rdd.counted()));
        return AsOne.of(counts, site).inverted(Long::sum, (sum, left) -> sum - left, length, slide);
    }

    @Override
    public final DStream<T> reduceByWindow(Function2<T, T, T> f, Duration length, Duration slide) {
        Site site = Site.of("reduceByWindow");
        Windows.mustFit(site, node, length, slide);
        Closures.check(f, site);
        return AsOne.of(this, site).reduced(f, length, slide);
    }

    @Override
    public final DStream<T> reduceByWindow(
            Function2<T, T, T> f, Function2<T, T, T> inverse, Duration length, Duration slide) {
        Site site = Site.of("reduceByWindow");
        Windows.mustFit(site, node, length, slide);
        Closures.check(f, site);
        Closures.check(inverse, site);
        return AsOne.of(this, site).inverted(f, inverse, length, slide);
    }

    @Override
    public final PairDStream<T, Long> countByValueAndWindow(Duration length, Duration slide) {
        return countByValueAndWindow(length, slide, node.graph().rdds().defaultParallelism());
    }

    @Override
    public final PairDStream<T, Long> countByValueAndWindow(Duration length, Duration slide, int numPartitions) {
        Site site = Site.of("countByValueAndWindow");
        DatasetRdd.mustBePositive("countByValueAndWindow", numPartitions);
        Windows.mustFit(site, node, length, slide);
        PairStream<T, Long> ones =
                new PairStream<>(derive(site, rdd -> rdd.mapToPair(record -> new Tuple2<>(record, 1L))));
        return new PairStream<>(Windows.inverted(
                ones,
                site,
                Long::sum,
                (count, left) -> count - left,
                length,
                slide,
                Partitioner.hash(numPartitions),
                pair -> pair._2() != 0));
    }

    // ---- functions of RDDs

    @Override
    public final <U> DStream<U> transform(Function<R, RDD<U>> f) {
        return new PlainStream<>(timed("transform", f, (rdd, time) -> f.call(rdd)));
    }

    @Override
    public final <U> DStream<U> transform(Function2<R, Time, RDD<U>> f) {
        return new PlainStream<>(timed("transform", f, (rdd, time) -> f.call(rdd, time)));
    }

    @Override
    public final <K2, V2> PairDStream<K2, V2> transformToPair(Function<R, PairRDD<K2, V2>> f) {
        return new PairStream<>(timed("transformToPair", f, (rdd, time) -> f.call(rdd)));
    }

    @Override
    public final <K2, V2> PairDStream<K2, V2> transformToPair(Function2<R, Time, PairRDD<K2, V2>> f) {
        return new PairStream<>(timed("transformToPair", f, (rdd, time) -> f.call(rdd, time)));
    }

    private StreamNode timed(String operation, Object function, Function2<R, Time, Object> f) {
        Site site = Site.of(operation);
        Closures.present(function, site);
        return node.graph()
                .derive(
                        site,
                        List.of(node),
                        (rdds, time) -> f.call(typed(rdds.get(0).plainly()), time));
    }

    @Override
    public final <U, Q extends RDD<U>, W> DStream<W> transformWith(
            DStreamLike<U, ?, Q> other, Function3<R, Q, Time, RDD<W>> f) {
        return new PlainStream<>(both("transformWith", other, f, (ours, theirs, time) -> f.call(ours, theirs, time)));
    }

    @Override
    public final <U, Q extends RDD<U>, K2, V2> PairDStream<K2, V2> transformWithToPair(
            DStreamLike<U, ?, Q> other, Function3<R, Q, Time, PairRDD<K2, V2>> f) {
        return new PairStream<>(
                both("transformWithToPair", other, f, (ours, theirs, time) -> f.call(ours, theirs, time)));
    }

    @SuppressWarnings("unchecked")
    private <U, Q extends RDD<U>> StreamNode both(
            String operation, DStreamLike<U, ?, Q> other, Object function, Function3<R, Q, Time, Object> f) {
        Site site = Site.of(operation);
        Closures.present(function, site);
        return node.graph()
                .derive(
                        site,
                        List.of(node, nodeOf(other)),
                        (rdds, time) -> f.call(
                                typed(rdds.get(0).plainly()), (Q) rdds.get(1).plainly(), time));
    }

    @Override
    public final List<R> slice(Time from, Time to) {
        if (to.compareTo(from) < 0) {
            throw new IllegalArgumentException("ACQ-0922 slice from " + from + " to " + to + ": ends before it begins");
        }
        List<R> slice = new ArrayList<>();
        for (Time t : node.graph().timesOf(node, from, to)) {
            slice.add(compute(t));
        }
        return slice;
    }

    @Override
    public final R compute(Time t) {
        return typed(node.graph().rddOf(node, t));
    }

    // ---- outputs

    @Override
    public final Output print() {
        return print(PRINTED);
    }

    @Override
    public final Output print(int n) {
        if (n < 1) {
            throw new IllegalArgumentException("ACQ-0923 print(" + n + "): must be at least 1");
        }
        return output(Site.of("print"), (rdd, time) -> PrintedBatch.print(rdd, time, n));
    }

    @Override
    public final Output foreachRDD(VoidFunction<R> f) {
        Site site = Site.of("foreachRDD");
        Closures.present(f, site);
        return output(site, (rdd, time) -> f.call(typed(rdd)));
    }

    @Override
    public final Output foreachRDD(VoidFunction2<R, Time> f) {
        Site site = Site.of("foreachRDD");
        Closures.present(f, site);
        return output(site, (rdd, time) -> f.call(typed(rdd), time));
    }

    @Override
    public final Output foreachPartition(String uid, VoidFunction2<Output.Key, Iterator<T>> f) {
        Site site = Site.of("foreachPartition");
        Closures.check(f, site);
        return output(site, (rdd, time) -> records(rdd.at(site))
                        .foreachPartitionWithIndex(
                                (index, rows) -> f.call(new Output.Key(time, site.uid(), index), rows)))
                .uid(uid);
    }

    @Override
    public final Output writeTo(BatchSink<T> sink) {
        Site site = Site.of("writeTo");
        Closures.check(sink, site);
        return output(site, (rdd, time) -> records(rdd).job(site, new SinkOperator<>(site, time, sink)));
    }

    @Override
    public final Output saveAsTextFiles(String prefix) {
        return saveAsTextFiles(prefix, "");
    }

    @Override
    public final Output saveAsTextFiles(String prefix, String suffix) {
        return saveAsTextFiles(prefix, suffix, Integer.MAX_VALUE);
    }

    @Override
    public final Output saveAsTextFiles(String prefix, String suffix, int numFiles) {
        DatasetRdd.mustBePositive("saveAsTextFiles", numFiles);
        String ending = suffix.isEmpty() ? "" : "." + suffix;
        Site site = Site.of("saveAsTextFiles");
        return output(site, (rdd, time) -> DatasetRdd.of(rdd.coalesce(numFiles))
                .at(site)
                .saveAsTextFile(prefix + "-" + time.milliseconds() + ending));
    }

    @Override
    public final Output saveAsObjectFiles(String prefix, String suffix) {
        throw new StreamingException(
                "ACQ-0924",
                "saveAsObjectFiles writes Hadoop sequence files: that needs io.acequia:streaming-hadoop, which is not built"
                        + " yet; use saveAsTextFiles or a BatchSink",
                null);
    }

    private Output output(Site site, OutputNode.Action action) {
        return node.graph().output(site, node, action);
    }

    @SuppressWarnings("unchecked")
    private DatasetRdd<T> records(DatasetRdd<?> rdd) {
        return (DatasetRdd<T>) rdd;
    }

    // ---- what it is

    @Override
    public final Duration slideDuration() {
        return node.slide();
    }

    @Override
    public final StreamingContext context() {
        return node.graph().context();
    }

    @Override
    public String toString() {
        return node.toString();
    }
}
