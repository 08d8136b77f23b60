/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.engine;

import io.acequia.streaming.receiver.Position;
import java.io.Serializable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A block of received records, without the records.
 *
 * @param streamId the stream it belongs to
 * @param epoch the attempt of the receiver that added it
 * @param number counts the blocks of an epoch, from 0
 * @param count how many records
 * @param bytes about how much heap they take
 * @param positions where in the source they stand, at most one for each shard
 * @param place where in the log they are; null when they are not logged
 */
public record BlockInfo(
        int streamId, long epoch, long number, int count, long bytes, List<Position> positions, @Nullable Place place)
        implements Serializable {
    public BlockInfo {
        positions = List.copyOf(positions);
    }

    /**
     * A place in a log.
     *
     * @param file name of the segment in the storage of the log
     * @param offset where the record of the block begins
     * @param length of what the record holds, in bytes
     * @param seq number of the record
     */
    public record Place(String file, long offset, int length, long seq) implements Serializable {}
}
