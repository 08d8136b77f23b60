/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.local;

import io.acequia.streaming.data.Broadcast;
import io.acequia.streaming.data.Partitioner;
import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.engine.Downstream;
import io.acequia.streaming.engine.Operator;
import io.acequia.streaming.function.Function;
import io.acequia.streaming.internal.engines.Concatenated;
import io.acequia.streaming.internal.engines.Refusals;
import io.acequia.streaming.internal.engines.Shape;
import io.acequia.streaming.internal.engines.Shapes;
import io.acequia.streaming.internal.memory.Gauge;
import io.acequia.streaming.internal.store.AsideFiles;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Records placed by key. A task per partition of the parent sorts its records into one list per target; the lists stay here
 * as long as the dataset lives. A partition reads the lists of all tasks, in the order of the parent's partitions.
 *
 * <p>Memory: a task that holds too much writes its lists into a file, one section for each target, and begins new lists; so its
 * output is a number of such files and what came after the last of them. That stays in memory while the shuffle as a whole keeps
 * little enough, and goes into a file too otherwise. A target is read file by file, which is the order in which its records
 * came. The files go when nobody holds the output any more.
 *
 * <p>Threads: the first job that needs the shuffle runs it, on its own thread and with the workers; others wait for it. When
 * that job fails, the next one that waits starts again. A task that finds the shuffle not done, because what was kept
 * downstream has been forgotten in the meantime, does it alone: waiting for workers inside a task could wait for ever.
 */
final class Shuffled<T> implements Root<T> {
    private static final long LOOK_MILLIS = 20;

    private final LocalEngine engine;
    private final LocalDataset<T> parent;
    private final Function<T, ?> key;
    private final Partitioner partitioner;
    private final int partitionCount;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile @Nullable List<Targets<T>> outputs;

    Shuffled(LocalEngine engine, LocalDataset<T> parent, Function<T, ?> key, Partitioner partitioner) {
        this.engine = engine;
        this.parent = parent;
        this.key = key;
        this.partitioner = partitioner;
        this.partitionCount = partitioner.numPartitions();
        if (partitionCount < 1) {
            throw Refusals.noPartitions(partitioner);
        }
    }

    @Override
    public int partitionCount() {
        return partitionCount;
    }

    @Override
    public Iterator<T> open(int partition, LocalTask task) throws Exception {
        List<Targets<T>> ready = outputs;
        if (ready == null) {
            ready = alone(task);
        }
        return new Concatenated<>(ready, targets -> targets.records(partition));
    }

    /** Runs the shuffle for a job, unless it has run. */
    void materialize(Job job) throws Exception {
        if (outputs != null) {
            return;
        }
        lock(job);
        try {
            if (outputs == null) {
                int[] all = IntStream.range(0, parent.partitionCount()).toArray();
                outputs = engine.stage(job, parent, placing(), all);
            }
        } finally {
            lock.unlock();
        }
    }

    private List<Targets<T>> alone(LocalTask task) throws Exception {
        lock(task.job());
        try {
            List<Targets<T>> ready = outputs;
            if (ready == null) {
                ready = new ArrayList<>();
                Placing<T> placing = placing();
                for (int p = 0; p < parent.partitionCount(); p++) {
                    task.checkCancelled();
                    LocalTask inner = new LocalTask(task.job(), p);
                    List<Targets<T>> result = new ArrayList<>(1);
                    parent.push(p, inner, placing, new Gathering<>(result));
                    ready.addAll(result);
                    task.include(inner);
                }
                outputs = ready;
            }
            return ready;
        } finally {
            lock.unlock();
        }
    }

    private Placing<T> placing() {
        return new Placing<>(key, partitioner, partitionCount, engine.broadcast(new Keeping(engine, new AtomicLong())));
    }

