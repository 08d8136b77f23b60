/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.zeromq;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.stream.Collectors;

/** One message as its frames. Does not change, as long as nobody changes the arrays. Equal to another one of the same bytes. */
public final class ZeroMqMessage implements Serializable {
    private static final int SHOWN = 40;

    private final byte[][] frames;

    private ZeroMqMessage(byte[][] frames) {
        this.frames = frames;
    }

    /**
     * A message, as for the tests of a function that decodes one.
     *
     * @param frames at least one; kept, not copied
     */
    public static ZeroMqMessage of(byte[]... frames) {
        if (frames.length == 0) {
            throw new IllegalArgumentException("ACQ-2580 a message of no frames: give at least one");
        }
        return new ZeroMqMessage(frames);
    }

    /** How many frames it has, at least 1. */
    public int size() {
        return frames.length;
    }

    /**
     * A frame, from 0 on; the array itself, no copy.
     *
     * @throws IndexOutOfBoundsException when there is none
     */
    public byte[] frame(int index) {
        return frames[index];
    }

    /** A frame as UTF-8, from 0 on; what is no UTF-8 becomes U+FFFD. */
    public String text(int index) {
        return new String(frame(index), UTF_8);
    }

    /** The first frame as UTF-8: what the publisher's topics begin with. */
    public String topic() {
        return text(0);
    }

    /** The last frame as UTF-8: the text itself, where the frames before it are a topic or the like. */
    public String text() {
        return text(frames.length - 1);
    }

    /** One frame as it is; of more, each behind its length in 4 bytes. */
    byte[] raw() {
        if (frames.length == 1) {
            return frames[0];
        }
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] frame : frames) {
            all.writeBytes(
                    ByteBuffer.allocate(Integer.BYTES).putInt(frame.length).array());
            all.writeBytes(frame);
        }
        return all.toByteArray();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ZeroMqMessage that && Arrays.deepEquals(frames, that.frames);
    }

    @Override
    public int hashCode() {
        return Arrays.deepHashCode(frames);
    }

    /** The beginnings of the frames. */
    @Override
    public String toString() {
        return Arrays.stream(frames)
                .map(frame -> new String(frame, 0, Math.min(frame.length, SHOWN), UTF_8))
                .collect(Collectors.joining(", ", "[", "]"));
    }
}
