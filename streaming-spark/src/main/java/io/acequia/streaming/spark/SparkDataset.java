/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import io.acequia.streaming.data.Partitioner;
import io.acequia.streaming.data.StorageLevel;
import io.acequia.streaming.engine.Dataset;
import io.acequia.streaming.engine.JobInfo;
import io.acequia.streaming.engine.Operator;
import io.acequia.streaming.engine.Operator2;
import io.acequia.streaming.function.Function;
import io.acequia.streaming.internal.engines.Refusals;
import io.acequia.streaming.internal.engines.Shape;
import io.acequia.streaming.internal.engines.Shapes;
import io.acequia.streaming.internal.engines.Touching;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.rdd.RDD;
import org.jspecify.annotations.Nullable;

/** A dataset on an RDD of Spark. Any thread. */
final class SparkDataset<T> implements Dataset<T>, Shapes.Shaped {
    private static final int MOST_TRIES = 20;

    private final SparkEngine engine;
    private final StepRdd<T> made;
    private final Optional<Partitioner> partitioner;
    private final Shape shape;
    /** What is read: what was made, or what is kept of it. */
    private StepRdd<T> rdd;

    private @Nullable StorageLevel level;
    private boolean settled;
    private boolean dropped;

    SparkDataset(SparkEngine engine, StepRdd<T> rdd, Optional<Partitioner> partitioner, Shape shape) {
        this.engine = engine;
        this.made = rdd;
        this.rdd = rdd;
        this.partitioner = partitioner;
        this.shape = shape;
    }

    /** What is to be read; its lineage is forgotten once all of it is in files. */
    synchronized StepRdd<T> rdd() {
        CheckpointFiles<T> files = made.files();
        if (rdd == made && files != null && files.areWhole(made.getNumPartitions())) {
            CutRdd<T> cut = CutRdd.of(made, files);
            if (level != null) {
                cut.persist(made.getStorageLevel());
                made.unpersist(false);
            }
            rdd = cut;
        }
        return rdd;
    }

    SparkEngine engine() {
        return engine;
    }

    @Override
    public Shape shape() {
        return shape;
    }

    @Override
    public <R> Dataset<R> transform(Operator<T, R> operator, boolean keepsPartitioning) {
        engine.mustBeSendable(operator);
        return new SparkDataset<>(
                engine,
                new ChainRdd<>(made.site(), rdd(), operator),
                keepsPartitioning ? partitioner : Optional.empty(),
                engine.shapes().shape(ChainRdd.class, List.of(operator), List.of(this)));
    }

    @Override
    public Dataset<T> partitionBy(Function<T, ?> key, Partitioner by) {
        if (partitioner.isPresent() && partitioner.get().equals(by)) {
            return this;
        }
        if (by.numPartitions() < 1) {
            throw Refusals.noPartitions(by);
        }
        engine.mustBeSendable(key);
        engine.mustBeSendable(by);
        return new SparkDataset<>(
                engine,
                Shuffle.placed(made.site(), rdd(), key, by),
                Optional.of(by),
                engine.shapes().shuffle(Shuffle.class, List.of(key, by), List.of(this)));
    }

    @Override
    public <U, R> Dataset<R> zip(Dataset<U> other, Operator2<T, U, R> operator, boolean keepsPartitioning) {
        SparkDataset<U> right = engine.own(other);
        if (right.partitionCount() != partitionCount()) {
            throw Refusals.zip(partitionCount(), right.partitionCount());
        }
        engine.mustBeSendable(operator);
        return new SparkDataset<>(
                engine,
                new ZipRdd<>(made.site(), rdd(), right.rdd(), operator),
                keepsPartitioning ? partitioner : Optional.empty(),
                engine.shapes().shape(ZipRdd.class, List.of(operator), List.of(this, right)));
    }

    @Override
    public Dataset<T> union(List<Dataset<T>> others) {
        List<SparkDataset<T>> all = new ArrayList<>(others.size() + 1);
        all.add(this);
        for (Dataset<T> other : others) {
            all.add(engine.own(other));
        }
        List<RDD<T>> rdds = new ArrayList<>();
        all.forEach(each -> rdds.add(each.rdd()));
        return new SparkDataset<>(
                engine,
                new UnionRdd<>(made.site(), rdds),
                Optional.empty(),
                engine.shapes().shape(UnionRdd.class, List.of(), all));
    }

