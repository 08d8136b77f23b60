/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import io.acequia.streaming.engine.Downstream;
import io.acequia.streaming.engine.Operator;
import io.acequia.streaming.internal.engines.Refusals;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.Partition;
import org.apache.spark.rdd.RDD;
import org.jspecify.annotations.Nullable;

/** The end of a job: pushes each partition through the whole chain, and has the one record that comes out. */
final class RunRdd<T, A> extends StepRdd<A> {
    private static final long serialVersionUID = 1;

    private final RDD<T> parent;
    private final Operator<T, A> operator;

    RunRdd(Site site, RDD<T> parent, Operator<T, A> operator) {
        super(parent.sparkContext(), site, Scala.oneToOne(parent));
        this.parent = parent;
        this.operator = operator;
    }

    @Override
    public Partition[] getPartitions() {
        return parent.partitions();
    }

    @Override
    Iterator<A> open(Partition partition, SparkTask task) throws Exception {
        List<A> results = new ArrayList<>(1);
        ChainRdd.push(parent, partition, task, operator, new Gathering<>(results));
        if (results.size() != 1) {
            throw Refusals.notOne(operator, results.size());
        }
        return results.iterator();
    }

    /** The end of a chain that fills a list. */
    private record Gathering<T>(List<@Nullable T> records) implements Downstream<T> {
        @Override
        public void begin() {}

        @Override
        public void accept(T record) {
            records.add(record);
        }

        @Override
        public void end() {}
    }
}
