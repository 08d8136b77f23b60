/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.ingest;

import io.acequia.streaming.data.StreamClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** A clock that stands still until it is told to go on. */
final class HandClock implements StreamClock {
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private final List<Instant> deadlines = new ArrayList<>();

    @Override
    public synchronized Instant now() {
        return now;
    }

    @Override
    public synchronized long nanoTime() {
        return Duration.between(Instant.EPOCH, now).toNanos();
    }

    @Override
    public synchronized void awaitUntil(Instant at) throws InterruptedException {
        deadlines.add(at);
        notifyAll();
        try {
            while (now.isBefore(at)) {
                wait();
            }
        } finally {
            deadlines.remove(at);
        }
    }

    synchronized void advance(Duration by) {
        now = now.plus(by);
        notifyAll();
    }

    /** Until a thread waits for a time that has not come. */
    synchronized void awaitSleeper() throws InterruptedException {
        while (deadlines.stream().noneMatch(at -> at.isAfter(now))) {
            wait();
        }
    }

    void advanceOnce(boolean sleeping) throws InterruptedException {
        if (sleeping) {
            awaitSleeper();
            advance(Duration.ofSeconds(1));
        }
    }
}
