/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import io.acequia.streaming.data.StreamClock;
import java.time.Duration;
import java.time.Instant;

/** A clock that moves on to whatever time is waited for, so nobody waits: all batches are due at once. */
final class HurriedClock implements StreamClock {
    private final Instant start;
    private Instant now;

    HurriedClock(Instant start) {
        this.start = start;
        this.now = start;
    }

    @Override
    public synchronized Instant now() {
        return now;
    }

    @Override
    public synchronized long nanoTime() {
        return Duration.between(start, now).toNanos();
    }

    @Override
    public synchronized void awaitUntil(Instant at) {
        if (now.isBefore(at)) {
            now = at;
        }
    }
}
