/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.operator;

import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.engine.Downstream;
import io.acequia.streaming.engine.Operator;
import io.acequia.streaming.engine.Roots;
import io.acequia.streaming.function.Function;
import io.acequia.streaming.function.Function2;
import io.acequia.streaming.internal.memory.Gauge;
import java.util.Collections;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * Combines the values of each key of a partition: {@code create} makes the first combined value, {@code merge} adds the next
 * one. Without {@code create} the first value is the combined one. Both sides of a shuffle use it. Null keys are keys;
 * a combined value must not be null.
 *
 * <p>When the values do not fit into memory: behind a shuffle, {@code combine} is there, each key comes out once, and the values are
 * put aside ({@link SpillingTable}). Before a shuffle it is not there; then what has been combined goes out, and a key may come
 * again, to be combined behind the shuffle.
 */
public record CombineOperator<K, V, C>(
        Site site, @Nullable Function<V, C> create, Function2<C, V, C> merge, @Nullable Function2<C, C, C> combine)
        implements Operator<Tuple2<K, V>, Tuple2<K, C>> {
    @Override
    public Downstream<Tuple2<K, V>> attach(TaskContext task, Downstream<Tuple2<K, C>> down) {
        return combine == null ? new Before<>(this, task, down) : new Behind<>(this, task, down, combine);
    }

    /** Before a shuffle nobody pulls. */
    @Override
    public Iterator<Tuple2<K, C>> results(TaskContext task, Iterator<Tuple2<K, V>> records) throws Exception {
        return combine == null
                ? Operator.super.results(task, records)
                : new Gathered<>(records, new Combined<>(this, task, combine));
    }

    /** Adds a pair to what its key has in the table. */
    @SuppressWarnings("unchecked")
    private void put(Tuple2<K, V> pair, KeyedTable<K, C> table, TaskContext task) throws Exception {
        int entry = table.entryOf(pair._1());
        C combined = table.value(entry);
        try {
            if (combined != null) {
                combined = merge.call(combined, pair._2());
            } else {
                combined = create == null ? (C) pair._2() : create.call(pair._2());
            }
            present(combined, pair._1());
        } catch (Throwable t) {
            throw site.failure(task, t);
        }
        table.value(entry, combined);
    }

    /** What was combined, which must not be null. */
    static <C> C present(@Nullable C combined, @Nullable Object key) {
        if (combined == null) {
            throw new NullPointerException(
                    "ACQ-0702 combining gave null for key " + key + ": return a value, such as an Optional");
        }
        return combined;
    }

    /** Whether the end is of interest says nothing about the records before it. */
    private abstract static class Combining<K, V, C> extends Stage<Tuple2<K, V>, Tuple2<K, C>> {
        Combining(Downstream<Tuple2<K, C>> down) {
            super(down);
        }

        @Override
        public boolean wantsMore() {
            return true;
        }
    }

    private static final class Before<K, V, C> extends Combining<K, V, C> {
        private final CombineOperator<K, V, C> operator;
        private final TaskContext task;
        private final Gauge gauge;
        private KeyedTable<K, C> table = new KeyedTable<>();

        Before(CombineOperator<K, V, C> operator, TaskContext task, Downstream<Tuple2<K, C>> down) {
            super(down);
            this.operator = operator;
            this.task = task;
            this.gauge = Runs.gauge(task);
        }

        @Override
        public void accept(Tuple2<K, V> pair) throws Exception {
            operator.put(pair, table, task);
            if (gauge.isDue(pair) && gauge.isFull(table.bytes(gauge.bytes()))) {
                table.drainTo(down);
                table = new KeyedTable<>();
                gauge.empty();
            }
        }

        @Override
        public void end() throws Exception {
            table.drainTo(down);
            down.end();
        }
    }

    private static final class Behind<K, V, C> extends Combining<K, V, C> {
        private final Combined<K, V, C> combined;

        Behind(
                CombineOperator<K, V, C> operator,
                TaskContext task,
                Downstream<Tuple2<K, C>> down,
                Function2<C, C, C> combine) {
            super(down);
            combined = new Combined<>(operator, task, combine);
        }

        @Override
        public void accept(Tuple2<K, V> pair) throws Exception {
            combined.add(pair);
        }

        @Override
        public void end() throws Exception {
            if (combined.values.isInMemory()) {
                combined.values.table().drainTo(down);
            } else {
                Iterator<Tuple2<K, C>> results = combined.results();
                while (down.wantsMore() && results.hasNext()) {
                    down.accept(results.next());
                }
            }
            down.end();
        }

        @Override
        public void close() {
            try {
                combined.close();
            } finally {
                super.close();
            }
        }
    }

    /** What is combined so far, in memory and beyond it. */
    private static final class Combined<K, V, C> implements Gathered.Gathering<Tuple2<K, V>, Tuple2<K, C>> {
        private final CombineOperator<K, V, C> operator;
        private final TaskContext task;
        private final SpillingTable<K, C> values;
        private Iterator<Tuple2<K, C>> results = Collections.emptyIterator();

        Combined(CombineOperator<K, V, C> operator, TaskContext task, Function2<C, C, C> combine) {
            this.operator = operator;
            this.task = task;
            this.values = new SpillingTable<>(operator.site, task, combine);
        }

        @Override
        public void add(Tuple2<K, V> pair) throws Exception {
            operator.put(pair, values.table(), task);
            values.took(pair);
        }

        @Override
        public Iterator<Tuple2<K, C>> results() throws Exception {
            results = values.entries();
            return results;
        }

        @Override
        public void close() {
            try {
                Roots.close(results);
            } finally {
                values.close();
            }
        }
    }
}
