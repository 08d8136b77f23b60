/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.checkpoint;

import io.acequia.streaming.data.Time;
import java.time.Duration;

/**
 * What a job keeps from its first start on.
 *
 * @param zero the first batch is one interval later
 * @param interval between batches
 * @param parallelism partitions where nobody says otherwise
 */
public record Beginning(Time zero, Duration interval, int parallelism) {
    static void write(FieldWriter out, Beginning beginning) {
        out.number(beginning.zero.milliseconds())
                .number(beginning.interval.toMillis())
                .number(beginning.parallelism);
    }

    static Beginning read(FieldReader in) throws CheckpointRefusedException {
        return new Beginning(new Time(in.big()), Duration.ofMillis(in.big()), in.number());
    }
}