    private void lock(Job job) throws Exception {
        while (!lock.tryLock(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
            job.throwIfEnded();
        }
    }

    @Override
    public void upstream(BitSet partitions, Stages stages) {
        if (outputs == null) {
            BitSet all = new BitSet();
            all.set(0, parent.partitionCount());
            stages.before(parent, all);
            stages.add(this);
        }
    }

    @Override
    public Shape shape(Shapes shapes) {
        return shapes.shuffle(Shuffled.class, List.of(key, partitioner), List.of(parent));
    }

    /** What one task placed: for each target what was written, in order, and then the list in memory of those that got a record. */
    private static final class Targets<T> {
        private final LocalEngine engine;
        private final @Nullable List<T>[] lists;
        private final List<AsideFiles.Sections<?>> files = new ArrayList<>(0);
        private final Gauge gauge;

        @SuppressWarnings({"unchecked", "rawtypes"})
        Targets(LocalEngine engine, int count) {
            this.engine = engine;
            this.lists = new List[count];
            this.gauge = new Gauge(engine.taskMemory().placingBytes());
        }

        void add(int target, T record) {
            List<T> list = lists[target];
            if (list == null) {
                list = new ArrayList<>();
                lists[target] = list;
            }
            list.add(record);
            if (gauge.isDue(record) && gauge.isFull(gauge.bytes())) {
                write();
            }
        }

        /** The end: what is left stays in memory while the shuffle may keep so much. */
        void finish(AtomicLong kept) {
            long bytes = gauge.bytes();
            if (bytes > 0 && kept.addAndGet(bytes) > engine.taskMemory().shuffleBytes() && write()) {
                kept.addAndGet(-bytes);
            }
        }

        /** Puts the lists into a file; false when they cannot be written. */
        private boolean write() {
            return gauge.putAside(() -> {
                List<List<T>> sections = new ArrayList<>(lists.length);
                for (List<T> list : lists) {
                    sections.add(list == null ? List.of() : list);
                }
                AsideFiles.Sections<T> file = engine.taskMemory().files().write(sections);
                if (files.isEmpty()) {
                    engine.closeAfter(this, files);
                }
                synchronized (files) {
                    files.add(file);
                }
                Arrays.fill(lists, null);
            });
        }

        Iterator<T> records(int target) {
            List<T> list = lists[target];
            Iterator<T> held = list == null ? List.<T>of().iterator() : list.iterator();
            if (files.isEmpty()) {
                return held;
            }
            List<Callable<Iterator<T>>> parts = new ArrayList<>(files.size() + 1);
            for (AsideFiles.Sections<?> file : files) {
                parts.add(() -> opened(file, target));
            }
            parts.add(() -> held);
            return new Concatenated<>(parts, Callable::call);
        }

        /** Not static: who reads a file keeps what it belongs to. */
        @SuppressWarnings("unchecked") // as it was written
        private Iterator<T> opened(AsideFiles.Sections<?> file, int target) {
            return (Iterator<T>) file.open(target);
        }
    }

    /** What the tasks of a shuffle share: how much it keeps in memory so far. */
    private record Keeping(LocalEngine engine, AtomicLong bytes) {}

    private record Placing<T>(
            Function<T, ?> key, Partitioner partitioner, int partitionCount, Broadcast<Keeping> keeping)
            implements Operator<T, Targets<T>> {
        @Override
        public Downstream<T> attach(TaskContext task, Downstream<Targets<T>> down) {
            Targets<T> targets = new Targets<>(keeping.value().engine(), partitionCount);
            return new Downstream<>() {
                @Override
                public void begin() throws Exception {
                    down.begin();
                }

                @Override
                public void accept(T record) throws Exception {
                    targets.add(place(key.call(record)), record);
                }

                @Override
                public void end() throws Exception {
                    targets.finish(keeping.value().bytes());
                    down.accept(targets);
                    down.end();
                }

                @Override
                public void close() {
                    down.close();
                }
            };
        }

        private int place(Object key) {
            int target = partitioner.getPartition(key);
            if (target < 0 || target >= partitionCount) {
                throw Refusals.misplaced(partitioner, key, target);
            }
            return target;
        }
    }
}
