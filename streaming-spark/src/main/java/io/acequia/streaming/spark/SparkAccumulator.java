/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import io.acequia.streaming.data.Accumulator;
import io.acequia.streaming.function.Function2;
import io.acequia.streaming.internal.engines.Refusals;
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

    /** The copy in a task is added to by its threads, that of the driver by Spark's scheduler and by the program. */
    static final class Sum<A> extends AccumulatorV2<A, A> {
        private static final long serialVersionUID = 1;

        private final String label;
        private final A zero;
        private final Function2<A, A, A> add;
        private A sum;
        private boolean added;

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
            return copy;
        }

        @Override
        public synchronized void reset() {
            sum = zero;
            added = false;
        }

        @Override
        public synchronized void add(A v) {
            try {
                sum = add.call(sum, v);
            } catch (Exception e) {
                throw Refusals.adding(label, e);
            }
            added = true;
        }

        @Override
        public void merge(AccumulatorV2<A, A> other) {
            if (!other.isZero()) {
                add(other.value());
            }
        }

        @Override
        public synchronized A value() {
            return sum;
        }
    }
}
