/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.rdd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.BatchContext;
import io.acequia.streaming.ForcedPaths;
import io.acequia.streaming.RDD;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.StreamingException;
import io.acequia.streaming.data.Durations;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Text files in and out, and checkpoints. */
class RddFilesTest {
    private final BatchContext batch = new BatchContext(
            StreamingConf.withoutDefaults().setMaster("local[2]").setAppName("files"));

    @TempDir
    Path directory;

    @AfterEach
    void stop() {
        batch.stop();
    }

    // ---- out

    @Test
    void aFileForEachPartitionAndAMarkAreWritten() throws Exception {
        Path target = directory.resolve("out");
        batch.parallelize(List.of("a", "b", "c"), 2).saveAsTextFile(target.toString());
        assertThat(names(target)).containsExactly("_SUCCESS", "part-00000", "part-00001");
        assertThat(target.resolve("part-00000")).content().isEqualTo("a\n");
        assertThat(target.resolve("part-00001")).content().isEqualTo("b\nc\n");
        assertThat(names(directory)).containsExactly("out");
    }

    @Test
    void anEarlierDirectoryIsReplacedAsAWhole() throws Exception {
        Path target = directory.resolve("out");
        batch.parallelize(List.of(1, 2, 3), 3).saveAsTextFile(target.toString());
        batch.parallelize(List.of(4), 1).saveAsTextFile(target.toString());
        assertThat(names(target)).containsExactly("_SUCCESS", "part-00000");
        assertThat(target.resolve("part-00000")).content().isEqualTo("4\n");
        assertThat(names(directory)).containsExactly("out");
    }

    @Test
    void aFailedJobLeavesTheEarlierDirectoryAndNothingElse() throws Exception {
        Path target = directory.resolve("out");
        batch.parallelize(List.of(1), 1).saveAsTextFile(target.toString());
        RDD<Integer> failing = batch.parallelize(List.of(1, 0), 2).map(i -> 1 / i);
        assertThatExceptionOfType(StreamingException.class)
                .isThrownBy(() -> failing.saveAsTextFile(target.toString()))
                .withMessageStartingWith("ACQ-0806 saveAsTextFile at RddFilesTest.java:");
        assertThat(target.resolve("part-00000")).content().isEqualTo("1\n");
        assertThat(names(directory)).containsExactly("out");
    }

