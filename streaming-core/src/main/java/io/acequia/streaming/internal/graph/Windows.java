/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.graph;

import io.acequia.streaming.data.Durations;
import io.acequia.streaming.data.Partitioner;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.function.Function;
import io.acequia.streaming.function.Function2;
import io.acequia.streaming.internal.graph.StreamNode.Need;
import io.acequia.streaming.internal.operator.Closures;
import io.acequia.streaming.internal.operator.InverseWindowOperator;
import io.acequia.streaming.internal.operator.InverseWindowOperator.Change;
import io.acequia.streaming.internal.operator.Site;
import io.acequia.streaming.internal.rdd.DatasetPairRdd;
import io.acequia.streaming.internal.rdd.DatasetRdd;
import io.acequia.streaming.internal.rdd.Placed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The nodes of windows. A window at {@code t} is what lies in {@code (t - length, t]}; there are fewer batches in it after the
 * start, and where batches were merged. What a window reads of earlier batches is kept when those batches run: their RDDs are
 * computed then whatever the outputs ask for, so a window pins no input.
 */
final class Windows {
    private Windows() {}

    /** Refuses a window that does not fit the batches of its parent. */
    static void mustFit(Site site, StreamNode parent, Duration length, Duration slide) {
        long step = parent.slide().toMillis();
        boolean fits = isMultiple(length, step) && isMultiple(slide, step);
        if (!fits) {
            throw new IllegalArgumentException("ACQ-0927 " + site + " of " + Durations.text(length) + " every "
                    + Durations.text(slide) + " over a stream that has a batch every "
                    + Durations.text(parent.slide()) + ": length and slide must be multiples of that, above 0");
        }
    }

    private static boolean isMultiple(Duration length, long millis) {
        return length.toNanos() > 0 && length.toNanos() % 1_000_000 == 0 && length.toMillis() % millis == 0;
    }

    /** What came in the window. */
    static StreamNode window(StreamNode parent, Duration length, Duration slide) {
        Site site = Site.of("window");
        mustFit(site, parent, length, slide);
        StreamNode kept = kept(parent, site);
        return new WindowNode(parent, site, slide, List.of(new Need(kept, length)), batch -> {
            List<DatasetRdd<?>> rdds = inWindow(batch, kept, batch.time(), length);
            return together(rdds);
        });
    }

