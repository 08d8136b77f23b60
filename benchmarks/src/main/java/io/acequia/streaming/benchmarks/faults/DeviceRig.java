/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import io.acequia.streaming.benchmarks.faults.NumberedFeed.Manners;
import io.acequia.streaming.data.ByteSize;
import io.acequia.streaming.listener.ReceiverState;
import io.acequia.streaming.testkit.SimulatedStorage;
import io.acequia.streaming.testkit.SimulatedStorage.Operation;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/** F18, F19, F20: a whole context, from a reliable source to its batches, on a device that fails, fills up or is slow. */
final class DeviceRig {
    private static final ByteSize BLOCK = ByteSize.kibibytes(16);
    private static final Duration BRIEFLY = Duration.ofMillis(20);
    private static final int SLOW_BATCHES = 10;

    private DeviceRig() {}

    static void run(int n, Verdict verdict) throws Exception {
        verdict.progress("a force fails, " + n + " times");
        verdict.add(failingForces(n, verdict.chance(18)));
        int fewer = Math.max(1, n / 10);
        verdict.progress("the device is full, " + fewer + " times");
        verdict.add(fullDevices(fewer, verdict.chance(19)));
        verdict.progress("a force takes long, " + fewer + " times");
        verdict.add(slowForces(fewer, verdict.chance(20)));
    }

    /**
     * F18: a force fails with an input/output error, which it does once: a second attempt would succeed and prove nothing. What
     * was acknowledged must be on the disk when the power goes then; the force is not tried again; the job ends as failed.
     */
    private static Figures failingForces(int n, RandomGenerator random) throws Exception {
        int failed = 0;
        int again = 0;
        long acked = 0;
        long lost = 0;
        for (int i = 0; i < n; i++) {
            SimulatedStorage disk = new SimulatedStorage(random.nextLong());
            NumberedFeed feed = new NumberedFeed(1, Manners.HONEST);
            try (JobOnDisk job = new JobOnDisk(disk, feed, true, BLOCK)) {
                int nth = 1 + random.nextInt(8);
                int last = disk.operations(Operation.FORCE) + nth;
                disk.fail(Operation.FORCE, nth);
                while (job.isActive() && disk.operations(Operation.FORCE) < last) {
                    feed.offer(1 + random.nextInt(20));
                    feed.await(feed::allAcked, BRIEFLY);
                    job.advance(random.nextBoolean() ? JobOnDisk.INTERVAL : Duration.ZERO);
                }
                feed.offer(1);
                job.advance(JobOnDisk.INTERVAL);
                failed += job.fails() ? 1 : 0;
                again += disk.forcedAgain();
            }
            acked += feed.acked();
            lost += missing(disk.crash(), List.of(), feed.ackedRecords());
            feed.close();
        }
        return new Figures("F18 input/output error of a force")
                .count("n", n)
                .show("acked", acked)
                .must("acked_after_failure", lost, 0)
                .must("forced_again", again, 0)
                .must("jobs_failed", failed, n);
    }

    /** How many are neither in the log nor done; the log of what is done may be gone. */
    private static int missing(SimulatedStorage disk, List<Long> processed, List<Long> expected) throws IOException {
        Set<Long> there = new HashSet<>(JobOnDisk.logged(disk));
        there.addAll(processed);
        return (int) expected.stream().filter(record -> !there.contains(record)).count();
    }

    /**
     * F19: no space from some operation on, for several batches; then space returns. Nothing is acknowledged meanwhile, the job
     * goes on, and in the end every record is acknowledged, and in the log once, or in a batch that is done.
     */
    private static Figures fullDevices(int n, RandomGenerator random) throws Exception {
        long acked = 0;
        long lost = 0;
        long duplicated = 0;
        int resumed = 0;
        int ackedWhileFull = 0;
        for (int i = 0; i < n; i++) {
            SimulatedStorage disk = new SimulatedStorage(random.nextLong());
            NumberedFeed feed = new NumberedFeed(1, Manners.HONEST);
            List<Long> done;
            try (JobOnDisk job = new JobOnDisk(disk, feed, true, BLOCK)) {
                Operation where = List.of(Operation.WRITE, Operation.FORCE, Operation.CREATE)
                        .get(i % 3);
                disk.fill(where, 1 + (where == Operation.CREATE ? 0 : random.nextInt(12)));
                while (disk.failures().isEmpty()) {
                    feed.offer(1 + random.nextInt(20));
                    feed.await(() -> feed.allAcked() || !disk.failures().isEmpty(), JobOnDisk.PATIENCE);
                }
                // What was forced before may not be told yet.
                feed.await(feed::allAcked, BRIEFLY.multipliedBy(5));
                int before = feed.acked();
                for (int batch = 0; batch < 5; batch++) {
                    feed.offer(random.nextInt(20));
                    job.advance(JobOnDisk.INTERVAL);
                    feed.await(feed::allAcked, BRIEFLY);
                }
                ackedWhileFull += feed.acked() - before;
                disk.spaceReturns();
                resumed += takesAllIn(job, feed) && job.isActive() ? 1 : 0;
                done = job.processed();
            }
            acked += feed.acked();
            SimulatedStorage after = disk.crash();
            lost += missing(after, done, feed.ackedRecords());
            duplicated += repeated(JobOnDisk.logged(after)) + repeated(done);
            feed.close();
        }
        return new Figures("F19 full device")
                .count("n", n)
                .show("acked", acked)
                .must("lost", lost, 0)
                .must("duplicated", duplicated, 0)
                .must("acked_while_full", ackedWhileFull, 0)
                .must("resumed", resumed, n);
    }

