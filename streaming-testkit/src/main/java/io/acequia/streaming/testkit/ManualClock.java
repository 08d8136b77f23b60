/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import io.acequia.streaming.data.StreamClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A clock that stands still until the test moves it. Wall clock and nanoseconds move together. Threads that wait for a time
 * go on when it is reached; several steps before a thread wakes are one step to it, and none is lost.
 */
public final class ManualClock implements StreamClock {
    private final Instant start;
    private Instant now;
    private final List<Instant> awaited = new ArrayList<>();

    /** A clock that shows {@code start}. */
    public ManualClock(Instant start) {
        this.start = Objects.requireNonNull(start, "start");
        this.now = start;
    }

    @Override
    public synchronized Instant now() {
        return now;
    }

    /** Nanoseconds since the start. */
    @Override
    public synchronized long nanoTime() {
        return Duration.between(start, now).toNanos();
    }

    @Override
    public synchronized void awaitUntil(Instant at) throws InterruptedException {
        awaited.add(at);
        notifyAll();
        try {
            while (now.isBefore(at)) {
                wait();
            }
        } finally {
            awaited.remove(at);
        }
    }

    /**
     * Moves the clock.
     *
     * @throws IllegalArgumentException when {@code d} is negative: time does not go back
     */
    public synchronized void advance(Duration d) {
        if (d.isNegative()) {
            throw new IllegalArgumentException("ACQ-2001 advance by " + d + ": a clock does not go back");
        }
        now = now.plus(d);
        notifyAll();
    }

    /** Blocks until so many threads wait for a time to come: what a test must know before it moves time under them. */
    public synchronized void awaitWaiters(int threads) throws InterruptedException {
        while (awaited.stream().filter(now::isBefore).count() < threads) {
            wait();
        }
    }
}
