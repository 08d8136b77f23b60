/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.benchmarks.RddRuns.Turn;
import io.acequia.streaming.benchmarks.SocketThroughput.WordsBefore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SparkContestantsTest {
    private static final WordsBefore WORDS = new WordsBefore(new String[] {"a b c", "d"});

    @Test
    void bothBeginInHalfOfTheRounds() throws Exception {
        List<String> told = new ArrayList<>();
        Rounds rounds = SparkOverhead.measure("JOIN", 5, line -> {
            told.add(line);
            return new Turn(7, line.startsWith("engine") ? 200 : 100, 1);
        });

        assertThat(told).hasSize(20).containsOnly("engine JOIN", "spark JOIN");
        assertThat(told.subList(10, 14)).containsExactly("engine JOIN", "spark JOIN", "spark JOIN", "engine JOIN");
        assertThat(rounds.ratio(0, 1).median()).isEqualTo(0.5);
    }

    @Test
    void jobsThatComeToDifferentNumbersAreNotMeasured() {
        assertThatThrownBy(() ->
                        SparkOverhead.measure("SORT", 5, line -> new Turn(line.startsWith("engine") ? 1 : 2, 1, 1)))
                .hasMessageStartingWith("ACQ-3175 SORT came to 1 here and to 2 there");
    }

    @Test
    void aRoundCountsTheWordsOfItsOwnLines() throws Exception {
        // Three lines a batch: one batch of both before, then nine lines a round, which begin and end anywhere in the
        // pool.
        long[] counted = {WORDS.line(3), WORDS.line(3)};
        long[] lines = {3, 3};
        Rounds rounds =
                SparkWordCounts.measure(5, 3, WORDS, line -> turn(counted, lines, 0), line -> turn(counted, lines, 1));

        assertThat(rounds.ratio(0, 1).median()).isEqualTo(2.0);
    }

    private static Turn turn(long[] counted, long[] lines, int contestant) {
        lines[contestant] += 9;
        long words = WORDS.line(lines[contestant]) - counted[contestant];
        counted[contestant] += words;
        return new Turn(words, contestant == 0 ? 100 : 200, 1);
    }

    @Test
    void aRoundThatMissesAWordIsNotMeasured() {
        assertThatThrownBy(() -> SparkWordCounts.measure(5, 2, WORDS, line -> new Turn(11, 1, 1)))
                .hasMessageStartingWith("ACQ-3177 contestant 0 counted 11 words in a round of 12");
    }

    @Test
    void countsAreReadAsTheyWereWritten(@TempDir Path folder) throws Exception {
        Path counts = folder.resolve("counts");
        Files.write(counts, List.of("a 2", "b 1", "a 1"));

        assertThat(SparkWordCounts.read(counts)).isEqualTo(Map.of("a", 3L, "b", 1L));
    }

    @Test
    void withoutBinBenchThereIsNoSpark() {
        assertThatThrownBy(() -> SparkProcess.startOnEngine("Jobs", List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("ACQ-3155 the class path of Spark is missing");
    }
}