    private static int repeated(List<Long> records) {
        return records.size() - new HashSet<>(records).size();
    }

    /** Moves the clock until all is acknowledged; false when that never comes. */
    private static boolean takesAllIn(JobOnDisk job, NumberedFeed feed) throws InterruptedException {
        for (long step = JobOnDisk.PATIENCE.toMillis() / BRIEFLY.toMillis(); step > 0; step--) {
            job.advance(JobOnDisk.INTERVAL);
            if (feed.await(feed::allAcked, BRIEFLY)) {
                return true;
            }
        }
        return false;
    }

    /**
     * F20: a force takes ten batches on the clock of the context, 2 s. Nobody takes the receiver for dead or connects it anew;
     * nothing more is read, and nothing is acknowledged, before the force is through; then all is.
     */
    private static Figures slowForces(int n, RandomGenerator random) throws Exception {
        int blocked = 0;
        int falseDeaths = 0;
        int held = 0;
        int acked = 0;
        int resumed = 0;
        long lost = 0;
        for (int i = 0; i < n; i++) {
            SimulatedStorage disk = new SimulatedStorage(random.nextLong());
            NumberedFeed feed = new NumberedFeed(1, Manners.HONEST);
            Gate gate = new Gate();
            try (JobOnDisk job = new JobOnDisk(disk, feed, true, BLOCK)) {
                feed.offer(1 + random.nextInt(50));
                feed.await(feed::allAcked, JobOnDisk.PATIENCE);
                disk.duringForce(gate::pass);
                gate.close();
                feed.offer(1 + random.nextInt(50));
                blocked += gate.awaitSomebody() ? 1 : 0;
                int before = feed.acked();
                long handed = feed.handed();
                for (int batch = 0; batch < SLOW_BATCHES; batch++) {
                    feed.offer(10);
                    job.advance(JobOnDisk.INTERVAL);
                }
                feed.await(() -> feed.handed() > handed, BRIEFLY);
                held += feed.handed() == handed ? 1 : 0;
                acked += feed.acked() - before;
                gate.open();
                resumed += takesAllIn(job, feed) && job.isActive() ? 1 : 0;
                boolean died = job.events().stream()
                        .anyMatch(event ->
                                event.state() != ReceiverState.STARTING && event.state() != ReceiverState.ACTIVE);
                falseDeaths += died || feed.connections() > 1 ? 1 : 0;
            } finally {
                gate.open();
            }
            lost += missing(disk.crash(), List.of(), feed.ackedRecords());
            feed.close();
        }
        return new Figures("F20 slow device")
                .count("n", n)
                .must("blocked", blocked, n)
                .must("lost", lost, 0)
                .must("false_deaths", falseDeaths, 0)
                .must("input_held", held, n)
                .must("acked_meanwhile", acked, 0)
                .must("resumed", resumed, n);
    }

    /** Where forces wait while it is closed. */
    private static final class Gate {
        private final CountDownLatch somebody = new CountDownLatch(1);
        private volatile CountDownLatch closed = new CountDownLatch(0);

        void close() {
            closed = new CountDownLatch(1);
        }

        void open() {
            closed.countDown();
        }

        boolean awaitSomebody() throws InterruptedException {
            return somebody.await(JobOnDisk.PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        }

        void pass() {
            CountDownLatch wait = closed;
            if (wait.getCount() > 0) {
                somebody.countDown();
                try {
                    wait.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }
}
