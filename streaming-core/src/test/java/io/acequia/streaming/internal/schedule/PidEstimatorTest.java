/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.acequia.streaming.listener.ContextStatus.RateTerms;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The PID of back-pressure against values computed by hand. */
class PidEstimatorTest {
    private static final Instant START = Instant.ofEpochSecond(1_700_000_000);
    private static final Duration NONE = Duration.ZERO;

    private final PidEstimator spark = new PidEstimator(Duration.ofSeconds(2), 1.0, 0.2, 0.0, 100);

    private static Optional<RateTerms> batch(
            PidEstimator pid, double endedAt, long records, double processing, double scheduling) {
        return pid.estimate(START.plus(seconds(endedAt)), records, seconds(processing), seconds(scheduling));
    }

    private static Duration seconds(double seconds) {
        return Duration.ofNanos(Math.round(seconds * 1e9));
    }

    /** Gives {@code latest} its first value. */
    private static void seed(PidEstimator pid, double processingRate) {
        assertThat(batch(pid, 0, (long) (processingRate / 2), 0.5, 0)).isEmpty();
    }

    private static void assertTerms(Optional<RateTerms> terms, double... expected) {
        assertThat(terms).hasValueSatisfying(t -> assertThat(new double[] {
                    t.rate(),
                    t.proportional(),
                    t.integral(),
                    t.derivative(),
                    t.processingRate(),
                    t.error(),
                    t.hist(),
                    t.dError()
                })
                .containsExactly(expected, within(1e-6)));
    }

    @Test
    @DisplayName("S8.3 S1.12 the rate is the latest, less the error and a fifth of what waits in the queue")
    void theRateFollowsTheFormulaWithTheDefaults() {
        seed(spark, 2000);

        assertTerms(batch(spark, 2, 900, 0.6, 1), 1350, 500, 150, 0, 1500, 500, 750, 250);
        assertTerms(batch(spark, 4, 1500, 0.5, 0.1), 2970, -1650, 30, 0, 3000, -1650, 150, -1075);
    }

    @Test
    @DisplayName("S8.3 each of the three terms has its factor")
    void theThreeTermsHaveTheirFactors() {
        PidEstimator pid = new PidEstimator(Duration.ofSeconds(2), 0.5, 0.1, 0.25, 100);
        seed(pid, 2000);

        assertTerms(batch(pid, 2, 900, 0.6, 1), 1612.5, 250, 75, 62.5, 1500, 500, 750, 250);
        assertTerms(batch(pid, 6, 3000, 1.5, 0.5), 1811.71875, -193.75, 50, -55.46875, 2000, -387.5, 500, -221.875);
    }

    @Test
    @DisplayName("S8.3 the rate never falls below the lowest one, and rises again from there")
    void theRateHasAFloor() {
        seed(spark, 2000);

        assertTerms(batch(spark, 2, 1000, 1, 20), 100, 1000, 2000, 0, 1000, 1000, 10_000, 500);
        assertTerms(batch(spark, 4, 100, 0.1, 0), 1000, -900, 0, 0, 1000, -900, 0, -950);
    }

    @Test
    @DisplayName("S8.4 the first valid batch seeds the rate and gives none")
    void theFirstValidBatchOnlySeeds() {
        assertThat(batch(spark, 1, 0, 1, 0)).isEmpty();
        assertThat(batch(spark, 2, 10, 0, 0)).isEmpty();
        assertThat(batch(spark, 3, 4000, 2, 30))
                .as("the first with records and time")
                .isEmpty();

        assertThat(batch(spark, 5, 1000, 1, 0)).hasValueSatisfying(terms -> {
            assertThat(terms.error()).as("2000 of the seed less 1000 of now").isEqualTo(1000);
            assertThat(terms.dError())
                    .as("from no error to 1000 in two seconds")
                    .isEqualTo(500);
        });
    }

    @Test
    @DisplayName("S8.5 an empty batch gives no estimate and leaves the next one as it would be without")
    void anEmptyBatchSaysNothing() {
        seed(spark, 2000);

        assertThat(batch(spark, 1, 0, 0.3, 5)).isEmpty();
        assertTerms(batch(spark, 2, 900, 0.6, 1), 1350, 500, 150, 0, 1500, 500, 750, 250);
        assertThat(batch(spark, 3, 0, 0.001, 0)).isEmpty();
        assertTerms(batch(spark, 4, 1500, 0.5, 0.1), 2970, -1650, 30, 0, 3000, -1650, 150, -1075);
    }

    @Test
    void aBatchThatTookNoTimeSaysNothing() {
        seed(spark, 2000);

        assertThat(spark.estimate(START.plusSeconds(1), 900, NONE, NONE)).isEmpty();
        assertThat(spark.estimate(START.plusSeconds(1), 900, Duration.ofSeconds(-1), NONE))
                .isEmpty();
        assertThat(spark.estimate(START.plusSeconds(1), 900, Duration.ofSeconds(1), Duration.ofNanos(-1)))
                .as("the clock was set back")
                .isEmpty();
        assertThat(batch(spark, 2, 900, 0.6, 1))
                .hasValueSatisfying(t -> assertThat(t.dError()).isEqualTo(250));
    }

    @Test
    void aBatchThatDidNotEndLaterSaysNothing() {
        seed(spark, 2000);

        assertThat(batch(spark, 0, 900, 0.6, 1)).isEmpty();
        assertThat(batch(spark, -1, 900, 0.6, 1)).isEmpty();
        assertThat(batch(spark, 2, 900, 0.6, 1)).isPresent();
        assertThat(batch(spark, 1.5, 900, 0.6, 1)).isEmpty();
    }
}
