/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import io.acequia.streaming.BatchFailedException;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.StreamingContext.ContextState;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.listener.BatchInfo;
import io.acequia.streaming.listener.CheckpointInfo;
import io.acequia.streaming.listener.ContextStatus;
import io.acequia.streaming.listener.StreamingListener;
import io.acequia.streaming.listener.StreamingStopped;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/** One life of a program in a world: the context from its start to its end. */
final class SimJob implements AutoCloseable {
    /** Far beyond what anything takes: who waits so long has found a fault. */
    static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final Duration A_MOMENT = Duration.ofMillis(10);

    private final SimWorld world;
    private final SimProgram program;
    private final StreamingContext context;
    private final Queue<BatchInfo> batches = new ConcurrentLinkedQueue<>();
    private final Queue<CheckpointInfo> checkpoints = new ConcurrentLinkedQueue<>();
    private volatile @Nullable Time last;
    private volatile boolean stopped;
    private boolean askedToEnd;

    /** Starts it. */
    SimJob(SimWorld world, SimProgram program) {
        this.world = world;
        this.program = program;
        this.context = new StreamingContext(program.conf(), program.interval(), world.clock());
        context.addStreamingListener(new Heard());
        boolean started = false;
        try {
            context.checkpoint(world.directory());
            program.define(context, world);
            context.start();
            started = true;
        } finally {
            if (!started) {
                context.stop(true, false);
            }
        }
    }

    private final class Heard implements StreamingListener {
        @Override
        public void onBatchCompleted(BatchInfo batch) {
            batches.add(batch);
            Time before = last;
            last = before == null || batch.batchTime().compareTo(before) > 0 ? batch.batchTime() : before;
            world.signal().tell();
        }

        @Override
        public void onCheckpointCompleted(CheckpointInfo checkpoint) {
            checkpoints.add(checkpoint);
            world.signal().tell();
        }

        @Override
        public void onStreamingStopped(StreamingStopped event) {
            stopped = true;
            world.signal().tell();
        }
    }

    /** Whether it goes on: the machine is on, and it has not stopped by itself. */
    boolean isAlive() {
        return world.disk().isOn() && !stopped && context.state() == ContextState.ACTIVE;
    }

    /** Waits until a batch is done, or it is not alive; false when neither comes. */
    boolean awaitBatch(Time time) throws InterruptedException {
        return world.signal().await(() -> !isAlive() || hasEnded(time), PATIENCE);
    }

    /** The newest batch that has ended. */
    @Nullable
    Time newestEnded() {
        return last;
    }

    /** Whether that batch, or a later one, has ended. */
    boolean hasEnded(Time time) {
        Time done = last;
        return done != null && done.compareTo(time) >= 0;
    }

    /**
     * Waits until the checkpoint that is due with a batch has ended, so that what it does comes before what the next batch
     * does. One may be left out while batches are made up for: then for a moment only.
     */
    void awaitCheckpoint(Time batch) throws InterruptedException {
        Time soonEnough = batch.minus(context.status()
                .checkpoints()
                .map(ContextStatus.CheckpointStatus::interval)
                .orElse(Duration.ZERO));
        world.signal()
                .await(
                        () -> !isAlive()
                                || world.zero(program).compareTo(soonEnough) > 0
                                || context.status()
                                        .checkpoints()
                                        .flatMap(ContextStatus.CheckpointStatus::last)
                                        .filter(last -> last.compareTo(soonEnough) > 0)
                                        .isPresent()
                                || checkpoints.stream()
                                        .anyMatch(each -> each.batchTime().compareTo(soonEnough) > 0),
                        A_MOMENT);
    }

    /** Whether it has stopped by itself, or begun to. */
    boolean hasStopped() {
        return !askedToEnd && (stopped || context.state() == ContextState.STOPPING);
    }

    /** Waits until all that was offered is acknowledged, or it is not alive, or the disk has failed; false when none comes. */
    boolean awaitAcks() throws InterruptedException {
        return world.signal()
                .await(
                        () -> !isAlive()
                                || world.feed().allAcked()
                                || !world.disk().failures().isEmpty(),
                        PATIENCE);
    }

    /** Batches that have ended, in that order. */
    Queue<BatchInfo> batches() {
        return batches;
    }

    Queue<CheckpointInfo> checkpoints() {
        return checkpoints;
    }

    StreamingContext context() {
        return context;
    }

    /** Why it stopped by itself. */
    @Nullable
    Throwable failure() throws InterruptedException {
        try {
            context.awaitTerminationOrTimeout(PATIENCE);
            return null;
        } catch (BatchFailedException e) {
            return e;
        }
    }

    /** Stops gracefully; whether nothing is left. */
    boolean endInPeace() {
        askedToEnd = true;
        return context.stop(true, true).complete();
    }

    @Override
    public void close() {
        context.stop(true, false);
    }
}
