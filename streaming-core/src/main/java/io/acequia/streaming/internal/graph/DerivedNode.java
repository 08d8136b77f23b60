/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.graph;

import io.acequia.streaming.data.Time;
import io.acequia.streaming.internal.operator.Site;
import io.acequia.streaming.internal.rdd.DatasetRdd;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A node made from the RDDs of its parents at the same batch time. */
final class DerivedNode extends StreamNode {
    /** How to make the RDD of a batch from those of the parents. */
    @FunctionalInterface
    interface Step {
        @Nullable
        Object make(List<DatasetRdd<?>> parents, Time time) throws Exception;
    }

    private final Step step;

    DerivedNode(StreamGraph graph, Site site, List<StreamNode> parents, Step step) {
        super(graph, site, parents, parents.get(0).slide());
        this.step = step;
    }

    @Override
    public DatasetRdd<?> make(Batch batch) throws Exception {
        List<DatasetRdd<?>> rdds = new ArrayList<>(parents().size());
        for (StreamNode parent : parents()) {
            rdds.add(batch.rddOf(parent, batch.time()).at(site()));
        }
        if (step.make(rdds, batch.time()) instanceof DatasetRdd<?> rdd) {
            return rdd.in(batch.scope());
        }
        throw new IllegalStateException("ACQ-0903 the function of " + site()
                + " returned null: return an empty RDD instead, context.emptyRDD()");
    }
}
