/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import io.acequia.streaming.internal.store.Failpoint;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What came of the kills of several jobs; any thread. */
final class ExactTally {
    private final Verdict verdict;
    private final Map<Phase, Integer> phases = new EnumMap<>(Phase.class);
    private final Set<String> hit = new TreeSet<>();
    private final List<Long> recoveries = new ArrayList<>();
    private Outputs.Wrong wrong = Outputs.Wrong.NOTHING;
    private int kills;
    private int misses;
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

    ExactTally(Verdict verdict) {
        this.verdict = verdict;
    }

    synchronized int kills() {
        return kills;
    }

    /** Kills that do not count. */
    synchronized int misses() {
        return misses;
    }

    /** The phase that has had the fewest. */
    synchronized Phase rarest() {
        Phase rarest = Phase.RECEIVING;
        for (Phase phase : Phase.values()) {
            if (of(phase) < of(rarest)) {
                rarest = phase;
            }
        }
        return rarest;
    }

    private int of(Phase phase) {
        return phases.getOrDefault(phase, 0);
    }

    synchronized void kill(@Nullable Phase phase) {
        kills++;
        if (phase != null) {
            phases.merge(phase, 1, Integer::sum);
        }
        if (kills % 20 == 0) {
            verdict.progress(kills + " kills");
        }
    }

    synchronized void miss() {
        misses++;
    }

    synchronized void hit(String place) {
        hit.add(place);
    }

    /** The places that were halted at. */
    synchronized Set<String> hit() {
        return Set.copyOf(hit);
    }

    synchronized List<String> never() {
        return Failpoint.all().stream().filter(name -> !hit.contains(name)).toList();
    }

    synchronized void torn(long bytes) {
        torn += bytes;
        tornTails += bytes > 0 ? 1 : 0;
    }

    synchronized void refused(ExactJob job, String what) throws IOException {
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

    synchronized void compared(ExactJob job, Outputs.Wrong found) {
        wrong = wrong.plus(found);
        if (!found.isNothing()) {
            job.keep();
            verdict.progress(found + " in " + job.root());
        }
    }

    synchronized void notes(ExactJob job, int killsOfJob) throws IOException {
        jobs++;
        allKills += killsOfJob;
        batches += job.outputs().batches();
        sent += job.server().sent();
        for (String[] note : job.notes("running")) {
            recoveries.add(Long.parseLong(note[2]));
            repeated += Long.parseLong(note[3]);
        }
        appendedLost += job.missingInAppended();
        appendedAgain +=
                job.repeatedBatches().values().stream().mapToInt(each -> each).sum();
    }

    /** @param asked how many kills there must be at least */
    synchronized Figures figures(String fault, int asked) {
        Collections.sort(recoveries);
        return new Figures(fault)
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
                .show("not_counted", misses);
    }

    private long at(double share) {
        return recoveries.isEmpty() ? 0 : recoveries.get((int) (share * (recoveries.size() - 1)));
    }

    /** None of the phases below a twentieth, once there are enough to tell. */
    synchronized Figures phases() {
        Figures figures = new Figures("F1 phases");
        for (Phase phase : Phase.values()) {
            int least = kills >= 100 ? kills / 20 : 0;
            figures.within(phase.name().toLowerCase(Locale.ROOT), of(phase), least, Long.MAX_VALUE);
        }
        return figures;
    }

    synchronized Figures atLeastOnce() {
        return new Figures("F4 an output that is not idempotent")
                .show("n", allKills)
                .must("lost", appendedLost, 0)
                .within("batches_again", appendedAgain, 0, allKills)
                .show(
                        "batches_again_per_kill",
                        String.format(Locale.ROOT, "%.3f", appendedAgain / (double) Math.max(1, allKills)));
    }
}
