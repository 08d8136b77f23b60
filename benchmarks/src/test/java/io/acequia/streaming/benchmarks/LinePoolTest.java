/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class LinePoolTest {
    private static final int LINES = 2_000;

    @Test
    void aLineHasNinetyNineCharactersAndALineFeed() {
        byte[] text = LinePool.bytes(LINES);

        assertThat(text).hasSize(LINES * LinePool.LINE_BYTES);
        assertThat(new String(text, java.nio.charset.StandardCharsets.ISO_8859_1).split("\n"))
                .hasSize(LINES)
                .allSatisfy(line ->
                        assertThat(line).hasSize(LinePool.LINE_BYTES - 1).matches("[a-z ]+"));
    }

    @Test
    void everyRunHasTheSameText() {
        assertThat(LinePool.bytes(LINES)).isEqualTo(LinePool.bytes(LINES));
        assertThat(LinePool.strings(LINES)).startsWith(LinePool.strings(10));
    }

    @Test
    void theWordOfRankTwoComesHalfAsOftenAsTheFirst() {
        List<Long> counts = Arrays.stream(LinePool.strings(10 * LINES))
                .flatMap(line -> Arrays.stream(line.split(" ")))
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()))
                .values()
                .stream()
                .sorted((a, b) -> Long.compare(b, a))
                .toList();

        assertThat((double) counts.get(0) / counts.get(1)).isBetween(1.8, 2.2);
        assertThat((double) counts.get(0) / counts.get(3)).isBetween(3.5, 4.5);
    }

    @Test
    void aLongerListGoesRoundInThePool() {
        String[] pool = {"a", "b", "c"};

        assertThat(LinePool.cycled(pool, 3)).containsExactly("a", "b", "c");
        assertThat(LinePool.cycled(pool, 7)).containsExactly("a", "b", "c", "a", "b", "c", "a");
    }

    @Test
    void bothHandsCountAsTheNaiveModelDoes() throws Exception {
        List<String> lines = Arrays.asList(LinePool.strings(501));
        Map<String, Long> expected = lines.stream()
                .flatMap(line -> Arrays.stream(line.split(" ")))
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));

        try (HandWrittenCounts limits = new HandWrittenCounts()) {
            Map<String, Long> merging = new java.util.HashMap<>();
            limits.merging(lines).forEach(merging::putAll);
            List<String> inPlace = new ArrayList<>();
            limits.countingInPlace(lines).forEach(map -> map.forEach((word, n) -> inPlace.add(word + n[0])));

            assertThat(merging).isEqualTo(expected);
            assertThat(inPlace)
                    .containsExactlyInAnyOrderElementsOf(expected.entrySet().stream()
                            .map(count -> count.getKey() + count.getValue())
                            .toList());
        }
    }
}
