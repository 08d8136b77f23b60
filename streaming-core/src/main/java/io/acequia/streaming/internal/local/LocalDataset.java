/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.local;

import io.acequia.streaming.data.Partitioner;
import io.acequia.streaming.data.StorageLevel;
import io.acequia.streaming.engine.Dataset;
import io.acequia.streaming.engine.Downstream;
import io.acequia.streaming.engine.JobInfo;
import io.acequia.streaming.engine.Operator;
import io.acequia.streaming.engine.Operator2;
import io.acequia.streaming.function.Function;
import io.acequia.streaming.internal.engines.Refusals;
import io.acequia.streaming.internal.engines.Shape;
import io.acequia.streaming.internal.engines.Shapes;
import io.acequia.streaming.internal.engines.Thrown;
import io.acequia.streaming.internal.engines.Touching;
import java.net.URI;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A dataset in this JVM: a lineage that says how it is computed, and what was kept of it. What is kept stands before the
 * lineage: first partitions in the store, then checkpoint files, then computing.
 *
 * @param <T> type of the records
 */
final class LocalDataset<T> implements Dataset<T>, Shapes.Shaped {
    private final LocalEngine engine;
    private final int partitionCount;
    private final Optional<Partitioner> partitioner;
    private volatile Lineage<T> lineage;
    private volatile Shape shape;
    private volatile @Nullable Kept<T> kept;
    private volatile @Nullable CheckpointFiles<T> unfinished;

    LocalDataset(LocalEngine engine, Lineage<T> lineage, Optional<Partitioner> partitioner) {
        this.engine = engine;
        this.lineage = lineage;
        this.partitioner = partitioner;
        this.partitionCount = lineage.partitionCount();
        this.shape = lineage.shape(engine.shapes());
    }

    @Override
    public <R> Dataset<R> transform(Operator<T, R> operator, boolean keepsPartitioning) {
        Lineage<R> transformed = new Transformed<>(this, engine.closures().copy(operator), engine.closures());
        return new LocalDataset<>(engine, transformed, keepsPartitioning ? partitioner : Optional.empty());
    }

    @Override
    public Dataset<T> partitionBy(Function<T, ?> key, Partitioner by) {
        if (partitioner.isPresent() && partitioner.get().equals(by)) {
            return this;
        }
        Lineage<T> shuffled = new Shuffled<>(
                engine, this, engine.closures().copy(key), engine.closures().copy(by));
        return new LocalDataset<>(engine, shuffled, Optional.of(by));
    }

    @Override
    public <U, R> Dataset<R> zip(Dataset<U> other, Operator2<T, U, R> operator, boolean keepsPartitioning) {
        LocalDataset<U> right = engine.own(other);
        if (right.partitionCount != partitionCount) {
            throw Refusals.zip(partitionCount, right.partitionCount);
        }
        Lineage<R> zipped = new Zipped<>(this, right, engine.closures().copy(operator), engine.closures());
        return new LocalDataset<>(engine, zipped, keepsPartitioning ? partitioner : Optional.empty());
    }

    @Override
    public Dataset<T> union(List<Dataset<T>> others) {
        List<LocalDataset<T>> all = new ArrayList<>(others.size() + 1);
        all.add(this);
        for (Dataset<T> other : others) {
            all.add(engine.own(other));
        }
        return new LocalDataset<>(engine, new Union<>(all), Optional.empty());
    }

    @Override
    public Dataset<T> coalesce(int partitions) {
        if (partitions < 1) {
            throw Refusals.coalesce(partitions);
        }
        return partitions >= partitionCount
                ? this
                : new LocalDataset<>(engine, new Coalesced<>(this, partitions), Optional.empty());
    }

    @Override
    public synchronized Dataset<T> persist(StorageLevel level) {
        Kept<T> now = kept;
        if (now == null) {
            kept = engine.keep(this, level);
        } else if (now.level() != level) {
            throw Refusals.level(now.level(), level);
        }
        return this;
    }

    @Override
    public synchronized Dataset<T> unpersist() {
        Kept<T> now = kept;
        if (now != null) {
            kept = null;
            now.drop();
        }
        return this;
    }

    @Override
    public Dataset<T> settle(StorageLevel level, JobInfo job) throws Exception {
        if (!level.usesDisk()) {
            throw Refusals.settle(level);
        }
        Kept<T> before = kept;
        if (before != null && before.level() != level) {
            return before.level().usesDisk()
                    ? settleAs(before.level(), job)
                    : sameRecords().settle(level, job);
        }
        return settleAs(level, job);
    }

