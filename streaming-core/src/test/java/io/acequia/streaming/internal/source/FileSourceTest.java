/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.source;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import io.acequia.streaming.data.ByteSize;
import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.data.Utf8;
import io.acequia.streaming.direct.Plan;
import io.acequia.streaming.direct.PlannerContext;
import io.acequia.streaming.direct.Split;
import io.acequia.streaming.direct.SplitPlanner;
import io.acequia.streaming.direct.SplitReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class FileSourceTest {
    private static final long START = 1_000_000_000_000L;
    private static final long SECOND = 1000;
    private static final long MINUTE = 60 * SECOND;

    private FileSystem system;
    private Path in;

    @BeforeEach
    void makeDirectory() throws IOException {
        system = Jimfs.newFileSystem(Configuration.unix());
        in = Files.createDirectories(system.getPath("/data/in"));
    }

    @AfterEach
    void dropDirectory() throws IOException {
        system.close();
    }

    @Test
    void aFileIsTakenOnceByTheFirstBatchThatIsNotBeforeIt() throws Exception {
        SplitPlanner<String> planner = planner(FileRules.of("/data/in"));
        file("a", START + 500, "one\ntwo\n");
        file("future", START + 1500, "three\n");

        assertThat(batch(planner, 1)).containsExactly("one", "two");
        assertThat(batch(planner, 2)).containsExactly("three");
        assertThat(batch(planner, 3)).isEmpty();
    }

    @Test
    void aRangeIsMadeAgainFromItsText() throws Exception {
        SplitPlanner<String> planner = planner(FileRules.of("/data/in"));
        file("a b", START + 500, "one\n");
        Split<String> split =
                planner.plan(new Time(START + SECOND), Long.MAX_VALUE).splits().get(0);

        assertThat(planner.split(split.range())).isEqualTo(split);
        for (String none : List.of("", "x /data/in/a", "/data/in/a", "-")) {
            assertThatThrownBy(() -> planner.split(none)).hasMessageStartingWith("ACQ-0680 '" + none + "' is no range");
        }
    }

    @Test
    void theWindowBeginsBehindTheStartAndBehindRemember() throws Exception {
        SplitPlanner<String> planner = planner(FileRules.of("/data/in").remember(Duration.ofSeconds(10)));
        file("at start", START, "at start");
        file("behind start", START + 1, "behind start");
        assertThat(batch(planner, 1)).containsExactly("behind start");
        for (int i = 2; i < 20; i++) {
            assertThat(batch(planner, i)).isEmpty();
        }
        file("too old", START + 10 * SECOND, "too old");
        file("just", START + 10 * SECOND + 1, "just");
        file("now", START + 20 * SECOND, "now");
        assertThat(batch(planner, 20)).containsExactly("just", "now");
    }

    @Test
    void hiddenFilesAndFoldersAreLeftAloneUnlessAskedFor() throws Exception {
        file(".a", START + 1, "a");
        file("_b", START + 1, "b");
        file("c", START + 1, "c");
        Files.createDirectories(in.resolve("sub/_tmp"));
        file("sub/d", START + 1, "d");
        file("sub/_tmp/e", START + 1, "e");

        assertThat(batch(planner(FileRules.of("/data/in")), 1)).containsExactly("c");
        assertThat(batch(planner(FileRules.of("/data/in").nested(true)), 1)).containsExactly("c", "d");
        assertThat(batch(planner(FileRules.of("/data/in").filter(p -> p.endsWith("_b"))), 1))
                .containsExactly("b");
    }

    @Test
    void oldFilesAreTakenHoweverOldWhenAskedFor() throws Exception {
        file("ancient", 1000, "ancient");
        file("old", START - MINUTE, "old");
        file("new", START + 1, "new");
        SplitPlanner<String> planner = planner(FileRules.of("/data/in").newFilesOnly(false));

        assertThat(batch(planner, 1)).containsExactly("ancient", "old", "new");
        assertThat(batch(planner, 2)).isEmpty();
        assertThat(batch(planner(FileRules.of("file:///data/in")), 1)).containsExactly("new");
    }

    @Test
    void whatExceedsTheLimitsWaitsOldestFirstAndDoesNotAge() throws Exception {
        for (int i = 0; i < 5; i++) {
            file("f" + (4 - i), START - 100 + i / 2, "line" + i);
        }
        FileRules rules = FileRules.of("/data/in").newFilesOnly(false).remember(Duration.ofSeconds(1));
        SplitPlanner<String> byCount = planner(rules.atMost(2, ByteSize.mebibytes(1)));
        assertThat(batch(byCount, 1)).containsExactly("line1", "line0");
        assertThat(batch(byCount, 100)).containsExactly("line3", "line2");
        file("later", START + 200 * SECOND, "later");
        assertThat(batch(byCount, 200)).containsExactly("line4", "later");
        assertThat(batch(byCount, 201)).isEmpty();

        SplitPlanner<String> byBytes = planner(rules.atMost(100, new ByteSize(11)));
        assertThat(batch(byBytes, 1)).containsExactly("line1", "line0");
        SplitPlanner<String> oneAtLeast = planner(rules.atMost(100, new ByteSize(1)));
        assertThat(batch(oneAtLeast, 1)).containsExactly("line1");
    }

    @Test
    void aPendingFileThatChangesIsStillTakenOnce() throws Exception {
        file("a", START + 1, "a");
        file("b", START + 2, "b");
        SplitPlanner<String> planner =
                planner(FileRules.of("/data/in").remember(Duration.ofSeconds(2)).atMost(1, ByteSize.mebibytes(1)));
        assertThat(batch(planner, 1)).containsExactly("a");
        file("b", START + 50 * SECOND, "b2");
        assertThat(batch(planner, 50)).containsExactly("b2");
        assertThat(batch(planner, 51)).isEmpty();
    }

    @Test
    void aPendingFileThatVanishesDoesNotStopTheOthers() throws Exception {
        file("a", START + 1, "a");
        file("b", START + 2, "b");
        file("c", START + 3, "c");
        SplitPlanner<String> planner = planner(FileRules.of("/data/in").atMost(1, ByteSize.mebibytes(1)));
        assertThat(batch(planner, 1)).containsExactly("a");
        Files.delete(in.resolve("b"));
        assertThat(batch(planner, 2)).containsExactly("c");
    }

    @Test
    void aVanishedDirectoryFailsThePlanAndLosesNothing() throws Exception {
        SplitPlanner<String> planner = planner(FileRules.of("/data/in").remember(Duration.ofSeconds(5)));
        file("a", START + 1, "a");
        assertThat(batch(planner, 1)).containsExactly("a");
        Path away = system.getPath("/data/away");
        file("b", START + SECOND + 1, "b");
        Files.move(in, away);
        for (int i = 2; i < 100; i++) {
            int now = i;
            assertThatThrownBy(() -> batch(planner, now))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("ACQ-0626")
                    .hasMessageContaining("/data/in");
        }
        Files.move(away, in);
        assertThat(batch(planner, 100)).containsExactly("b");
        assertThat(batch(planner, 101)).isEmpty();
    }

    @Test
    void aFileInPlaceOfTheDirectoryFailsThePlan() throws Exception {
        Files.delete(in);
        Files.writeString(in, "no directory");
        assertThatThrownBy(() -> batch(planner(FileRules.of("/data/in")), 1)).hasMessageContaining("NotDirectory");
    }

    @Test
    void globsFindDirectoriesThatComeAndGo() throws Exception {
        SplitPlanner<String> planner = planner(FileRules.of("/data/*/x[12]"));
        assertThat(batch(planner, 1)).isEmpty();
        Path other = Files.createDirectories(system.getPath("/data/other/x1"));
        Files.createDirectories(system.getPath("/data/other/x3"));
        Files.createDirectories(system.getPath("/data/in/x2"));
        Files.writeString(system.getPath("/data/x1"), "a file");
        write(other.resolve("a"), START + 1, "a");
        write(system.getPath("/data/other/x3/b"), START + 1, "b");
        write(system.getPath("/data/in/x2/c"), START + 1, "c");
        assertThat(batch(planner, 2)).containsExactly("c", "a");
        Files.delete(other.resolve("a"));
        Files.delete(other);
        assertThat(batch(planner, 3)).isEmpty();
        assertThatThrownBy(() -> batch(planner(FileRules.of("/missing/*/in")), 1))
                .hasMessageStartingWith("ACQ-0626");
        assertThat(batch(planner(FileRules.of("/data/*/in")), 1)).isEmpty();
    }

    @Test
    void aFilterThatThrowsOrGivesNullFailsThePlan() throws Exception {
        file("a", START + 1, "a");
        IOException own = new IOException("own");
        assertThatThrownBy(() -> batch(
                        planner(FileRules.of("/data/in").filter(p -> {
                            throw own;
                        })),
                        1))
                .isSameAs(own);
        assertThatThrownBy(() -> batch(planner(FileRules.of("/data/in").filter(p -> null)), 1))
                .hasMessageStartingWith("ACQ-0627");
    }

    @Test
    void aFileThatGrowsIsReadAsFarAsItWentAndNotAgain() throws Exception {
        SplitPlanner<String> planner = planner(FileRules.of("/data/in"));
        file("a", START + 1, "one\n");
        Plan<String> plan = planner.plan(new Time(START + SECOND), Long.MAX_VALUE);
        Files.writeString(in.resolve("a"), "more\n", StandardOpenOption.APPEND);
        modified(in.resolve("a"), START + SECOND);

        assertThat(read(plan)).containsExactly("one");
        assertThat(read(plan)).containsExactly("one");
        for (int i = 2; i < 200; i++) {
            modified(in.resolve("a"), START + i * SECOND);
            assertThat(batch(planner, i)).isEmpty();
        }
    }

    @Test
    void aFileThatShrankFailsItsTaskWithBothLengths() throws Exception {
        SplitPlanner<String> planner = planner(FileRules.of("/data/in"));
        file("a", START + 1, "one\ntwo\n");
        Plan<String> plan = planner.plan(new Time(START + SECOND), Long.MAX_VALUE);
        Files.writeString(in.resolve("a"), "one");

        assertThatThrownBy(() -> read(plan))
                .hasMessageStartingWith("ACQ-0629")
                .hasMessageContaining("/data/in/a")
                .hasMessageContaining("8 bytes when")
                .hasMessageContaining("3 now");
    }

    @Test
    void aFileThatShrinksWhileItIsReadFailsToo() throws Exception {
        FileSplit<String> split = new FileSplit<>(Place.MACHINE, "/x", 10, FileFormat.lines(100));
        FileRange range = new FileRange(new ByteArrayInputStream(new byte[4]), split);
        assertThat(range.readNBytes(4)).hasSize(4);
        assertThatThrownBy(range::read).hasMessageContaining("10 bytes when").hasMessageContaining("4 now");
    }

    @Test
    void gzipFilesAreUnpackedMembersJoined() throws Exception {
        ByteArrayOutputStream zipped = new ByteArrayOutputStream();
        zipped.writeBytes(gzip("one\ntwo\n"));
        zipped.writeBytes(gzip("three"));
        Files.write(in.resolve("a.gz"), zipped.toByteArray());
        modified(in.resolve("a.gz"), START + 1);
        Files.write(in.resolve("empty.gz"), new byte[0]);
        modified(in.resolve("empty.gz"), START + 1);

        assertThat(batch(planner(FileRules.of("/data/in")), 1)).containsExactly("one", "two", "three");
    }

    @Test
    void aDamagedGzipFileFailsItsTask() throws Exception {
        file("a.gz", START + 1, "this is no gzip");
        assertThatThrownBy(() -> batch(planner(FileRules.of("/data/in")), 1))
                .hasMessageStartingWith("ACQ-0630")
                .hasMessageContaining("/data/in/a.gz");
        byte[] whole = gzip("word ".repeat(1000));
        Files.write(in.resolve("a.gz"), Arrays.copyOf(whole, whole.length / 2));
        modified(in.resolve("a.gz"), START + 1);
        assertThatThrownBy(() -> batch(planner(FileRules.of("/data/in")), 1)).hasMessageStartingWith("ACQ-0630");
    }

    @Test
    void linesOverTheLimitAreRejectedAndCounted() throws Exception {
        file("a", START + 1, "1234\n12345\n\nend");
        FileSource<Utf8> source = new FileSource<>(FileRules.of("/data/in"), FileFormat.utf8Lines(4), system);
        Split<Utf8> split = source.newPlanner(context(Optional.empty()))
                .plan(new Time(START + SECOND), Long.MAX_VALUE)
                .splits()
                .get(0);
        try (SplitReader<Utf8> reader = split.open(new Task())) {
            assertThat(all(reader)).extracting(Utf8::toString).containsExactly("1234", "", "end");
            assertThat(reader.takeRejected()).hasSize(1);
            assertThat(reader.takeRejected()).isEmpty();
        }
    }

    @Test
    void binaryRecordsHaveTheirLength() throws Exception {
        write(in.resolve("a"), START + 1, "abcdef");
        SplitPlanner<byte[]> planner = new FileSource<>(FileRules.of("/data/in"), FileFormat.records(3), system)
                .newPlanner(context(Optional.empty()));
        Plan<byte[]> plan = planner.plan(new Time(START + SECOND), Long.MAX_VALUE);

        assertThat(read(plan)).extracting(bytes -> new String(bytes, UTF_8)).containsExactly("abc", "def");
        Split<byte[]> split = plan.splits().get(0);
        assertThat(split.recordCount()).isEqualTo(OptionalLong.of(2));
        assertThat(split.describe()).isEqualTo("/data/in/a [0, 6)");
        assertThat(split.weight()).isEqualTo(6);
    }

    @Test
    void aBinaryFileOfTheWrongLengthFailsItsTaskBeforeAnyRecord() throws Exception {
        write(in.resolve("a"), START + 1, "abcdefg");
        Files.write(in.resolve("b.gz"), gzip("abcd"));
        modified(in.resolve("b.gz"), START + 1);
        SplitPlanner<byte[]> planner = new FileSource<>(FileRules.of("/data/in"), FileFormat.records(3), system)
                .newPlanner(context(Optional.empty()));
        Plan<byte[]> plan = planner.plan(new Time(START + SECOND), Long.MAX_VALUE);

        assertThatThrownBy(() -> plan.splits().get(0).open(new Task()))
                .hasMessageStartingWith("ACQ-0633")
                .hasMessageContaining("/data/in/a holds 7 bytes")
                .hasMessageContaining("3 bytes");
        try (SplitReader<byte[]> zipped = plan.splits().get(1).open(new Task())) {
            assertThatThrownBy(() -> all(zipped))
                    .hasMessageStartingWith("ACQ-0633")
                    .hasMessageContaining("holds 4 bytes");
        }
    }

    @Test
    void aFunctionMayReadTheFile() throws Exception {
        write(in.resolve("a"), START + 1, "\0\0\0\1\0\0\0\2");
        FileSource<Integer> source = new FileSource<>(
                FileRules.of("/data/in"),
                FileFormat.decoded(bytes -> {
                    DataInputStream data = new DataInputStream(bytes);
                    return List.of(data.readInt(), data.readInt()).iterator();
                }),
                system);
        assertThat(read(source.newPlanner(context(Optional.empty())).plan(new Time(START + SECOND), Long.MAX_VALUE)))
                .containsExactly(1, 2);
        FileSource<Integer> bad = new FileSource<>(FileRules.of("/data/in"), FileFormat.decoded(bytes -> null), system);
        assertThatThrownBy(() ->
                        read(bad.newPlanner(context(Optional.empty())).plan(new Time(START + SECOND), Long.MAX_VALUE)))
                .hasMessageStartingWith("ACQ-0634");
    }

    @Test
    void aRestartTakesWhatWasPendingAndWhatCameMeanwhileAndNothingTwice() throws Exception {
        FileRules rules = FileRules.of("/data/in").newFilesOnly(false).atMost(2, ByteSize.mebibytes(1));
        file("a", START - 1, "a");
        file("b\nc \\n", START + 1, "b");
        file("d\\", START + 2, "d");
        SplitPlanner<String> before = planner(rules);
        Plan<String> plan = before.plan(new Time(START + SECOND), Long.MAX_VALUE);
        assertThat(read(plan)).containsExactly("a", "b");

        file("while down", START + 10 * MINUTE, "while down");
        SplitPlanner<String> after = new FileSource<>(rules, FileFormat.lines(100), system)
                .newPlanner(new PlannerContext(
                        new Time(START + 100 * MINUTE),
                        Duration.ofSeconds(1),
                        StreamClock.system(),
                        Optional.of(plan.position()),
                        0,
                        Map.of()));
        assertThat(batch(after, 6001)).containsExactly("d", "while down");
        assertThat(batch(after, 6002)).isEmpty();
        assertThatThrownBy(() -> new FileSource<>(rules, FileFormat.lines(100), system)
                        .newPlanner(context(Optional.of("kafka 1 2"))))
                .hasMessageStartingWith("ACQ-0628");
    }

    @Test
    void namesOfTakenFilesAreForgotten() throws Exception {
        SplitPlanner<String> planner = planner(FileRules.of("/data/in").remember(Duration.ofSeconds(3)));
        for (int i = 1; i <= 100; i++) {
            file("f" + i, START + i * SECOND - 1, "x");
            assertThat(batch(planner, i)).hasSize(1);
        }
        String position =
                planner.plan(new Time(START + 101 * SECOND), Long.MAX_VALUE).position();
        assertThat(position.lines()).hasSizeLessThan(6);
    }

    @Test
    void aHundredThousandOldFilesAreListedAndLeftAlone(@TempDir Path many) throws Exception {
        FileTime old = FileTime.fromMillis(START - MINUTE);
        Path first = Files.createFile(many.resolve("0"));
        Files.setLastModifiedTime(first, old);
        for (int i = 1; i < 100_000; i++) {
            Path file = Files.createFile(many.resolve(Integer.toString(i)));
            Files.setLastModifiedTime(file, old);
        }
        Files.writeString(many.resolve("new"), "new");
        modified(many.resolve("new"), START + 1);
        SplitPlanner<String> planner = new FileSource<>(FileRules.of(many.toString()), FileFormat.lines(100))
                .newPlanner(context(Optional.empty()));

        Plan<String> plan = planner.plan(new Time(START + SECOND), Long.MAX_VALUE);
        assertThat(read(plan)).containsExactly("new");
        assertThat(plan.position().lines()).hasSize(2);
        assertThat(planner.plan(new Time(START + 2 * SECOND), Long.MAX_VALUE).splits())
                .isEmpty();
    }

    @Test
    void sourcesAndSplitsSurviveSerialization() throws Exception {
        file("a", START + 1, "one\n");
        FileSource<String> source =
                copy(new FileSource<>(FileRules.of("/data/in").nested(true), FileFormat.lines(100), system));
        assertThat(source.name()).isEqualTo("files:///data/in");
        Split<String> split = copy(source.newPlanner(context(Optional.empty()))
                .plan(new Time(START + SECOND), Long.MAX_VALUE)
                .splits()
                .get(0));
        try (SplitReader<String> reader = split.open(new Task())) {
            assertThat(all(reader)).containsExactly("one");
        }
    }

    @Test
    void badSettingsAreRefused() {
        FileRules rules = FileRules.of("/data/in");
        assertThatThrownBy(() -> FileRules.of(" ")).hasMessageStartingWith("ACQ-0622");
        assertThatThrownBy(() -> rules.atMost(0, new ByteSize(1))).hasMessageStartingWith("ACQ-0623");
        assertThatThrownBy(() -> rules.remember(Duration.ZERO)).hasMessageStartingWith("ACQ-0624");
        assertThatThrownBy(() -> new FileSource<>(FileRules.of("hdfs://host/in"), FileFormat.lines(1)))
                .hasMessageStartingWith("ACQ-0625")
                .hasMessageContaining("streaming-hadoop");
        assertThatThrownBy(() -> FileFormat.lines(0)).hasMessageStartingWith("ACQ-0631");
        assertThatThrownBy(() -> FileFormat.records(0)).hasMessageStartingWith("ACQ-0632");
    }

    private SplitPlanner<String> planner(FileRules rules) throws Exception {
        return new FileSource<>(rules, FileFormat.lines(1000), system).newPlanner(context(Optional.empty()));
    }

    private static PlannerContext context(Optional<String> restored) {
        return new PlannerContext(new Time(START), Duration.ofSeconds(1), StreamClock.system(), restored, 0, Map.of());
    }

    private static <T> List<T> batch(SplitPlanner<T> planner, int number) throws Exception {
        return read(planner.plan(new Time(START + number * SECOND), Long.MAX_VALUE));
    }

    private static <T> List<T> read(Plan<T> plan) throws Exception {
        List<T> all = new ArrayList<>();
        for (Split<T> split : plan.splits()) {
            try (SplitReader<T> reader = split.open(new Task())) {
                all.addAll(all(reader));
            }
        }
        return all;
    }

    private static <T> List<T> all(SplitReader<T> reader) throws Exception {
        List<T> all = new ArrayList<>();
        for (List<T> some = reader.next(); !some.isEmpty(); some = reader.next()) {
            all.addAll(some);
        }
        return all;
    }

    private void file(String name, long modifiedMs, String text) throws IOException {
        write(in.resolve(name), modifiedMs, text);
    }

    private static void write(Path file, long modifiedMs, String text) throws IOException {
        Files.writeString(file, text);
        modified(file, modifiedMs);
    }

    private static void modified(Path file, long modifiedMs) throws IOException {
        Files.setLastModifiedTime(file, FileTime.fromMillis(modifiedMs));
    }

    private static byte[] gzip(String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream zip = new GZIPOutputStream(bytes)) {
            zip.write(text.getBytes(UTF_8));
        }
        return bytes.toByteArray();
    }

    @SuppressWarnings("unchecked")
    private static <S> S copy(S value) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(value);
        }
        return (S) new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray())).readObject();
    }

    private static final class Task implements TaskContext {
        @Override
        public int partition() {
            return 0;
        }

        @Override
        public int attempt() {
            return 0;
        }

        @Override
        public Optional<Time> batchTime() {
            return Optional.empty();
        }

        @Override
        public String output() {
            return "test";
        }

        @Override
        public boolean isCancelled() {
            return false;
        }

        @Override
        public void count(String name, long n) {}
    }
}
