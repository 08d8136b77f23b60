/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Runs the portions of a plan one after the other: rigs measure times, and two at once would disturb each other. One that
 * breaks keeps no other from running, and counts as not survived. What did not survive is told with the command that repeats it.
 */
final class PlanRun {
    /** Runs a rig. */
    @FunctionalInterface
    interface Rigs {
        void run(FaultsRequest request, Verdict verdict) throws Exception;
    }

    /** Is told of each portion that is done. */
    @FunctionalInterface
    interface Listener {
        void done(Done done) throws IOException;
    }

    /**
     * A portion that is done.
     *
     * @param portion what was asked
     * @param seed of the plan
     * @param took time
     * @param verdict of its rig
     * @param broken what the rig threw
     */
    record Done(Portion portion, long seed, Duration took, Verdict verdict, Optional<Exception> broken) {
        boolean survived() {
            return verdict.survived() && broken.isEmpty();
        }
    }

    private final Rigs rigs;
    private final PrintStream out;
    private final PrintStream err;

    PlanRun(Rigs rigs, PrintStream out, PrintStream err) {
        this.rigs = rigs;
        this.out = out;
        this.err = err;
    }

    /** Gives the exit code. */
    int run(String name, List<Portion> portions, long seed, Listener listener) throws IOException {
        List<Done> all = new ArrayList<>();
        for (Portion portion : portions) {
            err.println(name + ": " + portion.command(seed));
            Done done = run(portion, seed);
            all.add(done);
            listener.done(done);
        }
        tell(name, seed, all);
        return all.stream().allMatch(Done::survived) ? 0 : 1;
    }

    private Done run(Portion portion, long seed) {
        FaultsRequest request = portion.request(seed);
        Verdict verdict = new Verdict(portion.rig(), request.seed(), out, err);
        long begin = System.nanoTime();
        Optional<Exception> broken = Optional.empty();
        try {
            rigs.run(request, verdict);
        } catch (Exception e) {
            e.printStackTrace(err);
            broken = Optional.of(e);
        }
        verdict.tell();
        Done done = new Done(portion, seed, Duration.ofNanos(System.nanoTime() - begin), verdict, broken);
        if (!done.survived()) {
            out.println("NOT SURVIVED: " + portion.command(seed));
        }
        return done;
    }

    private void tell(String name, long seed, List<Done> all) {
        Map<String, Long> sums = new LinkedHashMap<>();
        Duration took = Duration.ZERO;
        Duration share = Duration.ZERO;
        for (Done done : all) {
            out.printf(
                    Locale.ROOT,
                    "%-14s --n %-7d tried=%-7d took %5.2f min of %5.2f%s%s%n",
                    done.portion().name(),
                    done.portion().n(),
                    done.verdict().sums().getOrDefault("n", 0L),
                    minutes(done.took()),
                    minutes(done.portion().share()),
                    done.took().compareTo(done.portion().share()) > 0 ? " (above its share)" : "",
                    done.survived() ? "" : " NOT SURVIVED: " + done.portion().command(seed));
            done.verdict().sums().forEach((key, value) -> sums.merge(key, value, Long::sum));
            took = took.plus(done.took());
            share = share.plus(done.portion().share());
        }
        out.printf(
                Locale.ROOT,
                "%s: %s seed=%d, %.2f min of %.2f%n",
                name,
                sums.entrySet().stream()
                        .map(each -> each.getKey() + "=" + each.getValue())
                        .collect(Collectors.joining(" ")),
                seed,
                minutes(took),
                minutes(share));
    }

    private static double minutes(Duration time) {
        return time.toMillis() / 60_000.0;
    }
}
