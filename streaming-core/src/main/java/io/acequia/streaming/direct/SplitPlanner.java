/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.direct;

import io.acequia.streaming.data.Time;

/**
 * Decides, batch by batch, which splits a batch reads. Lives on the driver.
 *
 * <p>Thread: all methods are called by one thread at a time, in the order of batch times.
 *
 * @param <T> type of the records
 */
public interface SplitPlanner<T> extends AutoCloseable {
    /**
     * The splits of the batch at {@code batch}: what has become available since the last plan.
     *
     * <p>Called: once per batch. Blocking: it delays the batch. Failure: follows the failure policy of the context; it is
     * never an empty batch, and a planner that failed may be asked again for the same batch.
     *
     * @param maxRecords at most about so many records, when the source can tell; {@link Long#MAX_VALUE} without a limit, 0
     *     when the limit is so low that this batch gets none and a later one will
     */
    Plan<T> plan(Time batch, long maxRecords) throws Exception;

    /**
     * Makes a split again that an earlier run planned and may not have finished.
     *
     * <p>Called: at start, before the first plan, for each split of a batch that is replayed. Failure: the context does not start.
     *
     * @param range what {@link Split#range} gave
     */
    default Split<T> split(String range) throws Exception {
        throw new UnsupportedOperationException("ACQ-0172 " + getClass().getName() + " cannot make the split '" + range
                + "' again: implement SplitPlanner.split beside Split.range");
    }

    /**
     * Whether the source would answer, as far as it is known without asking: so a source that is away is seen while a batch that
     * reads it waits.
     *
     * <p>Called: whenever somebody looks at the context's status. Thread: any, also during {@code plan} and after {@code close}.
     * Blocking: must not. Failure: must not throw. Default: true.
     */
    default boolean isReachable() {
        return true;
    }

    /**
     * The batch is done; only a crash before the next checkpoint has it read again. Called: once per batch; in order, unless {@code
     * streaming.concurrent.jobs} lets a later batch end first. Default: nothing.
     */
    default void completed(Time batch) throws Exception {}

    /** Called: once, at the end. Must not throw. */
    @Override
    default void close() {}
}
