/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.listener.StreamingStopped;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class OutputsMustAgreeTest {
    @Test
    void theStreamCountsAsTheHandDoes() throws Exception {
        List<String> lines = Arrays.asList(LinePool.strings(300));
        try (HandWrittenCounts limits = new HandWrittenCounts();
                QueueWordCount stream = new QueueWordCount(lines)) {
            Map<String, Long> expected = new java.util.HashMap<>();
            limits.merging(lines).forEach(expected::putAll);

            assertThat(stream.counts()).isEqualTo(expected);
            assertThat(stream.words())
                    .isEqualTo(expected.values().stream()
                            .mapToLong(Long::longValue)
                            .sum());
        }
    }

    @Test
    void wrongCountsAreNotMeasured() {
        assertThatThrownBy(() -> QueueWordCount.mustAgree("stream", Map.of("a", 2L), Map.of("a", 1L)))
                .hasMessageStartingWith("ACQ-3007 the stream counted 1 words");
    }

    @Test
    void aRoundThatCountsOtherwiseIsNotMeasured() {
        Rounds rounds = new Rounds(2, 1);

        assertThatThrownBy(() -> {
                    rounds.time(0, 0, () -> 10L);
                    rounds.time(0, 1, () -> 9L);
                })
                .hasMessageStartingWith("ACQ-3008 contestant 1 counted 9");
    }

    @Test
    void batchesOfOneWordGiveOneWordEach() throws InterruptedException {
        OneRecord.mustCountOne();

        assertThatThrownBy(() -> OneRecord.mustBe(3, 2))
                .hasMessageStartingWith("ACQ-3009 3 batches of one word gave 2");
    }

    @Test
    void aStreamThatStopsIsNotMeasured() {
        Batches batches = new Batches();
        batches.onStreamingStopped(new StreamingStopped(Instant.EPOCH, Optional.empty()));

        assertThatThrownBy(() -> batches.await(1)).hasMessageStartingWith("ACQ-3006 ");
    }

    @Test
    void aChildThatDiesIsNotMeasured() {
        assertThatThrownBy(() -> FirstOutput.run(OutputsMustAgreeTest.class, Path.of("none")))
                .hasMessageStartingWith("ACQ-3010 the child OutputsMustAgreeTest ended with exit code 1");
    }

    @Test
    void childrenMustTellTheSameNumberOfWords() {
        FirstOutput.mustAgree(List.of("(a,1)", "words 1", "peak kB 5"), List.of("words 1", "peak kB 9"));

        assertThatThrownBy(
                        () -> FirstOutput.mustAgree(List.of("words 1", "peak kB 5"), List.of("words 2", "peak kB 5")))
                .hasMessageStartingWith("ACQ-3011 the stream says 'words 1'");
    }
}
