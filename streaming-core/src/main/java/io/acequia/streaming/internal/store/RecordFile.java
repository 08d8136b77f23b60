/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.store;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.zip.CRC32C;

/** A file of serialized records: chunks, each with its length and checksum before it. */
public final class RecordFile {
    private static final int HEADER_BYTES = 8;

    private RecordFile() {}

    /** Opens a file for reading from its start; closed at its end or by the caller. */
    public static <T> Reader<T> open(Path file, RecordSerializer serializer) throws IOException {
        return open(file, serializer, 0, Files.size(file));
    }

    /** Opens what was written between two calls of {@link Writer#finish}, by the lengths that these gave. */
    public static <T> Reader<T> open(Path file, RecordSerializer serializer, long from, long until) throws IOException {
        return new Reader<>(file, serializer, from, until);
    }

    /** Writes a new file, record by record. An interrupt changes nothing, as it would close a channel. For one thread. */
    public static final class Writer implements AutoCloseable {
        private final FileOutputStream file;
        private final RecordSerializer.Writer records;
        private long length;

        /** Makes the file, or empties it. */
        public Writer(Path path, RecordSerializer serializer) throws IOException {
            this(path, serializer, RecordSerializer.CHUNK_BYTES);
        }

        /** The same, with chunks of about another size. */
        Writer(Path path, RecordSerializer serializer, int chunkBytes) throws IOException {
            file = new FileOutputStream(path.toFile());
            records = serializer.writer(this::chunk, chunkBytes);
        }

        /** Adds a record. */
        public void add(Object record) throws IOException {
            records.add(record);
        }

        /** Writes what is left and gives the length of the file; {@code force} waits until the disk has it. */
        public long finish(boolean force) throws IOException {
            records.finish();
            if (force) {
                file.getFD().sync();
            }
            return length;
        }

        private void chunk(byte[] bytes, int count) throws IOException {
            file.write(ByteBuffer.allocate(HEADER_BYTES)
                    .putInt(count)
                    .putInt(checksum(bytes, count))
                    .array());
            file.write(bytes, 0, count);
            length += HEADER_BYTES + count;
        }

        @Override
        public void close() throws IOException {
            records.close();
            file.close();
        }
    }

    private static int checksum(byte[] bytes, int length) {
        CRC32C sum = new CRC32C();
        sum.update(bytes, 0, length);
        return (int) sum.getValue();
    }

    /** The records of a file. Nothing of a chunk is given before its checksum was found right. For one thread. */
    public static final class Reader<T> implements Iterator<T>, AutoCloseable {
        private final Path file;
        private final DataInputStream in;
        private final Iterator<T> records;
        private long left;

        private Reader(Path file, RecordSerializer serializer, long from, long until) throws IOException {
            this.file = file;
            InputStream bytes = Files.newInputStream(file);
            try {
                bytes.skipNBytes(from);
            } catch (IOException e) {
                bytes.close();
                throw e;
            }
            this.in = new DataInputStream(new BufferedInputStream(bytes));
            this.left = until - from;
            this.records = serializer.read(new Chunks());
        }

        @Override
        public boolean hasNext() {
            return records.hasNext();
        }

        @Override
        public T next() {
            return records.next();
        }

        @Override
        public void close() throws IOException {
            left = 0;
            in.close();
        }

        private final class Chunks implements Iterator<byte[]> {
            @Override
            public boolean hasNext() {
                return left > 0;
            }

            @Override
            public byte[] next() {
                if (left <= 0) {
                    throw new NoSuchElementException();
                }
                try {
                    return chunk();
                } catch (IOException e) {
                    throw new UncheckedIOException("ACQ-0535 reading " + file + " failed: " + e, e);
                }
            }

            private byte[] chunk() throws IOException {
                if (left < HEADER_BYTES) {
                    throw damaged("it ends inside a header");
                }
                int length = in.readInt();
                int sum = in.readInt();
                left -= HEADER_BYTES;
                if (length < 1 || length > left) {
                    throw damaged("a chunk announces " + length + " bytes and " + left + " follow");
                }
                byte[] bytes = in.readNBytes(length);
                left -= length;
                if (bytes.length < length || checksum(bytes, length) != sum) {
                    throw damaged("a chunk has a wrong checksum");
                }
                return bytes;
            }

            private IllegalStateException damaged(String how) {
                return new IllegalStateException(
                        "ACQ-0536 " + file + " is damaged: " + how + "; delete it and compute the batch again");
            }
        }
    }
}