    private Dataset<T> settleAs(StorageLevel level, JobInfo job) throws Exception {
        persist(level);
        run(new Touching<>(), IntStream.range(0, partitionCount).toArray(), job);
        synchronized (this) {
            if (!(lineage instanceof CheckpointFiles)) {
                lineage.settled();
                lineage = new Forgotten<>(partitionCount);
                shape = lineage.shape(engine.shapes());
            }
        }
        return this;
    }

    private Dataset<T> sameRecords() {
        return transform((task, down) -> down, true);
    }

    @Override
    public synchronized void checkpoint(URI directory) {
        CheckpointFiles<T> before = lineage instanceof CheckpointFiles<T> complete ? complete : unfinished;
        if (before == null) {
            unfinished = new CheckpointFiles<>(directory, engine.serializer(), partitionCount);
        } else if (!before.isIn(directory)) {
            throw Refusals.checkpoint(before, directory);
        }
    }

    @Override
    public <A> List<A> run(Operator<T, A> operator, int[] partitions, JobInfo job) throws Exception {
        Refusals.checkPartitions(partitions, partitionCount);
        return engine.run(this, operator, partitions, job);
    }

    @Override
    public int partitionCount() {
        return partitionCount;
    }

    @Override
    public Optional<Partitioner> partitioner() {
        return partitioner;
    }

    @Override
    public <E> E unwrap(Class<E> type) {
        if (type.isInstance(this)) {
            return type.cast(this);
        }
        if (lineage instanceof Slices<T> slices && type.isInstance(slices.data())) {
            return type.cast(slices.data());
        }
        throw new IllegalArgumentException(
                "ACQ-0516 this dataset of the local engine cannot be had as " + type.getName() + ": only as "
                        + LocalDataset.class.getName() + (lineage instanceof Slices ? " or java.util.List" : ""));
    }

    LocalEngine engine() {
        return engine;
    }

    @Override
    public Shape shape() {
        return shape;
    }

    /** Runs a partition through {@code down}, and closes it once, whatever happens. */
    void push(int partition, LocalTask task, Downstream<T> down) throws Exception {
        if (kept == null && unfinished == null) {
            lineage.push(partition, task, down);
            return;
        }
        Root.drive(task, () -> stored(partition, task), down);
    }

    /** Runs a partition through {@code operator} into {@code down}, and closes both once, whatever happens. */
    <R> void push(int partition, LocalTask task, Operator<T, R> operator, Downstream<R> down) throws Exception {
        Downstream<T> head;
        try {
            head = operator.attach(task, down);
        } catch (Throwable t) {
            Thrown.closeAfter(t, down);
            throw t;
        }
        push(partition, task, head);
    }

    /** The records of a partition, to be closed where they can be. */
    Iterator<T> iterate(int partition, LocalTask task) throws Exception {
        return kept == null && unfinished == null
                ? lineage.iterate(partition, task)
                : new Watched<>(task, stored(partition, task));
    }

    private Iterator<T> stored(int partition, LocalTask task) throws Exception {
        CheckpointFiles<T> files = unfinished;
        Kept<T> store = kept;
        Pushing<T> computing = sink -> lineage.push(partition, task, sink);
        if (files != null && !files.has(partition)) {
            Pushing<T> source = store == null
                    ? computing
                    : sink -> Root.drive(task, () -> store.read(partition, task, computing), sink);
            files.write(partition, task, source);
            if (files.isComplete()) {
                forgetLineage(files);
            }
        }
        if (store != null) {
            Pushing<T> source = files == null ? computing : sink -> files.push(partition, task, sink);
            return store.read(partition, task, source);
        }
        return files != null ? files.open(partition, task) : lineage.iterate(partition, task);
    }

    private synchronized void forgetLineage(CheckpointFiles<T> files) {
        if (unfinished == files) {
            lineage = files;
            shape = files.shape(engine.shapes());
            unfinished = null;
        }
    }

    /** Which of these partitions would be computed. */
    BitSet notKept(BitSet partitions) {
        BitSet missing = (BitSet) partitions.clone();
        Kept<T> store = kept;
        CheckpointFiles<T> files = unfinished;
        if (store != null || files != null) {
            partitions.stream()
                    .filter(p -> store != null && store.has(p) || files != null && files.has(p))
                    .forEach(missing::clear);
        }
        return missing;
    }

    void upstream(BitSet partitions, Stages stages) {
        lineage.upstream(partitions, stages);
    }
}
