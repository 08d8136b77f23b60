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
            this.runs = new Runs<>(task, this::compared);
        }

        @Override
        public void add(T record) throws Exception {
            records.add(record);
            if (!runs.gauge().isDue(record)) {
                return;
            }
            long held = runs.gauge().bytes();
            if (runs.gauge().isFull(held)) {
                sort();
                if (runs.add(records.iterator(), held / records.size())) {
                    records = new ArrayList<>();
                }
            }
        }

        /** While runs are merged the disk may fail too: what the order throws is told apart here. */
        private int compared(T a, T b) {
            try {
                return order.compare(a, b);
            } catch (Throwable t) {
                throw Roots.asIs(site.failure(task, t));
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
            sorted = runs.isEmpty() ? records.iterator() : runs.merged(records.iterator());
            return sorted;
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
