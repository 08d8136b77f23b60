/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import io.acequia.streaming.benchmarks.faults.SimProgram.Flavour;
import io.acequia.streaming.benchmarks.faults.SimWorld.Mistakes;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.listener.CheckpointInfo;
import io.acequia.streaming.testkit.SimulatedStorage;
import io.acequia.streaming.testkit.SimulatedStorage.Operation;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** F18, F19, F20, F21: devices that fail, are full, are slow, and whose renames are not what they should be. */
final class SimDevices {
    private static final int MOST_BATCHES = 16;
    private static final int MOST_OPERATIONS = 40;
    private static final int FULL_BATCHES = 3;
    private static final Duration BRIEFLY = Duration.ofMillis(4);
    private static final Duration SLOW = Duration.ofSeconds(2);
    private static final String CHECKPOINTS = "checkpoints/";

    private SimDevices() {}

    // ---- F18

    /**
     * A force fails with an input/output error, once: a second attempt would succeed and prove nothing. Of a log, the job must
     * end as failed; of a checkpoint, the failure must be told. Then the power goes: what was acknowledged must be there.
     */
    static SimOutcome failingForce(long seed) throws InterruptedException {
        try (SimPlay play = new SimPlay(seed, Flavour.ANY, Mistakes.NONE)) {
            play.calm();
            SimulatedStorage disk = play.world.disk();
            disk.fail(Operation.FORCE, 1 + play.random.nextInt(MOST_OPERATIONS));
            SimOutcome outcome;
            try {
                outcome = liveUntilItFails(play, disk);
                play.comeBack(true);
                play.finish();
            } catch (SimFailure e) {
                return play.judge(e);
            }
            return play.judge().plus(outcome).must(disk.forcedAgain() == 0, "a force was tried again");
        }
    }

    private static SimOutcome liveUntilItFails(SimPlay play, SimulatedStorage disk)
            throws InterruptedException, SimFailure {
        try (SimJob job = new SimJob(play.world, play.program())) {
            for (int i = 0; i < MOST_BATCHES && job.isAlive() && disk.failures().isEmpty(); i++) {
                play.step(job);
            }
            return afterFailure(play, disk, job);
        } catch (RuntimeException e) {
            if (disk.failures().isEmpty()) {
                throw new SimFailure("the job did not start", e);
            }
            return SimOutcome.NOTHING.count("not_started", 1);
        }
    }

    private static SimOutcome afterFailure(SimPlay play, SimulatedStorage disk, SimJob job)
            throws InterruptedException, SimFailure {
        List<String> failures = disk.failures();
        if (failures.isEmpty()) {
            play.mustNotHaveFailed(job);
            return SimOutcome.NOTHING.count("not_reached", 1);
        }
        if (isOfCheckpoint(failures.get(0))) {
            boolean told = play.world.signal().await(() -> job.hasStopped() || failed(job), SimJob.PATIENCE);
            return SimOutcome.NOTHING
                    .count("checkpoints_failed", 1)
                    .must(told, "nobody told that the checkpoint failed: " + failures);
        }
        for (int i = 0; i < 3 && !play.world.signal().await(job::hasStopped, BRIEFLY); i++) {
            play.world.clock().advance(play.interval());
        }
        boolean stopped = play.world.signal().await(job::hasStopped, SimJob.PATIENCE);
        return SimOutcome.NOTHING
                .count("jobs_failed", 1)
                .must(stopped && job.failure() != null, "the job did not fail: " + failures);
    }

    private static boolean isOfCheckpoint(String failure) {
        return failure.contains(" " + CHECKPOINTS);
    }

    private static boolean failed(SimJob job) {
        return job.checkpoints().stream().anyMatch(each -> each.failure().isPresent());
    }

    // ---- F19

    /**
     * The device is full from some operation on, for a few batches; then space returns. Either the job goes on, or it has
     * stopped and goes on when it is started again.
     */
    static SimOutcome full(long seed) throws InterruptedException {
        try (SimPlay play = new SimPlay(seed, Flavour.ANY, Mistakes.NONE)) {
            play.calm();
            SimulatedStorage disk = play.world.disk();
            Operation where =
                    List.of(Operation.WRITE, Operation.FORCE, Operation.CREATE).get(play.random.nextInt(3));
            SimOutcome outcome = SimOutcome.NOTHING;
            try {
                try (SimJob job = new SimJob(play.world, play.program())) {
                    disk.fill(where, 1 + play.random.nextInt(MOST_OPERATIONS));
                    outcome = outcome.count(liveFull(play, disk, job) ? "resumed" : "stopped", 1);
                }
                disk.spaceReturns();
                play.comeBack(play.random.nextBoolean());
                play.finish();
            } catch (SimFailure e) {
                return play.judge(e).plus(outcome);
            }
            return play.judge().plus(outcome).count("reached", disk.failures().isEmpty() ? 0 : 1);
        }
    }

