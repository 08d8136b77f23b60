/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.BatchSink;
import io.acequia.streaming.Output;
import io.acequia.streaming.benchmarks.faults.FolderSink.Manners;
import io.acequia.streaming.benchmarks.faults.Outputs.Wrong;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.internal.store.Failpoint;
import io.acequia.streaming.internal.store.Passages.Seen;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the rigs compare with finds each kind of error. */
@Timeout(60)
class OutputsTest {
    private static final long BATCH = ExactProgram.INTERVAL.toMillis();
    private static final int BATCHES = 12;
    private static final int NUMBERS = 5;

    @TempDir
    private Path root;

    private Path folder;

    @BeforeEach
    void makeWhatIsRight() throws IOException {
        folder = Files.createDirectory(root.resolve("out"));
        for (int i = 1; i <= BATCHES; i++) {
            write(Outputs.IDS, i, numbers(i, i));
            write(Outputs.COUNTS, i, byWord(1, i, false));
            write(Outputs.SUMS, i, byWord(1, i, true));
            write(Outputs.REDUCED, i, byWord(i - Outputs.WINDOW + 1, i, true));
            write(Outputs.WINDOWED, i, byWord(i - Outputs.PLAIN + 1, i, false));
            if (i % Outputs.SLIDE == 0) {
                write(Outputs.INVERTED, i, byWord(i - Outputs.INVERSE + 1, i, true));
            }
        }
        write(Outputs.FILES, 3, List.of("word1", "word2"));
    }

    private static List<String> numbers(int from, int until) {
        return java.util.stream.LongStream.rangeClosed(Math.max(0, from - 1) * NUMBERS + 1L, (long) until * NUMBERS)
                .mapToObj(String::valueOf)
                .toList();
    }

    private static List<String> byWord(int from, int until, boolean sum) {
        Map<Long, Long> words = numbers(from, until).stream()
                .map(Long::valueOf)
                .collect(Collectors.groupingBy(
                        number -> number % ExactProgram.WORDS, Collectors.summingLong(number -> sum ? number : 1)));
        return words.entrySet().stream()
                .map(word -> word.getKey() + " " + word.getValue())
                .toList();
    }

    private void write(String output, int batch, List<String> lines) throws IOException {
        Files.write(folder.resolve(output + "~" + batch * BATCH + "~0"), lines);
    }

    private Wrong compared() throws IOException {
        Outputs outputs = new Outputs(folder);
        outputs.read();
        outputs.read();
        assertThat(outputs.batches()).isGreaterThanOrEqualTo(BATCHES);
        assertThat(outputs.skippedBatches()).isZero();
        return outputs.compare(BATCHES * NUMBERS, 2);
    }

    @Test
    void whatIsRightIsRight() throws IOException {
        assertThat(compared()).isEqualTo(Wrong.NOTHING);
    }

    @Test
    void aNumberThatIsMissingIsLost() throws IOException {
        write(Outputs.IDS, 12, numbers(12, 12).subList(1, NUMBERS));
        assertThat(compared().lost()).isEqualTo(1);
    }

    @Test
    void aWordThatIsMissingIsLostAndOneMoreIsDuplicated() throws IOException {
        write(Outputs.FILES, 3, List.of("word1", "word1"));
        assertThat(compared()).isEqualTo(new Wrong(1, 1, 0, 0, 0, 0));
    }

    @Test
    void aNumberInTwoBatchesIsDuplicated() throws IOException {
        Files.write(folder.resolve("ids~600~1"), List.of("7"));
        assertThat(compared().duplicated()).isEqualTo(1);
    }

