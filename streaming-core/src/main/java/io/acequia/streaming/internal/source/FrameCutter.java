/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.source;

import io.acequia.streaming.receiver.ReceiverDisconnectedException;
import io.acequia.streaming.receiver.Rejected;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Cuts a stream of bytes into blocks that say their length first. A half block stays until its rest has come. */
final class FrameCutter {
    static final int MOST_FRAME_BYTES = 1 << 30;

    private static final int CHUNK = 64 * 1024;
    private static final int SAMPLE = 256;

    private final String peer;
    private final int maxFrameBytes;
    private final ByteBuffer chunk = ByteBuffer.allocate(CHUNK).flip();
    /** The block in the making, of which {@link #filled} bytes have come. */
    private byte @Nullable [] frame;

    private int filled;
    private long frames;

    FrameCutter(String peer, int maxFrameBytes) {
        this.peer = peer;
        this.maxFrameBytes = maxFrameBytes;
    }

    /** Reads once; false at the end of the stream. To be called when all whole blocks were cut. */
    boolean fill(InputStream in) throws IOException {
        byte[] half = frame;
        if (half != null && half.length - filled >= CHUNK) {
            int read = in.read(half, filled, half.length - filled);
            filled += Math.max(0, read);
            return read >= 0;
        }
        chunk.compact();
        int read = in.read(chunk.array(), chunk.position(), chunk.remaining());
        chunk.position(chunk.position() + Math.max(0, read)).flip();
        return read >= 0;
    }

    /**
     * Adds the whole blocks that are there, at most {@code most}.
     *
     * @throws ReceiverDisconnectedException when a length is out of bounds, once the blocks before it were given
     */
    void cut(int most, List<byte[]> into) throws ReceiverDisconnectedException {
        while (into.size() < most) {
            byte[] half = frame;
            if (half == null) {
                if (chunk.remaining() < Integer.BYTES) {
                    return;
                }
                int length = chunk.getInt(chunk.position());
                if (length < 0 || length > maxFrameBytes) {
                    if (into.isEmpty()) {
                        throw outOfBounds(length);
                    }
                    return;
                }
                chunk.getInt();
                half = new byte[length];
                frame = half;
                filled = 0;
            }
            int here = Math.min(chunk.remaining(), half.length - filled);
            chunk.get(half, filled, here);
            filled += here;
            if (filled < half.length) {
                return;
            }
            into.add(half);
            frames++;
            frame = null;
        }
    }

    /** What is left of a block at the end of the stream, once. */
    List<Rejected> takeRest() {
        byte[] half = frame;
        if (half == null && !chunk.hasRemaining()) {
            return List.of();
        }
        byte[] sample = new byte[half == null ? chunk.remaining() : Math.min(SAMPLE, filled)];
        String had;
        if (half == null) {
            chunk.get(sample);
            had = sample.length + " of the 4 bytes of its length";
        } else {
            System.arraycopy(half, 0, sample, 0, sample.length);
            had = filled + " of " + half.length + " bytes";
            frame = null;
        }
        String where = peer + " block " + (frames + 1);
        return List.of(new Rejected(
                sample, where, new IOException("ACQ-0620 " + where + " is cut off: the stream ended after " + had)));
    }

    private ReceiverDisconnectedException outOfBounds(int length) {
        return new ReceiverDisconnectedException(
                "ACQ-0621 " + peer + " announced block " + (frames + 1) + " with " + length
                        + " bytes: must be from 0 to " + maxFrameBytes
                        + "; the connection is given up, since nothing after that can be trusted");
    }
}
