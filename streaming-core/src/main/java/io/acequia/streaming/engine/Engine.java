/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.engine;

import io.acequia.streaming.data.Accumulator;
import io.acequia.streaming.data.Broadcast;
import io.acequia.streaming.data.Partitioner;
import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.direct.Split;
import io.acequia.streaming.function.Function2;
import io.acequia.streaming.storage.Storage;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** Runs datasets and receivers, and holds keyed state. Safe for use by any thread. */
public interface Engine extends AutoCloseable {
    /** A dataset of {@code data}, cut into so many runs of neighbours. The list must not change. */
    <T> Dataset<T> parallelize(List<T> data, int partitions);

    /** A dataset of received blocks: each group is one partition. */
    <T> Dataset<T> fromBlocks(List<List<Block<T>>> groups);

    /** A dataset of splits of a direct source: each group is one partition. */
    <T> Dataset<T> fromSplits(List<List<Split<T>>> groups);

    /** A dataset of the engine's own kind, such as a Spark RDD; an error that names the types it takes. */
    <T> Dataset<T> wrap(Object engineData);

    /** Makes a value visible to every task. */
    <T> Broadcast<T> broadcast(T value);

    /** Makes a sum that tasks add to. */
    <A> Accumulator<A> accumulator(String name, A zero, Function2<A, A, A> add);

    /**
     * Keyed state without a version; to be closed.
     *
     * @param uid what it is called in messages and metrics
     */
    <K, S> StateDataset<K, S> state(String uid, Partitioner partitioner);

    /** Starts a receiver. It ends when the driver says so on the channel, or by itself. */
    <T> ReceiverTask.Running launch(ReceiverTask<T> task, DriverChannel driver, StreamClock clock);

    /** The records of a block that a launched task has added; an error that names it once it was released. */
    <T> Block<T> block(ReceiverTask<T> task, BlockInfo info);

    /** Lets the records of a block go; {@code who} owned them, for the message to who comes too late. */
    void release(BlockInfo info, String who);

    /** The storage at a place: {@code file:///data/job}, or a plain path for the local disk. */
    Storage storage(String uri) throws IOException;

    /** What this engine can do. */
    Capabilities capabilities();

    /** Blocks until the workers are there, at most so long; then an error with the numbers. */
    void awaitReady(Duration atMost) throws InterruptedException;

    /**
     * Has a hook run when the JVM is asked to end, and before the engine ends by itself; what is given back takes that back. By default
     * it is a hook of the JVM.
     *
     * @param hook not started
     * @throws IllegalStateException when the JVM is ending
     */
    default Runnable beforeShutdown(Thread hook) {
        Runtime.getRuntime().addShutdownHook(hook);
        return () -> {
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException e) {
                // It is ending: the hook runs, or has run.
            }
        };
    }

    /** Gives up the jobs of a batch, soon. */
    void cancel(Time batchTime);

    /** Partitions of a dataset when nobody says otherwise. */
    int defaultParallelism();

    /** Whether the calling thread is inside a task of this engine. */
    boolean isInTask();

    /** How often a chain of a shape not seen before was planned. */
    long plans();

    /** Ends the workers and drops what was kept. Again has no effect. */
    @Override
    void close();

    /**
     * What an engine can do.
     *
     * @param slots tasks that run at the same time
     * @param leastInterval the shortest batch interval that makes sense
     * @param distributed whether tasks run in other JVMs
     */
    record Capabilities(int slots, Duration leastInterval, boolean distributed) {}
}
