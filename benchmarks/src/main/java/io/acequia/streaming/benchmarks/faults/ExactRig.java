/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import io.acequia.streaming.internal.log.LogDamagedException;
import io.acequia.streaming.internal.store.Failpoint;
import io.acequia.streaming.internal.store.Passages.Seen;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * F1 to F4: a process with an exactly-once program is killed, again and again, and started on its directory. This process
 * is the sender, lives on, and knows what was acknowledged and what must have come of it.
 *
 * <p>A kill counts when the life had committed a batch, and lines were in flight. After a number of kills the job ends
 * gracefully, everything it has put out is compared with a calculation from the plain list of numbers, and a new job begins.
 */
final class ExactRig {
    private static final Duration LONGEST_LIFE = Duration.ofSeconds(4);
    private static final int MOST_DELAY_MILLIS = 500;
    /** One of so many kills from outside waits for the connection alone; the others for a new batch. */
    private static final int EARLY = 8;

    private static final int KILLS_A_JOB = 25;
    /** A place that is not reached by then is given up. */
    private static final int BATCHES_TO_REACH = 25;

    /** At most so many halts at each place: at its first and second passage, and at its first after a recovery. */
    static final int PASSAGES = 3;

    private static final int DEEPEST = 3;
    private static final int KILLED = 137;

    private final Verdict verdict;
    private final RandomGenerator random;
    private final Set<String> hit = new TreeSet<>();
    private final Tally tally = new Tally();
    private @Nullable ExactJob job;
    private int killsOfJob;

    private ExactRig(Verdict verdict, int part) {
        this.verdict = verdict;
        this.random = verdict.chance(part);
    }

    /** A kill: at a place, at its n-th passage in the life or after its recovery; or from outside. */
    private record Kill(@Nullable String place, int passage, boolean recovered) {
        static final Kill OUTSIDE = new Kill(null, 0, false);

        List<String> options() {
            if (place == null) {
                return List.of();
            }
            String halt = "-Dacequia.failpoint=" + place + ":" + passage + ":halt";
            return recovered
                    ? List.of(halt, "-Dacequia.failpoint.after=" + Failpoint.BATCH_PLANNED.text())
                    : List.of(halt);
        }
    }

    static void run(int n, Verdict verdict) throws Exception {
        Set<String> hit = new TreeSet<>();
        hit.addAll(atRandom(n, verdict));
        hit.addAll(everywhere(PASSAGES, verdict));
        hit.addAll(nested(Math.max(3, n / 5), verdict));
        coverage(hit, verdict);
    }

    // ---- F1 and F4

    static Set<String> atRandom(int n, Verdict verdict) throws Exception {
        ExactRig rig = new ExactRig(verdict, 40);
        int misses = 0;
        while (rig.tally.kills < n && misses < 20 + n) {
            Kill kill = rig.random.nextBoolean() ? Kill.OUTSIDE : rig.somewhere();
            boolean counts = rig.live(kill);
            misses += counts ? 0 : 1;
            rig.nextJobWhenDue();
        }
        rig.finishJob();
        rig.tally.tell("F1 kills at any time", n, verdict, misses);
        verdict.add(rig.tally.phases());
        verdict.add(rig.tally.atLeastOnce());
        return rig.hit;
    }

    /** A place of a phase that has had the fewest kills. */
    private Kill somewhere() {
        Phase rarest = Phase.RECEIVING;
        for (Phase phase : Phase.values()) {
            if (tally.of(phase) < tally.of(rarest)) {
                rarest = phase;
            }
        }
        List<String> places = rarest.places();
        boolean recovered = rarest != Phase.RECOVERING;
        return new Kill(places.get(random.nextInt(places.size())), 1 + random.nextInt(recovered ? 6 : 2), recovered);
    }

    // ---- F2

    /** @param passages at how many of the three each place halts */
    static Set<String> everywhere(int passages, Verdict verdict) throws Exception {
        ExactRig rig = new ExactRig(verdict, 41);
        List<Kill> plan = new ArrayList<>();
        for (String place : Failpoint.all()) {
            List<Kill> kills = List.of(new Kill(place, 1, false), new Kill(place, 2, false), new Kill(place, 1, true));
            plan.addAll(kills.subList(0, Math.min(passages, PASSAGES)));
        }
        for (int i = plan.size() - 1; i > 0; i--) {
            Collections.swap(plan, i, rig.random.nextInt(i + 1));
        }
        for (Kill kill : plan) {
            if (kill.place() != null && kill.place().startsWith("job.")) {
                rig.finishJob();
            }
            rig.live(kill);
            rig.nextJobWhenDue();
        }
        rig.finishJob();
        int all = Failpoint.all().size();
        rig.tally.tell("F2 halts at every failpoint", 0, verdict, 0);
        verdict.add(new Figures("F2 failpoints")
                .show("defined", all)
                .show("halted_at", rig.hit.size())
                .show("never", never(rig.hit)));
        return rig.hit;
    }

