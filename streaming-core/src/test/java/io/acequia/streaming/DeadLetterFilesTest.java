/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.data.Time;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeadLetterFilesTest {
    private static final Output.Key KEY = new Output.Key(new Time(1000), "parse", 3);

    @TempDir
    Path temporary;

    private Path directory;
    private DeadLetterSink sink;

    @BeforeEach
    void makeSink() {
        directory = temporary.resolve("letters");
        sink = DeadLetterSink.toFiles(directory.toString());
    }

    @Test
    void aLetterIsALineOfJson() throws Exception {
        write(KEY, letter("12x", "java.lang.NumberFormatException: 12x"));
        assertThat(directory.resolve("1000-parse-3.jsonl"))
                .content()
                .isEqualTo("{\"origin\":\"parse\",\"position\":\"partition 3, error 1\",\"batchTime\":1000,"
                        + "\"raw\":\"MTJ4\",\"text\":\"12x\",\"cause\":\"java.lang.NumberFormatException: 12x\"}\n");
    }

    @Test
    void quotesBackslashesAndControlCharactersAreEscaped() throws Exception {
        write(KEY, letter("a\"b\\c\nd\u0000e\té水😀", "x"));
        assertThat(onlyLine()).contains("\"text\":\"a\\\"b\\\\c\\u000ad\\u0000e\\u0009é水😀\"");
    }

    @Test
    void rawBytesComeBackAsTheyWere() throws Exception {
        byte[] raw = new byte[256];
        for (int i = 0; i < raw.length; i++) {
            raw[i] = (byte) i;
        }
        write(KEY, new DeadLetter("parse", "p", new Time(1000), raw, "?", "x"));
        String line = onlyLine();
        int from = line.indexOf("\"raw\":\"") + 7;
        assertThat(Base64.getDecoder().decode(line.substring(from, line.indexOf('"', from))))
                .isEqualTo(raw);
    }

    @Test
    void nothingIsSeenBeforeTheCommit() throws Exception {
        BatchSink.Writer<DeadLetter> writer = sink.open(KEY);
        writer.write(letter("a", "x"));
        assertThat(visible()).isEmpty();
        writer.commit();
        writer.close();
        assertThat(visible()).containsExactly("1000-parse-3.jsonl");
        assertThat(all()).hasSize(1);
    }

    @Test
    void anAbortLeavesNothingBehindNorHarmsAnEarlierAttempt() throws Exception {
        write(KEY, letter("first", "x"));
        BatchSink.Writer<DeadLetter> writer = sink.open(KEY);
        writer.write(letter("second", "x"));
        writer.abort();
        writer.close();
        assertThat(all()).hasSize(1);
        assertThat(onlyLine()).contains("first");
    }

    @Test
    void theLettersOfARepeatedBatchReplaceThoseOfTheFirstRun() throws Exception {
        write(KEY, letter("first", "x"), letter("second", "x"));
        assertThat(sink.alreadyCommitted(KEY)).isFalse();
        write(KEY, letter("third", "x"));
        assertThat(onlyLine()).contains("third");
    }

    @Test
    void committingAgainDoesNoHarm() throws Exception {
        BatchSink.Writer<DeadLetter> writer = sink.open(KEY);
        writer.write(letter("a", "x"));
        writer.commit();
        writer.commit();
        writer.close();
        assertThat(onlyLine()).contains("\"a\"");
    }

    @Test
    void lettersAreForcedBeforeTheyAreSeenAndTheirNamesAfterwards() throws Exception {
        List<String> forced = ForcedPaths.during(temporary, () -> write(KEY, letter("a", "x")));
        assertThat(forced).hasSize(3);
        assertThat(forced.get(0)).as("that the directory was made").isEmpty();
        assertThat(forced.get(1)).startsWith("letters/.1000-parse-3.jsonl.attempts/");
        assertThat(forced.get(2)).isEqualTo("letters");
    }

    @Test
    void namesAreNotForcedBeforeTheyAreThere() throws Exception {
        Path inTheWay = Files.createDirectories(directory.resolve("1000-parse-3.jsonl/not/empty"));
        List<String> forced = ForcedPaths.during(temporary, () -> assertThatThrownBy(() -> write(KEY, letter("a", "x")))
                .isInstanceOf(IOException.class));
        assertThat(inTheWay).exists();
        assertThat(forced).singleElement().asString().startsWith("letters/.1000-parse-3.jsonl.attempts/");
    }

    @Test
    void whatAKilledAttemptLeftBehindGoesWithTheNextOneOfItsKey() throws Exception {
        for (int kills = 0; kills < 3; kills++) {
            sink.open(KEY).write(letter("killed", "x"));
            sink.open(new Output.Key(new Time(1000), "parse", 30)).write(letter("other key", "x"));
        }
        assertThat(all()).containsExactlyInAnyOrder(".1000-parse-3.jsonl.attempts", ".1000-parse-30.jsonl.attempts");
        assertThat(directory.resolve(".1000-parse-3.jsonl.attempts").toFile().list())
                .hasSize(1);
        write(KEY, letter("a", "x"));
        assertThat(all()).containsExactlyInAnyOrder("1000-parse-3.jsonl", ".1000-parse-30.jsonl.attempts");
    }

    @Test
    void anAttemptThatWasOvertakenFailsInsteadOfCommittingNothing() throws Exception {
        BatchSink.Writer<DeadLetter> first = sink.open(KEY);
        first.write(letter("first", "x"));
        BatchSink.Writer<DeadLetter> second = sink.open(KEY);
        second.write(letter("second", "x"));
        assertThatThrownBy(first::commit).isInstanceOf(NoSuchFileException.class);
        first.abort();
        first.close();
        second.commit();
        second.close();
        assertThat(onlyLine()).contains("second");
        assertThat(all()).hasSize(1);
    }

    @Test
    void noUidLeavesTheDirectory() throws Exception {
        write(new Output.Key(new Time(1000), "../../etc/passwd", 0), letter("a", "x"));
        assertThat(visible()).containsExactly("1000-.._.._etc_passwd-efcf8919-0.jsonl");
    }

    @Test
    void batchesOriginsAndPartitionsHaveFilesOfTheirOwn() throws Exception {
        write(KEY, letter("a", "x"));
        write(new Output.Key(new Time(2000), "parse", 3), letter("b", "x"));
        write(new Output.Key(new Time(1000), "other", 3), letter("c", "x"));
        write(new Output.Key(new Time(1000), "parse", 0), letter("d", "x"));
        assertThat(visible())
                .containsExactlyInAnyOrder(
                        "1000-parse-3.jsonl", "2000-parse-3.jsonl", "1000-other-3.jsonl", "1000-parse-0.jsonl");
    }

    @Test
    void aSinkWithoutADirectoryIsRefused() {
        assertThatNullPointerException()
                .isThrownBy(() -> DeadLetterSink.toFiles(null))
                .withMessage("dir");
    }

    private void write(Output.Key key, DeadLetter... letters) throws Exception {
        try (BatchSink.Writer<DeadLetter> writer = sink.open(key)) {
            for (DeadLetter letter : letters) {
                writer.write(letter);
            }
            writer.commit();
        }
    }

    private static DeadLetter letter(String text, String cause) {
        return new DeadLetter(
                "parse", "partition 3, error 1", new Time(1000), text.getBytes(StandardCharsets.UTF_8), text, cause);
    }

    private String onlyLine() throws IOException {
        List<String> lines = Files.readAllLines(directory.resolve("1000-parse-3.jsonl"));
        assertThat(lines).hasSize(1);
        return lines.get(0);
    }

    private List<String> visible() throws IOException {
        return all().stream().filter(name -> !name.startsWith(".")).toList();
    }

    private List<String> all() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }
}
