/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.graph;

import io.acequia.streaming.internal.operator.Site;
import io.acequia.streaming.internal.rdd.DatasetRdd;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A node whose RDDs are made from those of several batches of the nodes it needs. */
final class WindowNode extends StreamNode {
    private final List<Need> needs;
    private final Making making;

    /** How the RDD of a batch is made. */
    @FunctionalInterface
    interface Making {
        DatasetRdd<?> make(Batch batch) throws Exception;
    }

    WindowNode(StreamNode parent, Site site, Duration slide, List<Need> needs, Making making) {
        super(parent.graph(), site, List.of(parent), slide);
        this.needs = new ArrayList<>(needs);
        this.making = making;
    }

    /** Asks for its own RDDs of batches so far back, too. */
    WindowNode andItself(Duration back) {
        needs.add(new Need(this, back));
        return this;
    }

    @Override
    List<Need> needs() {
        return needs;
    }

    @Override
    public DatasetRdd<?> make(Batch batch) throws Exception {
        return making.make(batch).in(batch.scope());
    }
}
