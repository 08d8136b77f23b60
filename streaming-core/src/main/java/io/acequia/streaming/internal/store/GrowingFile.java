/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.store;

import io.acequia.streaming.storage.Storage;
import java.io.Closeable;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Consumer;

/** A new file of a local disk. It is open twice: a stream writes, a channel makes and forces it. */
final class GrowingFile implements Storage.Appender {
    private static final int PIECE = 1 << 16;

    private final String name;
    private final Consumer<Closeable> closed;
    private final AsynchronousFileChannel forcing;
    private final FileOutputStream out;
    private long length;

    GrowingFile(String name, Path file, Consumer<Closeable> closed) throws IOException {
        this.name = name;
        this.closed = closed;
        this.forcing = AsynchronousFileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try {
            this.out = new FileOutputStream(file.toFile(), true);
        } catch (IOException e) {
            forcing.close();
            throw e;
        }
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
        try {
            if (bytes.hasArray()) {
                out.write(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
                length += bytes.remaining();
                bytes.position(bytes.limit());
            } else {
                byte[] piece = new byte[Math.min(PIECE, bytes.remaining())];
                while (bytes.hasRemaining()) {
                    int part = Math.min(piece.length, bytes.remaining());
                    bytes.get(piece, 0, part);
                    out.write(piece, 0, part);
                    length += part;
                }
            }
        } catch (IOException e) {
            throw DiskErrors.at(name, e);
        }
    }

    @Override
    public void force() throws IOException {
        try {
            forcing.force(true);
        } catch (IOException e) {
            throw DiskErrors.at(name, e);
        }
    }

    @Override
    public long length() {
        return length;
    }

    @Override
    public void close() throws IOException {
        closed.accept(this);
        try (forcing) {
            out.close();
        }
    }
}
