/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import io.acequia.streaming.PairDStream;
import io.acequia.streaming.data.Partitioner;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.function.Function;
import io.acequia.streaming.function.Function2;
import io.acequia.streaming.testkit.Drawn.Extent;
import io.acequia.streaming.testkit.RandomStreams.Feature;
import io.acequia.streaming.testkit.StreamFunctions.Merge;
import io.acequia.streaming.testkit.StreamModel.Node;
import java.util.List;

/** Draws operations with windows. */
class DrawnWindows extends DrawnSteps {
    DrawnWindows(long seed) {
        super(seed);
    }

    void window() {
        Node parent = parent();
        Extent extent = extent(parent);
        boolean everySlide = extent.slide() == parent.slide();
        windowed(
                Feature.WINDOW,
                parent,
                "window(" + extent + ")",
                new Made(extent.slide()).sameValues(),
                execution -> everySlide
                        ? execution.pairs(parent).window(time(extent.length()))
                        : execution.pairs(parent).window(time(extent.length()), time(extent.slide())),
                (model, batch) -> model.window(parent, extent.length(), batch));
    }

    void countByWindow() {
        Node parent = parent();
        Extent extent = extent(parent);
        windowed(
                Feature.COUNT_BY_WINDOW,
                parent,
                "countByWindow(" + extent + ")",
                new Made(extent.slide()).unique(),
                execution -> execution
                        .pairs(parent)
                        .countByWindow(time(extent.length()), time(extent.slide()))
                        .uid(execution.inner())
                        .mapToPair(count -> Tuple2.of(StreamModel.ALL, count)),
                (model, batch) -> List.of(Tuple2.of(StreamModel.ALL, (long)
                        model.window(parent, extent.length(), batch).size())));
    }

    void reduceByWindow() {
        Node parent = parent();
        Extent extent = extent(parent);
        Merge merge = merge(parent);
        Made made = new Made(extent.slide()).unique().trapped();
        windowed(
                Feature.REDUCE_BY_WINDOW,
                parent,
                "reduceByWindow(" + merge + ", " + extent + ")",
                made,
                execution -> execution
                        .pairs(parent)
                        .map(pair -> StreamFunctions.value(pair._2()))
                        .reduceByWindow(trapped(execution.trap(), merge), time(extent.length()), time(extent.slide()))
                        .uid(execution.inner())
                        .mapToPair(sum -> Tuple2.of(StreamModel.ALL, sum)),
                (model, batch) -> model.reduced(parent, extent.length(), batch, merge, true));
    }

    void reduceByWindowInverse() {
        Node parent = parent();
        Extent extent = extent(parent);
        Made made = new Made(extent.slide()).unique().trapped();
        windowed(
                Feature.REDUCE_BY_WINDOW_INVERSE,
                parent,
                "reduceByWindow(SUM, inverse, " + extent + ")",
                made,
                execution -> execution
                        .pairs(parent)
                        .map(pair -> StreamFunctions.value(pair._2()))
                        .reduceByWindow(
                                trapped(execution.trap(), Merge.SUM),
                                (sum, left) -> sum - left,
                                time(extent.length()),
                                time(extent.slide()))
                        .uid(execution.inner())
                        .mapToPair(sum -> Tuple2.of(StreamModel.ALL, sum)),
                (model, batch) -> model.inverted(parent, extent.length(), extent.slide(), batch, false, true));
    }

    void groupByKeyAndWindow() {
        Node parent = parent();
        Extent extent = extent(parent);
        int n = partitions(0);
        windowed(
                Feature.GROUP_BY_KEY_AND_WINDOW,
                parent,
                "groupByKeyAndWindow(" + extent + in(n) + ")",
                new Made(extent.slide()).unique().ofOtherType(),
                execution -> n == 0
                        ? execution.pairs(parent).groupByKeyAndWindow(time(extent.length()), time(extent.slide()))
                        : execution.pairs(parent).groupByKeyAndWindow(time(extent.length()), time(extent.slide()), n),
                (model, batch) -> model.grouped(parent, extent.length(), batch, false));
    }

