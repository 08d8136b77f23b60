/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import io.acequia.streaming.benchmarks.faults.SimProgram.Flavour;
import io.acequia.streaming.benchmarks.faults.SimWorld.Mistakes;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.listener.BatchInfo;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

/** F25, F26, F27, F28: clocks that jump, batches that are slow or end in any order, and machines that were down for long. */
final class SimTimes {
    private static final Duration TEN_MINUTES = Duration.ofMinutes(10);
    private static final Duration HOUR = Duration.ofHours(1);
    private static final int MOST_LIVES = 3;
    private static final int MOST_BATCHES = 10;
    private static final int BACKLOG = 5;
    private static final int AT_ONCE = 3;

    private SimTimes() {}

    // ---- F25

    /**
     * The wall clock jumps by up to an hour, forwards and back, also while the machine is down, and goes a little faster or
     * slower than its counter; batches are of ten minutes. Batch times rise by the interval, none is missing, none is twice.
     */
    static SimOutcome jumps(long seed) throws InterruptedException {
        int jumps = 0;
        try (SimPlay play = new SimPlay(seed, Flavour.ANY, Mistakes.NONE, program -> program.every(TEN_MINUTES))) {
            play.calm();
            List<Time> order = new ArrayList<>();
            SimOutcome outcome = SimOutcome.NOTHING;
            try {
                Instant latest = play.world.clock().now();
                for (int lives = 1 + play.random.nextInt(MOST_LIVES); lives > 0; lives--) {
                    try (SimJob job = play.start()) {
                        for (int i = 1 + play.random.nextInt(MOST_BATCHES);
                                i > 0 && job != null && job.isAlive();
                                i--) {
                            play.offer();
                            play.awaitAcks(job);
                            if (play.random.nextInt(4) == 0) {
                                jumps++;
                                play.world.clock().jump(jump(play));
                            } else {
                                slew(play);
                            }
                            latest = later(latest, play.world.clock().now());
                            play.awaitBatch(job);
                        }
                        if (job != null) {
                            play.mustNotHaveFailed(job);
                            outcome = outcome.plus(rising(job));
                        }
                    }
                    play.world.comeBack(false, Duration.ZERO);
                    play.world.clock().jump(play.random.nextInt(3) == 0 ? jump(play) : Duration.ZERO);
                    latest = later(latest, play.world.clock().now());
                }
                play.world.clock().jump(Duration.between(play.world.clock().now(), latest));
                play.finish();
            } catch (SimFailure e) {
                return play.judge(e).count("jumps", jumps);
            }
            return play.judge().plus(outcome).count("jumps", jumps);
        }
    }

    private static Duration jump(SimPlay play) {
        long seconds = play.random.nextBoolean() ? HOUR.toSeconds() : play.random.nextInt((int) HOUR.toSeconds());
        return Duration.ofSeconds(play.random.nextBoolean() ? seconds : -seconds);
    }

    private static void slew(SimPlay play) {
        Duration counter = play.interval();
        long off = play.random.nextInt(1001) - 500;
        play.world.clock().advance(counter.plusNanos(counter.toNanos() / 1_000_000 * off), counter);
    }

    private static Instant later(Instant a, Instant b) {
        return a.isAfter(b) ? a : b;
    }

    private static SimOutcome rising(SimJob job) {
        SimOutcome outcome = SimOutcome.NOTHING;
        Time before = null;
        for (BatchInfo batch : job.batches()) {
            Time time = batch.batchTime();
            outcome = outcome.must(
                    before == null || time.compareTo(before) > 0, "batch " + time + " came after " + before);
            before = time;
        }
        return outcome;
    }

    // ---- F26

    /** For an hour, each batch takes one and a half times the interval; then batches are fast again, and what waits is done. */
    static SimOutcome slow(long seed) throws InterruptedException {
        boolean merges = seed % 2 == 0;
        int most = 0;
        try (SimPlay play = new SimPlay(seed, Flavour.ANY, Mistakes.NONE, program -> program.with(
                        "streaming.backlog.max", String.valueOf(BACKLOG))
                .with("streaming.backlog.policy", merges ? "merge" : "queue"))) {
            play.calm();
            Duration half = play.interval().dividedBy(2);
            AtomicBoolean isSlow = new AtomicBoolean(true);
            AtomicBoolean inside = new AtomicBoolean();
            String first = play.program().first();
            play.world.hook((output, time) -> {
                if (isSlow.get() && output.equals(first)) {
                    Instant until = play.world.clock().now().plus(half.multipliedBy(3));
                    inside.set(true);
                    play.world.signal().tell();
                    play.world.clock().awaitUntil(until);
                    inside.set(false);
                }
            });
            SimOutcome outcome = SimOutcome.NOTHING;
            try (SimJob job = play.start()) {
                play.world.clock().advance(play.interval());
                for (long i = HOUR.dividedBy(half); i > 0 && job != null && job.isAlive(); i--) {
                    if (!play.world.signal().await(() -> inside.get() || !job.isAlive(), SimJob.PATIENCE)) {
                        throw new SimFailure("no batch ran", null);
                    }
                    most = Math.max(most, job.context().status().batchesQueued());
                    if (play.random.nextInt(20) == 0) {
                        play.offer();
                    }
                    inside.set(false);
                    play.world.clock().advance(half);
                    play.world.signal().await(() -> play.world.clock().waiters() > 0, SimJob.PATIENCE);
                    inside.set(true);
                }
                isSlow.set(false);
                play.world.clock().advance(play.interval().multipliedBy(2));
                if (job != null) {
                    play.drain(job);
                    outcome = rising(job);
                }
            } catch (SimFailure e) {
                return play.judge(e);
            }
            return (merges ? play.judgeBatchesThatRan() : play.judge())
                    .plus(outcome)
                    .must(most <= BACKLOG + 1, most + " batches waited")
                    .count("most_waited", most);
        }
    }

