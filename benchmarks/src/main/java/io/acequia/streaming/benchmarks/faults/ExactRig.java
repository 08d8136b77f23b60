/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import io.acequia.streaming.benchmarks.faults.ExactLives.Kill;
import io.acequia.streaming.internal.store.Failpoint;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.random.RandomGenerator;

/**
 * F1 to F4: a process with an exactly-once program is killed, again and again, and started on its directory. This process
 * is the sender, lives on, and knows what was acknowledged and what must have come of it.
 *
 * <p>A kill counts when the life had committed a batch, and lines were in flight. Two jobs are killed at a time, each with a
 * directory and a sender of its own: a life spends half of its time waiting, and no figure here is one of speed.
 */
final class ExactRig {
    private static final int LANES = 2;

    /** At most so many halts at each place: at its first and second passage, and at its first after a recovery. */
    static final int PASSAGES = 3;

    /** A place that a life did not come to, as there was no old tail, or nothing to delete yet, gets so many more lives. */
    private static final int MORE_ROUNDS = 6;

    private static final int DEEPEST = 3;

    private ExactRig() {}

    /** What is done to the jobs of one lane. */
    @FunctionalInterface
    private interface Lane {
        void run(ExactLives lives) throws Exception;
    }

    static void run(int n, Verdict verdict) throws Exception {
        Set<String> hit = new TreeSet<>();
        hit.addAll(atRandom(n, verdict));
        hit.addAll(everywhere(PASSAGES, verdict));
        hit.addAll(nested(Math.max(3, n / 5), verdict));
        verdict.add(new Figures("failpoints hit in all")
                .must("hit", hit.size(), Failpoint.all().size())
                .show("defined", Failpoint.all().size()));
    }

    // ---- F1 and F4

    static Set<String> atRandom(int n, Verdict verdict) throws Exception {
        ExactTally tally = new ExactTally(verdict);
        inLanes(40, tally, verdict, lives -> {
            while (tally.kills() < n && tally.misses() < 20 + n) {
                boolean outside = lives.chance().nextBoolean();
                if (!lives.live(outside ? Kill.OUTSIDE : somewhere(tally.rarest(), lives.chance()))) {
                    tally.miss();
                }
                lives.nextJobWhenDue();
            }
        });
        verdict.add(tally.figures("F1 kills at any time", n));
        verdict.add(tally.phases());
        verdict.add(tally.atLeastOnce());
        return tally.hit();
    }

    private static Kill somewhere(Phase phase, RandomGenerator random) {
        List<String> places = phase.places();
        boolean recovered = phase != Phase.RECOVERING;
        return new Kill(places.get(random.nextInt(places.size())), 1 + random.nextInt(recovered ? 6 : 2), recovered);
    }

    // ---- F2

    /** @param passages at how many of the three each place halts */
    static Set<String> everywhere(int passages, Verdict verdict) throws Exception {
        ExactTally tally = new ExactTally(verdict);
        List<Kill> plan = new ArrayList<>();
        for (String place : Failpoint.all()) {
            List<Kill> kills = List.of(new Kill(place, 1, false), new Kill(place, 2, false), new Kill(place, 1, true));
            plan.addAll(kills.subList(0, Math.min(passages, PASSAGES)));
        }
        RandomGenerator random = verdict.chance(41);
        for (int i = plan.size() - 1; i > 0; i--) {
            Collections.swap(plan, i, random.nextInt(i + 1));
        }
        haltAtEach(plan, 43, tally, verdict);
        int again = 0;
        for (int round = 0; round < MORE_ROUNDS && !tally.never().isEmpty(); round++) {
            List<Kill> rest = new ArrayList<>();
            for (String place : tally.never()) {
                rest.add(new Kill(place, 1, round % 2 == 1));
            }
            again += rest.size();
            haltAtEach(rest, 60 + round, tally, verdict);
        }
        int all = Failpoint.all().size();
        verdict.add(tally.figures("F2 halts at every failpoint", 0));
        verdict.add(new Figures("F2 failpoints")
                .show("defined", all)
                .must("halted_at", tally.hit().size(), all)
                .show("tried_again", again)
                .show("never", tally.never()));
        return tally.hit();
    }

    /** A directory is made but once in a job; all else has a life before it. */
    private static void haltAtEach(List<Kill> plan, int part, ExactTally tally, Verdict verdict) throws Exception {
        Queue<Kill> left = new ConcurrentLinkedQueue<>(plan);
        inLanes(part, tally, verdict, lives -> {
            lives.live(Kill.OUTSIDE);
            for (Kill kill = left.poll(); kill != null; kill = left.poll()) {
                if (kill.place() != null && kill.place().startsWith("job.")) {
                    lives.finishJob();
                }
                lives.live(kill);
                lives.nextJobWhenDue();
            }
        });
    }

    // ---- F3

    static Set<String> nested(int n, Verdict verdict) throws Exception {
        ExactTally tally = new ExactTally(verdict);
        AtomicInteger chains = new AtomicInteger();
        AtomicInteger tries = new AtomicInteger();
        AtomicIntegerArray depths = new AtomicIntegerArray(DEEPEST + 1);
        inLanes(42, tally, verdict, lives -> {
            while (chains.get() < n && tries.getAndIncrement() < 3 * n + 20) {
                if (lives.live(Kill.OUTSIDE)) {
                    int deep = killInRecoveries(lives);
                    depths.incrementAndGet(deep);
                    chains.addAndGet(deep > 0 ? 1 : 0);
                }
                lives.nextJobWhenDue();
            }
        });
        verdict.add(tally.figures("F3 kills during recovery", 0));
        verdict.add(new Figures("F3 chains")
                .within("chains", chains.get(), n, Long.MAX_VALUE)
                .show("one_deep", depths.get(1))
                .show("two_deep", depths.get(2))
                .show("three_deep", depths.get(3)));
        return tally.hit();
    }

    /** How many in a row came before a new batch was planned. */
    private static int killInRecoveries(ExactLives lives) throws Exception {
        int depth = 1 + lives.chance().nextInt(DEEPEST);
        int deep = 0;
        for (int attempt = 0; deep < depth && attempt < 2 * DEEPEST; attempt++) {
            lives.live(inRecovery(lives.chance()));
            deep += lives.last() == Phase.RECOVERING ? 1 : 0;
        }
        return deep;
    }

    private static Kill inRecovery(RandomGenerator random) {
        List<String> places = new ArrayList<>(Phase.RECOVERING.places());
        places.removeIf(place -> place.startsWith("job.") && !place.startsWith("job.lock"));
        places.addAll(List.of(
                "journal.write.middle", "journal.force.before", "output.commit.before", "received.create.after"));
        return new Kill(places.get(random.nextInt(places.size())), 1 + random.nextInt(2), false);
    }

    // ---- lanes

    /** @param part of the chance for the first lane; each has its own */
    private static void inLanes(int part, ExactTally tally, Verdict verdict, Lane lane) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(LANES);
        try {
            List<Future<?>> lanes = new ArrayList<>();
            for (int i = 0; i < LANES; i++) {
                RandomGenerator random = verdict.chance(part + 100 * i);
                lanes.add(threads.submit(() -> {
                    ExactLives lives = new ExactLives(tally, random);
                    lane.run(lives);
                    lives.finishJob();
                    return null;
                }));
            }
            for (Future<?> each : lanes) {
                each.get();
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        } finally {
            threads.shutdownNow();
        }
    }
}
