/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.ingest;

import io.acequia.streaming.data.ByteSize;
import io.acequia.streaming.data.StorageLevel;
import io.acequia.streaming.receiver.AckMode;
import java.io.Serializable;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How one source is read.
 *
 * @param retryFirst wait before the source is connected anew; doubles with each failure in a row
 * @param retryMost the longest such wait
 * @param retries connection attempts in a row before the source counts as failed; 0 means no end
 * @param idleAlarm warns when nothing came for so long; zero means never
 * @param buffer about how much may wait for a batch before reading stops
 * @param blockInterval how long records are collected into one block; zero makes one block for each batch
 * @param blocks how blocks are kept
 * @param ackMode when deliveries are acknowledged; null for what the log makes possible
 * @param log where blocks are logged; null for no log
 */
public record ReceiverSettings(
        Duration retryFirst,
        Duration retryMost,
        int retries,
        Duration idleAlarm,
        ByteSize buffer,
        Duration blockInterval,
        Blocks blocks,
        @Nullable AckMode ackMode,
        @Nullable DataLog log)
        implements Serializable {
    private static final Duration LONGEST_BURST = Duration.ofMillis(100);

    public ReceiverSettings {
        if (retryFirst.toMillis() < 1 || retryMost.compareTo(retryFirst) < 0) {
            throw new IllegalArgumentException("ACQ-0636 waits before a receiver connects anew, first = " + retryFirst
                    + ", longest = " + retryMost + ": the first must be at least 1 ms and no longer than the longest");
        }
        if (retries < 0 || idleAlarm.isNegative() || blockInterval.isNegative() || buffer.bytes() < 1) {
            throw new IllegalArgumentException("ACQ-0637 settings of a receiver: retries = " + retries
                    + ", idleAlarm = " + idleAlarm + ", blockInterval = " + blockInterval + ", buffer = " + buffer
                    + ": none may be negative, and the buffer must hold at least 1 B");
        }
        if (ackMode == AckMode.ON_DURABLE && log == null) {
            throw new IllegalArgumentException(
                    "ACQ-0648 ackMode(ON_DURABLE) without a log: nothing is ever durable; set a"
                            + " checkpoint directory and leave the log on, or take ON_PROCESSED");
        }
    }

    /**
     * How blocks are kept.
     *
     * @param size how many bytes a block holds, about
     * @param level where, beyond the log
     * @param unsettled deliveries that may wait for their batch before reading stops
     */
    public record Blocks(ByteSize size, StorageLevel level, int unsettled) implements Serializable {
        public Blocks {
            if (size.bytes() < 1 || unsettled < 1) {
                throw new IllegalArgumentException("ACQ-0649 blocks of a receiver: size = " + size + ", unsettled = "
                        + unsettled + ": both must be at least 1");
            }
        }
    }

    /** How long permits are held that a source did not use: half a block, and a tenth of a second at most. */
    Duration burst() {
        Duration half = blockInterval.dividedBy(2);
        return half.isZero() || half.compareTo(LONGEST_BURST) > 0 ? LONGEST_BURST : half;
    }

    /** The defaults of the configuration keys. */
    public static ReceiverSettings defaults() {
        return new ReceiverSettings(
                Duration.ofMillis(500),
                Duration.ofSeconds(30),
                0,
                Duration.ZERO,
                ByteSize.mebibytes(64),
                Duration.ofMillis(200),
                new Blocks(ByteSize.mebibytes(1), StorageLevel.MEMORY_AND_DISK, 10_000),
                null,
                null);
    }

    /** The same with another log. */
    public ReceiverSettings logged(DataLog where) {
        return new ReceiverSettings(
                retryFirst, retryMost, retries, idleAlarm, buffer, blockInterval, blocks, ackMode, where);
    }
}