    /** A node with the records of the parent that is kept. An input is released when its batch is done, and not kept itself. */
    private static StreamNode kept(StreamNode parent, Site site) {
        StreamNode kept = parent instanceof InputNode
                ? parent.graph().derive(site, List.of(parent), (rdds, time) -> rdds.get(0))
                : parent;
        kept.keep(Kept.RECORDS);
        return kept;
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // RDDs of one stream
    private static DatasetRdd<?> together(List<DatasetRdd<?>> rdds) {
        return rdds.get(0).with((List) rdds.subList(1, rdds.size()));
    }

    /** The RDDs of the batches of {@code node} in {@code (end - length, end]}, in order of time. */
    static <R extends DatasetRdd<?>> List<R> inWindow(Batch batch, StreamNode node, Time end, Duration length) {
        return between(batch, node, end.minus(length), end);
    }

    /** The RDDs of the batches of {@code node} after {@code from} until {@code until}, in order of time. */
    @SuppressWarnings("unchecked") // a node has RDDs of one kind
    static <R extends DatasetRdd<?>> List<R> between(Batch batch, StreamNode node, Time from, Time until) {
        List<R> rdds = new ArrayList<>();
        Time first = from.compareTo(batch.zero()) < 0 ? batch.zero() : from;
        for (Time t = first.plus(node.slide()); t.compareTo(until) <= 0; t = t.plus(node.slide())) {
            batch.rddIfThere(node, t).ifPresent(rdd -> rdds.add((R) rdd));
        }
        return rdds;
    }

    /** The values of each key in the window. */
    static <K, V> StreamNode grouped(PairStream<K, V> stream, Duration length, Duration slide, Partitioner p) {
        Site site = Site.of("groupByKeyAndWindow");
        StreamNode parent = stream.node;
        mustFit(site, parent, length, slide);
        Closures.check(p, site);
        StreamNode placed = parent.graph()
                .derive(site, List.of(parent), (rdds, time) -> Windows.<K, V>keyed(rdds.get(0))
                        .partitionBy(p));
        placed.keep(placed("records", p));
        return new WindowNode(parent, site, slide, List.of(new Need(placed, length)), batch -> {
            List<DatasetPairRdd<K, V>> rdds = inWindow(batch, placed, batch.time(), length);
            return (DatasetRdd<?>) Placed.concatenated(rdds).at(site).groupByKey(p);
        });
    }

    /** The values of each key in the window combined to one, without an inverse: by two stacks. */
    static <K, V> StreamNode reduced(
            PairStream<K, V> stream, Site site, Function2<V, V, V> f, Duration length, Duration slide, Partitioner p) {
        return TwoStacks.window(stream.node, site, f, length, slide, p);
    }

    /** The values of each key in a batch of the parent combined to one, and kept. */
    static <K, V> StreamNode partials(StreamNode parent, Site site, Function2<V, V, V> f, Partitioner p) {
        StreamNode partials = parent.graph()
                .derive(site, List.of(parent), (rdds, time) -> Windows.<K, V>keyed(rdds.get(0))
                        .reduceByKey(f, p));
        partials.keep(placed("partials", p));
        return partials;
    }

    /** Pairs that are placed anew, in case their keys hash otherwise or there are more partitions now. */
    private static Kept placed(String role, Partitioner p) {
        return new Kept(role, rdd -> rdd, records ->
                (DatasetRdd<?>) Windows.keyed(records).partitionBy(p));
    }

    @SuppressWarnings("unchecked") // RDDs of a keyed stream
    static <K, V> DatasetPairRdd<K, V> keyed(DatasetRdd<?> rdd) {
        return (DatasetPairRdd<K, V>) rdd;
    }

    /** The values of each key in the window combined to one: what left the window is taken out of the one before. */
    static <K, V> StateNode<K, Change<V>, V, Void> inverted(
            PairStream<K, V> stream,
            Site site,
            Function2<V, V, V> f,
            Function2<V, V, V> inverse,
            Duration length,
            Duration slide,
            Partitioner p,
            @Nullable Function<Tuple2<K, V>, Boolean> keep) {
        StreamNode parent = stream.node;
        StreamNode partials = partials(parent, site, f, p);
        return new StateNode<>(
                parent,
                site,
                slide,
                p,
                new InverseWindowOperator<>(site, f, inverse, keep),
                List.of(new Need(partials, length.plus(slide))),
                (batch, before) -> changes(batch, before, partials, length),
                false);
    }

    /** What left the window since the version before, then what came. */
    private static <K, V> DatasetPairRdd<K, Change<V>> changes(
            Batch batch, Optional<Time> before, StreamNode partials, Duration length) {
        Time begin = batch.time().minus(length);
        Time last = before.orElse(batch.zero());
        Time seen = earlier(last, begin);
        List<DatasetPairRdd<K, Change<V>>> changes = new ArrayList<>();
        for (DatasetPairRdd<K, V> left :
                Windows.<DatasetPairRdd<K, V>>between(batch, partials, last.minus(length), seen)) {
            changes.add(tagged(left, true));
        }
        for (DatasetPairRdd<K, V> came :
                Windows.<DatasetPairRdd<K, V>>between(batch, partials, later(last, begin), batch.time())) {
            changes.add(tagged(came, false));
        }
        return Placed.concatenated(changes);
    }

    private static <K, V> DatasetPairRdd<K, Change<V>> tagged(DatasetPairRdd<K, V> rdd, boolean left) {
        return (DatasetPairRdd<K, Change<V>>) rdd.mapValues(value -> new Change<>(left, value));
    }

    private static Time earlier(Time a, Time b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    private static Time later(Time a, Time b) {
        return a.compareTo(b) < 0 ? b : a;
    }
}
