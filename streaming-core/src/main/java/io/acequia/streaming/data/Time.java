/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.data;

import java.io.Serializable;
import java.time.Duration;
import java.time.Instant;

/**
 * A batch time: milliseconds since the epoch, a multiple of the batch interval. The batch at {@code t} holds what arrived
 * in {@code (t - interval, t]}.
 *
 * @param milliseconds since 1970-01-01T00:00Z
 */
public record Time(long milliseconds) implements Comparable<Time>, Serializable {
    /** The time at this instant; anything finer than a millisecond is cut. */
    public static Time of(Instant at) {
        return new Time(at.toEpochMilli());
    }

    /** The same point as an instant. */
    public Instant instant() {
        return Instant.ofEpochMilli(milliseconds);
    }

    /** This time and {@code d} more. */
    public Time plus(Duration d) {
        return new Time(milliseconds + d.toMillis());
    }

    /** This time and {@code d} less. */
    public Time minus(Duration d) {
        return new Time(milliseconds - d.toMillis());
    }

    /** Whether this time is a whole number of {@code d} after the epoch. */
    public boolean isMultipleOf(Duration d) {
        return milliseconds % d.toMillis() == 0;
    }

    @Override
    public int compareTo(Time other) {
        return Long.compare(milliseconds, other.milliseconds);
    }

    /** Milliseconds and unit: {@code 1700000000000 ms}. */
    @Override
    public String toString() {
        return milliseconds + " ms";
    }
}
