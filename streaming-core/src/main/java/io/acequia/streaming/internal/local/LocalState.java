/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.local;

import io.acequia.streaming.data.Partitioner;
import io.acequia.streaming.data.StorageLevel;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.engine.Dataset;
import io.acequia.streaming.engine.Roots;
import io.acequia.streaming.engine.StateChange;
import io.acequia.streaming.engine.StateDataset;
import io.acequia.streaming.engine.StateOperator;
import io.acequia.streaming.internal.engines.Refusals;
import io.acequia.streaming.internal.engines.Shape;
import io.acequia.streaming.internal.engines.Shapes;
import io.acequia.streaming.internal.store.PageFiles;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Keyed state in this JVM, a {@link StatePartition} for each partition. Any thread; the object guards which step is newest. */
final class LocalState<K, S> implements StateDataset<K, S> {
    private final LocalEngine engine;
    private final String uid;
    private final Partitioner partitioner;
    private final StateMemory memory;
    private final List<StatePartition<K, S>> partitions = new ArrayList<>();
    /** The newest time that was asked for; not all partitions need have made that step. */
    private @Nullable Time newest;

    private @Nullable Dataset<?> newestStep;

    LocalState(LocalEngine engine, String uid, Partitioner partitioner, StateMemory memory, PageFiles files) {
        this.engine = engine;
        this.uid = uid;
        this.partitioner = partitioner;
        this.memory = memory;
        for (int i = 0; i < partitioner.numPartitions(); i++) {
            partitions.add(new StatePartition<>(uid, memory, files));
        }
        memory.join(partitions.size());
    }

    StatePartition<K, S> partition(int number) {
        return partitions.get(number);
    }

    @Override
    public Partitioner partitioner() {
        return partitioner;
    }

    @Override
    public Optional<Time> newest() {
        Time whole = null;
        for (StatePartition<K, S> partition : partitions) {
            Time reached = partition.newest();
            if (reached == null) {
                return Optional.empty();
            }
            whole = whole == null || reached.compareTo(whole) < 0 ? reached : whole;
        }
        return Optional.ofNullable(whole);
    }

    @Override
    @SuppressWarnings("unchecked") // the step of a time has one type
    public synchronized <V, R> Dataset<R> step(
            Time time, Dataset<Tuple2<K, V>> input, StateOperator<K, V, S, R> operator) {
        if (newestStep != null && time.equals(newest)) {
            return (Dataset<R>) newestStep;
        }
        if (newest != null && time.compareTo(newest) < 0) {
            throw Refusals.stepped(uid, time, newest);
        }
        LocalDataset<Tuple2<K, V>> placed = engine.own(input);
        if (!placed.partitioner().filter(partitioner::equals).isPresent()) {
            throw Refusals.placed(uid, placed, partitioner);
        }
        Closures closures = engine.closures();
        Dataset<R> step = new LocalDataset<R>(
                        engine, new Step<>(this, time, placed, closures.copy(operator), closures), Optional.empty())
                .persist(StorageLevel.MEMORY_AND_DISK);
        newest = time;
        newestStep = step;
        return step;
    }

    /** Steps a partition when it is computed. */
    private record Step<K, V, S, R>(
            LocalState<K, S> state,
            Time time,
            LocalDataset<Tuple2<K, V>> input,
            StateOperator<K, V, S, R> operator,
            Closures closures)
            implements Root<R> {
        @Override
        public int partitionCount() {
            return input.partitionCount();
        }

        @Override
        public Iterator<R> open(int partition, LocalTask task) throws Exception {
            Iterator<Tuple2<K, V>> records = input.iterate(partition, task);
            try {
                return state.partitions
                        .get(partition)
                        .step(time, closures.copy(operator), records, task)
                        .iterator();
            } finally {
                Roots.close(records);
            }
        }

        @Override
        public void settled() {
            state.partitions.forEach(StatePartition::settled);
        }

        @Override
        public void upstream(BitSet wanted, Stages stages) {
            stages.before(input, wanted);
        }

        @Override
        public Shape shape(Shapes shapes) {
            return shapes.shape(Step.class, List.of(operator), List.of(input));
        }
    }

    @Override
    public Dataset<Tuple2<K, S>> at(Time time) {
        return view((partition, task) -> partition.read(time, task));
    }

    @Override
    public Dataset<StateChange<K, S>> changes(@Nullable Time from, Time until) {
        return view((partition, task) -> from == null
                ? partition.whole(until, task)
                : partition.changes(from, until).iterator());
    }

    private <R> Dataset<R> view(View<K, S, R> view) {
        return new LocalDataset<>(engine, new Viewed<>(this, view), Optional.of(partitioner));
    }

    /** How a partition is read. */
    @FunctionalInterface
    private interface View<K, S, R> {
        Iterator<R> of(StatePartition<K, S> partition, LocalTask task);
    }

    private record Viewed<K, S, R>(LocalState<K, S> state, View<K, S, R> view) implements Root<R> {
        @Override
        public int partitionCount() {
            return state.partitions.size();
        }

        @Override
        public Iterator<R> open(int partition, LocalTask task) {
            return view.of(state.partitions.get(partition), task);
        }
    }

    @Override
    public void forget(Time last) {
        partitions.forEach(partition -> partition.forget(last));
    }

    @Override
    public void close() {
        partitions.forEach(partition -> partition.pages().close());
        memory.join(-partitions.size());
    }

    @Override
    public Usage usage() {
        long keys = 0;
        long bytes = 0;
        long spilledPages = 0;
        long spilledBytes = 0;
        for (StatePartition<K, S> partition : partitions) {
            keys += partition.size();
            bytes += partition.pages().bytes();
            spilledPages += partition.pages().spilledPages();
            spilledBytes += partition.pages().spilledBytes();
        }
        return new Usage(keys, bytes, memory.share() * partitions.size(), spilledPages, spilledBytes);
    }
}
