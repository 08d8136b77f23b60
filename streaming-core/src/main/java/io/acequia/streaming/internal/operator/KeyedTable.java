/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.operator;

import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.data.Utf8;
import io.acequia.streaming.engine.Downstream;
import io.acequia.streaming.internal.memory.SizeEstimator;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A map from keys to values for combining: open addressing over an index, entries in the order in which their keys came.
 *
 * <p>The index holds one word for each slot: in its low bits the entry's number, as many bits as the index has slots, and in
 * the bits above those of the key's hash that did not choose the slot. So a probe reads one word and touches a key only when
 * the hashes agree, and the index stays small enough for the caches; growing it reads the hashes kept apart, and no key.
 * Keys and values lie densely, which keeps reading them in order cheap and the order itself reproducible; text and numbers lie
 * there as what they are, not as objects. One thread.
 */
public final class KeyedTable<K, V> implements Serializable {
    private static final int LEAST_SLOTS = 32;
    private static final int SAMPLES = 16;

    /** 0 is an empty slot: entry numbers begin at 1. */
    private int[] index = new int[LEAST_SLOTS];

    private int[] hashes = new int[LEAST_SLOTS / 2];
    /** Null unless all keys are text. */
    private @Nullable TextKeys texts = new TextKeys();
    /** The keys when not all of them are text. */
    private @Nullable Object[] keys = {};

    private final Values<V> values;
    private int size;

    public KeyedTable() {
        values = new Values<>();
    }

    private KeyedTable(KeyedTable<K, V> other) {
        index = other.index.clone();
        hashes = other.hashes.clone();
        texts = other.texts == null ? null : other.texts.copy();
        keys = other.keys.clone();
        values = other.values.copy();
        size = other.size;
    }

    /** Another table of the same keys and values, which is filled by itself. */
    public KeyedTable<K, V> copy() {
        return new KeyedTable<>(this);
    }

    public int size() {
        return size;
    }

    /** The entry of {@code key}, made with a null value when it is new. */
    public int entryOf(@Nullable K key) {
        return entryOf(key, spread(key));
    }

    /** The entry of a key of another table, whose hash is known there. */
    int entryOf(KeyedTable<K, V> other, int entry) {
        return entryOf(other.glimpse(entry), other.hashes[entry]);
    }

    private int entryOf(@Nullable K key, int hash) {
        int[] words = index;
        int mask = words.length - 1;
        int slot = hash & mask;
        for (int word = words[slot]; word != 0; word = words[slot]) {
            if (((word ^ hash) & ~mask) == 0 && isKey((word & mask) - 1, key)) {
                return (word & mask) - 1;
            }
            slot = (slot + 1) & mask;
        }
        return add(key, hash, slot);
    }

    /** The entry of {@code key}; negative when there is none. */
    int find(@Nullable K key) {
        int hash = spread(key);
        int mask = index.length - 1;
        int slot = hash & mask;
        for (int word = index[slot]; word != 0; word = index[slot]) {
            if (((word ^ hash) & ~mask) == 0 && isKey((word & mask) - 1, key)) {
                return (word & mask) - 1;
            }
            slot = (slot + 1) & mask;
        }
        return -1;
    }

    /** Null for an entry just made. */
    public @Nullable V value(int entry) {
        return values.get(entry);
    }

    public void value(int entry, @Nullable V value) {
        values.set(entry, value);
    }

    /** A key for a look, which may stand on the memory of this table. */
    @SuppressWarnings({"unchecked", "NullAway"}) // the key may be null, as its owner gave it
    private K glimpse(int entry) {
        return (K) (texts != null ? texts.glimpse(entry) : keys[entry]);
    }

    @SuppressWarnings({"unchecked", "NullAway"}) // the key may be null, as its owner gave it
    public K key(int entry) {
        return (K) (texts != null ? texts.get(entry) : keys[entry]);
    }

    /** Gives every entry, in order. */
    @SuppressWarnings("NullAway") // the value is what the owner has put there
    void drainTo(Downstream<Tuple2<K, V>> out) throws Exception {
        for (int entry = 0; entry < size && out.wantsMore(); entry++) {
            out.accept(new Tuple2<>(key(entry), values.get(entry)));
        }
    }

    @SuppressWarnings("NullAway") // the value is what the owner has put there
    Tuple2<K, V> pair(int entry) {
        return new Tuple2<>(key(entry), values.get(entry));
    }

    /** Every entry, in the order of the hashes of the keys, which is that of {@link #spread}. */
    Iterator<Tuple2<K, V>> byHash() {
        long[] order = new long[size];
        for (int entry = 0; entry < size; entry++) {
            order[entry] = ((long) hashes[entry] << 32) | entry;
        }
        Arrays.sort(order);
        return Arrays.stream(order).mapToObj(each -> pair((int) each)).iterator();
    }

    /**
     * About how many bytes the table takes. Some entries are measured, and the others are taken to be alike; but where the
     * values gather what was put in, a few of them may hold most of it. So it is no more than {@code putIn}, the bytes of all
     * that came, and what three of four entries are within.
     */
    long bytes(long putIn) {
        int step = Math.max(1, size / SAMPLES);
        List<@Nullable Object> samples = new ArrayList<>();
        long[] sizes = new long[2 * SAMPLES];
        int sampled = 0;
        for (int entry = 0; entry < size; entry += step) {
            List<@Nullable Object> sample = Arrays.asList(glimpse(entry), values.get(entry));
            sizes[sampled++] = SizeEstimator.bytesOf(sample);
            samples.addAll(sample);
        }
        long slots = 4L * (index.length + hashes.length);
        if (sampled == 0) {
            return slots;
        }
        Arrays.sort(sizes, 0, sampled);
        long usual = sizes[sampled * 3 / 4];
        return slots + Math.min(SizeEstimator.bytesOf(samples) * size / sampled, putIn + usual * size);
    }

    private boolean isKey(int entry, @Nullable K key) {
        if (texts != null) {
            return key instanceof Utf8 text && texts.is(entry, text);
        }
        Object known = keys[entry];
        return known == key || (known != null && known.equals(key));
    }

    private int add(@Nullable K key, int hash, int slot) {
        if (texts != null && !(key instanceof Utf8 text && texts.add(text))) {
            keys = new Object[hashes.length];
            for (int entry = 0; entry < size; entry++) {
                keys[entry] = texts.get(entry);
            }
            texts = null;
        }
        if (size == hashes.length) {
            hashes = Arrays.copyOf(hashes, size * 2);
        }
        if (texts == null) {
            if (size == keys.length) {
                keys = Arrays.copyOf(keys, hashes.length);
            }
            keys[size] = key instanceof Utf8 text ? text.compact() : key;
        }
        int entry = size++;
        hashes[entry] = hash;
        index[slot] = (hash & -index.length) | (entry + 1);
        if (2 * size > index.length) {
            grow();
        }
        return entry;
    }

    private void grow() {
        index = new int[index.length * 2];
        int mask = index.length - 1;
        for (int entry = 0; entry < size; entry++) {
            int slot = hashes[entry] & mask;
            while (index[slot] != 0) {
                slot = (slot + 1) & mask;
            }
            index[slot] = (hashes[entry] & ~mask) | (entry + 1);
        }
    }

    /** Java's hashes vary in their low bits at best: multiply, then fold the high half down. */
    static int spread(@Nullable Object key) {
        int hash = key == null ? 0 : key.hashCode();
        hash = (hash ^ (hash >>> 16)) * 0x9E3779B9;
        return hash ^ (hash >>> 15);
    }
}
