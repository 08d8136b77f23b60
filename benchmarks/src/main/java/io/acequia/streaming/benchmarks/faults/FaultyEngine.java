/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import io.acequia.streaming.data.Accumulator;
import io.acequia.streaming.data.Broadcast;
import io.acequia.streaming.data.Partitioner;
import io.acequia.streaming.data.StorageLevel;
import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.direct.Split;
import io.acequia.streaming.engine.Block;
import io.acequia.streaming.engine.BlockInfo;
import io.acequia.streaming.engine.Dataset;
import io.acequia.streaming.engine.DriverChannel;
import io.acequia.streaming.engine.Engine;
import io.acequia.streaming.engine.ReceiverTask;
import io.acequia.streaming.engine.StateDataset;
import io.acequia.streaming.function.Function2;
import io.acequia.streaming.storage.Storage;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** An engine all of whose storage is one that a rig gave. */
record FaultyEngine(Engine engine, Storage disk) implements Engine {
    @Override
    public <T> Dataset<T> parallelize(List<T> data, int partitions) {
        return engine.parallelize(data, partitions);
    }

    @Override
    public <T> Dataset<T> fromBlocks(List<List<Block<T>>> groups) {
        return engine.fromBlocks(groups);
    }

    @Override
    public <T> Dataset<T> fromSplits(List<List<Split<T>>> groups) {
        return engine.fromSplits(groups);
    }

    @Override
    public <T> Dataset<T> wrap(Object engineData) {
        return engine.wrap(engineData);
    }

    @Override
    public <T> Broadcast<T> broadcast(T value) {
        return engine.broadcast(value);
    }

    @Override
    public <A> Accumulator<A> accumulator(String name, A zero, Function2<A, A, A> add) {
        return engine.accumulator(name, zero, add);
    }

    @Override
    public <K, S> StateDataset<K, S> state(String uid, Partitioner partitioner) {
        return engine.state(uid, partitioner);
    }

    @Override
    public <T> ReceiverTask.Running launch(ReceiverTask<T> task, DriverChannel driver, StreamClock clock) {
        return engine.launch(new OnDisk<>(task, disk), driver, clock);
    }

    @Override
    public <T> Block<T> block(ReceiverTask<T> task, BlockInfo info) {
        return engine.block(new OnDisk<>(task, disk), info);
    }

    @Override
    public void release(BlockInfo info, String who) {
        engine.release(info, who);
    }

    @Override
    public Storage storage(String uri) {
        return disk;
    }

    @Override
    public Capabilities capabilities() {
        return engine.capabilities();
    }

    @Override
    public void awaitReady(Duration atMost) throws InterruptedException {
        engine.awaitReady(atMost);
    }

    @Override
    public void cancel(Time batchTime) {
        engine.cancel(batchTime);
    }

    @Override
    public int defaultParallelism() {
        return engine.defaultParallelism();
    }

    @Override
    public boolean isInTask() {
        return engine.isInTask();
    }

    @Override
    public long plans() {
        return engine.plans();
    }

    @Override
    public void close() {
        engine.close();
    }

    /** A receiver whose log is on the faulty disk. */
    private record OnDisk<T>(ReceiverTask<T> task, Storage disk) implements ReceiverTask<T> {
        @Override
        public int streamId() {
            return task.streamId();
        }

        @Override
        public void run(Host<T> host) {
            task.run(new DiskHost<>(host, disk));
        }

        @Override
        public Block<T> logged(BlockInfo block, Storage storage) {
            return task.logged(block, disk);
        }

        @Override
        public Optional<String> log() {
            return task.log();
        }
    }

    private record DiskHost<T>(ReceiverTask.Host<T> host, Storage disk) implements ReceiverTask.Host<T> {
        @Override
        public DriverChannel driver() {
            return host.driver();
        }

        @Override
        public StreamClock clock() {
            return host.clock();
        }

        @Override
        public Storage storage(String uri) {
            return disk;
        }

        @Override
        public boolean keep(BlockInfo block, List<? extends List<T>> records, StorageLevel level) throws IOException {
            return host.keep(block, records, level);
        }

        @Override
        public void control(ReceiverTask.Control control) {
            host.control(control);
        }
    }
}
