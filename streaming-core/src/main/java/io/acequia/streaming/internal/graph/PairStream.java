/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.graph;

import io.acequia.streaming.DStream;
import io.acequia.streaming.MapWithStateDStream;
import io.acequia.streaming.PairDStream;
import io.acequia.streaming.PairRDD;
import io.acequia.streaming.State;
import io.acequia.streaming.StateSpec;
import io.acequia.streaming.data.Partitioner;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.engine.StateOperator;
import io.acequia.streaming.function.FlatMapFunction;
import io.acequia.streaming.function.Function;
import io.acequia.streaming.function.Function2;
import io.acequia.streaming.function.Function3;
import io.acequia.streaming.function.Function4;
import io.acequia.streaming.internal.operator.Closures;
import io.acequia.streaming.internal.operator.MapWithStateOperator;
import io.acequia.streaming.internal.operator.Site;
import io.acequia.streaming.internal.operator.UpdateStateOperator;
import io.acequia.streaming.internal.rdd.DatasetPairRdd;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A stream of keys and values. Three forms of each keyed operation: the first two choose a partitioner and call the third.
 */
final class PairStream<K, V> extends StreamOperations<Tuple2<K, V>, PairDStream<K, V>, PairRDD<K, V>>
        implements PairDStream<K, V> {
    PairStream(StreamNode node) {
        super(node);
    }

    @Override
    PairDStream<K, V> self() {
        return this;
    }

    @Override
    PairDStream<K, V> same(StreamNode node) {
        return new PairStream<>(node);
    }

    @Override
    public DStream<Tuple2<K, V>> toDStream() {
        return new PlainStream<>(derive("toDStream", rdd -> rdd.plainly()));
    }

    private Partitioner byDefault() {
        return Partitioner.hash(node.graph().rdds().defaultParallelism());
    }

    /** What is done with the keyed RDD of a batch. */
    @FunctionalInterface
    private interface KeyedStep<K, V> {
        Object apply(DatasetPairRdd<K, V> rdd) throws Exception;
    }

    /** What is done with the keyed RDDs of two streams. */
    @FunctionalInterface
    private interface JoinStep<K, V, W> {
        Object apply(DatasetPairRdd<K, V> ours, PairRDD<K, W> theirs) throws Exception;
    }

    private <U> PairStream<K, U> keyed(String operation, Object function, KeyedStep<K, V> step) {
        return new PairStream<>(derive(operation, function, rdd -> step.apply((DatasetPairRdd<K, V>) rdd)));
    }

    @SuppressWarnings("unchecked")
    private <W, U> PairStream<K, U> joined(
            String operation, PairDStream<K, W> other, Partitioner p, JoinStep<K, V, W> step) {
        Site site = Site.of(operation);
        Closures.check(p, site);
        return new PairStream<>(node.graph()
                .derive(
                        site,
                        List.of(node, nodeOf(other)),
                        (rdds, time) -> step.apply((DatasetPairRdd<K, V>) rdds.get(0), (PairRDD<K, W>) rdds.get(1))));
    }

    @Override
    public <U> PairDStream<K, U> mapValues(Function<V, U> f) {
        return keyed("mapValues", f, rdd -> rdd.mapValues(f));
    }

    @Override
    public <U> PairDStream<K, U> flatMapValues(FlatMapFunction<V, U> f) {
        return keyed("flatMapValues", f, rdd -> rdd.flatMapValues(f));
    }

    @Override
    public PairDStream<K, Iterable<V>> groupByKey() {
        return groupByKey(byDefault());
    }

    @Override
    public PairDStream<K, Iterable<V>> groupByKey(int n) {
        return groupByKey(Partitioner.hash(n));
    }

    @Override
    public PairDStream<K, Iterable<V>> groupByKey(Partitioner p) {
        return keyed("groupByKey", p, rdd -> rdd.groupByKey(p));
    }

    @Override
    public PairDStream<K, V> reduceByKey(Function2<V, V, V> f) {
        return reduceByKey(f, byDefault());
    }

    @Override
    public PairDStream<K, V> reduceByKey(Function2<V, V, V> f, int n) {
        return reduceByKey(f, Partitioner.hash(n));
    }

    @Override
    public PairDStream<K, V> reduceByKey(Function2<V, V, V> f, Partitioner p) {
        Objects.requireNonNull(p, "partitioner");
        return keyed("reduceByKey", f, rdd -> rdd.reduceByKey(f, p));
    }

    @Override
    public <C> PairDStream<K, C> combineByKey(
            Function<V, C> create, Function2<C, V, C> merge, Function2<C, C, C> combine) {
        return combineByKey(create, merge, combine, byDefault());
    }

    @Override
    public <C> PairDStream<K, C> combineByKey(
            Function<V, C> create, Function2<C, V, C> merge, Function2<C, C, C> combine, int n) {
        return combineByKey(create, merge, combine, Partitioner.hash(n));
    }

    @Override
    public <C> PairDStream<K, C> combineByKey(
            Function<V, C> create, Function2<C, V, C> merge, Function2<C, C, C> combine, Partitioner p) {
        return combineByKey(create, merge, combine, p, true);
    }

    @Override
    public <C> PairDStream<K, C> combineByKey(
            Function<V, C> create,
            Function2<C, V, C> merge,
            Function2<C, C, C> combine,
            Partitioner p,
            boolean mapSide) {
        Object[] functions = {create, merge, combine, p};
        for (Object function : functions) {
            Closures.check(function, Site.of("combineByKey"));
        }
        return keyed("combineByKey", functions, rdd -> rdd.combineByKey(create, merge, combine, p, mapSide));
    }

    @Override
    public <W> PairDStream<K, Tuple2<Iterable<V>, Iterable<W>>> cogroup(PairDStream<K, W> other) {
        return cogroup(other, byDefault());
    }

    @Override
    public <W> PairDStream<K, Tuple2<Iterable<V>, Iterable<W>>> cogroup(PairDStream<K, W> other, int n) {
        return cogroup(other, Partitioner.hash(n));
    }

    @Override
    public <W> PairDStream<K, Tuple2<Iterable<V>, Iterable<W>>> cogroup(PairDStream<K, W> other, Partitioner p) {
        return joined("cogroup", other, p, (ours, theirs) -> ours.cogroup(theirs, p));
    }

    @Override
    public <W> PairDStream<K, Tuple2<V, W>> join(PairDStream<K, W> other) {
        return join(other, byDefault());
    }

    @Override
    public <W> PairDStream<K, Tuple2<V, W>> join(PairDStream<K, W> other, int n) {
        return join(other, Partitioner.hash(n));
    }

    @Override
    public <W> PairDStream<K, Tuple2<V, W>> join(PairDStream<K, W> other, Partitioner p) {
        return joined("join", other, p, (ours, theirs) -> ours.join(theirs, p));
    }

    @Override
    public <W> PairDStream<K, Tuple2<V, Optional<W>>> leftOuterJoin(PairDStream<K, W> other) {
        return leftOuterJoin(other, byDefault());
    }

    @Override
    public <W> PairDStream<K, Tuple2<V, Optional<W>>> leftOuterJoin(PairDStream<K, W> other, int n) {
        return leftOuterJoin(other, Partitioner.hash(n));
    }

    @Override
    public <W> PairDStream<K, Tuple2<V, Optional<W>>> leftOuterJoin(PairDStream<K, W> other, Partitioner p) {
        return joined("leftOuterJoin", other, p, (ours, theirs) -> ours.leftOuterJoin(theirs, p));
    }

    @Override
    public <W> PairDStream<K, Tuple2<Optional<V>, W>> rightOuterJoin(PairDStream<K, W> other) {
        return rightOuterJoin(other, byDefault());
    }

    @Override
    public <W> PairDStream<K, Tuple2<Optional<V>, W>> rightOuterJoin(PairDStream<K, W> other, int n) {
        return rightOuterJoin(other, Partitioner.hash(n));
    }

    @Override
    public <W> PairDStream<K, Tuple2<Optional<V>, W>> rightOuterJoin(PairDStream<K, W> other, Partitioner p) {
        return joined("rightOuterJoin", other, p, (ours, theirs) -> ours.rightOuterJoin(theirs, p));
    }

    @Override
    public <W> PairDStream<K, Tuple2<Optional<V>, Optional<W>>> fullOuterJoin(PairDStream<K, W> other) {
        return fullOuterJoin(other, byDefault());
    }

    @Override
    public <W> PairDStream<K, Tuple2<Optional<V>, Optional<W>>> fullOuterJoin(PairDStream<K, W> other, int n) {
        return fullOuterJoin(other, Partitioner.hash(n));
    }

    @Override
    public <W> PairDStream<K, Tuple2<Optional<V>, Optional<W>>> fullOuterJoin(PairDStream<K, W> other, Partitioner p) {
        return joined("fullOuterJoin", other, p, (ours, theirs) -> ours.fullOuterJoin(theirs, p));
    }

    // ---- windows

    @Override
    public PairDStream<K, Iterable<V>> groupByKeyAndWindow(Duration length) {
        return groupByKeyAndWindow(length, node.slide());
    }

    @Override
    public PairDStream<K, Iterable<V>> groupByKeyAndWindow(Duration length, Duration slide) {
        return groupByKeyAndWindow(length, slide, byDefault());
    }

    @Override
    public PairDStream<K, Iterable<V>> groupByKeyAndWindow(Duration length, Duration slide, int n) {
        return groupByKeyAndWindow(length, slide, Partitioner.hash(n));
    }

    @Override
    public PairDStream<K, Iterable<V>> groupByKeyAndWindow(Duration length, Duration slide, Partitioner p) {
        return new PairStream<>(Windows.grouped(this, length, slide, Objects.requireNonNull(p, "partitioner")));
    }

    @Override
    public PairDStream<K, V> reduceByKeyAndWindow(Function2<V, V, V> f, Duration length) {
        return reduceByKeyAndWindow(f, length, node.slide());
    }

    @Override
    public PairDStream<K, V> reduceByKeyAndWindow(Function2<V, V, V> f, Duration length, Duration slide) {
        return reduceByKeyAndWindow(f, length, slide, byDefault());
    }

    @Override
    public PairDStream<K, V> reduceByKeyAndWindow(Function2<V, V, V> f, Duration length, Duration slide, int n) {
        return reduceByKeyAndWindow(f, length, slide, Partitioner.hash(n));
    }

    @Override
    public PairDStream<K, V> reduceByKeyAndWindow(
            Function2<V, V, V> f, Duration length, Duration slide, Partitioner p) {
        Site site = Site.of("reduceByKeyAndWindow");
        Windows.mustFit(site, node, length, slide);
        Closures.check(f, site);
        Closures.check(p, site);
        return new PairStream<>(Windows.reduced(this, site, f, length, slide, p));
    }

    @Override
    public PairDStream<K, V> reduceByKeyAndWindow(
            Function2<V, V, V> f, Function2<V, V, V> inverse, Duration length, Duration slide) {
        return inverted(f, inverse, length, slide, byDefault(), null);
    }

    @Override
    public PairDStream<K, V> reduceByKeyAndWindow(
            Function2<V, V, V> f,
            Function2<V, V, V> inverse,
            Duration length,
            Duration slide,
            int n,
            Function<Tuple2<K, V>, Boolean> keep) {
        return reduceByKeyAndWindow(f, inverse, length, slide, Partitioner.hash(n), keep);
    }

    @Override
    public PairDStream<K, V> reduceByKeyAndWindow(
            Function2<V, V, V> f,
            Function2<V, V, V> inverse,
            Duration length,
            Duration slide,
            Partitioner p,
            Function<Tuple2<K, V>, Boolean> keep) {
        Closures.check(keep, Site.of("reduceByKeyAndWindow"));
        return inverted(f, inverse, length, slide, p, keep);
    }

    private PairDStream<K, V> inverted(
            Function2<V, V, V> f,
            Function2<V, V, V> inverse,
            Duration length,
            Duration slide,
            Partitioner p,
            @Nullable Function<Tuple2<K, V>, Boolean> keep) {
        Site site = Site.of("reduceByKeyAndWindow");
        Windows.mustFit(site, node, length, slide);
        Closures.check(f, site);
        Closures.check(inverse, site);
        Closures.check(p, site);
        return new PairStream<>(Windows.inverted(this, site, f, inverse, length, slide, p, keep));
    }

    // ---- state

    @Override
    public <X> PairDStream<K, X> updateStateByKey(Function2<List<V>, Optional<X>, Optional<X>> f) {
        return updateStateByKey(f, byDefault());
    }

    @Override
    public <X> PairDStream<K, X> updateStateByKey(Function2<List<V>, Optional<X>, Optional<X>> f, int n) {
        return updateStateByKey(f, Partitioner.hash(n));
    }

    @Override
    public <X> PairDStream<K, X> updateStateByKey(Function2<List<V>, Optional<X>, Optional<X>> f, Partitioner p) {
        return updated(f, (time, key, values, state) -> f.call(values, state), p, null);
    }

    @Override
    public <X> PairDStream<K, X> updateStateByKey(
            Function2<List<V>, Optional<X>, Optional<X>> f, Partitioner p, PairRDD<K, X> initial) {
        Objects.requireNonNull(initial, "initial");
        return updated(f, (time, key, values, state) -> f.call(values, state), p, initial);
    }

    @Override
    public <X> PairDStream<K, X> updateStateByKey(
            Function4<Time, K, List<V>, Optional<X>, Optional<X>> f, Partitioner p) {
        return updated(f, f, p, null);
    }

    @Override
    public <X> PairDStream<K, X> updateStateByKey(
            Function4<Time, K, List<V>, Optional<X>, Optional<X>> f, Partitioner p, PairRDD<K, X> initial) {
        return updated(f, f, p, Objects.requireNonNull(initial, "initial"));
    }

    @Override
    public <X> PairDStream<K, X> updateStateByKey(Class<X> type, Function2<List<V>, Optional<X>, Optional<X>> f) {
        Objects.requireNonNull(type, "type");
        return keeping(type, updateStateByKey(f));
    }

    private <X> PairDStream<K, X> updated(
            Object given,
            Function4<Time, K, List<V>, Optional<X>, Optional<X>> f,
            Partitioner p,
            @Nullable PairRDD<K, X> initial) {
        Site site = Site.of("updateStateByKey");
        Closures.check(given, site);
        Closures.check(p, site);
        return new PairStream<>(
                stateful(site, p, new UpdateStateOperator<>(site, f), false).initially(initial, null));
    }

    @Override
    public <X, U> MapWithStateDStream<K, V, X, U> mapWithState(StateSpec<K, V, X, U> spec) {
        Site site = Site.of("mapWithState");
        Duration timeout = spec.timeout().orElse(null);
        Partitioner p = spec.partitioner().orElseGet(this::byDefault);
        Closures.check(spec.function(), site);
        Closures.check(p, site);
        return new StateStream<>(stateful(site, p, new MapWithStateOperator<>(site, spec.function(), timeout), true)
                .initially(spec.initialState().orElse(null), timeout));
    }

    @Override
    public <X, U> MapWithStateDStream<K, V, X, U> mapWithState(
            Class<X> type, Function3<K, Optional<V>, State<X>, U> f) {
        Objects.requireNonNull(type, "type");
        return keeping(type, mapWithState(StateSpec.function(f)));
    }

    /** Its state is of a class that the program names, so that a checkpoint of another class is refused at the start. */
    private static <S> S keeping(Class<?> type, S stream) {
        if (stream instanceof StreamOperations<?, ?, ?> operations
                && operations.node instanceof StateNode<?, ?, ?, ?> state) {
            state.keeps(type);
        }
        return stream;
    }

    private <X, U> StateNode<K, V, X, U> stateful(
            Site site, Partitioner p, StateOperator<K, V, X, U> operator, boolean emits) {
        return new StateNode<>(
                node,
                site,
                node.slide(),
                p,
                operator,
                List.of(new StreamNode.Need(node, Duration.ZERO)),
                (batch, before) -> placed(batch, p),
                emits);
    }

    @SuppressWarnings("unchecked") // RDDs of this stream
    private DatasetPairRdd<K, V> placed(Batch batch, Partitioner p) {
        return (DatasetPairRdd<K, V>) ((DatasetPairRdd<K, V>) batch.rddOf(node, batch.time())).partitionBy(p);
    }
}