    @Test
    void aCountThatIsOffIsAnErrorOfStateAndAWindowOneOfWindows() throws IOException {
        write(Outputs.COUNTS, 5, byWord(2, 5, false));
        write(Outputs.SUMS, 5, byWord(1, 4, true));
        assertThat(compared().state()).isEqualTo(NUMBERS + 21 + 22 + 23 + 24 + 25);
        write(Outputs.REDUCED, 5, byWord(1, 5, true));
        write(Outputs.INVERTED, 8, byWord(4, 8, true));
        write(Outputs.WINDOWED, 5, List.of());
        assertThat(compared().windows()).isEqualTo(1 + 2 + 3 + 4 + 5 + 11 + 12 + 13 + 14 + 15 + 3 * NUMBERS);
    }

    @Test
    void anOutputThatABatchHasNotIsMissing() throws IOException {
        Files.delete(folder.resolve("counts~150~0"));
        Files.delete(folder.resolve("inverted~400~0"));
        Outputs outputs = new Outputs(folder);
        outputs.read();
        assertThat(outputs.compare(BATCHES * NUMBERS, 2).missing()).isEqualTo(2);
        assertThat(outputs.skippedBatches()).isEqualTo(1);
    }

    @Test
    void aPartitionThatIsRepeatedMustBeTheSame() throws Exception {
        Output.Key key = new Output.Key(new Time(600), "out-ids", 0);
        commit(Manners.HONEST, key, numbers(12, 12));
        assertThat(compared().changed()).isZero();
        commit(Manners.HONEST, key, numbers(11, 12));
        assertThat(compared().changed()).isEqualTo(1);
        commit(Manners.TWICE, key, numbers(12, 12));
        assertThat(compared().duplicated()).isEqualTo(NUMBERS);
    }

    private void commit(Manners manners, Output.Key key, List<String> lines) throws Exception {
        FolderSink<String> sink = new FolderSink<>(folder.toString(), Outputs.IDS, manners, "1");
        assertThat(sink.alreadyCommitted(key)).isFalse();
        try (BatchSink.Writer<String> writer = sink.open(key)) {
            for (String line : lines) {
                writer.write(line);
            }
            writer.commit();
        }
    }

    @Test
    void aReplyIsLostAfterTheCommit() throws Exception {
        Output.Key key = new Output.Key(new Time(650), "out-ids", 0);
        for (int i = 1; i < 7; i++) {
            commit(Manners.LOSES_REPLIES, key, List.of("61"));
        }
        assertThatThrownBy(() -> commit(Manners.LOSES_REPLIES, key, List.of("61")))
                .isInstanceOf(IOException.class);
        assertThat(folder.resolve("ids~650~0")).exists();
        assertThat(root.resolve(FolderSink.FAILURES)).hasContent("ids~650~0");
    }

    @Test
    void everyFailpointIsOfAPhaseAndEveryPhaseHasSome() {
        Set<String> all = Arrays.stream(Phase.values())
                .flatMap(phase -> phase.places().stream())
                .collect(Collectors.toSet());
        assertThat(all).containsExactlyInAnyOrderElementsOf(Failpoint.all());
        EnumSet.allOf(Phase.class).forEach(phase -> assertThat(phase.places()).isNotEmpty());
    }

    @Test
    void whereAProcessEndedIsTheLastPlaceAndTheJournalIsWhatWasBefore() {
        Map<String, Long> counts = Map.of("batch.planned", 1L);
        assertThat(Phase.of(new Seen(Map.of(), null, null))).isNull();
        assertThat(Phase.of(new Seen(Map.of(), "block.forced", null))).isEqualTo(Phase.RECOVERING);
        assertThat(Phase.of(new Seen(counts, "block.forced", null))).isEqualTo(Phase.STORING);
        assertThat(Phase.of(new Seen(counts, "journal.force.before", "batch.planned")))
                .isEqualTo(Phase.PLANNING);
        assertThat(Phase.of(new Seen(counts, "journal.force.before", "output.done")))
                .isEqualTo(Phase.COMMITTING);
        assertThat(Phase.of(new Seen(counts, "manifest.commit.after", null))).isEqualTo(Phase.CHECKPOINTING);
    }
}
