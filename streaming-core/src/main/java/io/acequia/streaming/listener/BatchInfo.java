/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.listener;

import io.acequia.streaming.data.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * A batch as it stands at one moment.
 *
 * @param batchTime its time
 * @param inputs what came in, by stream id
 * @param submittedAt when it was planned
 * @param startedAt when its first output started
 * @param endedAt when its last output ended
 * @param failure why it failed, when it did
 */
public record BatchInfo(
        Time batchTime,
        Map<Integer, InputInfo> inputs,
        Instant submittedAt,
        Optional<Instant> startedAt,
        Optional<Instant> endedAt,
        Optional<Throwable> failure) {
    public BatchInfo {
        inputs = Map.copyOf(inputs);
    }

    /** How long it waited for its turn. */
    public Optional<Duration> schedulingDelay() {
        return startedAt.map(started -> Duration.between(submittedAt, started));
    }

    /** How long its outputs took. */
    public Optional<Duration> processingDelay() {
        return startedAt.flatMap(started -> endedAt.map(ended -> Duration.between(started, ended)));
    }

    /** Both together. */
    public Optional<Duration> totalDelay() {
        return endedAt.map(ended -> Duration.between(submittedAt, ended));
    }

    /** Records of all inputs. */
    public long numRecords() {
        return inputs.values().stream().mapToLong(InputInfo::records).sum();
    }
}
