/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.log;

import io.acequia.streaming.data.ByteSize;
import java.time.Duration;

/**
 * The limits of a log.
 *
 * @param maxRecord the longest payload that is written or read; at most 1 GiB
 * @param roll a segment that would grow beyond this ends first; a record that is longer has a segment of its own
 * @param rollEvery a segment that is older ends before the next record
 */
public record LogSettings(ByteSize maxRecord, ByteSize roll, Duration rollEvery) {
    private static final ByteSize LARGEST = ByteSize.mebibytes(1024);

    public LogSettings {
        if (maxRecord.bytes() < 1 || maxRecord.compareTo(LARGEST) > 0) {
            throw new IllegalArgumentException(
                    "ACQ-0590 records of a log up to " + maxRecord + ": give 1 byte to " + LARGEST);
        }
    }

    /** 64 MiB, 64 MiB, 10 minutes. */
    public static LogSettings defaults() {
        return new LogSettings(ByteSize.mebibytes(64), ByteSize.mebibytes(64), Duration.ofMinutes(10));
    }
}
