/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import io.acequia.streaming.engine.Downstream;
import io.acequia.streaming.engine.Roots;
import io.acequia.streaming.internal.engines.Refusals;
import io.acequia.streaming.internal.engines.Thrown;
import java.util.Iterator;
import org.apache.spark.Dependency;
import org.apache.spark.Partition;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkException;
import org.apache.spark.TaskContext;
import org.apache.spark.rdd.RDD;
import org.apache.spark.storage.StorageLevel;
import org.apache.spark.util.TaskCompletionListener;
import org.jspecify.annotations.Nullable;
import scala.collection.immutable.Seq;

/**
 * A step of a lineage as an RDD of Spark. Steps that nothing is kept of are one pass: a partition is pushed or pulled through them
 * without Spark in between. What is kept (persisted, checkpointed, settled) is decided when a task comes by, so a dataset can be kept
 * after others were made from it.
 *
 * <p>Threads: made and changed by the driver; Spark serializes it as it is when a job begins, and computes the copy in tasks.
 *
 * <p>Failures: a persisted partition that is lost is computed again, from the lineage that Spark keeps. Of what was settled nothing is
 * computed again, since what it was made of may be gone ({@link CutRdd}).
 */
abstract class StepRdd<T> extends RDD<T> {
    private static final long serialVersionUID = 1;

    private final Site site;
    private boolean settled;
    private @Nullable CheckpointFiles<T> files;
    private @Nullable StepRdd<T> instead;

    StepRdd(SparkContext spark, Site site, Seq<Dependency<?>> parents) {
        super(spark, parents, Scala.tag());
        this.site = site;
    }

    /** The records of a partition, to be closed where they can be. */
    abstract Iterator<T> open(Partition partition, SparkTask task) throws Exception;

    /** Runs a partition through {@code down}, and closes it once, whatever happens. */
    void push(Partition partition, SparkTask task, Downstream<T> down) throws Exception {
        Iterator<T> records;
        try {
            records = open(partition, task);
        } catch (Throwable t) {
            Thrown.closeAfter(t, down);
            throw t;
        }
        Roots.drive(task, records, down);
    }

    /** The records of a parent, to be closed where they can be. */
    static <T> Iterator<T> read(RDD<T> from, Partition partition, SparkTask task) throws Exception {
        RDD<T> parent = effective(from);
        if (parent instanceof StepRdd<T> step && step.isPassing()) {
            return step.open(partition, task);
        }
        try {
            return new Watched<>(task, Scala.java(parent.iterator(partition, task.spark())));
        } catch (Throwable t) {
            if (parent.getStorageLevel().useDisk() && isLostBlock(t)) {
                // Spark has noticed that the file is gone, and forgets it: now it computes.
                return new Watched<>(task, Scala.java(parent.iterator(partition, task.spark())));
            }
            throw t;
        }
    }

    private static <T> RDD<T> effective(RDD<T> parent) {
        return parent instanceof StepRdd<T> step && step.instead != null ? step.instead : parent;
    }

    private static boolean isLostBlock(Throwable t) {
        return t instanceof SparkException lost
                && String.valueOf(lost.getMessage()).contains("read-locked");
    }

    /** Runs a partition of a parent through {@code down}, and closes both once, whatever happens. */
    static <T> void push(RDD<T> from, Partition partition, SparkTask task, Downstream<T> down) throws Exception {
        RDD<T> parent = effective(from);
        if (parent instanceof StepRdd<T> step && step.isPassing()) {
            step.push(partition, task, down);
            return;
        }
        Iterator<T> records;
        try {
            records = read(parent, partition, task);
        } catch (Throwable t) {
            Thrown.closeAfter(t, down);
            throw t;
        }
        Roots.drive(task, records, down);
    }

    private boolean isPassing() {
        return StorageLevel.NONE().equals(getStorageLevel()) && files == null && !settled;
    }

    @Override
    public final scala.collection.Iterator<T> compute(Partition partition, TaskContext context) {
        if (settled && StorageLevel.NONE().equals(getStorageLevel())) {
            throw Refusals.gone(partition.index());
        }
        SparkTask task = site.task(context);
        try {
            CheckpointFiles<T> checkpoint = files;
            Iterator<T> records = checkpoint == null
                    ? open(partition, task)
                    : checkpoint.through(partition.index(), task, this, partition);
            Watched<T> watched = new Watched<>(task, records);
            context.addTaskCompletionListener((TaskCompletionListener) ended -> watched.close());
            return Scala.iterator(watched);
        } catch (Throwable t) {
            throw Roots.asIs(t);
        }
    }

    Site site() {
        return site;
    }

    // ---- for the driver

    /** From now on tasks read another one in its place. */
    void readInstead(StepRdd<T> other) {
        instead = other;
    }

    void settle() {
        settled = true;
    }

    @Nullable
    CheckpointFiles<T> files() {
        return files;
    }

    void writeTo(CheckpointFiles<T> checkpoint) {
        files = checkpoint;
    }
}
