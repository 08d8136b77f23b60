/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.checkpoint;

import io.acequia.streaming.internal.store.RecordSerializer;
import io.acequia.streaming.storage.Storage;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.zip.CRC32C;

/**
 * A file of a checkpoint: {@code magic u32 | format u32} and then chunks, {@code len u32 | crc32c u32 | bytes}, of a
 * {@link RecordSerializer}. Chunks are in sections, of which the manifest knows where they end.
 *
 * @param file its name in the folder of checkpoints
 * @param bytes its length
 * @param checksum CRC-32C of the whole file
 * @param ends where each section ends
 */
public record Part(String file, long bytes, int checksum, List<Long> ends) implements Serializable {
    static final int HEAD = 8;
    static final int CHUNK_HEAD = 8;
    private static final int MAGIC = 0x41435150;
    private static final int FORMAT = 1;
    private static final int READ_AT_ONCE = 1 << 20;

    public Part {
        ends = List.copyOf(ends);
    }

    static ByteBuffer head() {
        return ByteBuffer.allocate(HEAD).putInt(MAGIC).putInt(FORMAT).flip();
    }

    static void write(FieldWriter out, Part part) {
        out.text(part.file).number(part.bytes).number(part.checksum).list(part.ends, FieldWriter::number);
    }

    static Part read(FieldReader in) throws CheckpointRefusedException {
        return new Part(in.text(), in.big(), in.number(), in.list(FieldReader::big));
    }

    /**
     * Reads the whole file and compares it with what the manifest says.
     *
     * @param folder of checkpoints
     * @throws CheckpointRefusedException when it differs
     */
    void verify(Storage storage, String folder) throws IOException {
        String path = folder + "/" + file;
        CRC32C sum = new CRC32C();
        ByteBuffer head = ByteBuffer.allocate(0);
        try {
            for (long at = 0; at < bytes; at += READ_AT_ONCE) {
                ByteBuffer piece = storage.read(path, at, (int) Math.min(READ_AT_ONCE, bytes - at));
                head = at == 0 ? piece.duplicate() : head;
                sum.update(piece);
            }
        } catch (IOException e) {
            throw new CheckpointRefusedException(
                    "ACQ-1102", path, -1, "it cannot be read as the manifest says: " + e, e);
        }
        if ((int) sum.getValue() != checksum) {
            throw new CheckpointRefusedException(
                    "ACQ-1103", path, -1, "its checksum is not the one in the manifest: the file is damaged", null);
        }
        if (head.remaining() < HEAD || head.getInt() != MAGIC || head.getInt() != FORMAT) {
            throw new CheckpointRefusedException(
                    "ACQ-1104",
                    path,
                    0,
                    "this version does not know the format: recover with the version that wrote it",
                    null);
        }
    }

    /** The records of a section. For one thread. */
    public <T> Iterator<T> records(Storage storage, String folder, int section, RecordSerializer serializer) {
        long begin = section == 0 ? HEAD : ends.get(section - 1);
        return serializer.read(new Chunks(storage, folder + "/" + file, begin, ends.get(section)));
    }

    private static final class Chunks implements Iterator<byte[]> {
        private final Storage storage;
        private final String path;
        private final long end;
        private long at;

        Chunks(Storage storage, String path, long begin, long end) {
            this.storage = storage;
            this.path = path;
            this.at = begin;
            this.end = end;
        }

        @Override
        public boolean hasNext() {
            return at < end;
        }

        @Override
        public byte[] next() {
            if (at >= end) {
                throw new NoSuchElementException();
            }
            try {
                return chunk();
            } catch (IOException e) {
                throw new UncheckedIOException("ACQ-1105 a part of a checkpoint cannot be read: " + e.getMessage(), e);
            }
        }

        private byte[] chunk() throws IOException {
            if (end - at < CHUNK_HEAD) {
                throw damaged("a chunk has no head");
            }
            ByteBuffer head = storage.read(path, at, CHUNK_HEAD);
            int length = head.getInt();
            int checksum = head.getInt();
            if (length < 1 || length > end - at - CHUNK_HEAD) {
                throw damaged("a chunk announces " + length + " bytes and " + (end - at - CHUNK_HEAD) + " follow");
            }
            byte[] bytes = new byte[length];
            storage.read(path, at + CHUNK_HEAD, length).get(bytes);
            CRC32C sum = new CRC32C();
            sum.update(bytes);
            if ((int) sum.getValue() != checksum) {
                throw damaged("a chunk has a wrong checksum");
            }
            at += CHUNK_HEAD + length;
            return bytes;
        }

        private CheckpointRefusedException damaged(String how) {
            return new CheckpointRefusedException("ACQ-1106", path, at, how + "; the file is damaged", null);
        }
    }
}
