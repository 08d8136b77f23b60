/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.operator;

import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.engine.Roots;
import io.acequia.streaming.engine.StorageTask;
import io.acequia.streaming.internal.memory.Gauge;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * What an operator holds, in memory as long as it fits and in sorted runs on disk beyond that: the external merge sort, which
 * sorting, grouping and joining stand on.
 *
 * <p><b>When.</b> The task says how much an operator may hold ({@link StorageTask#operatorMemory}), and a {@link Gauge} estimates what
 * it does. When it is full, the operator sorts what it has, {@link #add}s it here and begins anew. The bound is the same
 * for every task and the estimate looks at the records alone, so a partition that is computed again is cut at the same records, and
 * comes out in the same order.
 *
 * <p><b>Merge.</b> At the end the runs, and what is in memory as the last of them, are read side by side, the least record first.
 * Among equal records those of the earlier run come first, so the sort is stable. Each open run holds some tens of KiB in
 * memory. Where all of them would take more than the operator may hold, neighbours are merged to longer runs until they are few
 * enough; neighbours, so that the order among equals stays.
 *
 * <p><b>What cannot go to disk.</b> A record that cannot be serialized stays in memory, with all that comes after it: the program has
 * run so far without registering its class, and may have room. A line of the log says so.
 */
final class Runs<T> implements AutoCloseable {
    /** What an open run takes: a chunk of bytes, and its records as objects. */
    private static final int OPEN_RUN_BYTES = 128 << 10;
    /** A chunk holds a record at least, which then is there as bytes and as an object. */
    private static final int RECORDS_OF_OPEN_RUN = 3;

    private static final int FEWEST_OPEN = 4;
    private static final int MOST_OPEN = 1024;

    private final TaskContext task;
    private final @Nullable StorageTask storage;
    private final Comparator<? super T> order;
    private final Gauge gauge;
    private List<StorageTask.Aside<T>> runs = new ArrayList<>();
    private long openRunBytes = OPEN_RUN_BYTES;

    Runs(TaskContext task, Comparator<? super T> order) {
        this.task = task;
        this.storage = task instanceof StorageTask reaching ? reaching : null;
        this.order = order;
        this.gauge = gauge(task);
    }

    /** How full an operator of this task is. */
    static Gauge gauge(TaskContext task) {
        return new Gauge(task instanceof StorageTask storage ? storage.operatorMemory() : Long.MAX_VALUE);
    }

    Gauge gauge() {
        return gauge;
    }

    boolean isEmpty() {
        return runs.isEmpty();
    }

    /** Writes sorted records, of about so many bytes each, as the next run; false when they must stay where they are. */
    boolean add(Iterator<T> sorted, long recordBytes) {
        openRunBytes = Math.max(openRunBytes, RECORDS_OF_OPEN_RUN * recordBytes);
        return storage != null && gauge.putAside(() -> runs.add(storage.putAside(sorted)));
    }

    /** All records in order: the runs and then the last one. Its close closes what it has opened, and no run. */
    Merged<T> merged(Iterator<T> last) {
        if (storage != null) {
            int most = (int) Math.max(FEWEST_OPEN, Math.min(MOST_OPEN, storage.operatorMemory() / openRunBytes));
            while (runs.size() > most) {
                runs = longer(storage, most);
            }
        }
        return open(runs, last);
    }

    /** Each of these many neighbours as one. */
    private List<StorageTask.Aside<T>> longer(StorageTask to, int many) {
        List<StorageTask.Aside<T>> fewer = new ArrayList<>();
        for (int from = 0; from < runs.size(); from += many) {
            List<StorageTask.Aside<T>> neighbours = runs.subList(from, Math.min(runs.size(), from + many));
            try (Merged<T> merged = open(neighbours, List.<T>of().iterator())) {
                fewer.add(to.putAside(merged));
            } catch (Throwable t) {
                fewer.forEach(StorageTask.Aside::close);
                throw t;
            }
            neighbours.forEach(StorageTask.Aside::close);
        }
        return fewer;
    }

    private Merged<T> open(List<StorageTask.Aside<T>> some, Iterator<T> last) {
        List<Iterator<T>> iterators = new ArrayList<>();
        Merged<T> merged = new Merged<>(task, iterators, order);
        try {
            for (StorageTask.Aside<T> run : some) {
                iterators.add(run.open());
            }
            iterators.add(last);
            merged.begin();
            return merged;
        } catch (Throwable t) {
            merged.close();
            throw t;
        }
    }

    /** Deletes the runs. */
    @Override
    public void close() {
        runs.forEach(StorageTask.Aside::close);
        runs = List.of();
    }

    /** Several sorted iterators as one; equal records in the order of the iterators. */
    static final class Merged<T> implements Iterator<T>, AutoCloseable {
        private static final int CANCELLATION_STRIDE = 1024;

        private final TaskContext task;
        private final List<Iterator<T>> iterators;
        private final PriorityQueue<Head<T>> heads;
        private int untilLook = CANCELLATION_STRIDE;

        private Merged(TaskContext task, List<Iterator<T>> iterators, Comparator<? super T> order) {
            this.task = task;
            this.iterators = iterators;
            this.heads = new PriorityQueue<>((a, b) -> {
                int compared = order.compare(a.record, b.record);
                return compared != 0 ? compared : Integer.compare(a.number, b.number);
            });
        }

        /** The next record of an iterator. */
        private static final class Head<T> {
            private final int number;
            private T record;

            Head(int number, T record) {
                this.number = number;
                this.record = record;
            }
        }

        private void begin() {
            for (int i = 0; i < iterators.size(); i++) {
                if (iterators.get(i).hasNext()) {
                    heads.add(new Head<>(i, iterators.get(i).next()));
                }
            }
        }

        @Override
        public boolean hasNext() {
            return !heads.isEmpty();
        }

        /** The record that comes next, without taking it. */
        T peek() {
            return heads.element().record;
        }

        /** Much is done behind the last record of the root, so this looks for cancellation as {@link Roots#drive} does. */
        @Override
        public T next() {
            if (--untilLook == 0) {
                untilLook = CANCELLATION_STRIDE;
                if (task.isCancelled()) {
                    throw Roots.asIs(new InterruptedException("task was cancelled"));
                }
            }
            Head<T> least = heads.poll();
            if (least == null) {
                throw new NoSuchElementException();
            }
            T record = least.record;
            Iterator<T> from = iterators.get(least.number);
            if (from.hasNext()) {
                least.record = from.next();
                heads.add(least);
            } else {
                Roots.close(from);
            }
            return record;
        }

        @Override
        public void close() {
            heads.clear();
            iterators.forEach(Roots::close);
        }
    }
}
