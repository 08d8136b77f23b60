/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RateLimitTest {
    private static final Duration HELD = Duration.ofMillis(100);
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

    /** Takes all it may, as soon as it may. */
    private static long takeAll(RateLimit limit, long fromNanos, long toNanos) {
        long taken = 0;
        for (long now = fromNanos; now < toNanos; now += Math.max(MILLI, limit.nanosUntilNext())) {
            int some = limit.available(now);
            limit.used(some);
            taken += some;
        }
        return taken;
    }

    @Test
    void withoutALimitEverythingMayCome() {
        RateLimit limit = new RateLimit(0, HELD, 0);
        limit.used(1_000_000);
        assertThat(limit.available(0)).isEqualTo(Integer.MAX_VALUE);
        assertThat(limit.nanosUntilNext()).isZero();
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.3, 0.5, 1, 1.5, 9.9, 10, 33, 333.3, 1000, 12_345.6})
    void overTimeTheRateIsWhatItSays(double perSecond) {
        RateLimit limit = new RateLimit(perSecond, HELD, 0);
        assertThat((double) takeAll(limit, 0, 1000 * SECOND)).isCloseTo(1000 * perSecond, within(2 + perSecond * 0.11));
    }

    @ParameterizedTest
    @ValueSource(longs = {10, 100, 12_345})
    void aBatchAfterASilenceIsAtMostATenthOfASecondOverTheLimit(long perSecond) {
        RateLimit limit = new RateLimit(perSecond, HELD, 0);
        for (long second = 0; second < 100; second += 10) {
            long from = second * SECOND;
            assertThat(takeAll(limit, from, from + SECOND))
                    .isBetween((long) (perSecond * 0.99), (long) Math.ceil(perSecond * 1.1));
        }
    }

    @Test
    void halfARecordASecondIsOneInTwoSeconds() {
        RateLimit limit = new RateLimit(0.5, HELD, 0);
        assertThat(limit.available(0)).as("the first comes at once").isEqualTo(1);
        limit.used(1);
        assertThat(limit.nanosUntilNext()).isEqualTo(2 * SECOND);
        for (int tenth = 1; tenth < 20; tenth++) {
            assertThat(limit.available(tenth * 100 * MILLI)).isZero();
        }
        assertThat(limit.available(2 * SECOND)).isEqualTo(1);
        assertThat(limit.available(20 * SECOND))
                .as("a silence saves no second one")
                .isEqualTo(1);
    }

    @Test
    void moreThanAllowedIsADebt() {
        RateLimit limit = new RateLimit(10, HELD, 0);
        limit.used(21);
        assertThat(limit.available(SECOND)).isZero();
        assertThat(limit.nanosUntilNext()).isEqualTo(SECOND + 100 * MILLI);
        assertThat(limit.available(2 * SECOND + 100 * MILLI)).isEqualTo(1);
    }

    @Test
    void aNewRateCountsFromTheMomentOfTheChange() {
        RateLimit limit = new RateLimit(1000, HELD, 0);
        limit.used(1);
        limit.rate(100, 50 * MILLI);
        assertThat(limit.available(50 * MILLI))
                .as("50 had come in, 10 may be held now")
                .isEqualTo(10);
        limit.used(10);
        assertThat(limit.available(100 * MILLI)).isEqualTo(5);
        limit.used(5);
        limit.rate(1000, 200 * MILLI);
        assertThat(limit.available(200 * MILLI)).as("at the old rate until now").isEqualTo(10);
        assertThat(limit.available(250 * MILLI)).isEqualTo(60);
        assertThat(takeAll(limit, SECOND, 2 * SECOND)).isBetween(1000L, 1100L);
    }

    @Test
    void aLimitCanComeAndGo() {
        RateLimit limit = new RateLimit(0, HELD, 0);
        limit.used(1_000_000);
        limit.rate(100, SECOND);
        assertThat(limit.available(SECOND))
                .as("no flood of what was not limited")
                .isEqualTo(1);
        limit.used(1);
        assertThat(limit.nanosUntilNext()).isEqualTo(10 * MILLI);
        limit.rate(0, SECOND);
        assertThat(limit.available(SECOND)).isEqualTo(Integer.MAX_VALUE);
    }
}
