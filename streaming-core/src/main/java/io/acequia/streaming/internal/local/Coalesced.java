/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.local;

import io.acequia.streaming.engine.Downstream;
import io.acequia.streaming.internal.engines.Concatenated;
import io.acequia.streaming.internal.engines.Shape;
import io.acequia.streaming.internal.engines.Shapes;
import io.acequia.streaming.internal.engines.Thrown;
import java.util.BitSet;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;

/** Fewer partitions: each reads a run of neighbours of the parent, one after the other. */
record Coalesced<T>(LocalDataset<T> parent, int partitionCount) implements Lineage<T> {
    @Override
    public void push(int partition, LocalTask task, Downstream<T> down) throws Exception {
        try {
            down.begin();
            Downstream<T> neighbour = new Neighbour<>(down);
            for (int p = start(partition); p < start(partition + 1) && down.wantsMore(); p++) {
                parent.push(p, task, neighbour);
            }
            down.end();
        } catch (Throwable t) {
            Thrown.closeAfter(t, down);
            throw t;
        }
        down.close();
    }

    @Override
    public Iterator<T> iterate(int partition, LocalTask task) {
        List<Integer> neighbours =
                IntStream.range(start(partition), start(partition + 1)).boxed().toList();
        return new Concatenated<>(neighbours, p -> parent.iterate(p, task));
    }

    private int start(int partition) {
        return (int) ((long) parent.partitionCount() * partition / partitionCount);
    }

    @Override
    public void upstream(BitSet partitions, Stages stages) {
        BitSet wanted = new BitSet();
        partitions.stream().forEach(p -> wanted.set(start(p), start(p + 1)));
        stages.before(parent, wanted);
    }

    @Override
    public Shape shape(Shapes shapes) {
        return shapes.shape(Coalesced.class, List.of(), List.of(parent));
    }

    /** One of several runs into the same chain, which begins, ends and closes once. */
    private record Neighbour<T>(Downstream<T> down) implements Downstream<T> {
        @Override
        public void begin() {}

        @Override
        public void accept(T record) throws Exception {
            down.accept(record);
        }

        @Override
        public boolean wantsMore() {
            return down.wantsMore();
        }

        @Override
        public void end() {}
    }
}
