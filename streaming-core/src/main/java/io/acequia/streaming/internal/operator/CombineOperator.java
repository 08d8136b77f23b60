/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.operator;

import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.engine.Downstream;
import io.acequia.streaming.engine.Operator;
import io.acequia.streaming.function.Function;
import io.acequia.streaming.function.Function2;
import io.acequia.streaming.internal.store.Gauge;
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

    private abstract static class Combining<K, V, C> extends Stage<Tuple2<K, V>, Tuple2<K, C>> {
        private final CombineOperator<K, V, C> operator;
        private final @Nullable Function<V, C> create;
        private final Function2<C, V, C> merge;
        private final TaskContext task;

        Combining(CombineOperator<K, V, C> operator, TaskContext task, Downstream<Tuple2<K, C>> down) {
            super(down);
            this.operator = operator;
            this.create = operator.create;
            this.merge = operator.merge;
            this.task = task;
        }

        /** Whether the end is of interest says nothing about the records before it. */
        @Override
        public boolean wantsMore() {
            return true;
        }

        @SuppressWarnings("unchecked")
        final void put(Tuple2<K, V> pair, KeyedTable<K, C> table) throws Exception {
            int entry = table.entryOf(pair._1());
            C combined = table.value(entry);
            try {
                if (combined != null) {
                    combined = merge.call(combined, pair._2());
                } else {
                    combined = create == null ? (C) pair._2() : create.call(pair._2());
                }
            } catch (Throwable t) {
                throw operator.site.failure(task, t);
            }
            if (combined == null) {
                throw operator.site.failure(
                        task,
                        new NullPointerException("ACQ-0702 combining gave null for key " + pair._1()
                                + ": return a value, such as an Optional"));
            }
            table.value(entry, combined);
        }
    }

    private static final class Before<K, V, C> extends Combining<K, V, C> {
        private final Gauge gauge;
        private KeyedTable<K, C> table = new KeyedTable<>();

        Before(CombineOperator<K, V, C> operator, TaskContext task, Downstream<Tuple2<K, C>> down) {
            super(operator, task, down);
            gauge = Runs.gauge(task);
        }

        @Override
        public void accept(Tuple2<K, V> pair) throws Exception {
            put(pair, table);
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
        private final SpillingTable<K, C> combined;

        Behind(
                CombineOperator<K, V, C> operator,
                TaskContext task,
                Downstream<Tuple2<K, C>> down,
                Function2<C, C, C> combine) {
            super(operator, task, down);
            combined = new SpillingTable<>(operator.site, task, combine);
        }

        @Override
        public void accept(Tuple2<K, V> pair) throws Exception {
            put(pair, combined.table());
            combined.took(pair);
        }

        @Override
        public void end() throws Exception {
            if (combined.isInMemory()) {
                combined.table().drainTo(down);
            } else {
                try (SpillingTable.Entries<K, C> entries = combined.entries()) {
                    while (down.wantsMore() && entries.hasNext()) {
                        down.accept(entries.next());
                    }
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
}
