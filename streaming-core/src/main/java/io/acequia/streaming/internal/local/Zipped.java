/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.local;

import io.acequia.streaming.engine.Downstream;
import io.acequia.streaming.engine.Operator2;
import io.acequia.streaming.internal.engines.Shape;
import io.acequia.streaming.internal.engines.Shapes;
import io.acequia.streaming.internal.engines.Zipping;
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
        zipping(partition, task).push(task, down);
    }

    @Override
    public Iterator<R> iterate(int partition, LocalTask task) throws Exception {
        return zipping(partition, task).pull(task);
    }

    private Zipping<T, U, R> zipping(int partition, LocalTask task) {
        return new Zipping<>(
                () -> left.iterate(partition, task),
                () -> right.iterate(partition, task),
                () -> closures.copy(operator));
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
