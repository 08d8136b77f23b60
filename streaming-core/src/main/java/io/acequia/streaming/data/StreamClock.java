/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.data;

import java.time.Instant;

/**
 * The time of a context: wall clock, a monotonic counter, and waiting. Everything that needs the time asks the clock of its
 * context, so a test can own it. Safe for use by any thread.
 */
public interface StreamClock {
    /** The wall clock. */
    Instant now();

    /** A counter in nanoseconds that never goes back; only differences mean something. */
    long nanoTime();

    /**
     * Blocks until {@link #now()} is at or after {@code at}; returns at once when it already is.
     *
     * @throws InterruptedException when the waiting thread is interrupted
     */
    void awaitUntil(Instant at) throws InterruptedException;

    /** The clock of the machine. */
    static StreamClock system() {
        return SystemClock.INSTANCE;
    }
}
