/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.local;

import io.acequia.streaming.data.Time;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** How to get from one version of a state partition back to the one before: what each changed entry held. One thread. */
final class StateUndo {
    private static final int LEAST = 16;

    /** The version that this leads away from. */
    final Time time;

    private int[] entries = new int[LEAST];
    /** Null where the entry was free. */
    private @Nullable Object[] keys = new Object[LEAST];

    private @Nullable Object[] states = new Object[LEAST];
    /** Null while no entry was due ever. */
    private long @Nullable [] due;

    private int size;

    StateUndo(Time time) {
        this.time = time;
    }

    void add(int entry, @Nullable Object key, @Nullable Object state, long dueAt) {
        if (size == entries.length) {
            entries = Arrays.copyOf(entries, 2 * size);
            keys = Arrays.copyOf(keys, 2 * size);
            states = Arrays.copyOf(states, 2 * size);
            due = due == null ? null : Arrays.copyOf(due, 2 * size);
        }
        if (dueAt != DueTimes.NEVER && due == null) {
            due = new long[entries.length];
            Arrays.fill(due, 0, size, DueTimes.NEVER);
        }
        if (due != null) {
            due[size] = dueAt;
        }
        entries[size] = entry;
        keys[size] = key;
        states[size] = state;
        size++;
    }

    int size() {
        return size;
    }

    int entry(int i) {
        return entries[i];
    }

    @Nullable
    Object key(int i) {
        return keys[i];
    }

    @Nullable
    Object state(int i) {
        return states[i];
    }

    long due(int i) {
        return due == null ? DueTimes.NEVER : due[i];
    }
}
