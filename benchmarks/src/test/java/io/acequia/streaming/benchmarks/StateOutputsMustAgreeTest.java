/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class StateOutputsMustAgreeTest {
    private static final int KEYS = 200;
    private static final int SIZE = 50;

    @Test
    void mapWithStateCountsOnAsTheHandDoes() throws Exception {
        assertThat(new RunningCounts(KEYS, SIZE).touching(1).ratio(0, 1).min()).isPositive();
    }

    @Test
    void updateStateByKeyCountsOnAsTheHandDoes() throws Exception {
        assertThat(new RunningCounts(KEYS, SIZE).visiting(1).ratio(0, 1).min()).isPositive();
    }

    @Test
    void aWindowIsCountedAsTheHandsDo() throws Exception {
        Rounds rounds = SlidingCounts.compare(SIZE, 1);

        assertThat(rounds.ratio(0, 1).min()).isPositive();
        assertThat(rounds.ratio(2, 3).min()).isPositive();
    }

    @Test
    void growthIsMeasuredAtEverySize() throws Exception {
        try (StateGrowth growth = new StateGrowth(100, SIZE)) {
            assertThat(growth.measure(1).millis(17, 1).min()).isPositive();
        }
    }

    @Test
    void aStateTooSmallToGrowIsRefused() {
        assertThatThrownBy(() -> new StateGrowth(99, SIZE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("ACQ-3041 --keys 99");
    }

    @Test
    void aSnapshotIsReadWholeWhileBatchesGoOn() throws Exception {
        try (StateSnapshot snapshot = new StateSnapshot(KEYS, SIZE)) {
            StateSnapshot.Round round = snapshot.round();

            assertThat(round.written().records()).isEqualTo(KEYS);
            assertThat(round.written().bytes()).isGreaterThan(KEYS);
            assertThat(round.meanwhile().size()).isPositive();
        }
    }

    @Test
    void aSnapshotThatLacksAKeyIsNotMeasured() {
        assertThatThrownBy(() -> StateSnapshot.mustBe(KEYS, KEYS - 1))
                .hasMessageStartingWith("ACQ-3042 a snapshot of 200 keys has 199");
    }

    @Test
    void theSlopeIsTheExponent() {
        double[] keys = {10, 100, 1000};

        assertThat(StateGrowth.slope(keys, new double[] {2, 2, 2})).isCloseTo(0, within(1e-9));
        assertThat(StateGrowth.slope(keys, new double[] {3, 30, 300})).isCloseTo(1, within(1e-9));
    }

    @Test
    void theHandKeepsWhatTheFunctionGives() throws Exception {
        try (HandWrittenState state = new HandWrittenState(2)) {
            state.updating(
                    List.of(List.of("key1", "new", "new")),
                    (values, count) ->
                            values.isEmpty() ? Optional.empty() : Optional.of(count.orElse(0L) + values.size()));

            assertThat(state.counts()).containsExactlyInAnyOrderEntriesOf(Map.of("key1", 1_001L, "new", 2L));
        }
    }

    @Test
    void theHandTakesOffWhatLeft() throws Exception {
        try (HandWrittenWindow keeping = new HandWrittenWindow(2, true);
                HandWrittenWindow dropping = new HandWrittenWindow(2, false)) {
            List<List<String>> slides = List.of(List.of("a", "a", "b"), List.of("a"), List.of("c"));

            assertThat(keeping.sliding(slides)).isEqualTo(3 + 4 + 2);
            assertThat(dropping.sliding(slides)).isEqualTo(3 + 4 + 2);
            assertThat(keeping.counts()).isEqualTo(Map.of("a", 1L, "b", 0L, "c", 1L));
            assertThat(dropping.counts()).isEqualTo(Map.of("a", 1L, "c", 1L));
        }
    }
}
