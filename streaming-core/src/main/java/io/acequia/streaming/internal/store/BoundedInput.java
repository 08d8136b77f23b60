/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.store;

import com.esotericsoftware.kryo.kryo5.io.Input;

/**
 * Bytes in memory that may be damaged or hostile: nothing is allocated for more elements than bytes are left. Kryo 5.6
 * believes every length that it reads.
 */
final class BoundedInput extends Input {
    BoundedInput(byte[] bytes, int from, int length) {
        super(bytes, from, length);
    }

    /** Reads a number of elements, of which each takes a byte at least. */
    static int readCount(Input in) {
        return checked(in, in.readVarInt(true), 1);
    }

    private static int checked(Input in, int count, int width) {
        int left = in.limit() - in.position();
        if (count < 0 || count > left / width) {
            throw new IllegalStateException("ACQ-0532 " + count + " elements are announced, but only " + left
                    + " bytes follow: the data is damaged");
        }
        return count;
    }

    @Override
    public byte[] readBytes(int length) {
        return super.readBytes(checked(this, length, 1));
    }

    @Override
    public short[] readShorts(int length) {
        return super.readShorts(checked(this, length, Short.BYTES));
    }

    @Override
    public char[] readChars(int length) {
        return super.readChars(checked(this, length, Character.BYTES));
    }

    @Override
    public boolean[] readBooleans(int length) {
        return super.readBooleans(checked(this, length, 1));
    }

    @Override
    public int[] readInts(int length) {
        return super.readInts(checked(this, length, Integer.BYTES));
    }

    @Override
    public int[] readInts(int length, boolean optimizePositive) {
        return super.readInts(checked(this, length, 1), optimizePositive);
    }

    @Override
    public long[] readLongs(int length) {
        return super.readLongs(checked(this, length, Long.BYTES));
    }

    @Override
    public long[] readLongs(int length, boolean optimizePositive) {
        return super.readLongs(checked(this, length, 1), optimizePositive);
    }

    @Override
    public float[] readFloats(int length) {
        return super.readFloats(checked(this, length, Float.BYTES));
    }

    @Override
    public double[] readDoubles(int length) {
        return super.readDoubles(checked(this, length, Double.BYTES));
    }

    @Override
    public String readString() {
        checkText();
        return super.readString();
    }

    @Override
    public StringBuilder readStringBuilder() {
        checkText();
        return super.readStringBuilder();
    }

    /** Looks at the length of a text, of which each character takes a byte at least; short ASCII texts have none. */
    private void checkText() {
        int start = position;
        if (readVarIntFlag()) {
            int characters = readVarIntFlag(true) - 1;
            if (characters > 0) {
                checked(this, characters, 1);
            }
        }
        position = start;
    }
}
