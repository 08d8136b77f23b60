/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.ingest;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * A bucket of permits for records. It fills at a rate and holds what comes in a short time, but always one record: more would be
 * a flood in the batch that follows a silence. Fractions of a permit are kept, so a rate below one record a second
 * is what it says. For one thread.
 */
final class RateLimit {
    private static final double NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final double ROUNDING = 1e-6;

    private final double heldSeconds;
    private double perSecond;
    private double permits = 1;
    private long filledAtNanos;

    /**
     * A bucket with one permit.
     *
     * @param perSecond 0 for no limit
     * @param held how long it fills before it is full
     */
    RateLimit(double perSecond, Duration held, long nowNanos) {
        this.perSecond = perSecond;
        this.heldSeconds = held.toNanos() / NANOS;
        this.filledAtNanos = nowNanos;
    }

    /** From now on it fills at this rate, 0 for no limit. What has come in until now stays, a debt too. */
    void rate(double perSecond, long nowNanos) {
        fill(nowNanos);
        this.perSecond = perSecond;
        permits = Math.min(permits, most());
    }

    /** How many records may come now. */
    int available(long nowNanos) {
        fill(nowNanos);
        return perSecond == 0
                ? Integer.MAX_VALUE
                : (int) Math.min(Integer.MAX_VALUE, Math.max(0, Math.floor(permits + ROUNDING)));
    }

    /** How long until one record may come, when none may now. */
    long nanosUntilNext() {
        return perSecond == 0 ? 0 : Math.max(1, (long) Math.ceil((1 - permits) * NANOS / perSecond));
    }

    /** So many came: more than allowed is a debt. */
    void used(int records) {
        permits -= perSecond == 0 ? 0 : records;
    }

    private void fill(long nowNanos) {
        permits = Math.min(most(), permits + (nowNanos - filledAtNanos) * perSecond / NANOS);
        filledAtNanos = nowNanos;
    }

    private double most() {
        return Math.max(1, perSecond * heldSeconds);
    }
}
