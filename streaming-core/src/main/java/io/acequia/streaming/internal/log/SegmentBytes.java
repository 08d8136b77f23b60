/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.log;

import io.acequia.streaming.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;

/** The bytes of a file, read through a window that moves forward. For one thread. */
final class SegmentBytes {
    static final int WINDOW = 1 << 18;

    private final Storage storage;
    private final String name;
    private final long length;
    private ByteBuffer window = ByteBuffer.allocate(0);
    private long start;

    SegmentBytes(Storage storage, Storage.Entry file) {
        this.storage = storage;
        this.name = file.name();
        this.length = file.length();
    }

    String name() {
        return name;
    }

    long length() {
        return length;
    }

    /** A view of bytes that are in the file. The caller has checked the length: it is allocated. */
    ByteBuffer at(long offset, int bytes) throws IOException {
        if (offset < start || offset + bytes > start + window.limit()) {
            window = storage.read(name, offset, (int) Math.min(Math.max(bytes, WINDOW), length - offset));
            start = offset;
        }
        return window.slice((int) (offset - start), bytes);
    }

    /** Whether there are only zeros from an offset on. */
    boolean isZeroFrom(long offset) throws IOException {
        for (long at = offset; at < length; ) {
            ByteBuffer part = at(at, (int) Math.min(WINDOW, length - at));
            at += part.limit();
            while (part.hasRemaining()) {
                if (part.get() != 0) {
                    return false;
                }
            }
        }
        return true;
    }
}
