/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kinesis;

import java.io.Serializable;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import software.amazon.kinesis.retrieval.KinesisClientRecord;

/**
 * A record of a stream, as its producer put it: what a producer packed into one record of Kinesis comes as the records that it is
 * made of, with the same sequence number. Equal to one of the same place and content.
 *
 * @param shardId the shard that it was read from, as {@code shardId-000000000000}
 * @param sequenceNumber its place in the shard, a decimal number of up to 128 digits, rising
 * @param subSequenceNumber its place, from 0, in the record of Kinesis that it was packed in; 0 when it was not
 * @param partitionKey given by the producer
 * @param data given by the producer: not to be changed
 * @param arrival when Kinesis took it, about, to the millisecond
 */
public record KinesisRecord(
        String shardId,
        String sequenceNumber,
        long subSequenceNumber,
        String partitionKey,
        byte[] data,
        Instant arrival)
        implements Serializable {
    static KinesisRecord of(String shard, KinesisClientRecord each) {
        ByteBuffer data = each.data().duplicate();
        byte[] bytes = new byte[data.remaining()];
        data.get(bytes);
        return new KinesisRecord(
                shard,
                each.sequenceNumber(),
                each.subSequenceNumber(),
                each.partitionKey(),
                bytes,
                each.approximateArrivalTimestamp());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof KinesisRecord that
                && sequenceNumber.equals(that.sequenceNumber)
                && subSequenceNumber == that.subSequenceNumber
                && shardId.equals(that.shardId)
                && partitionKey.equals(that.partitionKey)
                && arrival.equals(that.arrival)
                && Arrays.equals(data, that.data);
    }

    @Override
    public int hashCode() {
        return 31 * sequenceNumber.hashCode() + Long.hashCode(subSequenceNumber);
    }

    /** Its place and its size, without the data. */
    @Override
    public String toString() {
        return where() + " (" + data.length + " bytes)";
    }

    String where() {
        return shardId + " " + sequenceNumber + "/" + subSequenceNumber;
    }
}