    @Test
    void whereNothingCanBeWrittenTheJobSaysSo() throws Exception {
        Path file = Files.createFile(directory.resolve("file"));
        Path target = file.resolve("out");
        assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() -> batch.parallelize(List.of(1), 1).saveAsTextFile(target.toString()))
                .withMessageMatching("ACQ-0817 saveAsTextFile at RddFilesTest\\.java:\\d+ could not write \\Q"
                        + target.toAbsolutePath() + "\\E: .*");
    }

    @Test
    void partsAreForcedBeforeTheyAreSeenAndTheirNamesAfterwards() throws Exception {
        Path target = directory.resolve("made/out");
        List<String> forced = ForcedPaths.during(
                directory, () -> batch.parallelize(List.of("a", "b"), 2).saveAsTextFile(target.toString()));
        assertThat(forced).hasSize(6);
        assertThat(forced.get(0)).as("that the folder was made").isEmpty();
        String attempt = forced.get(4);
        assertThat(attempt).startsWith("made/.out.attempts/");
        assertThat(forced.subList(1, 3)).containsExactlyInAnyOrder(attempt + "/part-00000", attempt + "/part-00001");
        assertThat(forced.get(3)).isEqualTo(attempt + "/_SUCCESS");
        assertThat(forced.get(5)).isEqualTo("made");
    }

    @Test
    void namesAreNotForcedBeforeTheyAreThere() throws Exception {
        Files.createFile(directory.resolve("out"));
        List<String> forced =
                ForcedPaths.during(directory, () -> assertThatThrownBy(() -> batch.parallelize(List.of(1), 1)
                                .saveAsTextFile(directory.resolve("out").toString()))
                        .hasMessageStartingWith("ACQ-0820"));
        assertThat(forced).isNotEmpty().allMatch(path -> path.startsWith(".out.attempts/"));
        assertThat(names(directory)).containsExactly("out");
    }

    @Test
    void aCrashBetweenTheTwoRenamesIsRepairedByTheNextWrite() throws Exception {
        Path target = directory.resolve("out");
        batch.parallelize(List.of(1, 2), 2).saveAsTextFile(target.toString());
        Path attempts = Files.createDirectories(directory.resolve(".out.attempts/killed"));
        Files.writeString(attempts.resolve("part-00000"), "3\n");
        Files.move(target, attempts.resolveSibling("old"));

        RDD<Integer> failing = batch.parallelize(List.of(0), 1).map(i -> 1 / i);
        assertThatThrownBy(() -> failing.saveAsTextFile(target.toString())).hasMessageStartingWith("ACQ-0806");
        assertThat(names(directory)).as("the earlier directory is back").containsExactly("out");
        assertThat(batch.textFile(target.toString()).collect()).containsExactly("1", "2");

        batch.parallelize(List.of(3), 1).saveAsTextFile(target.toString());
        assertThat(names(directory)).containsExactly("out");
        assertThat(batch.textFile(target.toString()).collect()).containsExactly("3");
    }

    @Test
    void aCrashAfterTheSecondRenameLeavesTheNewDirectory() throws Exception {
        Path target = directory.resolve("out");
        batch.parallelize(List.of("new"), 1).saveAsTextFile(target.toString());
        Path old = Files.createDirectories(directory.resolve(".out.attempts/old"));
        Files.writeString(old.resolve("part-00000"), "old\n");

        RDD<Integer> failing = batch.parallelize(List.of(0), 1).map(i -> 1 / i);
        assertThatThrownBy(() -> failing.saveAsTextFile(target.toString())).hasMessageStartingWith("ACQ-0806");
        assertThat(names(directory)).containsExactly("out");
        assertThat(batch.textFile(target.toString()).collect()).containsExactly("new");
    }

    @Test
    void whatKilledRunsLeftBehindGoesWithTheNextWriteOfItsTarget() throws Exception {
        for (String left : List.of(".out.attempts/a", ".out.attempts/b", ".out-2.attempts/c", ".other.attempts/d")) {
            Files.writeString(Files.createDirectories(directory.resolve(left)).resolve("part-00000"), "x\n");
        }
        batch.parallelize(List.of("new"), 1)
                .saveAsTextFile(directory.resolve("out").toString());
        assertThat(names(directory)).containsExactly(".other.attempts", ".out-2.attempts", "out");
    }

    // ---- in

    @Test
    void whatWasWrittenIsReadBack() {
        List<String> lines = IntStream.range(0, 100).mapToObj(i -> "line " + i).toList();
        Path target = directory.resolve("out");
        batch.parallelize(lines, 3).saveAsTextFile(target.toString());
        RDD<String> read = batch.textFile(target.toString());
        assertThat(read.getNumPartitions()).isEqualTo(3);
        assertThat(read.collect()).isEqualTo(lines);
    }

    @Test
    void aFileIsAPartitionUnlessMoreAreWanted() throws Exception {
        Path file = Files.writeString(directory.resolve("a.txt"), "one\ntwo\r\n\nlast");
        assertThat(batch.textFile(file.toString()).collect()).containsExactly("one", "two", "", "last");
        assertThat(batch.textFile(file.toString()).getNumPartitions()).isEqualTo(1);
        assertThat(batch.textFile(file.toString(), 3).getNumPartitions()).isEqualTo(3);
        assertThat(batch.textFile(file.toString(), 3).collect()).containsExactlyInAnyOrder("one", "two", "", "last");
    }

    @Test
    void hiddenFilesAndFoldersAreLeftOut() throws Exception {
        Files.writeString(directory.resolve("b.txt"), "b\n");
        Files.writeString(directory.resolve("a.txt"), "a\n");
        Files.writeString(directory.resolve(".hidden"), "x\n");
        Files.writeString(directory.resolve("_mark"), "x\n");
        Files.createDirectory(directory.resolve("folder"));
        assertThat(batch.textFile(directory.toString()).collect()).containsExactly("a", "b");
    }

    @Test
    void patternsMatchNamesOfFilesAndFolders() throws Exception {
        for (String day : List.of("day-1", "day-2", "night-1", ".day-3")) {
            Path folder = Files.createDirectory(directory.resolve(day));
            Files.writeString(folder.resolve("a.txt"), day + " a\n");
            Files.writeString(folder.resolve("b.log"), day + " b\n");
        }
        assertThat(batch.textFile(directory + "/day-*/a.txt").collect()).containsExactly("day-1 a", "day-2 a");
        assertThat(batch.textFile(directory + "/*-1/?.{txt,log}").collect())
                .containsExactly("day-1 a", "day-1 b", "night-1 a", "night-1 b");
        assertThat(batch.textFile(directory + "/day-[1-1]").collect()).containsExactly("day-1 a", "day-1 b");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> batch.textFile(directory + "/week-*"))
                .withMessageContaining("ACQ-0650")
                .withMessageContaining("no file matches the pattern");
        for (String malformed : List.of("/[a", "/{a/b,c}")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> batch.textFile(directory + malformed))
                    .withMessageStartingWith("ACQ-0650 cannot read " + directory + malformed)
                    .withMessageContaining("not a pattern: Missing '");
        }
    }

    @Test
    void aNameThatLooksLikeAPatternStandsForItself() throws Exception {
        Files.writeString(directory.resolve("a[1].txt"), "itself\n");
        Files.writeString(directory.resolve("a1.txt"), "another\n");
        assertThat(batch.textFile(directory + "/a[1].txt").collect()).containsExactly("itself");
    }

    @Test
    void zippedPartsAreWrittenAndReadBack() {
        Path target = directory.resolve("zipped");
        List<String> lines = IntStream.range(0, 1000).mapToObj(i -> "line " + i).toList();
        batch.parallelize(lines, 2).saveAsTextFile(target.toString(), RDD.Compression.GZIP);
        assertThat(target.resolve("part-00001.gz")).isNotEmptyFile();
        assertThat(batch.textFile(target.toString()).collect()).isEqualTo(lines);
    }

    @Test
    void aPathWithoutAnythingIsRefused() {
        Path missing = directory.resolve("missing");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> batch.textFile(missing.toString()))
                .withMessageStartingWith("ACQ-0650 cannot read " + missing);
    }

    // ---- checkpoints

    @Test
    void aCheckpointedRddIsReadBackInsteadOfComputed() throws Exception {
        StreamingContext context = new StreamingContext(batch, Durations.seconds(1));
        context.checkpoint(directory.resolve("checkpoint").toString());
        AtomicInteger computed = new AtomicInteger();
        RDD<Integer> numbers = batch.parallelize(List.of(1, 2, 3), 2).map(i -> {
            computed.incrementAndGet();
            return i * 10;
        });
        numbers.checkpoint();
        assertThat(numbers.collect()).containsExactly(10, 20, 30);
        assertThat(numbers.map(i -> i + 1).collect()).containsExactly(11, 21, 31);
        assertThat(computed).hasValue(3);
        assertThat(names(directory.resolve("checkpoint")))
                .singleElement()
                .asString()
                .startsWith("rdd-");
        context.stop(false);
    }

    @Test
    void aCheckpointDirectoryMayBeAUri() throws Exception {
        StreamingContext context = new StreamingContext(batch, Durations.seconds(1));
        context.checkpoint("file://" + directory.resolve("checkpoint"));
        RDD<Integer> numbers = batch.parallelize(List.of(1, 2, 3), 2);
        numbers.checkpoint();
        assertThat(numbers.count()).isEqualTo(3);
        assertThat(names(directory.resolve("checkpoint"))).hasSize(1);
        context.stop(false);
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        }
    }
}
