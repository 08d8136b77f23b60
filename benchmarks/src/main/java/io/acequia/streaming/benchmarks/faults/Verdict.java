/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.random.RandomGenerator;

/** What a rig says: a line for each fault, and a last one with the sums. */
final class Verdict {
    private static final List<String> SUMMED = List.of("n", "lost", "duplicated", "wrong", "caught", "failed");

    private final String rig;
    private final long seed;
    private final PrintStream out;
    private final PrintStream err;
    private final Map<String, Long> sums = new LinkedHashMap<>();
    private final List<Figures> figures = new ArrayList<>();
    private boolean survived = true;

    Verdict(String rig, long seed, PrintStream out, PrintStream err) {
        this.rig = rig;
        this.seed = seed;
        this.out = out;
        this.err = err;
    }

    long seed() {
        return seed;
    }

    /** Chance of its own for each part, so that one part alone repeats what it did among others. */
    RandomGenerator chance(int part) {
        return new Random(31 * seed + part);
    }

    /** Tells that a long part goes on. */
    void progress(String text) {
        err.println(rig + ": " + text);
    }

    void add(Figures line) {
        out.println(line.line(seed));
        figures.add(line);
        survived &= line.survived();
        for (String key : SUMMED) {
            Long value = line.numbers().get(key);
            if (value != null) {
                sums.merge(key, value, Long::sum);
            }
        }
    }

    boolean survived() {
        return survived;
    }

    List<Figures> figures() {
        return figures;
    }

    Map<String, Long> sums() {
        return sums;
    }

    /** Prints the last line; gives the exit code. */
    int tell() {
        StringBuilder line = new StringBuilder(rig).append(':');
        for (String key : SUMMED) {
            if (sums.containsKey(key)) {
                line.append(' ').append(key).append('=').append(sums.get(key));
            }
        }
        out.println(line.append(" seed=").append(seed));
        return survived ? 0 : 1;
    }
}
