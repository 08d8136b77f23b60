/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.direct;

import java.io.Serializable;

/**
 * A source that can be read again by range: files by name, logs by offset. For each batch a planner on the driver fixes the
 * splits; tasks read exactly those. Nothing is received, stored or acknowledged.
 *
 * @param <T> type of the records
 */
public interface DirectSource<T> extends Serializable {
    /** The name in logs, metrics and checkpoints; stable over restarts. */
    String name();

    /**
     * Makes the planner that serves one run of the context.
     *
     * <p>Called: once at start. Thread: the scheduler's. Failure: the context does not start.
     */
    SplitPlanner<T> newPlanner(PlannerContext context) throws Exception;
}
