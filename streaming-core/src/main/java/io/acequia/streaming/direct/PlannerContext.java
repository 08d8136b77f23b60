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
 * @param restored what the planner's {@link Plan#position()} was when the checkpoint was taken, on recovery
 * @param settings the settings of the context, every key with its value
 */
public record PlannerContext(
        Time start,
        Duration batchInterval,
        StreamClock clock,
        Optional<String> restored,
        Map<String, String> settings) {
    public PlannerContext {
        settings = Map.copyOf(settings);
    }
}
