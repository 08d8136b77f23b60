/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.local;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * A timer wheel over the entries of a state table. Its spokes are the due times themselves, which are few: batch times plus
 * one time-out. An entry that is touched again stays on its spoke and moves on only when that comes round, so a touch writes
 * one number. An entry is on the spoke that {@code listed} says; others that still name it are out of date. One thread.
 */
final class DueTimes {
    static final long NEVER = Long.MAX_VALUE;

    private final TreeMap<Long, Spoke> spokes = new TreeMap<>();
    private long[] due = {};
    private long[] listed = {};

    private static final class Spoke {
        private int[] entries = new int[8];
        private int count;

        void add(int entry) {
            if (count == entries.length) {
                entries = Arrays.copyOf(entries, 2 * count);
            }
            entries[count++] = entry;
        }
    }

    /** Whether any entry was ever due. */
    boolean areUsed() {
        return due.length > 0;
    }

    long of(int entry) {
        return entry < due.length ? due[entry] : NEVER;
    }

    void set(int entry, long at) {
        if (entry >= due.length) {
            if (at == NEVER) {
                return;
            }
            int known = due.length;
            int length = Math.max(entry + 1, 2 * known);
            due = Arrays.copyOf(due, length);
            listed = Arrays.copyOf(listed, length);
            Arrays.fill(due, known, length, NEVER);
            Arrays.fill(listed, known, length, NEVER);
        }
        due[entry] = at;
        if (at < listed[entry]) {
            list(entry, at);
        }
    }

    private void list(int entry, long at) {
        listed[entry] = at;
        spokes.computeIfAbsent(at, spoke -> new Spoke()).add(entry);
    }

    /** Takes the entries off the wheel that are due at {@code now}, the earliest first. */
    int[] take(long now) {
        Spoke taken = new Spoke();
        for (Map.Entry<Long, Spoke> first = spokes.firstEntry();
                first != null && first.getKey() <= now;
                first = spokes.firstEntry()) {
            spokes.pollFirstEntry();
            Spoke spoke = first.getValue();
            for (int i = 0; i < spoke.count; i++) {
                int entry = spoke.entries[i];
                if (listed[entry] == first.getKey()) {
                    listed[entry] = NEVER;
                    if (due[entry] <= now) {
                        taken.add(entry);
                    } else if (due[entry] != NEVER) {
                        list(entry, due[entry]);
                    }
                }
            }
        }
        return Arrays.copyOf(taken.entries, taken.count);
    }
}