    /** Whether it goes on when space has returned. */
    private static boolean liveFull(SimPlay play, SimulatedStorage disk, SimJob job)
            throws InterruptedException, SimFailure {
        for (int i = 0; i < MOST_BATCHES && job.isAlive() && disk.failures().isEmpty(); i++) {
            play.offer();
            advance(play, job, disk);
        }
        for (int i = 0; i < FULL_BATCHES && job.isAlive(); i++) {
            play.offer();
            play.world.clock().advance(play.interval());
            play.world.signal().await(() -> !job.isAlive(), BRIEFLY);
        }
        disk.spaceReturns();
        for (int i = 0; i < SimJob.PATIENCE.dividedBy(BRIEFLY) && job.isAlive(); i++) {
            play.world.clock().advance(play.interval());
            Time due = play.newest();
            if (play.world
                    .signal()
                    .await(() -> job.hasEnded(due) && play.world.feed().allAcked(), BRIEFLY)) {
                return true;
            }
        }
        return false;
    }

    /** To the end of the next batch, or until the device is full. */
    private static void advance(SimPlay play, SimJob job, SimulatedStorage disk)
            throws InterruptedException, SimFailure {
        play.world
                .signal()
                .await(() -> !job.isAlive() || play.world.feed().allAcked() || isFull(disk), SimJob.PATIENCE);
        play.world.clock().advance(play.interval());
        Time due = play.newest();
        if (!play.world.signal().await(() -> !job.isAlive() || job.hasEnded(due) || isFull(disk), SimJob.PATIENCE)) {
            throw new SimFailure("batch " + due + " did not end", null);
        }
    }

    private static boolean isFull(SimulatedStorage disk) {
        return !disk.failures().isEmpty();
    }

    // ---- F20

    /** Every eleventh force takes 2 s on the clock of the context: nothing is lost, and no receiver is taken for dead. */
    static SimOutcome slow(long seed) throws InterruptedException {
        try (SimPlay play = new SimPlay(seed, Flavour.ANY, Mistakes.NONE)) {
            play.calm();
            AtomicInteger forces = new AtomicInteger();
            try (SimJob job = new SimJob(play.world, play.program())) {
                play.world.disk().duringForce(() -> {
                    if (forces.incrementAndGet() % 11 == 0) {
                        waitFor(play.world.clock());
                    }
                });
                for (int i = 0; i < MOST_BATCHES / 2 && job.isAlive(); i++) {
                    play.offer();
                    play.world.clock().advance(play.interval());
                    Time due = play.newest();
                    while (job.isAlive()
                            && !(job.hasEnded(due) && play.world.feed().allAcked())) {
                        if (!play.world
                                .signal()
                                .await(
                                        () -> job.hasEnded(due)
                                                && play.world.feed().allAcked(),
                                        BRIEFLY)) {
                            play.world.clock().advance(play.interval());
                        }
                    }
                }
                play.world.disk().duringForce(() -> {});
                play.world.clock().advance(SLOW.multipliedBy(2));
                play.drain(job);
            } catch (SimFailure e) {
                return play.judge(e);
            }
            return play.judge()
                    .count("forces", forces.get())
                    .must(play.world.feed().connections() <= 1, "the receiver was connected again");
        }
    }

    private static void waitFor(SimClock clock) {
        Instant until = clock.now().plus(SLOW);
        try {
            clock.awaitUntil(until);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    // ---- F21

    /**
     * Renames fail; or the power goes right when a checkpoint was told to be complete, where a rename is atomic and where it
     * is a copy: the checkpoint must be there.
     */
    static SimOutcome renames(long seed) throws InterruptedException {
        try (SimPlay play = new SimPlay(seed, Flavour.ANY, Mistakes.NONE)) {
            play.calm();
            SimulatedStorage disk = play.world.disk();
            boolean fails = seed % 3 == 0;
            if (fails) {
                disk.fail(Operation.COMMIT, 2 + play.random.nextInt(5));
            }
            if (seed % 3 == 1) {
                disk.commitByCopy();
            }
            SimOutcome outcome = SimOutcome.NOTHING;
            try {
                int wanted = 1 + play.random.nextInt(3);
                CheckpointInfo last = null;
                try (SimJob job = play.start()) {
                    for (int i = 0; i < MOST_BATCHES && job != null && job.isAlive() && complete(job) < wanted; i++) {
                        play.step(job);
                    }
                    if (job != null && !disk.failures().isEmpty()) {
                        outcome = outcome.must(
                                play.world.signal().await(() -> job.hasStopped() || failed(job), SimJob.PATIENCE),
                                "nobody told that the rename failed: " + disk.failures());
                    }
                    for (CheckpointInfo each : job == null ? List.<CheckpointInfo>of() : job.checkpoints()) {
                        last = each.failure().isEmpty() ? each : last;
                    }
                    play.comeBack(true);
                }
                if (last != null) {
                    String start = CHECKPOINTS + "cp-" + last.batchTime().milliseconds() + "-";
                    outcome = outcome.count("told", 1)
                            .must(
                                    play.world.disk().names().stream()
                                            .anyMatch(name -> name.startsWith(start) && name.endsWith("/MANIFEST")),
                                    "the checkpoint of " + last.batchTime() + " was told and is not there");
                }
                play.finish();
            } catch (SimFailure e) {
                return play.judge(e);
            }
            return play.judge().plus(outcome).count("failed", disk.failures().size());
        }
    }

    private static long complete(SimJob job) {
        return job.checkpoints().stream()
                .filter(each -> each.failure().isEmpty())
                .count();
    }
}
