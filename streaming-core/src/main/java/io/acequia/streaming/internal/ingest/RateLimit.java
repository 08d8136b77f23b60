/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.ingest;

import java.util.concurrent.TimeUnit;

/** A bucket of permits for records that fills at a rate and holds those of one second, but always one. For one thread. */
final class RateLimit {
    private static final double NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final double ROUNDING = 1e-6;

    private final long perSecond;
    private double permits;
    private long filledAtNanos;

    /** @param perSecond 0 for no limit */
    RateLimit(long perSecond, long nowNanos) {
        this.perSecond = perSecond;
        this.filledAtNanos = nowNanos;
        this.permits = 1;
    }

    /** How many records may come now. */
    int available(long nowNanos) {
        if (perSecond == 0) {
            return Integer.MAX_VALUE;
        }
        permits = Math.min(perSecond, permits + (nowNanos - filledAtNanos) * perSecond / NANOS);
        filledAtNanos = nowNanos;
        return (int) Math.min(Integer.MAX_VALUE, Math.max(0, Math.floor(permits + ROUNDING)));
    }

    /** How long until one record may come, when none may now. */
    long nanosUntilNext() {
        return perSecond == 0 ? 0 : Math.max(1, (long) Math.ceil((1 - permits) * NANOS / perSecond));
    }

    /** So many came: more than allowed is a debt. */
    void used(int records) {
        permits -= perSecond == 0 ? 0 : records;
    }
}
