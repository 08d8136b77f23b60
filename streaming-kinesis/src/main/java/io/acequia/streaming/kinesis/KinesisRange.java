/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kinesis;

import java.io.Serializable;
import java.math.BigInteger;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * Records of a shard that lie one behind the other.
 *
 * @param shardId the shard, as {@code shardId-000000000000}
 * @param fromSequenceNumber place of the first record, as {@link KinesisRecord#sequenceNumber()} gives it
 * @param toSequenceNumber place of the last record, which belongs to the range
 */
public record KinesisRange(String shardId, String fromSequenceNumber, String toSequenceNumber) implements Serializable {
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,128}");

    public KinesisRange {
        Objects.requireNonNull(shardId, "shardId");
        checkNumber("fromSequenceNumber", fromSequenceNumber);
        checkNumber("toSequenceNumber", toSequenceNumber);
        if (new BigInteger(fromSequenceNumber).compareTo(new BigInteger(toSequenceNumber)) > 0) {
            throw new IllegalArgumentException("ACQ-2651 range of " + shardId + " from " + fromSequenceNumber + " to "
                    + toSequenceNumber + ": the first number must not be above the last");
        }
    }

    private static void checkNumber(String what, String given) {
        if (!NUMBER.matcher(given).matches()) {
            throw new IllegalArgumentException(
                    "ACQ-2649 " + what + " = " + given + ": must be a sequence number, up to 128 digits");
        }
    }

    @Override
    public String toString() {
        return shardId + " [" + fromSequenceNumber + ", " + toSequenceNumber + "]";
    }
}
