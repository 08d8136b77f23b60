/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.data;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** The one class that reads the machine's clock and waits on it. */
enum SystemClock implements StreamClock {
    INSTANCE;

    /** A wait is cut into slices of this length, so that a step of the wall clock is noticed. */
    private static final long LONGEST_NAP_NANOS = TimeUnit.SECONDS.toNanos(1);

    @Override
    public Instant now() {
        return Instant.now();
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public void awaitUntil(Instant at) throws InterruptedException {
        for (Instant now = now(); now.isBefore(at); now = now()) {
            if (Thread.interrupted()) {
                throw new InterruptedException("interrupted while waiting for " + at);
            }
            LockSupport.parkNanos(this, Math.min(LONGEST_NAP_NANOS, nanosBetween(now, at)));
        }
    }

    private static long nanosBetween(Instant from, Instant to) {
        Duration left = Duration.between(from, to);
        return left.getSeconds() >= 1 ? LONGEST_NAP_NANOS : left.toNanos();
    }
}
