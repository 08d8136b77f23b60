/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.graph;

import io.acequia.streaming.DStream;
import io.acequia.streaming.data.Partitioner;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.function.Function2;
import io.acequia.streaming.internal.operator.Site;
import io.acequia.streaming.internal.rdd.DatasetPairRdd;
import java.time.Duration;
import java.util.List;

/** All records of a stream under one key, in one partition: what a window does by key it does with all of them. */
record AsOne<T>(PairStream<Integer, T> pairs, Site site) {
    private static final Partitioner ALONE = Partitioner.hash(1);

    static <T> AsOne<T> of(StreamOperations<T, ?, ?> stream, Site site) {
        return new AsOne<>(
                new PairStream<>(stream.derive(site, rdd -> rdd.mapToPair(record -> new Tuple2<>(0, record)))), site);
    }

    DStream<T> reduced(Function2<T, T, T> f, Duration length, Duration slide) {
        return values(Windows.reduced(pairs, site, f, length, slide, ALONE));
    }

    DStream<T> inverted(Function2<T, T, T> f, Function2<T, T, T> inverse, Duration length, Duration slide) {
        return values(Windows.inverted(pairs, site, f, inverse, length, slide, ALONE, null));
    }

    private DStream<T> values(StreamNode window) {
        return new PlainStream<T>(window.graph()
                .derive(site, List.of(window), (rdds, time) -> ((DatasetPairRdd<?, ?>) rdds.get(0)).values())
                .namedBy(window));
    }
}
