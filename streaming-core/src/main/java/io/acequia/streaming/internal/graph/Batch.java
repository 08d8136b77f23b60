/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.graph;

import io.acequia.streaming.data.Time;
import io.acequia.streaming.engine.StateDataset;
import io.acequia.streaming.internal.rdd.DatasetRdd;
import io.acequia.streaming.internal.rdd.RddScope;
import java.util.Optional;

/** What a stream node may ask while it makes the RDD of a batch. */
public interface Batch {
    /** The batch time. */
    Time time();

    /** For whom the jobs of this batch run. */
    RddScope scope();

    /** The RDD of another node at {@code time}, made once however many ask. */
    DatasetRdd<?> rddOf(StreamNode node, Time time);

    /** The same, when there was a batch at that time: one that was merged into a later one was not. */
    Optional<DatasetRdd<?>> rddIfThere(StreamNode node, Time time);

    /** When the context started; the first batch is one interval later. */
    Time zero();

    /** The state of a node, without a version before its first batch. */
    <K, S> StateDataset<K, S> state(StateNode<K, ?, S, ?> node);

    /** What a source brought into this batch. */
    DatasetRdd<?> input(InputNode node);
}
