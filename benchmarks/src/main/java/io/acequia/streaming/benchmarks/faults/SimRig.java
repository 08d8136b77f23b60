/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import io.acequia.streaming.benchmarks.faults.SimWorld.Mistakes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Whole programs, with the scheduler, logs, checkpoints and receivers as they are, in worlds that are simulated: disk, clock,
 * sources and sink. Each seed is a program and what happens to it.
 */
final class SimRig {
    private static final int MOST_TOLD = 20;
    private static final int LONGEST_TEXT = 600;
    private static final int SEEDS_AT_ONCE = 1000;

    private static final List<Fault> FAULTS = List.of(
            new Fault("F11", "power loss at any step", 1, SimCrashes.POWER::run),
            new Fault("F15", "damage at rest", 1, new SimDamage(Mistakes.NONE)::run),
            new Fault("F18", "input/output error of a force", 1, SimDevices::failingForce),
            new Fault("F19", "full device", 10, SimDevices::full),
            new Fault("F20", "slow device", 10, SimDevices::slow),
            new Fault("F21", "renames that fail, are not durable, not atomic", 1, SimDevices::renames),
            new Fault("F25", "clocks that jump", 1, SimTimes::jumps),
            new Fault("F26", "batches slower than the interval", 100, SimTimes::slow),
            new Fault("F27", "down for an hour", 10, SimTimes::down),
            new Fault("F28", "batches that end in any order", 1, SimTimes::anyOrder),
            new Fault("F29", "windows over restarts", 1, SimCrashes.WINDOWS::run),
            new Fault("F39", "one output fails", 10, SimOutputs::run));

    private SimRig() {}

    /** The numbers of its faults. */
    static List<String> faults() {
        return FAULTS.stream().map(Fault::number).toList();
    }

    /** What is done with a seed. */
    @FunctionalInterface
    interface Trial {
        SimOutcome run(long seed) throws Exception;
    }

    /**
     * A fault.
     *
     * @param number in the catalogue
     * @param name for people
     * @param share one seed of so many is tried: those of long trials
     * @param trial what is done
     */
    record Fault(String number, String name, int share, Trial trial) {}

    static void run(int n, String only, Verdict verdict) throws Exception {
        List<Fault> wanted = FAULTS.stream()
                .filter(fault -> only.isBlank() || fault.number().equals(only))
                .toList();
        if (wanted.isEmpty()) {
            throw new IllegalArgumentException(
                    "ACQ-3082 the simulator has no fault '" + only + "': it has " + String.join(", ", faults()));
        }
        for (Fault fault : wanted) {
            int seeds = only.isBlank() ? Math.max(1, n / fault.share()) : n;
            verdict.progress(fault.number() + " " + fault.name() + ", " + seeds + " seeds");
            verdict.add(figures(fault, seeds, verdict));
        }
    }

    private static Figures figures(Fault fault, int n, Verdict verdict) throws Exception {
        SimOutcome sum = SimOutcome.NOTHING;
        int wrong = 0;
        int told = 0;
        ExecutorService threads =
                Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
        try {
            for (long from = verdict.seed(); from < verdict.seed() + n; from += SEEDS_AT_ONCE) {
                List<Callable<SimOutcome>> trials = new ArrayList<>();
                for (long seed = from; seed < Math.min(from + SEEDS_AT_ONCE, verdict.seed() + n); seed++) {
                    long each = seed;
                    trials.add(() -> fault.trial().run(each));
                }
                long seed = from;
                for (Future<SimOutcome> trial : threads.invokeAll(trials)) {
                    SimOutcome outcome = trial.get();
                    if (!outcome.isWhole() && told++ < MOST_TOLD) {
                        verdict.progress("NOT SURVIVED: bin/faults sim --only " + fault.number() + " --seeds 1 --seed "
                                + seed + ": " + cut(outcome.toString()));
                    }
                    wrong += outcome.wrong().isEmpty() ? 0 : 1;
                    sum = sum.plus(outcome.withoutTexts());
                    seed++;
                }
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        } finally {
            threads.shutdownNow();
        }
        Figures figures = new Figures(fault.number() + " " + fault.name()).count("n", n);
        sum.counts().forEach(figures::show);
        return figures.must("lost", sum.lost(), 0)
                .must("duplicated", sum.duplicated(), 0)
                .must("wrong", wrong, 0);
    }

    private static String cut(String text) {
        return text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT) + " …";
    }
}
