/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.graph;

import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.data.Partitioner;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.function.Function2;
import io.acequia.streaming.internal.graph.StreamNode.Need;
import io.acequia.streaming.internal.operator.KeyedTable;
import io.acequia.streaming.internal.operator.MergeOperator;
import io.acequia.streaming.internal.operator.PairsOperator;
import io.acequia.streaming.internal.operator.Site;
import io.acequia.streaming.internal.operator.TableOperator;
import io.acequia.streaming.internal.rdd.DatasetPairRdd;
import io.acequia.streaming.internal.rdd.DatasetRdd;
import io.acequia.streaming.internal.rdd.Placed;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Windows by key without an inverse function, in amortised constant work for each slide.
 *
 * <p>Time is cut into panes, as long as the greatest length that divides both window and slide, and panes are counted in
 * blocks of as many as a window has. The <i>front</i> of a pane is what came from the begin of its block up to it; its
 * <i>back</i> what came from it to the end of its block. A window of any place ends in one block and begins in the one before:
 * it is a back and a front, combined. These are the two stacks of the known algorithm (Tangwongsan, Hirzel, Schneider,
 * "Low-latency sliding-window aggregation in worst-case constant time", 2017, section 2), with the turn of the stacks at the
 * ends of blocks: a pane is merged once into its front and once into its back, and each window merges once more.
 *
 * <p>A partition of a pane, front or back is one {@link KeyedTable}: merging two copies the larger as a whole and looks up only the
 * keys of the smaller, by hashes that are known. They are RDDs of the batches at whose time they end or begin, kept while a
 * window can need them; there is no other memory, so what is said here holds after a batch is repeated too. Backs are made when the first window needs
 * them, in the batch after the end of their block, from the last one to the first.
 *
 * <p><b>Why not</b> DABA Lite, which has no such batch: it keeps the same sums, moves two of them for each slide, and the batch
 * that turns the stacks costs no more than one that would add up the window anew.
 */
final class TwoStacks {
    private final StreamNode panes;
    private final Site site;
    private final Function2<Object, Object, Object> f;
    private final int block;
    private final StreamNode fronts;
    private final StreamNode backs;

    private TwoStacks(
            StreamNode panes, Site site, Function2<Object, Object, Object> f, Duration length, Partitioner p) {
        this.panes = panes;
        this.site = site;
        this.f = f;
        this.block = Math.toIntExact(length.toMillis() / panes.slide().toMillis());
        Duration pane = panes.slide();
        this.fronts = new WindowNode(panes, site, pane, List.of(new Need(panes, Duration.ZERO)), this::front)
                .andItself(merges(panes) ? length : pane);
        this.backs = new WindowNode(panes, site, pane, List.of(new Need(panes, Duration.ZERO)), this::back);
        panes.keep(stored("panes", p));
        fronts.keep(stored("fronts", p));
        backs.keepWhenMade();
    }

    /** The node of the window over a stream of pairs. */
    @SuppressWarnings("unchecked") // keys and values of one type each, which this class never looks at
    static StreamNode window(
            StreamNode parent, Site site, Function2<?, ?, ?> function, Duration length, Duration slide, Partitioner p) {
        Function2<Object, Object, Object> f = (Function2<Object, Object, Object>) function;
        Duration pane = merges(parent)
                ? parent.slide()
                : Duration.ofMillis(greatestDivisor(length.toMillis(), slide.toMillis()));
        TwoStacks stacks = new TwoStacks(panes(parent, site, f, pane, p), site, f, length, p);
        return new WindowNode(
                parent,
                site,
                slide,
                List.of(
                        new Need(stacks.panes, length.plus(pane)),
                        new Need(stacks.fronts, Duration.ZERO),
                        new Need(stacks.backs, length.plus(pane))),
                stacks::window);
    }

    /** Whether batches may be missing: then a pane that is longer than the slide could be missing as a whole. */
    private static boolean merges(StreamNode node) {
        StreamingConf conf = node.graph().conf();
        return conf.get(StreamingConf.BACKLOG_POLICY) == StreamingConf.BacklogPolicy.MERGE
                || conf.get(StreamingConf.DOWN_TIME_POLICY) == StreamingConf.DownTimePolicy.MERGE;
    }

    private static long greatestDivisor(long a, long b) {
        return b == 0 ? a : greatestDivisor(b, a % b);
    }

