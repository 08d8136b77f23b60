/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import io.acequia.streaming.engine.Downstream;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.Dependency;
import org.apache.spark.Partition;
import org.apache.spark.RangeDependency;
import org.apache.spark.rdd.RDD;
import scala.collection.immutable.Seq;

/** The partitions of several RDDs, one RDD after the other. */
final class UnionRdd<T> extends StepRdd<T> {
    private static final long serialVersionUID = 1;

    private final List<RDD<T>> parents;

    UnionRdd(Site site, List<RDD<T>> parents) {
        super(parents.get(0).sparkContext(), site, ranges(parents));
        this.parents = new ArrayList<>(parents);
    }

    private static <T> Seq<Dependency<?>> ranges(List<RDD<T>> parents) {
        List<Dependency<?>> ranges = new ArrayList<>();
        int start = 0;
        for (RDD<T> parent : parents) {
            int count = parent.getNumPartitions();
            ranges.add(new RangeDependency<>(parent, 0, start, count));
            start += count;
        }
        return Scala.seq(ranges);
    }

    @Override
    public Partition[] getPartitions() {
        List<Partition> all = new ArrayList<>();
        for (int i = 0; i < parents.size(); i++) {
            for (Partition part : parents.get(i).partitions()) {
                all.add(new Parts.Of(all.size(), i, part));
            }
        }
        return all.toArray(new Partition[0]);
    }

    @Override
    void push(Partition partition, SparkTask task, Downstream<T> down) throws Exception {
        Parts.Of of = (Parts.Of) partition;
        push(parents.get(of.parent()), of.part(), task, down);
    }

    @Override
    Iterator<T> open(Partition partition, SparkTask task) throws Exception {
        Parts.Of of = (Parts.Of) partition;
        return read(parents.get(of.parent()), of.part(), task);
    }
}
