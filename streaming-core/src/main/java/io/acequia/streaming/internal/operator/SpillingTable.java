/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.operator;

import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.engine.Roots;
import io.acequia.streaming.function.Function2;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A table of combined values that goes to disk when it does not fit into memory, as runs in the order of the hashes of its keys
 * ({@link Runs}); reading it merges what belongs to the same key, in the order in which it came. Keys come in the order in
 * which they were first met as long as nothing was put aside, and in the order of their hashes otherwise. What is combined for
 * one key must fit into memory. One thread.
 */
final class SpillingTable<K, C> implements AutoCloseable {
    private final Runs<Tuple2<K, C>> runs;
    private final Site site;
    private final TaskContext task;
    private final Function2<C, C, C> combine;
    private KeyedTable<K, C> table = new KeyedTable<>();

    /** {@code combine} makes one of two values of a key, the earlier one before the later one. */
    SpillingTable(Site site, TaskContext task, Function2<C, C, C> combine) {
        this.site = site;
        this.task = task;
        this.combine = combine;
        this.runs = new Runs<>(task, (a, b) -> Integer.compare(KeyedTable.spread(a._1()), KeyedTable.spread(b._1())));
    }

    /** The part in memory: another one after each {@link #took}. */
    KeyedTable<K, C> table() {
        return table;
    }

    /** The record is in the table now; puts that aside when it takes too much. */
    void took(@Nullable Object record) {
        if (!runs.gauge().isDue(record)) {
            return;
        }
        long held = table.bytes(runs.gauge().bytes());
        if (runs.gauge().isFull(held) && runs.add(table.byHash(), held / table.size())) {
            table = new KeyedTable<>();
        }
    }

    boolean isInMemory() {
        return runs.isEmpty();
    }

    /** Every key once; to be closed. */
    Entries<K, C> entries() {
        return isInMemory() ? new Held<>(table) : new Combined<>(this, runs.merged(table.byHash()));
    }

    @Override
    public void close() {
        runs.close();
    }

    private C combined(K key, C earlier, C later) {
        try {
            return CombineOperator.present(combine.call(earlier, later), key);
        } catch (Throwable t) {
            throw Roots.asIs(site.failure(task, t));
        }
    }

    /** The pairs of a table. */
    interface Entries<K, C> extends Iterator<Tuple2<K, C>>, AutoCloseable {
        @Override
        void close();
    }

    private static final class Held<K, C> implements Entries<K, C> {
        private final KeyedTable<K, C> table;
        private int entry;

        Held(KeyedTable<K, C> table) {
            this.table = table;
        }

        @Override
        public boolean hasNext() {
            return entry < table.size();
        }

        @Override
        public Tuple2<K, C> next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            return table.pair(entry++);
        }

        @Override
        public void close() {}
    }

    /** Keys of the same hash are few: they are told apart one by one. */
    private static final class Combined<K, C> implements Entries<K, C> {
        private final SpillingTable<K, C> owner;
        private final Runs.Merged<Tuple2<K, C>> merged;
        private Iterator<Tuple2<K, C>> sameHash = List.<Tuple2<K, C>>of().iterator();

        Combined(SpillingTable<K, C> owner, Runs.Merged<Tuple2<K, C>> merged) {
            this.owner = owner;
            this.merged = merged;
        }

        @Override
        public boolean hasNext() {
            return sameHash.hasNext() || merged.hasNext();
        }

        @Override
        public Tuple2<K, C> next() {
            if (!sameHash.hasNext()) {
                sameHash = gathered().iterator();
            }
            return sameHash.next();
        }

        private List<Tuple2<K, C>> gathered() {
            List<Tuple2<K, C>> pairs = new ArrayList<>(1);
            Tuple2<K, C> first = merged.next();
            pairs.add(first);
            int hash = KeyedTable.spread(first._1());
            while (merged.hasNext() && KeyedTable.spread(merged.peek()._1()) == hash) {
                put(merged.next(), pairs);
            }
            return pairs;
        }

        private void put(Tuple2<K, C> later, List<Tuple2<K, C>> pairs) {
            for (int i = 0; i < pairs.size(); i++) {
                Tuple2<K, C> earlier = pairs.get(i);
                if (Objects.equals(earlier._1(), later._1())) {
                    pairs.set(i, new Tuple2<>(earlier._1(), owner.combined(later._1(), earlier._2(), later._2())));
                    return;
                }
            }
            pairs.add(later);
        }

        @Override
        public void close() {
            merged.close();
        }
    }
}
