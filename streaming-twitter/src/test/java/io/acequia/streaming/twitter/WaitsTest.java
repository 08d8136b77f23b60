/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.twitter;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class WaitsTest {
    private final Waits waits = new Waits();

    private static Stream<Duration> times(int count, Supplier<Duration> wait) {
        return Stream.generate(wait).limit(count);
    }

    @Test
    void afterTheNetworkFailedTheyGrowByAQuarterOfASecond() {
        assertThat(times(66, waits::afterNetwork))
                .startsWith(Duration.ofMillis(250), Duration.ofMillis(500), Duration.ofMillis(750))
                .endsWith(
                        Duration.ofMillis(15_750),
                        Duration.ofSeconds(16),
                        Duration.ofSeconds(16),
                        Duration.ofSeconds(16))
                .isSorted();
    }

    @Test
    void afterARefusalTheyDoubleUpToFiveMinutesAndABit() {
        assertThat(times(8, waits::afterRefusal).map(Duration::toSeconds))
                .containsExactly(5L, 10L, 20L, 40L, 80L, 160L, 320L, 320L);
    }

    @Test
    void withPatienceTheyDoubleUpToAQuarterOfAnHour() {
        assertThat(times(6, waits::withPatience).map(Duration::toSeconds))
                .containsExactly(60L, 120L, 240L, 480L, 960L, 960L);
    }

    @Test
    void aConnectionBeginsThemAnew() {
        times(3, waits::afterNetwork).forEach(any -> {});
        times(3, waits::afterRefusal).forEach(any -> {});
        times(3, waits::withPatience).forEach(any -> {});
        waits.connected();
        assertThat(waits.afterNetwork()).isEqualTo(Duration.ofMillis(250));
        assertThat(waits.afterRefusal()).isEqualTo(Duration.ofSeconds(5));
        assertThat(waits.withPatience()).isEqualTo(Duration.ofSeconds(60));
    }
}
