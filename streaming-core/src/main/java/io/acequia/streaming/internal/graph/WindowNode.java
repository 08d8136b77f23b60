/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.graph;

import io.acequia.streaming.internal.operator.Site;
import io.acequia.streaming.internal.rdd.DatasetRdd;
import java.time.Duration;
import java.util.List;

/** A node whose RDDs are made from those of several batches of the nodes it needs. */
final class WindowNode extends StreamNode {
    private final List<StreamNode> needs;
    private final Duration lookBack;
    private final Making making;

    /** How the RDD of a batch is made. */
    @FunctionalInterface
    interface Making {
        DatasetRdd<?> make(Batch batch) throws Exception;
    }

    WindowNode(StreamNode parent, Site site, List<StreamNode> needs, Duration slide, Duration lookBack, Making making) {
        super(parent.graph(), site, List.of(parent), slide);
        this.needs = List.copyOf(needs);
        this.lookBack = lookBack;
        this.making = making;
    }

    @Override
    public List<StreamNode> needs() {
        return needs;
    }

    @Override
    public Duration lookBack() {
        return lookBack;
    }

    @Override
    public DatasetRdd<?> make(Batch batch) throws Exception {
        return making.make(batch).in(batch.scope());
    }
}
