/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import io.acequia.streaming.data.ByteSize;
import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.internal.log.LogSettings;
import io.acequia.streaming.internal.log.SegmentedLog;
import io.acequia.streaming.internal.store.BlockCodec;
import io.acequia.streaming.internal.store.LocalDisk;
import io.acequia.streaming.internal.store.RecordSerializer;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/** A log in a directory, as a source or a driver writes it. */
final class WrittenLog implements AutoCloseable {
    private static final LogSettings SMALL =
            new LogSettings(ByteSize.mebibytes(1), new ByteSize(200), Duration.ofMinutes(10));

    private final LocalDisk disk;
    private final SegmentedLog log;
    private boolean gone;

    WrittenLog(Path directory, String folder) throws IOException {
        disk = LocalDisk.at(directory);
        log = SegmentedLog.open(
                disk, folder, new UUID(1, 2), SMALL, StreamClock.system(), () -> ByteBuffer.wrap(new byte[13]));
    }

    /** A block with one position in shard "s". */
    WrittenLog block(long from, Object... records) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeByte(1);
        out.writeInt(records.length);
        out.writeLong(100);
        out.writeInt(1);
        out.writeInt(1);
        out.writeByte('s');
        out.writeLong(from);
        out.writeLong(from + records.length);
        out.writeInt(0);
        for (ByteBuffer piece :
                new BlockCodec(new RecordSerializer(Set.of())).encode(List.of(List.of(records)), records.length)) {
            byte[] part = new byte[piece.remaining()];
            piece.get(part);
            String text = new String(part, StandardCharsets.ISO_8859_1);
            out.write((gone ? text.replace("$Min", "$Gon") : text).getBytes(StandardCharsets.ISO_8859_1));
        }
        return record(1, bytes.toByteArray());
    }

    /** The same, where every class {@code …$Mine} has become one that is not there. */
    WrittenLog blockOfGoneClasses(long from, Object... records) throws IOException {
        gone = true;
        return block(from, records);
    }

    WrittenLog record(int type, byte[] payload) throws IOException {
        log.force(log.append((byte) type, ByteBuffer.wrap(payload)));
        return this;
    }

    WrittenLog text(int type, String payload) throws IOException {
        return record(type, payload.getBytes(StandardCharsets.UTF_8));
    }

    /** The segments of a folder, in order. */
    static List<Path> segments(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }

    /** Changes one byte of a file. */
    static void flip(Path file, int at) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[at] ^= 0x10;
        Files.write(file, bytes);
    }

    /** Ends it without a trailer, as a kill does. */
    void abandon() {
        disk.close();
    }

    @Override
    public void close() {
        log.close();
        disk.close();
    }
}
