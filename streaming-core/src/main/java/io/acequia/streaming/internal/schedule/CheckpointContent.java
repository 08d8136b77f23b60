/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.schedule;

import io.acequia.streaming.data.Time;
import io.acequia.streaming.internal.checkpoint.Manifest.Named;
import io.acequia.streaming.internal.graph.StateNode;
import io.acequia.streaming.internal.graph.StreamNode;
import io.acequia.streaming.internal.rdd.DatasetRdd;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a checkpoint consists of, by reference.
 *
 * @param time the newest batch that it covers
 * @param positions where each source stands after that, by uid
 * @param versions of each state
 * @param kept the RDDs of batches that are needed, by their node
 * @param values what goes whole into each checkpoint
 * @param refused why those could not be had
 */
record CheckpointContent(
        Time time,
        List<Named> positions,
        Map<StateNode<?, ?, ?, ?>, Time> versions,
        Map<Time, Map<StreamNode, DatasetRdd<?>>> kept,
        List<Named> values,
        @Nullable RuntimeException refused) {}
