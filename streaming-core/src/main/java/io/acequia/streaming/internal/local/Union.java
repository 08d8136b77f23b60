/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.local;

import io.acequia.streaming.engine.Downstream;
import io.acequia.streaming.internal.engines.Shape;
import io.acequia.streaming.internal.engines.Shapes;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Iterator;
import java.util.List;

/** The partitions of several datasets, one dataset after the other. */
final class Union<T> implements Lineage<T> {
    private final List<LocalDataset<T>> parents;
    /** Number of the first partition of each parent, and of the one after the last. */
    private final int[] starts;

    Union(List<LocalDataset<T>> parents) {
        this.parents = parents;
        this.starts = new int[parents.size() + 1];
        for (int i = 0; i < parents.size(); i++) {
            starts[i + 1] = Math.addExact(starts[i], parents.get(i).partitionCount());
        }
    }

    @Override
    public int partitionCount() {
        return starts[parents.size()];
    }

    @Override
    public void push(int partition, LocalTask task, Downstream<T> down) throws Exception {
        int parent = parentOf(partition);
        parents.get(parent).push(partition - starts[parent], task, down);
    }

    @Override
    public Iterator<T> iterate(int partition, LocalTask task) throws Exception {
        int parent = parentOf(partition);
        return parents.get(parent).iterate(partition - starts[parent], task);
    }

    /** The last parent that starts at the partition or before; those without partitions start where the next one does. */
    private int parentOf(int partition) {
        int at = Arrays.binarySearch(starts, partition);
        if (at < 0) {
            return -at - 2;
        }
        while (starts[at + 1] == partition) {
            at++;
        }
        return at;
    }

    @Override
    public void upstream(BitSet partitions, Stages stages) {
        for (int i = 0; i < parents.size(); i++) {
            BitSet own = partitions.get(starts[i], starts[i + 1]);
            if (!own.isEmpty()) {
                stages.before(parents.get(i), own);
            }
        }
    }

    @Override
    public Shape shape(Shapes shapes) {
        return shapes.shape(Union.class, List.of(), parents);
    }
}
