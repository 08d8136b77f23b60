/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class GroupsTest {
    private static final long SEED = 3;

    @Test
    void nothingIsOneEmptyGroup() {
        assertThat(Groups.of(List.<Long>of(), 4, w -> w)).containsExactly(List.of());
    }

    @Test
    void neighboursStayTogetherAndWeightsAreEven() {
        assertThat(Groups.of(List.of(1L, 1L, 1L, 1L), 2, w -> w)).containsExactly(List.of(1L, 1L), List.of(1L, 1L));
        assertThat(Groups.of(List.of(9L, 1L, 1L, 1L), 2, w -> w)).containsExactly(List.of(9L), List.of(1L, 1L, 1L));
        assertThat(Groups.of(List.of(1L, 1L, 1L, 9L), 2, w -> w)).containsExactly(List.of(1L, 1L, 1L), List.of(9L));
    }

    @Test
    void fewItemsGetAGroupEach() {
        assertThat(Groups.of(List.of(5L, 0L, 0L), 8, w -> w)).containsExactly(List.of(5L), List.of(0L), List.of(0L));
        assertThat(Groups.of(List.of(5L, 0L, 0L), 1, w -> w)).containsExactly(List.of(5L, 0L, 0L));
    }

    @Test
    void randomItemsAreNeitherLostNorReorderedNorLeaveAGroupEmpty() {
        Random random = new Random(SEED);
        for (int round = 0; round < 2000; round++) {
            List<Long> items = new ArrayList<>();
            for (int n = 2 + random.nextInt(30); n > 0; n--) {
                items.add(random.nextInt(4) == 0 ? 1000L + random.nextInt(1000) : (long) random.nextInt(10));
            }
            int most = 1 + random.nextInt(12);
            List<List<Long>> groups = Groups.of(items, most, w -> w);
            assertThat(groups)
                    .as("round %d of seed %d: %s into %d", round, SEED, items, most)
                    .hasSize(Math.min(most, items.size()))
                    .allSatisfy(group -> assertThat(group).isNotEmpty());
            assertThat(groups.stream().flatMap(List::stream)).isEqualTo(items);
        }
    }
}
