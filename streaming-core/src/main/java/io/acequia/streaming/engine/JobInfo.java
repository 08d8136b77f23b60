/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.engine;

import io.acequia.streaming.data.Time;
import java.util.Optional;

/**
 * For whom a job runs.
 *
 * @param batchTime the batch, when it belongs to one
 * @param output uid of the output operation, or the name of the action
 * @param callSite where the program asked for it
 * @param counts told what a task counted, once per task that succeeded
 */
public record JobInfo(Optional<Time> batchTime, String output, String callSite, TaskCounts counts) {
    /** Takes what a task counted; called on the thread that runs the job. */
    @FunctionalInterface
    public interface TaskCounts {
        /** The task of {@code partition} counted {@code n} under {@code name}. */
        void add(int partition, String name, long n);
    }
}