    private static List<String> never(Set<String> hit) {
        return Failpoint.all().stream().filter(name -> !hit.contains(name)).toList();
    }

    private static void coverage(Set<String> hit, Verdict verdict) {
        int all = Failpoint.all().size();
        verdict.add(new Figures("failpoints hit in all")
                .must("hit", hit.size(), all)
                .show("defined", all)
                .show("never", never(hit)));
    }

    // ---- F3

    static Set<String> nested(int n, Verdict verdict) throws Exception {
        ExactRig rig = new ExactRig(verdict, 42);
        int chains = 0;
        int[] depths = new int[DEEPEST + 1];
        for (int tries = 0; chains < n && tries < 3 * n + 20; tries++) {
            if (!rig.live(Kill.OUTSIDE)) {
                rig.nextJobWhenDue();
                continue;
            }
            int depth = 1 + rig.random.nextInt(DEEPEST);
            int deep = 0;
            for (int attempt = 0; deep < depth && attempt < 2 * DEEPEST; attempt++) {
                deep += rig.killInRecovery() ? 1 : 0;
            }
            depths[deep]++;
            chains += deep > 0 ? 1 : 0;
            rig.nextJobWhenDue();
        }
        rig.finishJob();
        rig.tally.tell("F3 kills during recovery", 0, verdict, 0);
        verdict.add(new Figures("F3 chains")
                .must("chains", chains, n)
                .show("one_deep", depths[1])
                .show("two_deep", depths[2])
                .show("three_deep", depths[3]));
        return rig.hit;
    }

    private boolean killInRecovery() throws Exception {
        List<String> places = Phase.RECOVERING.places().stream()
                .filter(place -> !place.startsWith("job.") || place.startsWith("job.lock"))
                .toList();
        String[] others = {
            "journal.write.middle", "journal.force.before", "output.commit.before", "received.create.after"
        };
        int choice = random.nextInt(places.size() + others.length);
        String place = choice < places.size() ? places.get(choice) : others[choice - places.size()];
        live(new Kill(place, 1 + random.nextInt(2), false));
        return tally.last == Phase.RECOVERING;
    }

    // ---- one life

    /** Whether the kill counts. */
    private boolean live(Kill kill) throws IOException, InterruptedException {
        ExactJob open = job == null ? new ExactJob(random.nextLong()) : job;
        job = open;
        int before = open.outputs().batches();
        boolean ended;
        boolean halted;
        try (ChildJvm child = open.start(kill.options())) {
            boolean connected = open.awaitConnection(child);
            if (connected) {
                open.addFile();
            }
            if (kill.place() == null) {
                boolean early = random.nextInt(EARLY) == 0;
                ended = connected && (early || open.awaitFirstBatch(child))
                        ? child.awaitEnd(Duration.ofMillis(random.nextInt(MOST_DELAY_MILLIS)))
                        : child.awaitEnd(LONGEST_LIFE);
            } else {
                ended = open.awaitEndWithin(BATCHES_TO_REACH, child, LONGEST_LIFE);
            }
            child.kill();
            halted = ended && child.exitCode() == KILLED;
            ended &= !halted;
            if (ended) {
                tally.refused(open, "life " + open.lives() + " ended with " + child.exitCode(), verdict);
            }
        }
        open.awaitDisconnection();
        killsOfJob++;
        return account(open, kill, ended, kill.place() == null || halted, before);
    }

    private boolean account(ExactJob open, Kill kill, boolean ended, boolean reached, int before) throws IOException {
        Seen seen = open.seen();
        open.outputs().read();
        boolean batch = open.outputs().batches() > before;
        boolean inFlight = open.server().sent() > open.server().acked();
        tally.last = Phase.of(seen);
        if (kill.place() != null && reached) {
            hit.add(kill.place());
        }
        try {
            tally.torn(open.tornBytes());
        } catch (LogDamagedException e) {
            tally.refused(open, "after life " + open.lives() + ": " + e.getMessage(), verdict);
        }
        // A process that is killed while it recovers has had no time for a batch of its own.
        boolean counts = !ended && reached && inFlight && (batch || tally.last == Phase.RECOVERING);
        if (counts) {
            tally.kill();
            if (tally.kills % 20 == 0) {
                verdict.progress(tally.kills + " kills");
            }
        }
        return counts;
    }

    private void nextJobWhenDue() throws Exception {
        if (killsOfJob >= KILLS_A_JOB) {
            finishJob();
        }
    }

