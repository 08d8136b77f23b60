/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.data;

import java.util.Optional;

/** What a task knows of itself: it computes one partition for one action. Used by the task's own thread. */
public interface TaskContext {
    /** The partition of the action's dataset, from 0. */
    int partition();

    /** The attempt, from 0. */
    int attempt();

    /** The batch, when the task belongs to one. */
    Optional<Time> batchTime();

    /** Uid of the output operation, or the name of the action outside of a batch. */
    String output();

    /** Whether the result is no longer wanted; long loops should look and give up. */
    boolean isCancelled();

    /** Adds {@code n} to the task's count {@code name}; reported to the driver when the task succeeds, once. */
    void count(String name, long n);
}
