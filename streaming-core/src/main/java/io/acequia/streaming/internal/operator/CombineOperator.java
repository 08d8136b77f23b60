/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.operator;

import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.engine.Downstream;
import io.acequia.streaming.engine.Operator;
import io.acequia.streaming.function.Function;
import io.acequia.streaming.function.Function2;
import org.jspecify.annotations.Nullable;

/**
 * Combines the values of each key of a partition: {@code create} makes the first combined value, {@code merge} adds the next
 * one. Without {@code create} the first value is the combined one. Both sides of a shuffle use it. Null keys are keys;
 * a combined value must not be null.
 */
public record CombineOperator<K, V, C>(Site site, @Nullable Function<V, C> create, Function2<C, V, C> merge)
        implements Operator<Tuple2<K, V>, Tuple2<K, C>> {
    @Override
    public Downstream<Tuple2<K, V>> attach(TaskContext task, Downstream<Tuple2<K, C>> down) {
        return new Combining<>(this, task, down);
    }

    private static final class Combining<K, V, C> extends Stage<Tuple2<K, V>, Tuple2<K, C>> {
        private final KeyedTable<K, C> table = new KeyedTable<>();
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

        @Override
        @SuppressWarnings("unchecked")
        public void accept(Tuple2<K, V> pair) throws Exception {
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

        @Override
        public void end() throws Exception {
            table.drainTo(down);
            down.end();
        }
    }
}
