/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.acequia.streaming.data.Time;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommittedTimesTest {
    private static CommittedTimes of(int from, int until) {
        CommittedTimes times = CommittedTimes.NONE;
        for (int i = from; i < until; i++) {
            times = times.with(new Time(i * 1000L));
        }
        return times;
    }

    @Test
    void whatWasCommittedIsKnown() {
        CommittedTimes times =
                CommittedTimes.NONE.with(new Time(3000)).with(new Time(1000)).with(new Time(3000));
        assertThat(times.contains(new Time(1000))).isTrue();
        assertThat(times.contains(new Time(2000))).isFalse();
        assertThat(times.contains(new Time(3000))).isTrue();
        assertThat(CommittedTimes.NONE.contains(new Time(0))).isFalse();
    }

    @Test
    void itStandsInATextInOrder() {
        CommittedTimes times = CommittedTimes.NONE.with(new Time(3000)).with(new Time(-1000));
        assertThat(times.text()).isEqualTo("1 -1000 3000");
        assertThat(CommittedTimes.parse(times.text())).isEqualTo(times);
        assertThat(CommittedTimes.parse("1")).isEqualTo(CommittedTimes.NONE);
    }

    @Test
    void theNewestAreKeptAndWhatIsOlderThanAllOfThemCountsAsCommitted() {
        CommittedTimes full = of(10, 10 + CommittedTimes.MOST + 5);
        assertThat(full.times()).hasSize(CommittedTimes.MOST).first().isEqualTo(15_000L);
        assertThat(full.contains(new Time(14_000))).isTrue();
        assertThat(full.contains(new Time(15_500))).isFalse();

        CommittedTimes notFull = of(10, 10 + CommittedTimes.MOST - 1);
        assertThat(notFull.contains(new Time(9_000))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "2 1000", "1 x", "1  1000", "hello"})
    void anotherTextIsRefused(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CommittedTimes.parse(text))
                .withMessageStartingWith("ACQ-2525 '" + text + "' does not say which batches were committed");
    }
}
