/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import io.acequia.streaming.internal.engines.Refusals;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.Dependency;
import org.apache.spark.Partition;
import org.apache.spark.SparkContext;
import org.apache.spark.storage.StorageLevel;
import org.jspecify.annotations.Nullable;
import scala.collection.immutable.Seq;

/**
 * The records of an RDD that are kept, by Spark or in files, without how they were made: it reads that RDD until all are kept, and then
 * forgets it. So a lineage does not grow with the batches of a stream. What is lost after that is not made again.
 */
final class CutRdd<T> extends StepRdd<T> {
    private static final long serialVersionUID = 1;

    private final int count;
    private final @Nullable CheckpointFiles<T> written;
    private @Nullable StepRdd<T> parent;

    private CutRdd(
            SparkContext spark,
            Site site,
            int count,
            @Nullable CheckpointFiles<T> written,
            @Nullable StepRdd<T> parent) {
        super(spark, site, Scala.seq(List.of()));
        this.count = count;
        this.written = written;
        this.parent = parent;
    }

    /** One that reads {@code parent} until it is {@link #cut}. */
    static <T> CutRdd<T> of(StepRdd<T> parent) {
        return new CutRdd<>(parent.sparkContext(), parent.site(), parent.getNumPartitions(), null, parent);
    }

    /** One that reads files, all of which are there. */
    static <T> CutRdd<T> of(StepRdd<T> parent, CheckpointFiles<T> files) {
        return new CutRdd<>(parent.sparkContext(), parent.site(), parent.getNumPartitions(), files, null);
    }

    /** On the driver: all is kept. */
    void cut() {
        parent = null;
        markCheckpointed();
    }

    @Override
    public Seq<Dependency<?>> getDependencies() {
        return parent == null ? Scala.seq(List.of()) : Scala.oneToOne(parent);
    }

    @Override
    public Partition[] getPartitions() {
        return parent == null ? Parts.numbers(count) : parent.partitions();
    }

    @Override
    Iterator<T> open(Partition partition, SparkTask task) throws Exception {
        if (parent != null) {
            return parent.open(partition, task);
        }
        if (written != null) {
            return written.read(partition.index());
        }
        if (StorageLevel.NONE().equals(getStorageLevel())) {
            throw Refusals.gone(partition.index());
        }
        throw new IllegalStateException(
                "ACQ-2693 partition " + partition.index() + " of what batches have kept was lost with"
                        + " the machines that had it: start again, from the checkpoint");
    }
}
