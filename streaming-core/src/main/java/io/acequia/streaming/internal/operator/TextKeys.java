/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.operator;

import io.acequia.streaming.data.Utf8;
import java.io.Serializable;
import java.util.Arrays;

/**
 * Keys that are text, one after the other in one array. A probe finds them side by side, where objects would lie scattered over
 * the heap, each in a page of its own; and no key keeps the line from which it was cut.
 */
final class TextKeys implements Serializable {
    private static final int MOST_BYTES = 1 << 30;
    /** So that eight bytes can be read where a key begins. */
    private static final int SPARE = 8;

    private byte[] bytes;
    /** Where each key begins, and where the last one ends. */
    private int[] starts;

    private int size;

    TextKeys() {
        this(new byte[512], new int[32], 0);
    }

    private TextKeys(byte[] bytes, int[] starts, int size) {
        this.bytes = bytes;
        this.starts = starts;
        this.size = size;
    }

    TextKeys copy() {
        return new TextKeys(bytes.clone(), starts.clone(), size);
    }

    /** Adds a key; false when there is no room for it. */
    boolean add(Utf8 key) {
        long end = (long) starts[size] + key.length();
        if (end > MOST_BYTES) {
            return false;
        }
        if (end + SPARE > bytes.length) {
            bytes = Arrays.copyOf(bytes, (int) Math.max(end + SPARE, 2L * bytes.length));
        }
        key.copyTo(bytes, starts[size]);
        if (++size == starts.length) {
            starts = Arrays.copyOf(starts, 2 * size);
        }
        starts[size] = (int) end;
        return true;
    }

    boolean is(int entry, Utf8 key) {
        int start = starts[entry];
        return starts[entry + 1] - start == key.length() && key.standsAt(bytes, start);
    }

    /** A copy: who keeps one key keeps no other. */
    Utf8 get(int entry) {
        return glimpse(entry).compact();
    }

    /** The key where it stands, not to be kept. */
    Utf8 glimpse(int entry) {
        return Utf8.wrap(bytes, starts[entry], starts[entry + 1] - starts[entry]);
    }
}
