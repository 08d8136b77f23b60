/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.local;

import io.acequia.streaming.data.Utf8;
import java.util.Arrays;
import java.util.BitSet;

/**
 * A map from keys to states that stands for long: open addressing over an index of words, entries in pages.
 *
 * <p>A word of the index holds the number of an entry and, in the bits above, those of the key's hash that did not choose the
 * slot: a probe reads one word, and a key only where the hashes agree. An entry keeps its number as long as it is used, so
 * growing moves words and no entry, and what was there before can be named by number. Removing closes the gap in the index and
 * leaves the entry free for the next key. When a page cannot be had, nothing has changed. One thread at a time.
 */
final class StateTable<K, S> {
    private static final int LEAST_SLOTS = 32;

    private final StatePages pages;
    /** 0 is an empty slot: entry numbers begin at 1. */
    private int[] index = new int[LEAST_SLOTS];

    private int[] hashes = new int[LEAST_SLOTS / 2];
    private final BitSet live = new BitSet();
    /** Entries ever used; all that are live have lower numbers. */
    private int entries;
    /** No entry with a lower number is free. */
    private int lowestFree;

    private volatile int size;

    StateTable(StatePages pages) {
        this.pages = pages;
    }

    /** How many keys; for any thread. */
    int size() {
        return size;
    }

    int entries() {
        return entries;
    }

    boolean isLive(int entry) {
        return live.get(entry);
    }

    /** The next entry in use from this number on; negative when there is none. */
    int nextLive(int from) {
        return live.nextSetBit(from);
    }

    /** The entry of a key; negative when there is none. */
    int find(K key) {
        int hash = spread(key);
        int[] words = index;
        int mask = words.length - 1;
        int slot = hash & mask;
        for (int word = words[slot]; word != 0; word = words[slot]) {
            if (((word ^ hash) & ~mask) == 0) {
                int entry = (word & mask) - 1;
                Object known = pages.key(entry);
                if (known == key || key.equals(known)) {
                    return entry;
                }
            }
            slot = (slot + 1) & mask;
        }
        return -1;
    }

    /** The number that the next new key gets. */
    int nextFree() {
        lowestFree = live.nextClearBit(lowestFree);
        return lowestFree;
    }

    /** Puts a key that is not there, and its state, at a free entry. */
    void insert(int entry, K key, S state) {
        int hash = spread(key);
        pages.reach(entry);
        pages.set(entry, key instanceof Utf8 text ? text.compact() : key, state);
        if (entry >= hashes.length) {
            hashes = Arrays.copyOf(hashes, Math.max(entry + 1, 2 * hashes.length));
        }
        hashes[entry] = hash;
        entries = Math.max(entries, entry + 1);
        if (2 * entries > index.length) {
            grow();
        }
        int mask = index.length - 1;
        int slot = hash & mask;
        while (index[slot] != 0) {
            slot = (slot + 1) & mask;
        }
        index[slot] = (hash & ~mask) | (entry + 1);
        live.set(entry);
        size++;
    }

    @SuppressWarnings({"unchecked", "NullAway"}) // a live entry has a key
    K key(int entry) {
        return (K) pages.key(entry);
    }

    @SuppressWarnings({"unchecked", "NullAway"}) // a live entry has a state
    S state(int entry) {
        return (S) pages.state(entry);
    }

    void state(int entry, S state) {
        pages.setState(entry, state);
    }

    /** Takes an entry out and frees it. */
    void remove(int entry) {
        pages.set(entry, null, null);
        close(slotOf(entry));
        live.clear(entry);
        lowestFree = Math.min(lowestFree, entry);
        size--;
    }

    /** The slot whose word names this entry. */
    private int slotOf(int entry) {
        int mask = index.length - 1;
        int slot = hashes[entry] & mask;
        while ((index[slot] & mask) != entry + 1) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    /** Empties a slot, and moves up the words behind it that would no longer be found. */
    private void close(int slot) {
        int mask = index.length - 1;
        int gap = slot;
        int next = (gap + 1) & mask;
        while (index[next] != 0) {
            int home = hashes[(index[next] & mask) - 1] & mask;
            if (((next - home) & mask) >= ((next - gap) & mask)) {
                index[gap] = index[next];
                gap = next;
            }
            next = (next + 1) & mask;
        }
        index[gap] = 0;
    }

    private void grow() {
        int slots = Integer.highestOneBit(2 * entries) * 2;
        index = new int[Math.max(LEAST_SLOTS, slots)];
        int mask = index.length - 1;
        for (int entry = live.nextSetBit(0); entry >= 0; entry = live.nextSetBit(entry + 1)) {
            int slot = hashes[entry] & mask;
            while (index[slot] != 0) {
                slot = (slot + 1) & mask;
            }
            index[slot] = (hashes[entry] & ~mask) | (entry + 1);
        }
    }

    /** Java's hashes vary in their low bits at best: multiply, then fold the high half down. */
    private static int spread(Object key) {
        int hash = key.hashCode();
        hash = (hash ^ (hash >>> 16)) * 0x9E3779B9;
        return hash ^ (hash >>> 15);
    }
}
