/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import io.acequia.streaming.data.StreamClock;
import java.time.Duration;
import java.time.Instant;

/**
 * A manual clock that knows the latest time anybody asked to wait for. Once the timer of a context waits for a batch, it is
 * through with all the batches before: planned, queued or merged.
 */
final class WatchedClock implements StreamClock {
    private final ManualClock clock;
    private Instant asked;

    WatchedClock(Instant start) {
        this.clock = new ManualClock(start);
        this.asked = start;
    }

    @Override
    public Instant now() {
        return clock.now();
    }

    @Override
    public long nanoTime() {
        return clock.nanoTime();
    }

    @Override
    public void awaitUntil(Instant at) throws InterruptedException {
        synchronized (this) {
            if (at.isAfter(asked)) {
                asked = at;
                notifyAll();
            }
        }
        clock.awaitUntil(at);
    }

    void advance(Duration d) {
        clock.advance(d);
    }

    /** Blocks until somebody has asked for {@code at} or later. */
    synchronized void awaitAsked(Instant at) throws InterruptedException {
        while (asked.isBefore(at)) {
            wait();
        }
    }
}
