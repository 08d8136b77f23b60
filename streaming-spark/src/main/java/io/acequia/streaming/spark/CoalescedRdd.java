/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import io.acequia.streaming.internal.engines.Concatenated;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.NarrowDependency;
import org.apache.spark.Partition;
import org.apache.spark.rdd.RDD;
import scala.collection.immutable.Seq;

/** Fewer partitions: each reads a run of neighbours of the parent, one after the other. */
final class CoalescedRdd<T> extends StepRdd<T> {
    private static final long serialVersionUID = 1;

    private final RDD<T> parent;
    private final int count;

    CoalescedRdd(Site site, RDD<T> parent, int count) {
        super(parent.sparkContext(), site, Scala.seq(List.of(new Neighbours<>(parent, count))));
        this.parent = parent;
        this.count = count;
    }

    @Override
    public Partition[] getPartitions() {
        Partition[] of = parent.partitions();
        Partition[] runs = new Partition[count];
        for (int i = 0; i < count; i++) {
            runs[i] = new Parts.Several(
                    i, Arrays.copyOfRange(of, start(i, of.length, count), start(i + 1, of.length, count)));
        }
        return runs;
    }

    private static int start(int partition, int of, int count) {
        return (int) ((long) of * partition / count);
    }

    @Override
    Iterator<T> open(Partition partition, SparkTask task) {
        return new Concatenated<>(((Parts.Several) partition).all(), part -> read(parent, part, task));
    }

    private static final class Neighbours<T> extends NarrowDependency<T> {
        private static final long serialVersionUID = 1;

        private final int of;
        private final int count;

        Neighbours(RDD<T> parent, int count) {
            super(parent);
            this.of = parent.getNumPartitions();
            this.count = count;
        }

        @Override
        public Seq<Object> getParents(int partition) {
            return Scala.seq(IntStream.range(start(partition, of, count), start(partition + 1, of, count))
                    .<Object>mapToObj(p -> p)
                    .toList());
        }
    }
}