    @Override
    public Dataset<T> coalesce(int partitions) {
        if (partitions < 1) {
            throw Refusals.coalesce(partitions);
        }
        return partitions >= partitionCount()
                ? this
                : new SparkDataset<>(
                        engine,
                        new CoalescedRdd<>(made.site(), rdd(), partitions),
                        Optional.empty(),
                        engine.shapes().shape(CoalescedRdd.class, List.of(), List.of(this)));
    }

    @Override
    public synchronized Dataset<T> persist(StorageLevel to) {
        return persist(to, 1);
    }

    private synchronized Dataset<T> persist(StorageLevel to, int copies) {
        if (level == null) {
            if (dropped) {
                awaitDropped();
            }
            rdd.persist(Levels.of(to, copies));
            level = to;
        } else if (level != to) {
            throw Refusals.level(level, to);
        }
        return this;
    }

    /** The removal that {@link #unpersist} began may take blocks from under this one, which Spark takes for an error. */
    private void awaitDropped() {
        for (int left = MOST_TRIES; ; left--) {
            try {
                rdd.unpersist(true);
                return;
            } catch (Exception e) {
                if (left == 0) {
                    throw e;
                }
            }
        }
    }

    @Override
    public synchronized Dataset<T> unpersist() {
        if (level != null) {
            level = null;
            dropped = true;
            if (!rdd.sparkContext().isStopped()) {
                rdd.unpersist(false);
            }
        }
        return this;
    }

    @Override
    public Dataset<T> settle(StorageLevel to, JobInfo job) throws Exception {
        if (!to.usesDisk()) {
            throw Refusals.settle(to);
        }
        StorageLevel before;
        boolean lasts;
        synchronized (this) {
            before = level;
            lasts = rdd.getStorageLevel().useDisk() && rdd.getStorageLevel().replication() >= engine.copies();
        }
        if (before == null) {
            return settleAs(to, job);
        }
        return lasts
                ? settleAs(before, job)
                : transform(SparkDataset.<T>passing(), true).settle(to, job);
    }

    private Dataset<T> settleAs(StorageLevel to, JobInfo job) throws Exception {
        synchronized (this) {
            if (settled && level != null) {
                return this;
            }
            if (!settled && level == null && rdd() == made && made.files() == null) {
                rdd = CutRdd.of(made);
            }
            if (!settled) {
                persist(to, engine.copies());
            }
        }
        run(new Touching<>(), IntStream.range(0, partitionCount()).toArray(), job);
        synchronized (this) {
            settled = true;
            if (rdd instanceof CutRdd<T> kept) {
                kept.cut();
                made.readInstead(kept);
            } else if (made.files() == null) {
                made.settle();
            }
        }
        return this;
    }

    @Override
    public synchronized void checkpoint(URI directory) {
        CheckpointFiles<T> before = made.files();
        if (before == null) {
            made.writeTo(new CheckpointFiles<>(directory));
        } else if (!before.isIn(directory)) {
            throw Refusals.checkpoint(before, directory);
        }
    }

    @Override
    public <A> List<A> run(Operator<T, A> operator, int[] partitions, JobInfo job) throws Exception {
        Refusals.checkPartitions(partitions, partitionCount());
        return engine.run(this, operator, partitions, job);
    }

    @Override
    public int partitionCount() {
        return made.getNumPartitions();
    }

    @Override
    public Optional<Partitioner> partitioner() {
        return partitioner;
    }

    @Override
    public <E> E unwrap(Class<E> type) {
        if (type.isInstance(made)) {
            return type.cast(rdd());
        }
        if (type == JavaRDD.class) {
            return type.cast(rdd().toJavaRDD());
        }
        throw new IllegalArgumentException("ACQ-2683 a dataset of the Spark engine cannot be had as " + type.getName()
                + ": only as " + JavaRDD.class.getName() + " or " + RDD.class.getName());
    }

    private static <T> Operator<T, T> passing() {
        return (task, down) -> down;
    }
}
