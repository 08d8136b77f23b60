/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.graph;

import io.acequia.streaming.DStream;
import io.acequia.streaming.DStreamLike;
import io.acequia.streaming.PairDStream;
import io.acequia.streaming.PairRDD;
import io.acequia.streaming.RDD;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.function.Function2;
import io.acequia.streaming.internal.operator.Closures;
import io.acequia.streaming.internal.operator.Site;
import io.acequia.streaming.internal.rdd.DatasetRdd;
import java.util.ArrayList;
import java.util.List;

/** The operations on many streams at once, which the context offers. */
public final class Streams {
    private Streams() {}

    /** The records of all of them. */
    public static <S extends DStreamLike<?, S, ?>> S union(List<? extends S> streams) {
        return StreamOperations.unionOf("union", streams);
    }

    /** A function of the RDDs of all of them. */
    public static <U> DStream<U> transform(
            StreamGraph graph, List<? extends DStreamLike<?, ?, ?>> streams, Function2<List<RDD<?>>, Time, RDD<U>> f) {
        return new PlainStream<>(all(graph, "transform", streams, f, (rdds, time) -> f.call(rdds, time)));
    }

    /** A function of the RDDs of all of them, giving pairs. */
    public static <K, V> PairDStream<K, V> transformToPair(
            StreamGraph graph,
            List<? extends DStreamLike<?, ?, ?>> streams,
            Function2<List<RDD<?>>, Time, PairRDD<K, V>> f) {
        return new PairStream<>(all(graph, "transformToPair", streams, f, (rdds, time) -> f.call(rdds, time)));
    }

    private static StreamNode all(
            StreamGraph graph,
            String operation,
            List<? extends DStreamLike<?, ?, ?>> streams,
            Object function,
            Function2<List<RDD<?>>, Time, Object> f) {
        Site site = Site.of(operation);
        Closures.present(function, site);
        List<StreamNode> parents = new ArrayList<>();
        streams.forEach(stream -> parents.add(StreamOperations.nodeOf(stream)));
        return graph.derive(site, parents, (rdds, time) -> {
            List<RDD<?>> plain = new ArrayList<>();
            for (DatasetRdd<?> rdd : rdds) {
                plain.add(rdd.plainly());
            }
            return f.call(plain, time);
        });
    }
}
