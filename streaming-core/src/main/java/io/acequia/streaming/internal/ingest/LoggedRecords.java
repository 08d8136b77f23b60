/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.ingest;

import io.acequia.streaming.internal.log.LogReader;
import io.acequia.streaming.internal.store.BlockCodec;
import io.acequia.streaming.receiver.Position;
import io.acequia.streaming.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/** All records that are in the log of a source, released or not: for tools, which read and take no part. */
public final class LoggedRecords {
    private LoggedRecords() {}

    /**
     * Reads them in the order in which they were received.
     *
     * @param folder of the log
     * @param codec knows what they consist of
     * @throws io.acequia.streaming.internal.log.LogDamagedException when the log must not be trusted
     */
    public static List<Object> in(Storage storage, String folder, BlockCodec codec) throws IOException {
        List<Object> records = new ArrayList<>();
        LogReader.scan(storage, folder, Optional.empty(), (type, address, payload) -> {
            if (type == BlockLog.BLOCK) {
                BlockRecord block = BlockRecord.decode(payload);
                codec.decode(block.records(), block.count()).forEachRemaining(records::add);
            }
        });
        return records;
    }

    /**
     * A block of a log.
     *
     * @param count of its records
     * @param positions where they stand in their source
     * @param rejected how many more could not be decoded
     * @param encoded the records as they are stored
     */
    public record Block(int count, List<Position> positions, int rejected, ByteBuffer encoded) {
        /**
         * The records, made as they are asked for.
         *
         * @throws io.acequia.streaming.internal.store.RefusedRecordsException here, or from the iterator, when the bytes are
         *     damaged, or need a class or codec that is not here
         */
        public Iterator<Object> records(BlockCodec codec) {
            return codec.decode(encoded, count);
        }
    }

    /** The block in a record of the log of a source; empty for records of other types. */
    public static Optional<Block> block(byte type, ByteBuffer payload) throws IOException {
        if (type != BlockLog.BLOCK) {
            return Optional.empty();
        }
        BlockRecord block = BlockRecord.decode(payload);
        return Optional.of(
                new Block(block.count(), block.positions(), block.rejected().size(), block.records()));
    }

    /** What a record of the log of a source is, in capitals, and what it says beside a block. */
    public static String describe(byte type, ByteBuffer payload) {
        return switch (type) {
            case BlockLog.BLOCK -> "BLOCK";
            case BlockLog.RELEASED ->
                payload.remaining() == Long.BYTES
                        ? "RELEASED below " + payload.getLong(payload.position())
                        : "RELEASED";
            case BlockLog.ENDED -> "ENDED";
            case LogReader.PREAMBLE -> "PREAMBLE";
            default -> "type " + type;
        };
    }
}
