/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.benchmarks.SocketThroughput.Counted;
import io.acequia.streaming.benchmarks.SocketThroughput.Turn;
import io.acequia.streaming.benchmarks.SocketThroughput.WordsBefore;
import io.acequia.streaming.data.Utf8;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class ReceivedOutputsMustAgreeTest {
    private static final int LINES = 300;
    private static final byte[] TEXT = LinePool.bytes(LINES);
    private static final String[] STRINGS = LinePool.strings(LINES);

    @Test
    void aReceiverOfStringsOrBytesCountsAsTheHandsDo() throws Exception {
        int lines = 2 * LINES + 50;
        try (HandWrittenCounts limits = new HandWrittenCounts();
                ReceivedWordCount<String> ofStrings = new ReceivedWordCount<>(STRINGS, lines, QueueWordCount::count);
                ReceivedWordCount<Utf8> ofUtf8 =
                        new ReceivedWordCount<>(LinePool.slices(TEXT), lines, ReceivedWordCount::countUtf8)) {
            Map<String, Long> expected = new HashMap<>();
            limits.merging(LinePool.cycled(STRINGS, lines)).forEach(expected::putAll);
            Map<String, Long> scanned = new HashMap<>();
            limits.scanning(TEXT, lines).forEach(part -> part.forEach(scanned::put));

            assertThat(scanned).isEqualTo(expected);
            assertThat(ofStrings.counts()).isEqualTo(expected);
            assertThat(ofUtf8.counts()).isEqualTo(expected);
        }
    }

    @Test
    void aRoundOfBatchesCountsEveryLineOnce() throws Exception {
        int lines = LINES;
        long words = new WordsBefore(STRINGS).line(ReceivedWordCount.BATCHES * (long) lines);
        try (ReceivedWordCount<String> ofStrings = new ReceivedWordCount<>(STRINGS, lines, QueueWordCount::count);
                ReceivedWordCount<Utf8> ofUtf8 =
                        new ReceivedWordCount<>(LinePool.slices(TEXT), lines, ReceivedWordCount::countUtf8)) {
            ofStrings.counts();
            ofUtf8.counts();

            assertThat(List.of(ofStrings.words(), ofStrings.words(), ofUtf8.words()))
                    .containsOnly(words);
        }
    }

    @Test
    void aTableOfBytesGrows() {
        ByteCounts counts = new ByteCounts();
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 200_000; i++) {
            text.append("word").append(i).append(i % 2 == 0 ? ' ' : '\n');
        }
        byte[] bytes = text.append("word7").toString().getBytes(java.nio.charset.StandardCharsets.UTF_8);
        counts.scan(bytes, 0, bytes.length);
        Map<String, Long> words = new HashMap<>();
        counts.forEach(words::put);

        assertThat(words).hasSize(200_000).containsEntry("word7", 2L).containsEntry("word199999", 1L);
        assertThat(counts.sum()).isEqualTo(200_001);
    }

    @Test
    void everyoneCountsTheSameOverASocket() throws Exception {
        SocketThroughput.compareOutputs(LINES, 2 * LINES + 50, List.of(Request.STRING, Request.UTF8));
    }

    @Test
    void aTurnGoesOnWhereTheOneBeforeEnded() throws Exception {
        WordsBefore before = new WordsBefore(STRINGS);
        try (SenderProcess sender = SenderProcess.start(LINES, 0);
                SocketThroughput.Streamed<Utf8> stream = SocketThroughput.Streamed.utf8(sender.port(), LINES);
                SocketByHand hand = new SocketByHand(sender.port())) {
            Turn[] turns = {
                new Turn(stream::count, before),
                new Turn(lines -> new Counted(lines, QueueWordCount.sumOf(hand.merging(lines))), before),
                new Turn(lines -> new Counted(lines, ReceivedWordCount.sumOf(hand.scanning(lines))), before)
            };
            Rounds rounds = new Rounds(turns.length, 3);
            for (int round = 0; round < 3; round++) {
                for (int i = 0; i < turns.length; i++) {
                    turns[i].run(rounds, round, i, LINES);
                }
            }

            assertThat(rounds.ratio(0, 1).min()).isPositive();
        }
    }

    @Test
    void aTurnThatMissesAWordIsNotMeasured() {
        WordsBefore before = new WordsBefore(new String[] {"a b c", "d"});
        Turn turn = new Turn(lines -> new Counted(2, 3), before);

        assertThatThrownBy(() -> turn.run(new Rounds(1, 1), 0, 0, 2))
                .hasMessageStartingWith("ACQ-3013 contestant 0 counted 3 words in lines 0 to 2, which have 4");
    }

    @Test
    void wordsAreCountedRoundAndRoundInThePool() {
        WordsBefore before = new WordsBefore(new String[] {"a b c", "d"});

        assertThat(List.of(before.line(0), before.line(1), before.line(2), before.line(5)))
                .containsExactly(0L, 3L, 4L, 11L);
    }

    @Test
    void aSenderThatDiesIsTold() {
        assertThatThrownBy(() -> SenderProcess.start(-1, 0))
                .isNotInstanceOf(IOException.class)
                .hasMessageStartingWith("ACQ-3012 ");
    }
}
