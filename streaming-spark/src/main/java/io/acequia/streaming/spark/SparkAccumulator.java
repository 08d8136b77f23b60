/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import io.acequia.streaming.data.Accumulator;
import io.acequia.streaming.function.Function2;
import io.acequia.streaming.internal.engines.Refusals;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.spark.TaskContext;
import org.apache.spark.util.AccumulatorV2;

/** A sum that Spark brings from tasks that succeeded. */
final class SparkAccumulator<A> implements Accumulator<A> {
    private static final long serialVersionUID = 1;

    private final String name;
    private final Sum<A> sum;

    SparkAccumulator(String name, A zero, Function2<A, A, A> add) {
        this.name = name;
        this.sum = new Sum<>(name, zero, add);
    }

    Sum<A> sum() {
        return sum;
    }

    @Override
    public void add(A v) {
        sum.add(v);
    }

    @Override
    public A value() {
        return sum.value();
    }

    @Override
    public void reset() {
        sum.reset();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String toString() {
        return "accumulator '" + name + "'";
    }

    /**
     * The copy in a task is added to by its threads, that of the driver by Spark's scheduler and by the program. A stage that runs again,
     * because what it left was lost with a machine, does not count again: the driver knows which tasks it has counted.
     */
    static final class Sum<A> extends AccumulatorV2<A, A> {
        private static final long serialVersionUID = 1;
        /** So many stages do not run at the same time. */
        private static final int STAGES = 1000;

        private final String label;
        private final A zero;
        private final Function2<A, A, A> add;
        private A sum;
        private boolean added;
        private int stage = -1;
        private int partition;
        private final transient Map<Integer, BitSet> counted = new LinkedHashMap<>() {
            private static final long serialVersionUID = 1;

            @Override
            protected boolean removeEldestEntry(Map.Entry<Integer, BitSet> eldest) {
                return size() > STAGES;
            }
        };

        Sum(String label, A zero, Function2<A, A, A> add) {
            this.label = label;
            this.zero = zero;
            this.add = add;
            this.sum = zero;
        }

        @Override
        public synchronized boolean isZero() {
            return !added;
        }

        @Override
        public synchronized Sum<A> copy() {
            Sum<A> copy = new Sum<>(label, zero, add);
            copy.sum = sum;
            copy.added = added;
            copy.stage = stage;
            copy.partition = partition;
            return copy;
        }

        @Override
        public synchronized void reset() {
            sum = zero;
            added = false;
        }

        @Override
        public synchronized void add(A v) {
            TaskContext task = TaskContext.get();
            if (task != null) {
                stage = task.stageId();
                partition = task.partitionId();
            }
            put(v);
        }

        private void put(A v) {
            try {
                sum = add.call(sum, v);
            } catch (Exception e) {
                throw Refusals.adding(label, e);
            }
            added = true;
        }

        /** On the driver: a task has succeeded. */
        @Override
        public synchronized void merge(AccumulatorV2<A, A> other) {
            if (other.isZero() || (other instanceof Sum<A> of && of.stage >= 0 && !isFirst(of.stage, of.partition))) {
                return;
            }
            put(other.value());
        }

        private boolean isFirst(int ofStage, int ofPartition) {
            BitSet partitions = counted.computeIfAbsent(ofStage, any -> new BitSet());
            boolean first = !partitions.get(ofPartition);
            partitions.set(ofPartition);
            return first;
        }

        @Override
        public synchronized A value() {
            return sum;
        }
    }
}