    // ---- F27

    /** The machine is down for an hour, of batches of a minute; what is done about them is one of the three policies. */
    static SimOutcome down(long seed) throws InterruptedException {
        List<String> policies = List.of("replay", "skip-empty", "merge");
        String policy = policies.get(Math.floorMod(seed, policies.size()));
        try (SimPlay play =
                new SimPlay(seed, Flavour.ANY, Mistakes.NONE, program -> program.every(Duration.ofMinutes(1))
                        .with("streaming.recovery.missed", policy))) {
            play.calm();
            NavigableSet<Integer> before;
            int due;
            try {
                SimCrashes.End end = SimCrashes.End.values()[play.random.nextInt(SimCrashes.End.values().length)];
                SimCrashes.live(play, end);
                before = play.world.ran(play.program());
                play.offer();
                play.world.comeBack(end == SimCrashes.End.POWER, HOUR.plusSeconds(play.random.nextInt(60)));
                due = (int) Duration.between(
                                play.world.zero(play.program()).instant(),
                                play.world.clock().now())
                        .dividedBy(play.interval());
                play.finish();
            } catch (SimFailure e) {
                return play.judge(e);
            }
            if (before.isEmpty()) {
                // Nothing tells when it began, and so which batches it missed.
                return play.judgeNumbers().count("never_ran", 1);
            }
            NavigableSet<Integer> ran = play.world.ran(play.program());
            int last = before.last();
            int missed = ran.subSet(last, false, due, true).size();
            SimOutcome outcome = (policy.equals("replay") ? play.judge() : play.judgeBatchesThatRan())
                    .count("missed", Math.max(0, due - last))
                    .count(policy, missed);
            // One or two that were planned before may be among them.
            return policy.equals("merge")
                    ? outcome.must(missed <= 3, missed + " batches ran for those missed")
                    : outcome;
        }
    }

    // ---- F28

    /**
     * Three batches run at once. Each is held where its first output or its last one asks for it, and they are let go in any
     * order, so they end in any order.
     */
    static SimOutcome anyOrder(long seed) throws InterruptedException {
        try (SimPlay play = new SimPlay(
                seed, Flavour.ANY, Mistakes.NONE, program -> program.with("streaming.concurrent.jobs", "3"))) {
            play.calm();
            Held held = new Held(play, play.random.nextBoolean());
            play.world.hook(held);
            int outOfOrder = 0;
            try {
                for (int lives = 1 + play.random.nextInt(MOST_LIVES); lives > 0; lives--) {
                    boolean power = play.random.nextBoolean();
                    if (play.random.nextBoolean()) {
                        play.world.disk().powerOffAfter(20 + play.random.nextInt(200));
                    }
                    try (SimJob job = play.start()) {
                        for (int i = 1 + play.random.nextInt(4); i > 0 && job != null && job.isAlive(); i--) {
                            held.round(job);
                        }
                        outOfOrder += job == null || rising(job).isWhole() ? 0 : 1;
                        held.open();
                        if (job != null) {
                            play.mustNotHaveFailed(job);
                        }
                    }
                    play.comeBack(power);
                }
                play.finish();
            } catch (SimFailure e) {
                return play.judge(e);
            } finally {
                held.open();
            }
            return play.judge().count("out_of_order", outOfOrder);
        }
    }

    /** Where batches wait until the rig lets them go. */
    private static final class Held implements SimWorld.Hook {
        private final SimPlay play;
        private final String where;
        private final Set<Time> waiting = new HashSet<>();
        private final Set<Time> held = new HashSet<>();

        Held(SimPlay play, boolean atTheFirst) {
            this.play = play;
            this.where = atTheFirst ? play.program().first() : SimProgram.END;
        }

        @Override
        public synchronized void asked(String output, Time time) throws InterruptedException {
            if (!output.equals(where) || !held.contains(time)) {
                return;
            }
            waiting.add(time);
            play.world.signal().tell();
            while (held.contains(time)) {
                wait();
            }
        }

        private synchronized boolean isWaiting(Time time) {
            return waiting.contains(time);
        }

        private synchronized void hold(Time time) {
            held.add(time);
        }

        private synchronized void free(Time time) {
            held.remove(time);
            notifyAll();
        }

        synchronized void open() {
            held.clear();
            notifyAll();
        }

        /** So many batches at once. */
        void round(SimJob job) throws InterruptedException, SimFailure {
            List<Time> times = new ArrayList<>();
            for (int i = 0; i < AT_ONCE && job.isAlive(); i++) {
                play.offer();
                play.awaitAcks(job);
                Time time = play.newest().plus(play.interval());
                times.add(time);
                hold(time);
                play.world.clock().advance(play.interval());
                await(job, () -> isWaiting(time), "batch " + time + " did not begin");
            }
            Collections.shuffle(times, play.random);
            for (Time time : times) {
                free(time);
                await(
                        job,
                        () -> job.batches().stream()
                                .anyMatch(batch -> batch.batchTime().equals(time)),
                        "batch " + time + " did not end");
            }
            open();
            play.awaitBatch(job);
        }

        private void await(SimJob job, BooleanSupplier something, String otherwise)
                throws InterruptedException, SimFailure {
            if (!play.world.signal().await(() -> !job.isAlive() || something.getAsBoolean(), SimJob.PATIENCE)) {
                throw new SimFailure(otherwise, null);
            }
        }
    }
}