    void reduceByKeyAndWindow() {
        Node parent = parent();
        Extent extent = extent(parent);
        int n = partitions(0);
        Merge merge = merge(parent);
        Made made = new Made(extent.slide()).unique().trapped();
        windowed(
                Feature.REDUCE_BY_KEY_AND_WINDOW,
                parent,
                "reduceByKeyAndWindow(" + merge + ", " + extent + in(n) + ")",
                made,
                execution -> {
                    Function2<Long, Long, Long> f = trapped(execution.trap(), merge);
                    PairDStream<Object, Long> pairs = numbers(execution, parent);
                    if (n > 0) {
                        return pairs.reduceByKeyAndWindow(f, time(extent.length()), time(extent.slide()), n);
                    }
                    return extent.slide() == parent.slide()
                            ? pairs.reduceByKeyAndWindow(f, time(extent.length()))
                            : pairs.reduceByKeyAndWindow(f, time(extent.length()), time(extent.slide()));
                },
                (model, batch) -> model.reduced(parent, extent.length(), batch, merge, false));
    }

    void reduceByKeyAndWindowInverse() {
        Node parent = parent();
        Extent extent = extent(parent);
        Made made = new Made(extent.slide()).unique().trapped();
        windowed(
                Feature.REDUCE_BY_KEY_AND_WINDOW_INVERSE,
                parent,
                "reduceByKeyAndWindow(SUM, inverse, " + extent + ")",
                made,
                execution -> {
                    Trap trap = execution.trap();
                    return numbers(execution, parent)
                            .reduceByKeyAndWindow(
                                    Long::sum,
                                    (sum, left) -> {
                                        trap.step();
                                        return sum - left;
                                    },
                                    time(extent.length()),
                                    time(extent.slide()));
                },
                (model, batch) -> model.inverted(parent, extent.length(), extent.slide(), batch, false, false));
    }

    /** Values are positive, so a sum is 0 when nothing of a key is left. */
    void reduceByKeyAndWindowFiltered() {
        Node parent = parent();
        Extent extent = extent(parent);
        int n = partitions(1);
        boolean byPartitioner = random.nextBoolean();
        Made made = new Made(extent.slide()).unique().trapped();
        windowed(
                Feature.REDUCE_BY_KEY_AND_WINDOW_FILTERED,
                parent,
                "mapValues(positive).reduceByKeyAndWindow(SUM, inverse, " + extent + in(n) + ", not 0)",
                made,
                execution -> {
                    Trap trap = execution.trap();
                    PairDStream<Object, Long> pairs = execution.pairs(parent).mapValues(StreamFunctions::positive);
                    Function<Tuple2<Object, Long>, Boolean> keep = pair -> {
                        trap.step();
                        return pair._2() != 0;
                    };
                    return byPartitioner
                            ? pairs.reduceByKeyAndWindow(
                                    Long::sum,
                                    (sum, left) -> sum - left,
                                    time(extent.length()),
                                    time(extent.slide()),
                                    Partitioner.hash(n),
                                    keep)
                            : pairs.reduceByKeyAndWindow(
                                    Long::sum,
                                    (sum, left) -> sum - left,
                                    time(extent.length()),
                                    time(extent.slide()),
                                    n,
                                    keep);
                },
                (model, batch) -> model.inverted(parent, extent.length(), extent.slide(), batch, true, false));
    }

    void countByValueAndWindow() {
        Node parent = parent();
        Extent extent = extent(parent);
        int n = partitions(1);
        if (random.nextInt(3) == 0) {
            windowed(
                    Feature.COUNT_BY_VALUE_AND_WINDOW,
                    parent,
                    "countByValueAndWindow(" + extent + ") of pairs",
                    new Made(extent.slide()).unique().ofOtherType(),
                    execution ->
                            execution.pairs(parent).countByValueAndWindow(time(extent.length()), time(extent.slide())),
                    (model, batch) -> StreamModel.counted(model.window(parent, extent.length(), batch)));
            return;
        }
        windowed(
                Feature.COUNT_BY_VALUE_AND_WINDOW,
                parent,
                "countByValueAndWindow(" + extent + in(n) + ") of keys",
                new Made(extent.slide()).unique(),
                execution -> execution
                        .pairs(parent)
                        .map(Tuple2::_1)
                        .countByValueAndWindow(time(extent.length()), time(extent.slide()), n),
                (model, batch) ->
                        StreamModel.counted(StreamModel.pairs(model.window(parent, extent.length(), batch)).stream()
                                .map(Tuple2::_1)
                                .toList()));
    }
}
