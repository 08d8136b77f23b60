/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import io.acequia.streaming.data.StreamClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** A clock that stands still until the rig moves it; its wall clock can jump, and go at another speed than its counter. */
final class SimClock implements StreamClock {
    private final List<Instant> awaited = new ArrayList<>();
    private Instant now;
    private long nanos;

    SimClock(Instant start) {
        this.now = start;
    }

    @Override
    public synchronized Instant now() {
        return now;
    }

    @Override
    public synchronized long nanoTime() {
        return nanos;
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

    synchronized void advance(Duration time) {
        advance(time, time);
    }

    /** Time goes on, by so much on the wall clock and so much on the counter. */
    synchronized void advance(Duration wall, Duration counter) {
        now = now.plus(wall);
        nanos += counter.toNanos();
        notifyAll();
    }

    /** The wall clock is set to another time, which may be an earlier one. */
    synchronized void jump(Duration by) {
        now = now.plus(by);
        notifyAll();
    }

    /** How many threads wait for a time to come. */
    synchronized long waiters() {
        return awaited.stream().filter(now::isBefore).count();
    }
}
