/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import io.acequia.streaming.engine.Downstream;
import io.acequia.streaming.engine.Operator2;
import io.acequia.streaming.engine.Roots;
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
        Parts.Several pair = (Parts.Several) partition;
        Iterator<T> lefts = null;
        Iterator<U> rights = null;
        try {
            lefts = read(left, pair.part(0), task);
            rights = read(right, pair.part(1), task);
            down.begin();
            operator.apply(task, lefts, rights, down);
            down.end();
        } catch (Throwable t) {
            Thrown.closeAfter(t, down);
            Thrown.closeAfter(t, rights);
            Thrown.closeAfter(t, lefts);
            throw t;
        }
        try {
            down.close();
        } finally {
            closeBoth(lefts, rights);
        }
    }

    @Override
    Iterator<R> open(Partition partition, SparkTask task) throws Exception {
        Parts.Several pair = (Parts.Several) partition;
        Iterator<T> lefts = null;
        Iterator<U> rights = null;
        try {
            lefts = read(left, pair.part(0), task);
            rights = read(right, pair.part(1), task);
            return new Pulled<>(operator.results(task, lefts, rights), lefts, rights);
        } catch (Throwable t) {
            Thrown.closeAfter(t, rights);
            Thrown.closeAfter(t, lefts);
            throw t;
        }
    }

    private static void closeBoth(Iterator<?> lefts, Iterator<?> rights) {
        try {
            Roots.close(rights);
        } finally {
            Roots.close(lefts);
        }
    }

    /** Results, and the sides that are read for them. */
    private record Pulled<R>(Iterator<R> results, Iterator<?> lefts, Iterator<?> rights)
            implements Iterator<R>, AutoCloseable {
        @Override
        public boolean hasNext() {
            return results.hasNext();
        }

        @Override
        public R next() {
            return results.next();
        }

        @Override
        public void close() {
            try {
                Roots.close(results);
            } finally {
                closeBoth(lefts, rights);
            }
        }
    }
}
