/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/** Changes bytes in the ways that hurt decoders: bits, lengths, ends, repetitions. */
final class Mutation {
    private static final int[] LENGTHS = {
        Integer.MAX_VALUE, Integer.MIN_VALUE, -1, 1 << 30, 0x7ffffff0, 100_000_000, 65_536, 255, 0
    };
    private static final byte[] LONGEST = {-1, -1, -1, -1, 0x07};

    private Mutation() {}

    /** One to four changes. */
    static byte[] of(byte[] whole, RandomGenerator random) {
        byte[] bytes = whole.clone();
        int changes = 1 + random.nextInt(4);
        for (int i = 0; i < changes && bytes.length > 0; i++) {
            bytes = change(bytes, random.nextInt(bytes.length), random);
        }
        return bytes;
    }

    private static byte[] change(byte[] bytes, int at, RandomGenerator random) {
        int length = 1 + random.nextInt(Math.min(64, bytes.length - at));
        switch (random.nextInt(8)) {
            case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
            case 1 -> bytes[at] = (byte) random.nextInt(256);
            case 2 -> {
                if (at + Integer.BYTES <= bytes.length) {
                    ByteBuffer.wrap(bytes).putInt(at, LENGTHS[random.nextInt(LENGTHS.length)]);
                }
            }
            case 3 -> {
                int written = Math.min(LONGEST.length, bytes.length - at);
                System.arraycopy(LONGEST, 0, bytes, at, written);
            }
            case 4 -> {
                return Arrays.copyOf(bytes, at);
            }
            case 5 -> {
                return spliced(bytes, at + length, Arrays.copyOfRange(bytes, at, at + length), at + length);
            }
            case 6 -> {
                return spliced(bytes, at, new byte[0], at + length);
            }
            default -> {
                byte[] noise = new byte[length];
                random.nextBytes(noise);
                return spliced(bytes, at, noise, at);
            }
        }
        return bytes;
    }

    private static byte[] spliced(byte[] bytes, int until, byte[] middle, int from) {
        return ByteBuffer.allocate(until + middle.length + bytes.length - from)
                .put(bytes, 0, until)
                .put(middle)
                .put(bytes, from, bytes.length - from)
                .array();
    }
}