    /** What came in each pane, combined by key. */
    private static StreamNode panes(
            StreamNode parent, Site site, Function2<Object, Object, Object> f, Duration pane, Partitioner p) {
        if (pane.equals(parent.slide())) {
            return parent.graph()
                    .derive(
                            site,
                            List.of(parent),
                            (rdds, time) -> tables(
                                    Windows.<Object, Object>keyed(rdds.get(0)).reduceByKey(f, p), site, f));
        }
        StreamNode partials = Windows.partials(parent, site, f, p);
        return new WindowNode(parent, site, pane, List.of(new Need(partials, pane)), batch -> {
            List<DatasetPairRdd<Object, Object>> rdds = Windows.inWindow(batch, partials, batch.time(), pane);
            return tables(Placed.concatenated(rdds), site, f);
        });
    }

    /** As pairs: their tables are made anew, in case their keys hash otherwise or there are more partitions now. */
    private Kept stored(String role, Partitioner p) {
        return new Kept(
                role,
                rdd -> pairs(tables(rdd)),
                records -> tables(
                        (DatasetPairRdd<Object, Object>) Windows.keyed(records).partitionBy(p), site, f));
    }

    @SuppressWarnings("unchecked") // nodes of tables
    private static DatasetRdd<KeyedTable<Object, Object>> tables(DatasetRdd<?> rdd) {
        return (DatasetRdd<KeyedTable<Object, Object>>) rdd;
    }

    private static DatasetPairRdd<Object, Object> pairs(DatasetRdd<KeyedTable<Object, Object>> tables) {
        return tables.pairsOver(tables.dataset().transform(new PairsOperator<>(), true));
    }

    private static DatasetRdd<KeyedTable<Object, Object>> tables(
            DatasetPairRdd<Object, Object> pairs, Site site, Function2<Object, Object, Object> f) {
        return pairs.over(pairs.dataset().transform(new TableOperator<>(site, f), true));
    }

    private long number(Batch batch, Time time) {
        return (time.milliseconds() - batch.zero().milliseconds())
                / panes.slide().toMillis();
    }

    private Time time(Batch batch, long number) {
        return new Time(batch.zero().milliseconds() + number * panes.slide().toMillis());
    }

    /** The number of the last pane of the block before; 0 in the first block. */
    private long endOfBlockBefore(long number) {
        return (number - 1) / block * block;
    }

    private DatasetRdd<?> front(Batch batch) {
        long number = number(batch, batch.time());
        Optional<DatasetRdd<KeyedTable<Object, Object>>> before = Optional.empty();
        for (long n = number - 1; before.isEmpty() && n > endOfBlockBefore(number); n--) {
            before = there(batch, fronts, n);
        }
        return before.isPresent() ? merged(before.get(), pane(batch)) : pane(batch);
    }

    private DatasetRdd<?> back(Batch batch) {
        long number = number(batch, batch.time());
        Optional<DatasetRdd<KeyedTable<Object, Object>>> after = Optional.empty();
        for (long n = number + 1; after.isEmpty() && n <= endOfBlockBefore(number) + block; n++) {
            after = there(batch, backs, n);
        }
        return after.isPresent() ? merged(pane(batch), after.get()) : pane(batch);
    }

    private DatasetRdd<?> window(Batch batch) {
        long number = number(batch, batch.time());
        DatasetRdd<KeyedTable<Object, Object>> front =
                there(batch, fronts, number).orElseThrow();
        DatasetRdd<KeyedTable<Object, Object>> back = null;
        for (long n = endOfBlockBefore(number); n > 0 && n > number - block; n--) {
            back = there(batch, backs, n).orElse(back);
        }
        DatasetRdd<KeyedTable<Object, Object>> all = back == null ? front : merged(back, front);
        return pairs(all);
    }

    private DatasetRdd<KeyedTable<Object, Object>> pane(Batch batch) {
        return there(batch, panes, number(batch, batch.time())).orElseThrow();
    }

    private Optional<DatasetRdd<KeyedTable<Object, Object>>> there(Batch batch, StreamNode node, long number) {
        return batch.rddIfThere(node, time(batch, number)).map(TwoStacks::tables);
    }

    private DatasetRdd<KeyedTable<Object, Object>> merged(
            DatasetRdd<KeyedTable<Object, Object>> older, DatasetRdd<KeyedTable<Object, Object>> newer) {
        return older.over(older.dataset().zip(newer.dataset(), new MergeOperator<>(site, f), true));
    }
}
