/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.ingest;

import java.time.Duration;
import java.util.Random;

/** Waits that double with each failure in a row, cut at a longest one, and shortened by chance by up to a half. */
final class BackOff {
    private final Duration first;
    private final Duration most;
    private final Random random;

    BackOff(Duration first, Duration most, Random random) {
        this.first = first;
        this.most = most;
        this.random = random;
    }

    /** The wait after so many failures in a row. */
    Duration after(int failures) {
        int doublings = Math.min(Math.max(0, failures - 1), 30);
        double fullMillis = Math.min(most.toMillis(), Math.scalb((double) first.toMillis(), doublings));
        return Duration.ofMillis(Math.max(1, Math.round(fullMillis * (1 - random.nextDouble() / 2))));
    }
}
