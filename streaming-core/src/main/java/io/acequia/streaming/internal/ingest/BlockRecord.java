/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.ingest;

import io.acequia.streaming.engine.BlockInfo;
import io.acequia.streaming.internal.log.Address;
import io.acequia.streaming.internal.log.LogReader;
import io.acequia.streaming.internal.store.BlockCodec;
import io.acequia.streaming.receiver.Position;
import io.acequia.streaming.receiver.Rejected;
import io.acequia.streaming.storage.Storage;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * A block as it stands in the log: {@code version u8 | count u32 | heap bytes u64 | positions | rejected | records}. Positions
 * are {@code n u32} times {@code shard text, from u64, until u64}; rejected are {@code n u32} times {@code raw bytes, where
 * text, cause text}; text and bytes have their length before them, in four bytes; records are as {@link BlockCodec} writes
 * them.
 */
record BlockRecord(int count, long bytes, List<Position> positions, List<Rejected> rejected, ByteBuffer records) {
    private static final byte VERSION = 1;
    private static final int MOST_TEXT = 512;

    /** What the log is given. */
    static ByteBuffer[] encode(Sealed<?> block, BlockCodec codec) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeByte(VERSION);
        out.writeInt(block.count());
        out.writeLong(block.bytes());
        out.writeInt(block.positions().size());
        for (Position at : block.positions()) {
            write(out, at.shard());
            out.writeLong(at.from());
            out.writeLong(at.until());
        }
        out.writeInt(block.rejected().size());
        for (Rejected each : block.rejected()) {
            write(out, each.raw());
            write(out, shortened(each.where()));
            write(out, shortened(String.valueOf(each.cause())));
        }
        List<ByteBuffer> all = new ArrayList<>();
        all.add(ByteBuffer.wrap(bytes.toByteArray()));
        all.addAll(codec.encode(block.parts(), block.count()));
        return all.toArray(ByteBuffer[]::new);
    }

    static long lengthOf(ByteBuffer[] parts) {
        long length = 0;
        for (ByteBuffer part : parts) {
            length += part.remaining();
        }
        return length;
    }

    /** Reads all but the records. */
    static BlockRecord decode(ByteBuffer payload) throws IOException {
        try {
            ByteBuffer in = payload.duplicate();
            byte version = in.get();
            if (version != VERSION) {
                throw new IOException("ACQ-0671 a block of version " + version + ": this program reads version "
                        + VERSION + "; run the program that wrote the log, or a newer one");
            }
            int count = in.getInt();
            long bytes = in.getLong();
            List<Position> positions = new ArrayList<>();
            for (int left = in.getInt(); left > 0; left--) {
                positions.add(new Position(text(in), in.getLong(), in.getLong()));
            }
            List<Rejected> rejected = new ArrayList<>();
            for (int left = in.getInt(); left > 0; left--) {
                rejected.add(new Rejected(bytes(in), text(in), new IOException(text(in))));
            }
            return new BlockRecord(count, bytes, positions, rejected, in.slice());
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            throw new IOException("ACQ-0672 a block in the log has another form than its checksum promises: " + e, e);
        }
    }

    /** The records of a block. */
    static <T> Iterator<T> read(BlockInfo info, Storage storage, DataLog log, BlockCodec codec) throws IOException {
        BlockInfo.Place place = info.place();
        if (place == null) {
            throw new IOException("ACQ-0673 it was never logged");
        }
        ByteBuffer payload = LogReader.read(
                storage,
                log.folder(),
                new Address(place.file(), place.offset(), place.length(), place.seq()),
                log.limits());
        return codec.decode(decode(payload).records(), info.count());
    }

    /** For people, who read no more. */
    private static String shortened(String text) {
        return text.substring(0, Math.min(MOST_TEXT, text.length()));
    }

    private static void write(DataOutputStream out, String text) throws IOException {
        write(out, text.getBytes(StandardCharsets.UTF_8));
    }

    private static void write(DataOutputStream out, byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    static String text(ByteBuffer in) {
        return new String(bytes(in), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(ByteBuffer in) {
        int length = in.getInt();
        if (length < 0 || length > in.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }
}