    private void finishJob() throws Exception {
        ExactJob open = job;
        if (open == null) {
            return;
        }
        try (open) {
            Optional<Outputs.Wrong> wrong = open.finish(Optional.empty());
            if (wrong.isEmpty()) {
                tally.refused(open, "the last life did not end well", verdict);
            } else {
                tally.compared(open, wrong.get(), verdict);
            }
            tally.notes(open, killsOfJob);
        } finally {
            job = null;
            killsOfJob = 0;
        }
    }

    /** What came of the kills. */
    private static final class Tally {
        private final Map<Phase, Integer> phases = new EnumMap<>(Phase.class);
        private final List<Long> recoveries = new ArrayList<>();
        private @Nullable Phase last;
        private Outputs.Wrong wrong = Outputs.Wrong.NOTHING;
        private int kills;
        private int jobs;
        private long batches;
        private long sent;
        private long refused;
        private long torn;
        private long tornTails;
        private long repeated;
        private long allKills;
        private long appendedLost;
        private long appendedAgain;

        int of(Phase phase) {
            return phases.getOrDefault(phase, 0);
        }

        void kill() {
            kills++;
            if (last != null) {
                phases.merge(last, 1, Integer::sum);
            }
        }

        void torn(long bytes) {
            torn += bytes;
            tornTails += bytes > 0 ? 1 : 0;
        }

        void refused(ExactJob job, String what, Verdict verdict) throws IOException {
            refused++;
            job.keep();
            verdict.progress(what + "; see " + job.root() + ": " + lastLines(job.errors()));
        }

        private static String lastLines(String text) {
            List<String> lines = text.lines()
                    .filter(line -> !line.startsWith("\tat ") && !line.startsWith("\t..."))
                    .toList();
            return String.join(" | ", lines.subList(Math.max(0, lines.size() - 3), lines.size()));
        }

        void compared(ExactJob job, Outputs.Wrong found, Verdict verdict) {
            wrong = wrong.plus(found);
            if (!found.isNothing()) {
                job.keep();
                verdict.progress(found + " in " + job.root());
            }
        }

        void notes(ExactJob job, int killsOfJob) throws IOException {
            jobs++;
            allKills += killsOfJob;
            batches += job.outputs().batches();
            sent += job.server().sent();
            for (String[] note : job.notes("running")) {
                recoveries.add(Long.parseLong(note[2]));
                repeated += Long.parseLong(note[3]);
            }
            appendedLost += job.missingInAppended();
            appendedAgain += job.repeatedBatches().values().stream()
                    .mapToInt(each -> each)
                    .sum();
        }

        void tell(String fault, int asked, Verdict verdict, int misses) {
            Collections.sort(recoveries);
            verdict.add(new Figures(fault)
                    .within("n", kills, asked, Long.MAX_VALUE)
                    .show("jobs", jobs)
                    .show("sent", sent)
                    .show("batches", batches)
                    .must("lost", wrong.lost(), 0)
                    .must("duplicated", wrong.duplicated(), 0)
                    .must("wrong", wrong.state() + wrong.windows() + wrong.missing() + wrong.changed() + refused, 0)
                    .must("state_error", wrong.state(), 0)
                    .must("window_error", wrong.windows(), 0)
                    .must("outputs_missing", wrong.missing(), 0)
                    .must("changed", wrong.changed(), 0)
                    .must("refused", refused, 0)
                    .show("recovery_ms_p50", at(0.5))
                    .show("recovery_ms_p99", at(0.99))
                    .show("torn_tails", tornTails)
                    .show("bytes_cut", torn)
                    .show("replayed_batches", repeated)
                    .show("not_counted", misses));
        }

        private long at(double share) {
            return recoveries.isEmpty() ? 0 : recoveries.get((int) (share * (recoveries.size() - 1)));
        }

        /** None of the phases below a twentieth, once there are enough to tell. */
        Figures phases() {
            Figures figures = new Figures("F1 phases");
            for (Phase phase : Phase.values()) {
                figures.within(
                        phase.name().toLowerCase(java.util.Locale.ROOT),
                        of(phase),
                        kills >= 100 ? kills / 20 : 0,
                        Long.MAX_VALUE);
            }
            return figures;
        }

        Figures atLeastOnce() {
            return new Figures("F4 an output that is not idempotent")
                    .show("n", allKills)
                    .must("lost", appendedLost, 0)
                    .within("batches_again", appendedAgain, 0, allKills)
                    .show(
                            "batches_again_per_kill",
                            String.format(
                                    java.util.Locale.ROOT, "%.3f", appendedAgain / (double) Math.max(1, allKills)));
        }
    }
}
