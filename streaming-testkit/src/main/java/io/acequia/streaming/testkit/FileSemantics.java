/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.BatchFailedException;
import io.acequia.streaming.DStream;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingConf.FailurePolicy;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.data.ByteSize;
import io.acequia.streaming.data.Durations;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.data.Utf8;
import io.acequia.streaming.function.Function;
import io.acequia.streaming.listener.InputInfo;
import io.acequia.streaming.listener.ReceiverState;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The rules of section 5 about files, with modification times in the time of the test. An engine subclasses it. */
@Timeout(60)
public abstract class FileSemantics {
    private static final Duration SECOND = Durations.seconds(1);
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final Function<InputStream, Iterator<String>> LINES =
            in -> new BufferedReader(new InputStreamReader(in, UTF_8)).lines().iterator();

    private Path root = Path.of("");
    private Path in = root;

    /** The settings under test: the engine is the master. */
    protected StreamingConf conf() {
        return TestStreams.defaults();
    }

    @BeforeEach
    void makeDirectory(@TempDir Path temporary) throws IOException {
        root = temporary;
        in = Files.createDirectory(root.resolve("in"));
    }

    /** Moves a file in that was modified so many milliseconds after the start. */
    private Path put(Path directory, String name, byte[] content, long modifiedMs) throws IOException {
        Path outside = root.resolve("outside");
        Files.write(outside, content);
        Files.setLastModifiedTime(outside, FileTime.from(START.plusMillis(modifiedMs)));
        return Files.move(outside, directory.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }

    private Path put(String name, String text, long modifiedMs) throws IOException {
        return put(in, name, text.getBytes(UTF_8), modifiedMs);
    }

    private TestStreams texts(StreamingConf conf) {
        return TestStreams.every(
                SECOND, conf, s -> s.collect("lines", s.context().textFileStream(in.toString())));
    }

    @Test
    @DisplayName("S5.7 textFileStream, fileStream and binaryRecordsStream are read by the batch, with no receiver")
    void filesAreReadByTheBatch() throws Exception {
        Path binary = Files.createDirectory(root.resolve("binary"));
        try (TestStreams t = TestStreams.every(SECOND, conf(), s -> {
            StreamingContext ssc = s.context();
            s.collect("text", ssc.textFileStream(in.toString()));
            s.collect("decoded", ssc.fileStream(in.toString(), LINES));
            s.collect("records", ssc.binaryRecordsStream(binary.toString(), 2).map(bytes -> new String(bytes, UTF_8)));
        })) {
            put("a.txt", "a\nb\n", 500);
            put(binary, "a.bin", "aabbcc".getBytes(UTF_8), 500);
            t.advance(1);

            assertThat(t.<String>last("text")).containsExactly("a", "b");
            assertThat(t.<String>last("decoded")).containsExactly("a", "b");
            assertThat(t.<String>last("records")).containsExactly("aa", "bb", "cc");
            assertThat(t.context().status().sources()).hasSize(3).allSatisfy(source -> assertThat(source.state())
                    .isEqualTo(ReceiverState.ACTIVE));
        }
    }

    @Test
    @DisplayName(
            "S5.8 a file is taken by the batch in whose time it was modified: after the start, not after the batch")
    void aFileIsTakenByTheBatchOfItsTime() throws Exception {
        try (TestStreams t = texts(conf())) {
            put("old", "old\n", -1);
            put("at-start", "at start\n", 0);
            put("first", "first\n", 1);
            put("at-batch", "at batch\n", 1000);
            put("next", "next\n", 1001);
            t.advance(3);

            assertThat(t.<String>batches("lines").get(0)).containsExactlyInAnyOrder("first", "at batch");
            assertThat(t.<String>batches("lines").get(1)).containsExactly("next");
            assertThat(t.<String>batches("lines").get(2)).isEmpty();
        }
    }

    @Test
    @DisplayName("S5.8 names that start with a dot or an underscore do not pass the default filter")
    void hiddenFilesAreLeftAlone() throws Exception {
        try (TestStreams t = texts(conf())) {
            put(".hidden", "hidden\n", 500);
            put("_hidden", "hidden\n", 500);
            put("seen_.txt", "seen\n", 500);

            assertThat(t.advance(2).<String>batches("lines")).containsExactly(List.of("seen"), List.of());
        }
    }

    @Test
    @DisplayName("S5.8 a filter of the program takes the place of the default one")
    void aFilterDecides() throws Exception {
        try (TestStreams t = TestStreams.every(
                SECOND,
                conf(),
                s -> s.collect(
                        "lines",
                        s.context()
                                .fileStream(
                                        in.toString(), path -> path.toString().endsWith(".log"), true, LINES)))) {
            put("a.log", "log\n", 500);
            put("a.txt", "text\n", 500);

            assertThat(t.advance(1).<String>last("lines")).containsExactly("log");
        }
    }

    @Test
    @DisplayName("S5.8 a file that appears late is taken if it is no older than streaming.file.remember, and once")
    void lateFilesAreTakenWhileTheyAreRemembered() throws Exception {
        try (TestStreams t = texts(conf().set(StreamingConf.FILE_REMEMBER, Durations.seconds(2)))) {
            t.advance(4);
            put("too-late", "too late\n", 3000);
            put("late", "late\n", 3001);
            t.advance(4);

            assertThat(t.<String>batches("lines").get(4)).containsExactly("late");
            assertThat(t.<String>batches("lines").subList(5, 8)).containsOnly(List.of());
        }
    }

    @Test
    @DisplayName("S5.9 what is appended to a file after it was taken is not read")
    void whatIsAppendedLaterIsNotRead() throws Exception {
        try (TestStreams t = texts(conf())) {
            Path file = put("a", "one\ntwo\n", 500);
            t.advance(1);
            append(file, "three\n", 1500);
            t.advance(2);

            assertThat(t.<String>batches("lines")).containsExactly(List.of("one", "two"), List.of(), List.of());
        }
    }

    @Test
    @DisplayName("S5.9 what is appended between the plan and the reading of a batch is not read")
    void whatIsAppendedWhileTheBatchRunsIsNotRead() throws Exception {
        Path file = in.resolve("a");
        try (TestStreams t = TestStreams.every(SECOND, conf(), s -> {
            DStream<String> lines = s.context().textFileStream(in.toString());
            s.collect("lines", lines.transform(rdd -> {
                append(file, "three\n", 1500);
                return rdd;
            }));
        })) {
            put("a", "one\ntwo\n", 500);

            assertThat(t.advance(2).<String>batches("lines")).containsExactly(List.of("one", "two"), List.of());
        }
    }

    @Test
    @DisplayName("S5.9 a file that shrinks or vanishes before it is read fails its batch with its name")
    void aFileThatIsGoneFailsTheBatch() throws Exception {
        for (boolean deleted : List.of(true, false)) {
            Path file = in.resolve("a");
            try (TestStreams t = TestStreams.every(SECOND, conf(), s -> {
                DStream<String> lines = s.context().textFileStream(in.toString());
                s.collect("lines", lines.transform(rdd -> {
                    if (deleted) {
                        Files.delete(file);
                    } else {
                        Files.writeString(file, "o");
                    }
                    return rdd;
                }));
            })) {
                put("a", "one\ntwo\n", 500);

                assertThatThrownBy(() -> t.advance(1))
                        .isInstanceOf(BatchFailedException.class)
                        .hasMessageContaining(file.toString());
            }
        }
    }

    private static void append(Path file, String text, long modifiedMs) throws IOException {
        Files.writeString(file, text, StandardOpenOption.APPEND);
        Files.setLastModifiedTime(file, FileTime.from(START.plusMillis(modifiedMs)));
    }

    @Test
    @DisplayName("S5.10 newFilesOnly=false also takes what lies in the directory at start, however old")
    void oldFilesAreTakenOnRequest() throws Exception {
        put("ancient", "ancient\n", -Duration.ofDays(9000).toMillis());
        try (TestStreams t = TestStreams.every(SECOND, conf(), s -> {
            s.collect("all", s.context().fileStream(in.toString(), path -> true, false, LINES));
            s.collect("new", s.context().fileStream(in.toString(), path -> true, true, LINES));
        })) {
            put("fresh", "fresh\n", 500);
            t.advance(2);

            assertThat(t.<String>batches("all").get(0)).containsExactlyInAnyOrder("ancient", "fresh");
            assertThat(t.<String>batches("all").get(1)).isEmpty();
            assertThat(t.<String>batches("new")).containsExactly(List.of("fresh"), List.of());
        }
    }

    @Test
    @DisplayName("S5.11 globs in the directory and nested folders are taken on request")
    void globsAndNestedFoldersAreTakenOnRequest() throws Exception {
        for (String folder : List.of("2026-01/logs", "2026-02/logs", "2026-02/other")) {
            put(Files.createDirectories(in.resolve(folder)), "f", (folder + "\n").getBytes(UTF_8), 500);
        }
        try (TestStreams t = TestStreams.every(
                SECOND, conf(), s -> s.collect("lines", s.context().textFileStream(in + "/2026-*/logs")))) {
            assertThat(t.advance(1).<String>last("lines")).containsExactlyInAnyOrder("2026-01/logs", "2026-02/logs");
        }
        try (TestStreams t = texts(conf().set(StreamingConf.FILE_NESTED, true))) {
            assertThat(t.advance(1).<String>last("lines"))
                    .containsExactlyInAnyOrder("2026-01/logs", "2026-02/logs", "2026-02/other");
        }
        try (TestStreams t = texts(conf())) {
            assertThat(t.advance(1).<String>last("lines")).isEmpty();
        }
    }

    @Test
    @DisplayName(
            "S5.12 a directory that vanishes fails the batch under stop and under continue: it is never an empty batch")
    void aDirectoryThatVanishesIsNoEmptyBatch() throws Exception {
        for (FailurePolicy policy : List.of(FailurePolicy.stop(), FailurePolicy.keepGoing())) {
            try (TestStreams t = texts(conf().set(StreamingConf.FAILURE_POLICY, policy))) {
                t.advance(1);
                Files.delete(in);

                assertThatThrownBy(() -> t.advance(1))
                        .isInstanceOf(BatchFailedException.class)
                        .hasMessageContaining(in.toString());
                assertThat(t.<String>batches("lines")).hasSize(1);
            }
            Files.createDirectory(in);
        }
    }

    @Test
    @DisplayName("S5.12 under retry a directory that comes back gives the batch its files")
    void aDirectoryThatComesBackLosesNothing() throws Exception {
        FailurePolicy patient = FailurePolicy.retry(5, SECOND, FailurePolicy.Kind.STOP);
        try (TestStreams t = texts(conf().set(StreamingConf.FAILURE_POLICY, patient))) {
            put("a", "a\n", 500);
            t.advance(1);
            Files.delete(in.resolve("a"));
            Files.delete(in);
            t.clock().advance(SECOND);
            t.clock().awaitWaiters(2);
            Files.createDirectory(in);
            put("b", "b\n", 1500);
            t.advance(1);

            assertThat(t.<String>batches("lines")).containsExactly(List.of("a"), List.of("b"), List.of());
        }
    }

    @Test
    @DisplayName("S5.13 streaming.file.max.files bounds what one batch takes, oldest first; the rest waits")
    void aBatchTakesTheOldestFilesFirst() throws Exception {
        try (TestStreams t = texts(conf().set(StreamingConf.FILE_MAX_FILES, 2))) {
            for (int i = 5; i > 0; i--) {
                put("f" + i, i + "\n", 100L * i);
            }
            t.advance(4);

            assertThat(t.<String>batches("lines").get(0)).containsExactlyInAnyOrder("1", "2");
            assertThat(t.<String>batches("lines").get(1)).containsExactlyInAnyOrder("3", "4");
            assertThat(t.<String>batches("lines").subList(2, 4)).containsExactly(List.of("5"), List.of());
        }
    }

    @Test
    @DisplayName("S5.13 streaming.file.max.bytes bounds what one batch takes, but a file larger than that still comes")
    void aBatchTakesSoManyBytes() throws Exception {
        try (TestStreams t = texts(conf().set(StreamingConf.FILE_MAX_BYTES, new ByteSize(5)))) {
            put("a", "a\n", 100);
            put("b", "b\n", 200);
            put("large", "a long line\n", 300);
            put("c", "c\n", 400);
            t.advance(3);

            assertThat(t.<String>batches("lines").get(0)).containsExactlyInAnyOrder("a", "b");
            assertThat(t.<String>batches("lines").subList(1, 3)).containsExactly(List.of("a long line"), List.of("c"));
        }
    }

    @Test
    @DisplayName("S5.14 a file that ends in .gz is unpacked")
    void zippedFilesAreUnpacked() throws Exception {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream zip = new GZIPOutputStream(packed)) {
            zip.write("a\nb\n".getBytes(UTF_8));
        }
        try (TestStreams t = texts(conf())) {
            put(in, "a.gz", packed.toByteArray(), 500);

            assertThat(t.advance(1).<String>last("lines")).containsExactly("a", "b");
        }
    }

