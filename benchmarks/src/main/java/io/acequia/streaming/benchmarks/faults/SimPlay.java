/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import io.acequia.streaming.benchmarks.faults.SimProgram.Flavour;
import io.acequia.streaming.benchmarks.faults.SimWorld.Mistakes;
import io.acequia.streaming.data.Time;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One seed: a drawn program in a world of its own, moved from batch to batch by the thread of a rig.
 *
 * <p>That thread waits until all is quiet before it goes on: then the operations of the disk come in one order, and the same
 * seed fails at the same of them. In an eighth of the seeds it does not wait, so that more happens at once; these repeat
 * less well.
 */
final class SimPlay implements AutoCloseable {
    private static final int MOST_NEW = 7;
    /** Batches at the end without anything new: more than the longest window or time-out but one. */
    private static final int DRAIN = 6;

    final Random random;
    final SimWorld world;
    private final SimProgram program;
    private boolean hurried;
    /** The newest batch that was waited for; the wall clock may be behind it. */
    private Time awaited;

    private @Nullable SimJob latest;

    SimPlay(long seed, Flavour flavour, Mistakes mistakes) {
        this(seed, flavour, mistakes, UnaryOperator.identity());
    }

    /** A program that is changed after it was drawn. */
    SimPlay(long seed, Flavour flavour, Mistakes mistakes, UnaryOperator<SimProgram> change) {
        this.random = new Random(seed * 0x9E3779B97F4A7C15L);
        this.program = change.apply(SimProgram.draw(random, flavour));
        this.hurried = random.nextInt(8) == 0;
        this.world = new SimWorld(seed, mistakes);
        this.awaited = world.zero(program);
        if (program.settings().getOrDefault("streaming.block.size", "").equals(SimProgram.SMALL_BLOCK)) {
            // What is read at once and is larger than a block may come again in part.
            world.feed().deliverAtMost(1);
        }
    }

    /** Always waits until all is quiet. */
    SimPlay calm() {
        hurried = false;
        return this;
    }

    SimProgram program() {
        return program;
    }

    /** A new life; none when the machine went off while it started. */
    @Nullable
    SimJob start() throws SimFailure {
        if (latest != null && latest.hasEnded(awaited.plus(program.interval()))) {
            // What the life before did ahead of a clock that was set back, none will do again.
            awaited = Objects.requireNonNull(latest.newestEnded());
        }
        try {
            SimJob fresh = new SimJob(world, program);
            latest = fresh;
            return fresh;
        } catch (RuntimeException e) {
            if (world.disk().isOn()) {
                throw new SimFailure("the job did not start", e);
            }
            return null;
        }
    }

    /** Something new at the sources, and then nothing more before the next step. */
    void offer() {
        if (program.received()) {
            world.feed().offer(random.nextInt(MOST_NEW));
        }
        if (program.direct()) {
            world.offerDirect(random.nextInt(MOST_NEW));
        }
    }

    /** Something new most times, and the next batch. */
    void step(SimJob job) throws InterruptedException, SimFailure {
        if (random.nextInt(5) > 0) {
            offer();
        }
        next(job, !hurried || random.nextInt(3) == 0);
    }

    /** The next batch; waits for its end. */
    void next(SimJob job) throws InterruptedException, SimFailure {
        next(job, true);
    }

    private void next(SimJob job, boolean waits) throws InterruptedException, SimFailure {
        if (waits) {
            awaitAcks(job);
        }
        world.clock().advance(program.interval());
        if (waits) {
            awaitBatch(job);
        }
    }

    void awaitAcks(SimJob job) throws InterruptedException, SimFailure {
        if (program.received() && !job.awaitAcks()) {
            throw new SimFailure("acknowledgements did not come", null);
        }
    }

    /** Waits for the end of the batch that the clock shows, and of its checkpoint. */
    void awaitBatch(SimJob job) throws InterruptedException, SimFailure {
        Time newest = newest();
        if (newest.compareTo(awaited) <= 0) {
            return;
        }
        awaited = newest;
        if (!job.awaitBatch(newest)) {
            throw new SimFailure("batch " + newest + " did not end", null);
        }
        job.awaitCheckpoint(newest);
    }

    /** The newest batch that is due. */
    Time newest() {
        long interval = program.interval().toMillis();
        return new Time(world.clock().now().toEpochMilli() / interval * interval);
    }

    /** Batches without anything new, and a graceful stop, which leaves nothing. */
    void drain(SimJob job) throws InterruptedException, SimFailure {
        for (int i = 0; i < DRAIN && job.isAlive(); i++) {
            next(job);
        }
        if (job.isAlive() && !job.endInPeace()) {
            throw new SimFailure("a graceful stop left something", null);
        }
        mustNotHaveFailed(job);
    }

    /** The last life: a few more batches, and {@link #drain}. */
    void finish() throws InterruptedException, SimFailure {
        int more = random.nextInt(8);
        try (SimJob job = start()) {
            if (job != null) {
                for (int i = 0; i < more && job.isAlive(); i++) {
                    step(job);
                }
                drain(job);
            }
        }
    }

    void mustNotHaveFailed(SimJob job) throws InterruptedException, SimFailure {
        if (world.disk().isOn() && job.hasStopped()) {
            throw new SimFailure("the job stopped by itself", job.failure());
        }
    }

    /** The machine comes back after a while. */
    void comeBack(boolean powerWent) {
        world.comeBack(
                powerWent, program.interval().multipliedBy(random.nextInt(3)).dividedBy(2));
    }

    /** What came of it, when no batch may be missing. */
    SimOutcome judge() {
        NavigableSet<Integer> ran = world.ran(program);
        SimOutcome outcome = judgeBatchesThatRan();
        for (int batch = 1; batch <= (ran.isEmpty() ? 0 : ran.last()); batch++) {
            outcome = outcome.must(ran.contains(batch), "batch " + batch + " did not run");
        }
        return outcome;
    }

    /** What came of it, whichever batches there were. */
    SimOutcome judgeBatchesThatRan() {
        SimOutcome outcome = counted();
        for (String conflict : world.sink().conflicts()) {
            outcome = outcome.must(false, conflict);
        }
        for (String wrong : program.compare(world.sink(), world.zero(program), world.ran(program))) {
            outcome = outcome.must(false, wrong);
        }
        return outcome;
    }

    /** What came of the numbers, whatever was made of them. */
    SimOutcome judgeNumbers() {
        return counted();
    }

    /** It could not go on. */
    SimOutcome judge(SimFailure failure) {
        return counted().must(false, failure.toString());
    }

    private SimOutcome counted() {
        return new SimOutcome(world.lost(program), world.duplicated(program), List.of(), Map.of("batches", (long)
                        world.ran(program).size()))
                .count("again", world.sink().again());
    }

    /** From batch to batch. */
    Duration interval() {
        return program.interval();
    }

    @Override
    public void close() {
        world.close();
    }
}
