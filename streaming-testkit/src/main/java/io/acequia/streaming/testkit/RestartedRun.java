/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import io.acequia.streaming.BatchFailedException;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.listener.BatchInfo;
import io.acequia.streaming.listener.StreamingListener;
import io.acequia.streaming.listener.StreamingStopped;
import io.acequia.streaming.testkit.Drawn.Sink;
import io.acequia.streaming.testkit.RandomStreams.Program;
import io.acequia.streaming.testkit.Restarts.How;
import io.acequia.streaming.testkit.Restarts.Restart;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs a random program over its restarts: a context after the other on one simulated storage, which loses a context as it loses
 * a killed process.
 *
 * <p><b>Where a run ends.</b> The clock stands still at the batch of the next restart until all batches before are done, so
 * which of them are done, running or not yet due at the end is as the program says. A function whose trap is deadly may end a run
 * at any place; such a run goes on where it was.
 *
 * <p><b>What may come again.</b> Only batches of which nobody was told that they are done.
 *
 * <p><b>Threads.</b> {@link #run} is for one thread; outputs and listeners of the context come from others. The one monitor is
 * this.
 */
final class RestartedRun implements SinkRecords.Passing, AutoCloseable {
    private final StreamExecution execution;
    private final Program program;
    private final HurriedClock clock;
    private final String directory;
    private SimulatedStorage storage;
    private Leg leg;
    private int starts;

    // Guarded by this.
    private final Set<Integer> done = new HashSet<>();
    private @Nullable Restart next;
    private boolean met;

    RestartedRun(Program program, StreamingConf conf) {
        this.program = program;
        conf.set(StreamingConf.DOWN_TIME_POLICY, program.restarts.policy())
                .set(StreamingConf.CHECKPOINT_INTERVAL, program.interval.multipliedBy(program.restarts.every()));
        this.execution = new StreamExecution(program, conf, this);
        this.clock = new HurriedClock(StreamExecution.start(), StreamExecution.start());
        this.storage = new SimulatedStorage(program.seed);
        this.directory = SimulatedStorages.mount(storage);
        this.leg = new Leg(execution.open(clock, directory));
    }

    StreamExecution execution() {
        return execution;
    }

    /** How often a context went on from what another one had left. */
    int restarts() {
        return starts - 1;
    }

    /** Runs all of it, and tells the execution which batches ran. */
    void run() throws InterruptedException {
        start();
        for (Restart restart : program.restarts.list()) {
            if (restart.how().isWithin()) {
                runUntil(restart.batch() - 1);
                runInto(restart);
            } else {
                runUntil(restart.batch());
            }
            leg.context.stop(true, restart.how() == How.STOPPED_GRACEFULLY);
            clock.skipTo(execution.times.time(restart.batch() + restart.down()).instant());
            restart();
        }
        runUntil(program.batches);
        leg.context.stop(true, true);
        execution.ran.retainAll(done);
    }

    // ---- contexts

    /** A context and its end. */
    private final class Leg implements StreamingListener {
        final StreamingContext context;
        boolean stopped;

        Leg(StreamingContext context) {
            this.context = context;
            context.addStreamingListener(this);
        }

        @Override
        public void onBatchCompleted(BatchInfo b) {
            synchronized (RestartedRun.this) {
                if (b.failure().isEmpty()) {
                    done.add(execution.times.at(b.batchTime()));
                }
                RestartedRun.this.notifyAll();
            }
        }

        @Override
        public void onStreamingStopped(StreamingStopped e) {
            synchronized (RestartedRun.this) {
                stopped = true;
                RestartedRun.this.notifyAll();
            }
        }
    }

    /** A new context on what the last one left. */
    private void restart() {
        storage = storage.kill();
        SimulatedStorages.mount(directory, storage);
        leg = new Leg(execution.open(clock, directory));
        start();
    }

    /** Starts; with another context when a function ends this one while it starts. */
    private void start() {
        starts++;
        try {
            leg.context.start();
        } catch (RuntimeException | Error e) {
            leg.context.stop(true);
            mustBeDeath(e);
            restart();
        }
    }

    private void runUntil(int batch) throws InterruptedException {
        goOn(batch, () -> isDone(batch));
    }

    /** Runs one batch until it meets its end; to its own end when the output is not one of that batch. */
    private void runInto(Restart restart) throws InterruptedException {
        synchronized (this) {
            next = restart;
            met = false;
        }
        goOn(restart.batch(), () -> met || isDone(restart.batch()));
        leg.context.stop(true);
        synchronized (this) {
            next = null;
        }
    }

    private void goOn(int batch, BooleanSupplier condition) throws InterruptedException {
        clock.raise(execution.times.time(batch).instant());
        while (!await(condition)) {
            try {
                leg.context.awaitTermination();
                throw new AssertionError(program + "\nstopped by itself");
            } catch (BatchFailedException e) {
                mustBeDeath(e);
            }
            leg.context.stop(true);
            restart();
        }
    }

    /** Whether it holds; false when the context has stopped before. */
    private synchronized boolean await(BooleanSupplier condition) throws InterruptedException {
        StreamClock machine = StreamClock.system();
        long deadline = machine.nanoTime() + StreamExecution.AT_MOST.toNanos();
        while (!leg.stopped && !condition.getAsBoolean()) {
            long left = deadline - machine.nanoTime();
            if (left <= 0) {
                throw new AssertionError(program + "\nhas not come further after " + StreamExecution.AT_MOST
                        + " than these batches: " + done + ", " + leg.context.status());
            }
            wait(1 + left / 1_000_000);
        }
        return condition.getAsBoolean();
    }

    private boolean isDone(int last) {
        return program.times.stream()
                .filter(batch -> batch <= last && !program.restarts.maySkip(batch))
                .allMatch(done::contains);
    }

    private void mustBeDeath(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof Trap.Death) {
                return;
            }
        }
        throw new AssertionError(program + "\nfailed: " + failure, failure);
    }

    // ---- outputs

    @Override
    public synchronized boolean mayRepeat(int batch) {
        return !done.contains(batch);
    }

    @Override
    public void has(Sink sink, int batch) throws InterruptedException {
        synchronized (this) {
            Restart end = next;
            if (end == null || met || end.batch() != batch || end.output(program.sinks) != sink) {
                return;
            }
            met = true;
            notifyAll();
            if (end.how() == How.OUTPUT_DIES) {
                throw new Trap.Death("an output ends the context in batch " + batch);
            }
        }
        new CountDownLatch(1).await();
    }

    @Override
    public void close() {
        execution.close();
        SimulatedStorages.unmount(directory);
    }
}
