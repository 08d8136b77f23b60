/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import java.util.Arrays;
import java.util.Locale;

/** Measured values, and what is said of them. */
final class Samples {
    private final double[] sorted;

    private Samples(double[] sorted) {
        this.sorted = sorted;
    }

    static Samples of(double... values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return new Samples(sorted);
    }

    int size() {
        return sorted.length;
    }

    double min() {
        return sorted[0];
    }

    double max() {
        return sorted[sorted.length - 1];
    }

    double median() {
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /** The value below which {@code share} of all values are. */
    double quantile(double share) {
        return sorted[Math.min(sorted.length - 1, (int) (sorted.length * share))];
    }

    /** {@code above} divided by each. */
    Samples under(double above) {
        return of(Arrays.stream(sorted).map(value -> above / value).toArray());
    }

    /** {@code ratio <what> vs <whom>: <median> (min <a> max <b>, n=<rounds>)}. */
    String ratioLine(String what, String whom) {
        return String.format(
                Locale.ROOT,
                "ratio %s vs %s: %.3f (min %.3f max %.3f, n=%d)",
                what,
                whom,
                median(),
                min(),
                max(),
                size());
    }

    /** {@code <median> <unit> (min <a> max <b>)}. */
    String line(String unit) {
        return String.format(Locale.ROOT, "%.2f %s (min %.2f max %.2f)", median(), unit, min(), max());
    }
}
