/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.ingest;

import io.acequia.streaming.data.ByteSize;
import java.time.Duration;

/**
 * How one source is read.
 *
 * @param retryFirst wait before the source is connected anew; doubles with each failure in a row
 * @param retryMost the longest such wait
 * @param retries connection attempts in a row before the source counts as failed; 0 means no end
 * @param maxRate records a second, at most; what is not used is kept for a tenth of a second; 0 means no limit
 * @param idleAlarm warns when nothing came for so long; zero means never
 * @param buffer about how much may wait for a batch before reading stops
 * @param blockInterval how long records are collected into one block; zero makes one block for each batch
 */
public record ReceiverSettings(
        Duration retryFirst,
        Duration retryMost,
        int retries,
        long maxRate,
        Duration idleAlarm,
        ByteSize buffer,
        Duration blockInterval) {
    public ReceiverSettings {
        if (retryFirst.toMillis() < 1 || retryMost.compareTo(retryFirst) < 0) {
            throw new IllegalArgumentException("ACQ-0636 waits before a receiver connects anew, first = " + retryFirst
                    + ", longest = " + retryMost + ": the first must be at least 1 ms and no longer than the longest");
        }
        if (retries < 0 || maxRate < 0 || idleAlarm.isNegative() || blockInterval.isNegative() || buffer.bytes() < 1) {
            throw new IllegalArgumentException("ACQ-0637 settings of a receiver: retries = " + retries + ", maxRate = "
                    + maxRate + ", idleAlarm = " + idleAlarm + ", blockInterval = " + blockInterval + ", buffer = "
                    + buffer
                    + ": none may be negative, and the buffer must hold at least 1 B");
        }
    }

    /** The defaults of the configuration keys. */
    public static ReceiverSettings defaults() {
        return new ReceiverSettings(
                Duration.ofMillis(500),
                Duration.ofSeconds(30),
                0,
                0,
                Duration.ZERO,
                ByteSize.mebibytes(64),
                Duration.ofMillis(200));
    }
}
