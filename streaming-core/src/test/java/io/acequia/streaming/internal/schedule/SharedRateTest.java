/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SharedRateTest {
    private static final long ALL = Long.MAX_VALUE;

    private final SharedRate rate = new SharedRate(3000, List.of(1, 2, 3));

    private List<Long> divide(long first, long second, long third) {
        rate.divide(Map.of(1, first, 2, second, 3, third));
        return List.of(rate.share(1), rate.share(2), rate.share(3));
    }

    @Test
    void atFirstAndWhenAllWantEverythingTheSharesAreEqual() {
        assertThat(List.of(rate.share(1), rate.share(2), rate.share(3))).containsExactly(1000L, 1000L, 1000L);
        assertThat(divide(ALL, ALL, ALL)).containsExactly(1000L, 1000L, 1000L);
    }

    @Test
    void whatOneLeavesGoesInEqualPartsToThoseThatWantMore() {
        assertThat(divide(ALL, 400, ALL)).containsExactly(1300L, 400L, 1300L);
        assertThat(divide(1200, 400, ALL)).containsExactly(1200L, 400L, 1400L);
    }

    @Test
    void whatNobodyWantsIsSpreadOverAll() {
        assertThat(divide(100, 400, 700)).containsExactly(700L, 1000L, 1300L);
    }

    @Test
    void aSilentStreamKeepsATenthOfItsShare() {
        assertThat(divide(0, ALL, ALL)).containsExactly(100L, 1450L, 1450L);
        assertThat(divide(ALL, 0, 0)).containsExactly(2800L, 100L, 100L);
    }

    @Test
    void whateverIsWantedTheSharesStayWithinTheRateAndAboveTheLeast() {
        Random random = new Random(42);
        for (int round = 0; round < 5000; round++) {
            int streams = 1 + random.nextInt(12);
            long total = streams + random.nextInt(random.nextBoolean() ? 5 : 5000);
            SharedRate any =
                    new SharedRate(total, IntStream.range(0, streams).boxed().toList());
            Map<Integer, Long> wanted = new HashMap<>();
            for (int id = 0; id < streams; id++) {
                wanted.put(id, random.nextInt(4) == 0 ? ALL : random.nextInt(6000));
            }
            any.divide(wanted);
            List<Long> shares = IntStream.range(0, streams).mapToObj(any::share).toList();

            assertThat(any.least()).isPositive();
            assertThat(any.least() * 10 * streams).isGreaterThanOrEqualTo(total);
            assertThat(shares).allMatch(share -> share >= any.least());
            assertThat(shares.stream().mapToLong(Long::longValue).sum())
                    .as("%s of %s wanted as %s", shares, total, wanted)
                    .isBetween(total - 2L * streams, total);
        }
    }
}
