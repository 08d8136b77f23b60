/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.operator;

import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.engine.Downstream;
import io.acequia.streaming.engine.Operator;
import io.acequia.streaming.engine.Roots;
import io.acequia.streaming.function.Ordering;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;

/** The records of a partition in order; equal ones stay as they came. Beyond the memory of an operator it sorts on disk. */
public record SortOperator<T>(Site site, Ordering<T> order) implements Operator<T, T> {
    @Override
    public Downstream<T> attach(TaskContext task, Downstream<T> down) {
        Sorter<T> sorter = new Sorter<>(site, order, task);
        return new Stage<T, T>(down) {
            @Override
            public boolean wantsMore() {
                return true;
            }

            @Override
            public void accept(T record) throws Exception {
                sorter.add(record);
            }

            @Override
            public void end() throws Exception {
                Iterator<T> sorted = sorter.results();
                while (down.wantsMore() && sorted.hasNext()) {
                    down.accept(sorted.next());
                }
                down.end();
            }

            @Override
            public void close() {
                try {
                    sorter.close();
                } finally {
                    down.close();
                }
            }
        };
    }

    @Override
    public Iterator<T> results(TaskContext task, Iterator<T> records) {
        return new Gathered<>(records, new Sorter<>(site, order, task));
    }

    /** The order is the program's, and may throw at any step. */
    private static final class Sorter<T> implements Gathered.Gathering<T, T> {
        private final Site site;
        private final Ordering<T> order;
        private final TaskContext task;
        private final Runs<T> runs;
        private List<T> records = new ArrayList<>();
        private Iterator<T> sorted = Collections.emptyIterator();

        Sorter(Site site, Ordering<T> order, TaskContext task) {
            this.site = site;
            this.order = order;
            this.task = task;
            this.runs = new Runs<>(task, order);
        }

        @Override
        public void add(T record) throws Exception {
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
        public Iterator<T> results() throws Exception {
            sort();
            if (runs.isEmpty()) {
                sorted = records.iterator();
                return sorted;
            }
            try {
                sorted = runs.merged(records.iterator());
            } catch (Throwable t) {
                throw site.failure(task, t);
            }
            return new Iterator<>() {
                @Override
                public boolean hasNext() {
                    return sorted.hasNext();
                }

                @Override
                public T next() {
                    try {
                        return sorted.next();
                    } catch (Throwable t) {
                        throw Sneaky.asIs(site.failure(task, t));
                    }
                }
            };
        }

        @Override
        public void close() {
            try {
                Roots.close(sorted);
            } finally {
                runs.close();
            }
        }
    }
}
