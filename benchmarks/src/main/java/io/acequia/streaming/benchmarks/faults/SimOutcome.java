/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What came of one seed.
 *
 * @param lost numbers in no batch
 * @param duplicated numbers in batches again
 * @param wrong what else is not as it must be
 * @param counts what happened, to be shown
 */
record SimOutcome(int lost, int duplicated, List<String> wrong, Map<String, Long> counts) {
    static final SimOutcome NOTHING = new SimOutcome(0, 0, List.of(), Map.of());

    boolean isWhole() {
        return lost == 0 && duplicated == 0 && wrong.isEmpty();
    }

    /** The same, with one more number to show. */
    SimOutcome count(String what, long times) {
        Map<String, Long> more = new LinkedHashMap<>(counts);
        more.merge(what, times, (a, b) -> together(what, a, b));
        return new SimOutcome(lost, duplicated, wrong, more);
    }

    /** The same, and something wrong unless it holds. */
    SimOutcome must(boolean holds, String what) {
        if (holds) {
            return this;
        }
        List<String> more = new ArrayList<>(wrong);
        more.add(what);
        return new SimOutcome(lost, duplicated, more, counts);
    }

    private static long together(String what, long a, long b) {
        return what.startsWith("most") ? Math.max(a, b) : a + b;
    }

    SimOutcome withoutTexts() {
        return new SimOutcome(lost, duplicated, List.of(), counts);
    }

    SimOutcome plus(SimOutcome other) {
        Map<String, Long> sums = new LinkedHashMap<>(counts);
        other.counts.forEach((what, times) -> sums.merge(what, times, (a, b) -> together(what, a, b)));
        List<String> all = new ArrayList<>(wrong);
        all.addAll(other.wrong);
        return new SimOutcome(lost + other.lost, duplicated + other.duplicated, all, sums);
    }
}
