/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.direct;

import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.data.Time;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * What a planner is given at the start.
 *
 * @param start the time of the start: the first batch is one slide later
 * @param batchInterval the batch interval of the context
 * @param clock the clock of the context
 * @param restored the {@link Plan#position()} of the last batch that an earlier run planned, on recovery
 * @param maxRatePerPartition records a second that one partition of the source may bring at most, 0 for no limit: {@code
 *     streaming.direct.max.rate.per.partition}. A planner whose source has partitions takes from each at most this times the
 *     time between two batches, and carries a fraction of a record over to the next batch, so that no rounding stops a
 *     partition or lets everything through. {@code maxRecords} of {@link SplitPlanner#plan} is for all partitions together
 * @param settings the settings of the context, every key with its value
 */
public record PlannerContext(
        Time start,
        Duration batchInterval,
        StreamClock clock,
        Optional<String> restored,
        long maxRatePerPartition,
        Map<String, String> settings) {
    public PlannerContext {
        settings = Map.copyOf(settings);
    }
}