    @Test
    @DisplayName("S5.18 textFileStream gives Strings, textFileUtf8Stream gives Utf8")
    void textFilesGiveTheTypeAskedFor() throws Exception {
        try (TestStreams t = TestStreams.every(SECOND, conf(), s -> {
            s.collect("strings", s.context().textFileStream(in.toString()));
            s.collect("utf8", s.context().textFileUtf8Stream(in.toString()));
        })) {
            put("a", "één\n", 500);
            t.advance(1);

            assertThat(t.<Object>last("strings")).containsExactly("één");
            assertThat(t.<Object>last("utf8")).containsExactly(Utf8.of("één"));
        }
    }

    @Test
    @DisplayName("S5.2 malformed bytes of a file are replaced, and the lines around them arrive")
    void malformedBytesOfAFileAreReplaced() throws Exception {
        try (TestStreams t = texts(conf())) {
            put(in, "a", new byte[] {'a', '\n', (byte) 0xC3, '(', '\n', 'b', '\n'}, 500);

            assertThat(t.advance(1).<String>last("lines")).containsExactly("a", "\uFFFD(", "b");
        }
    }

    @Test
    @DisplayName("S5.6 a line of 10 MB in a file is rejected and counted in its batch; the lines after it arrive")
    void aLongLineOfAFileIsRejectedAndCounted() throws Exception {
        try (TestStreams t = texts(conf())) {
            Watch watch = Watch.on(t.context());
            put("a", "before\n" + "x".repeat(10_000_000) + "\nafter\n", 500);
            t.advance(1);

            assertThat(t.<String>last("lines")).containsExactly("before", "after");
            InputInfo input = watch.batch(1).inputs().values().iterator().next();
            assertThat(input.rejected()).isEqualTo(1);
            assertThat(input.records()).isEqualTo(2);
            assertThat(watch.batch(1).batchTime()).isEqualTo(Time.of(START.plus(SECOND)));
        }
    }
}
