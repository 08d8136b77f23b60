/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.operator;

import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.engine.Downstream;
import io.acequia.streaming.engine.Operator;
import io.acequia.streaming.function.Ordering;
import java.util.ArrayList;
import java.util.List;

/** The records of a partition in order; equal ones stay as they came. Beyond the memory of an operator it sorts on disk. */
public record SortOperator<T>(Site site, Ordering<T> order) implements Operator<T, T> {
    @Override
    public Downstream<T> attach(TaskContext task, Downstream<T> down) {
        return new Sorting<>(site, order, task, down);
    }

    private static final class Sorting<T> extends Stage<T, T> {
        private final Site site;
        private final Ordering<T> order;
        private final TaskContext task;
        private final Runs<T> runs;
        private List<T> records = new ArrayList<>();

        Sorting(Site site, Ordering<T> order, TaskContext task, Downstream<T> down) {
            super(down);
            this.site = site;
            this.order = order;
            this.task = task;
            this.runs = new Runs<>(task, order);
        }

        @Override
        public boolean wantsMore() {
            return true;
        }

        @Override
        public void accept(T record) throws Exception {
            records.add(record);
            if (runs.gauge().isDue(record) && runs.gauge().isFull(runs.gauge().bytes())) {
                sort();
                if (runs.add(records.iterator())) {
                    records = new ArrayList<>();
                }
            }
        }

        private void sort() throws Exception {
            try {
                records.sort(order);
            } catch (Throwable t) {
                throw site.failure(task, t);
            }
        }

        @Override
        public void end() throws Exception {
            sort();
            if (runs.isEmpty()) {
                for (int i = 0; i < records.size() && down.wantsMore(); i++) {
                    down.accept(records.get(i));
                }
            } else {
                merge();
            }
            down.end();
        }

        /** The order is the program's, and may throw at any step. */
        private void merge() throws Exception {
            try (Runs.Merged<T> merged = begun()) {
                while (down.wantsMore() && merged.hasNext()) {
                    down.accept(next(merged));
                }
            }
        }

        private Runs.Merged<T> begun() throws Exception {
            try {
                return runs.merged(records.iterator());
            } catch (Throwable t) {
                throw site.failure(task, t);
            }
        }

        private T next(Runs.Merged<T> merged) throws Exception {
            try {
                return merged.next();
            } catch (Throwable t) {
                throw site.failure(task, t);
            }
        }

        @Override
        public void close() {
            try {
                runs.close();
            } finally {
                super.close();
            }
        }
    }
}
