/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class TimeTest {
    private final Time time = new Time(1_700_000_000_000L);

    @Test
    void aTimePrintsWithItsUnit() {
        assertThat(time).hasToString("1700000000000 ms");
        assertThat(new Time(-1)).hasToString("-1 ms");
    }

    @Test
    void whatIsFinerThanAMillisecondIsCut() {
        assertThat(Time.of(Instant.parse("1970-01-01T00:00:01.0019Z"))).isEqualTo(new Time(1001));
        assertThat(new Time(1001).instant()).isEqualTo(Instant.parse("1970-01-01T00:00:01.001Z"));
    }

    @Test
    void durationsAreAddedAndTakenAway() {
        assertThat(time.plus(Duration.ofSeconds(2))).isEqualTo(new Time(1_700_000_002_000L));
        assertThat(time.minus(Duration.ofMillis(1))).isEqualTo(new Time(1_699_999_999_999L));
        assertThat(time.plus(Duration.ZERO)).isEqualTo(time);
    }

    @Test
    void multiplesAreCountedFromTheEpoch() {
        assertThat(time.isMultipleOf(Duration.ofSeconds(10))).isTrue();
        assertThat(time.isMultipleOf(Duration.ofSeconds(3))).isFalse();
        assertThat(new Time(-2000).isMultipleOf(Duration.ofSeconds(1))).isTrue();
    }

    @Test
    void timesAreOrderedByTheClock() {
        assertThat(time)
                .isLessThan(time.plus(Duration.ofMillis(1)))
                .isEqualByComparingTo(new Time(1_700_000_000_000L))
                .isGreaterThan(new Time(-1));
    }

    @Test
    void durationsAreSpelledInTheLargestUnitThatFits() {
        assertThat(Durations.text(Durations.milliseconds(200))).isEqualTo("200ms");
        assertThat(Durations.text(Durations.milliseconds(0))).isEqualTo("0ms");
        assertThat(Durations.text(Durations.milliseconds(1500))).isEqualTo("1500ms");
        assertThat(Durations.text(Durations.seconds(30))).isEqualTo("30s");
        assertThat(Durations.text(Durations.seconds(90))).isEqualTo("90s");
        assertThat(Durations.text(Durations.minutes(5))).isEqualTo("5m");
    }
}
