/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import io.acequia.streaming.engine.Downstream;
import io.acequia.streaming.engine.Operator2;
import io.acequia.streaming.internal.engines.Zipping;
import java.util.Iterator;
import org.apache.spark.Partition;
import org.apache.spark.rdd.RDD;

/** An operator on each pair of partitions with the same number. */
final class ZipRdd<T, U, R> extends StepRdd<R> {
    private static final long serialVersionUID = 1;

    private final RDD<T> left;
    private final RDD<U> right;
    private final Operator2<T, U, R> operator;

    ZipRdd(Site site, RDD<T> left, RDD<U> right, Operator2<T, U, R> operator) {
        super(left.sparkContext(), site, Scala.oneToOne(left, right));
        this.left = left;
        this.right = right;
        this.operator = operator;
    }

    @Override
    public Partition[] getPartitions() {
        Partition[] lefts = left.partitions();
        Partition[] rights = right.partitions();
        Partition[] pairs = new Partition[lefts.length];
        for (int i = 0; i < pairs.length; i++) {
            pairs[i] = new Parts.Several(i, lefts[i], rights[i]);
        }
        return pairs;
    }

    @Override
    void push(Partition partition, SparkTask task, Downstream<R> down) throws Exception {
        zipping((Parts.Several) partition, task).push(task, down);
    }

    @Override
    Iterator<R> open(Partition partition, SparkTask task) throws Exception {
        return zipping((Parts.Several) partition, task).pull(task);
    }

    private Zipping<T, U, R> zipping(Parts.Several pair, SparkTask task) {
        return new Zipping<>(
                () -> read(left, pair.part(0), task), () -> read(right, pair.part(1), task), () -> operator);
    }
}
