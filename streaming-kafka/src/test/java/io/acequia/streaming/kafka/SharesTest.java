/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class SharesTest {
    private static TopicPartition partition(int number) {
        return new TopicPartition("t", number);
    }

    private static long sum(Map<TopicPartition, Long> shares) {
        return shares.values().stream().mapToLong(Long::longValue).sum();
    }

    @Test
    void whatFitsIsTakenWhole() {
        Map<TopicPartition, Long> lags = Map.of(partition(0), 10L, partition(1), 0L, partition(2), 5L);

        assertThat(Shares.of(lags, 15)).isEqualTo(lags);
        assertThat(Shares.of(lags, Long.MAX_VALUE)).isEqualTo(lags);
    }

    @Test
    void aLimitIsDividedByWhatWaits() {
        Map<TopicPartition, Long> lags = Map.of(partition(0), 3000L, partition(1), 1000L, partition(2), 0L);

        assertThat(Shares.of(lags, 400)).isEqualTo(Map.of(partition(0), 300L, partition(1), 100L, partition(2), 0L));
    }

    @Test
    void aLittleThatWaitsIsNotForgottenForALot() {
        Map<TopicPartition, Long> lags = Map.of(partition(0), 1_000_000L, partition(1), 1L);

        assertThat(Shares.of(lags, 100)).isEqualTo(Map.of(partition(0), 99L, partition(1), 1L));
    }

    @Test
    void noShareIsTooLargeAndNothingIsWasted() {
        Random random = new Random(5);
        for (int round = 0; round < 2000; round++) {
            Map<TopicPartition, Long> lags = new HashMap<>();
            for (int i = random.nextInt(20); i >= 0; i--) {
                lags.put(partition(i), random.nextInt(4) == 0 ? 0 : (long) (random.nextDouble() * 1e12));
            }
            long most = (long) (random.nextDouble() * 2 * (1 + sum(lags)));

            Map<TopicPartition, Long> shares = Shares.of(lags, most);

            assertThat(sum(shares)).isEqualTo(Math.min(most, sum(lags)));
            shares.forEach((partition, share) -> assertThat(share).isBetween(0L, lags.getOrDefault(partition, 0L)));
        }
    }

    @Test
    void nothingIsTakenWhenNothingMayBe() {
        assertThat(sum(Shares.of(Map.of(partition(0), Long.MAX_VALUE, partition(1), Long.MAX_VALUE), 0)))
                .isZero();
    }
}
