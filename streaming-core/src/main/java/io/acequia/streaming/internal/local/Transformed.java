/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.local;

import io.acequia.streaming.engine.Downstream;
import io.acequia.streaming.engine.Operator;
import io.acequia.streaming.internal.engines.Shape;
import io.acequia.streaming.internal.engines.Shapes;
import io.acequia.streaming.internal.engines.Thrown;
import java.util.BitSet;
import java.util.Iterator;
import java.util.List;

/** An operator on each partition; pushed, it becomes a stage of the chain that its parent drives. */
record Transformed<T, R>(LocalDataset<T> parent, Operator<T, R> operator, Closures closures) implements Lineage<R> {
    @Override
    public int partitionCount() {
        return parent.partitionCount();
    }

    @Override
    public void push(int partition, LocalTask task, Downstream<R> down) throws Exception {
        parent.push(partition, task, closures.copy(operator), down);
    }

    @Override
    public Iterator<R> iterate(int partition, LocalTask task) throws Exception {
        Iterator<T> records = parent.iterate(partition, task);
        try {
            return closures.copy(operator).results(task, records);
        } catch (Throwable t) {
            Thrown.closeAfter(t, records);
            throw t;
        }
    }

    @Override
    public void upstream(BitSet partitions, Stages stages) {
        stages.before(parent, partitions);
    }

    @Override
    public Shape shape(Shapes shapes) {
        return shapes.shape(Transformed.class, List.of(operator), List.of(parent));
    }
}
