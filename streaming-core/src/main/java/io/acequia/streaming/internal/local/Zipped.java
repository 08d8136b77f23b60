/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.local;

import io.acequia.streaming.engine.Downstream;
import io.acequia.streaming.engine.Operator2;
import io.acequia.streaming.engine.Roots;
import io.acequia.streaming.internal.engines.Shape;
import io.acequia.streaming.internal.engines.Shapes;
import java.util.BitSet;
import java.util.Iterator;
import java.util.List;

/** An operator on each pair of partitions with the same number. */
record Zipped<T, U, R>(LocalDataset<T> left, LocalDataset<U> right, Operator2<T, U, R> operator, Closures closures)
        implements Lineage<R> {
    @Override
    public int partitionCount() {
        return left.partitionCount();
    }

    @Override
    public void push(int partition, LocalTask task, Downstream<R> down) throws Exception {
        Iterator<T> lefts = null;
        Iterator<U> rights = null;
        try {
            lefts = left.iterate(partition, task);
            rights = right.iterate(partition, task);
            down.begin();
            closures.copy(operator).apply(task, lefts, rights, down);
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
            try {
                Roots.close(rights);
            } finally {
                Roots.close(lefts);
            }
        }
    }

    @Override
    public Iterator<R> iterate(int partition, LocalTask task) throws Exception {
        Iterator<T> lefts = null;
        Iterator<U> rights = null;
        try {
            lefts = left.iterate(partition, task);
            rights = right.iterate(partition, task);
            return new Pulled<>(closures.copy(operator).results(task, lefts, rights), lefts, rights);
        } catch (Throwable t) {
            Thrown.closeAfter(t, rights);
            Thrown.closeAfter(t, lefts);
            throw t;
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
                try {
                    Roots.close(rights);
                } finally {
                    Roots.close(lefts);
                }
            }
        }
    }

    @Override
    public void upstream(BitSet partitions, Stages stages) {
        stages.before(left, partitions);
        stages.before(right, partitions);
    }

    @Override
    public Shape shape(Shapes shapes) {
        return shapes.shape(Zipped.class, List.of(operator), List.of(left, right));
    }
}
