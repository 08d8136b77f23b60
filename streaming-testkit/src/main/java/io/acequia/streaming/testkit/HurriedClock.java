/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import io.acequia.streaming.data.StreamClock;
import java.time.Duration;
import java.time.Instant;

/**
 * A clock that moves on to whatever time is waited for, so nobody waits: all batches are due at once. With a limit it stands
 * still there until that is raised.
 */
final class HurriedClock implements StreamClock {
    private final Instant start;
    private Instant limit;
    private Instant now;
    private int stopped;

    HurriedClock(Instant start, Instant limit) {
        this.start = start;
        this.limit = limit;
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
    public synchronized void awaitUntil(Instant at) throws InterruptedException {
        stopped++;
        notifyAll();
        try {
            while (limit.isBefore(at)) {
                wait();
            }
        } finally {
            stopped--;
        }
        if (now.isBefore(at)) {
            now = at;
        }
    }

    /** Raises the limit, if it is lower. */
    synchronized void raise(Instant next) {
        if (limit.isBefore(next)) {
            limit = next;
            notifyAll();
        }
    }

    /** Moves on, and the limit with it. */
    synchronized void skipTo(Instant next) {
        raise(next);
        now = now.isBefore(next) ? next : now;
    }

    /** Raises the limit, and blocks until a thread has come to it and wants to go further. */
    synchronized void runUntil(Instant next) throws InterruptedException {
        limit = next;
        notifyAll();
        while (now.isBefore(next) || stopped == 0) {
            wait();
        }
    }
}
