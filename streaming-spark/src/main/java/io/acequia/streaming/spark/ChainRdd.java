/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import io.acequia.streaming.engine.Downstream;
import io.acequia.streaming.engine.Operator;
import io.acequia.streaming.internal.engines.Thrown;
import java.util.Iterator;
import org.apache.spark.Partition;
import org.apache.spark.rdd.RDD;

/** An operator on each partition; pushed, it becomes a stage of the chain that its parent drives. */
final class ChainRdd<T, R> extends StepRdd<R> {
    private static final long serialVersionUID = 1;

    private final RDD<T> parent;
    private final Operator<T, R> operator;

    ChainRdd(Site site, RDD<T> parent, Operator<T, R> operator) {
        super(parent.sparkContext(), site, Scala.oneToOne(parent));
        this.parent = parent;
        this.operator = operator;
    }

    @Override
    public Partition[] getPartitions() {
        return parent.partitions();
    }

    @Override
    void push(Partition partition, SparkTask task, Downstream<R> down) throws Exception {
        push(parent, partition, task, operator, down);
    }

    @Override
    Iterator<R> open(Partition partition, SparkTask task) throws Exception {
        Iterator<T> records = read(parent, partition, task);
        try {
            return operator.results(task, records);
        } catch (Throwable t) {
            Thrown.closeAfter(t, records);
            throw t;
        }
    }

    /** Runs a partition through {@code operator} into {@code down}, and closes both once, whatever happens. */
    static <T, R> void push(
            RDD<T> parent, Partition partition, SparkTask task, Operator<T, R> operator, Downstream<R> down)
            throws Exception {
        Downstream<T> head;
        try {
            head = operator.attach(task, down);
        } catch (Throwable t) {
            Thrown.closeAfter(t, down);
            throw t;
        }
        push(parent, partition, task, head);
    }
}
