/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.data;

import java.time.Duration;

/** Short spellings for {@link Duration}, the ones that programs in the DStream model use. */
public final class Durations {
    private Durations() {}

    /** A duration of {@code n} milliseconds. */
    public static Duration milliseconds(long n) {
        return Duration.ofMillis(n);
    }

    /** A duration of {@code n} seconds. */
    public static Duration seconds(long n) {
        return Duration.ofSeconds(n);
    }

    /** A duration of {@code n} minutes. */
    public static Duration minutes(long n) {
        return Duration.ofMinutes(n);
    }

    /** A duration as settings and logs spell it: {@code 200ms}, {@code 30s}, {@code 5m}. Anything finer than 1 ms is cut. */
    public static String text(Duration d) {
        long ms = d.toMillis();
        if (ms % 1000 != 0 || ms == 0) {
            return ms + "ms";
        }
        return ms % 60_000 == 0 ? ms / 60_000 + "m" : ms / 1000 + "s";
    }
}
