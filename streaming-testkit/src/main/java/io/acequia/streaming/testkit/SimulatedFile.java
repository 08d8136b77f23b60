/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/** The bytes of a file of a {@link SimulatedStorage}, and how many of them the disk has. Guarded by the storage. */
final class SimulatedFile {
    private byte[] bytes;
    private int length;
    private int forced;
    private boolean broken;
    private boolean failed;

    SimulatedFile() {
        this(new byte[64], 0);
    }

    private SimulatedFile(byte[] bytes, int length) {
        this.bytes = bytes;
        this.length = length;
        this.forced = length;
    }

    /** A file that is on the disk as a whole. */
    static SimulatedFile of(byte[] content) {
        return new SimulatedFile(content.clone(), content.length);
    }

    int length() {
        return length;
    }

    byte[] content() {
        return Arrays.copyOf(bytes, length);
    }

    ByteBuffer read(int offset, int count) {
        return ByteBuffer.wrap(Arrays.copyOfRange(bytes, offset, offset + count));
    }

    void append(ByteBuffer source, int count) {
        if (length + count > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + count));
        }
        source.get(bytes, length, count);
        length += count;
    }

    void force() {
        if (!broken) {
            forced = length;
        }
    }

    /** A force failed: the system forgets that there was something to write, so that a later one succeeds and does nothing. */
    void breakForces(boolean forWantOfSpace) {
        broken = true;
        failed |= !forWantOfSpace;
    }

    boolean hasFailedForces() {
        return failed;
    }

    /** The same bytes, none of which is on the disk. */
    SimulatedFile copy() {
        SimulatedFile copy = of(content());
        copy.forced = 0;
        return copy;
    }

    void flip(int offset, int bit) {
        bytes[offset] ^= (byte) (1 << bit);
    }

    void truncate(int newLength) {
        length = newLength;
        forced = Math.min(forced, newLength);
    }

    /** What the disk has after the power went: what was forced, and a part of the rest, perhaps filled up with zeros. */
    SimulatedFile afterPowerLoss(RandomGenerator random) {
        int kept = forced + (length == forced ? 0 : random.nextInt(length - forced + 1));
        int zeros = kept < length && random.nextInt(3) == 0 ? random.nextInt(length - kept + 1) : 0;
        return of(Arrays.copyOf(Arrays.copyOf(bytes, kept), kept + zeros));
    }
}
