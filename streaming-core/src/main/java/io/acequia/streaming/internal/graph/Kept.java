/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.graph;

import io.acequia.streaming.internal.rdd.DatasetRdd;
import java.util.function.UnaryOperator;

/**
 * How the RDDs that a node keeps go to a checkpoint and come back.
 *
 * @param role what they are to the operation that has the uid: {@code panes}
 * @param stored the records to write, from what is kept
 * @param restored what is kept, from the records that were written: in the partitions and the order in which they were written
 */
record Kept(String role, UnaryOperator<DatasetRdd<?>> stored, UnaryOperator<DatasetRdd<?>> restored) {
    /** Records as they are. */
    static final Kept RECORDS = new Kept("records", rdd -> rdd, rdd -> rdd);
}
