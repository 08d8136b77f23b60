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
}
