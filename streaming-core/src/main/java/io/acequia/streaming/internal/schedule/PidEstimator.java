/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.schedule;

import io.acequia.streaming.listener.ContextStatus.RateTerms;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Estimates, from the batches that are done, how many records a second one stream may bring:
 *
 * <pre>new = max(minRate, latest - P * error - I * hist - D * dError)</pre>
 *
 * where {@code processingRate = n / processingDelay} is what the batch was worth, {@code error = latest - processingRate}
 * what was let in too much, {@code hist = schedulingDelay * processingRate / batchInterval} what waits in the queue by now,
 * and {@code dError} the change of the error in a second.
 *
 * <p>The first valid batch only seeds {@code latest}. A batch says nothing, and changes nothing, when it is empty, when it
 * took no time, when it waited for less than no time (the clock was set back), or when it did not end later than the one
 * before. For one thread at a time.
 */
final class PidEstimator {
    private static final double NANOS = TimeUnit.SECONDS.toNanos(1);

    private final double batchInterval;
    private final double proportional;
    private final double integral;
    private final double derivative;
    private final double minRate;
    private @Nullable Instant latestAt;
    private double latestRate;
    private double latestError;

    /**
     * @param proportional how much of the error is taken back; not negative, as the other two
     * @param integral how much of the queue is taken back
     * @param derivative how much of the error's change is taken back
     * @param minRate records a second, at least 1
     */
    PidEstimator(Duration batchInterval, double proportional, double integral, double derivative, double minRate) {
        this.batchInterval = seconds(batchInterval);
        this.proportional = proportional;
        this.integral = integral;
        this.derivative = derivative;
        this.minRate = minRate;
    }

    /** Goes on from an earlier run: the next valid batch gives a rate. */
    void restore(double rate, double error) {
        latestAt = Instant.EPOCH;
        latestRate = Math.max(minRate, rate);
        latestError = error;
    }

    /** The new rate with all that led to it, when this batch gives one. */
    Optional<RateTerms> estimate(Instant endedAt, long records, Duration processingDelay, Duration schedulingDelay) {
        Instant before = latestAt;
        if (records <= 0
                || processingDelay.isZero()
                || processingDelay.isNegative()
                || schedulingDelay.isNegative()
                || before != null && !endedAt.isAfter(before)) {
            return Optional.empty();
        }
        latestAt = endedAt;
        double processingRate = records / seconds(processingDelay);
        if (before == null) {
            latestRate = processingRate;
            return Optional.empty();
        }
        double error = latestRate - processingRate;
        double hist = seconds(schedulingDelay) * processingRate / batchInterval;
        double dError = (error - latestError) / seconds(Duration.between(before, endedAt));
        double rate = Math.max(minRate, latestRate - proportional * error - integral * hist - derivative * dError);
        latestRate = rate;
        latestError = error;
        return Optional.of(new RateTerms(
                rate, proportional * error, integral * hist, derivative * dError, processingRate, error, hist, dError));
    }

    private static double seconds(Duration duration) {
        return duration.getSeconds() + duration.getNano() / NANOS;
    }
}
