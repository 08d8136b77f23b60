/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.graph;

import io.acequia.streaming.data.Time;
import io.acequia.streaming.internal.rdd.DatasetRdd;
import io.acequia.streaming.internal.rdd.RddScope;

/** What a stream node may ask while it makes the RDD of a batch. */
public interface Batch {
    /** The batch time. */
    Time time();

    /** For whom the jobs of this batch run. */
    RddScope scope();

    /** The RDD of another node at {@code time}, made once however many ask. */
    DatasetRdd<?> rddOf(StreamNode node, Time time);

    /** What a source brought into this batch. */
    DatasetRdd<?> input(InputNode node);
}
