/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import static io.acequia.streaming.cli.CommandRunner.acequia;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.BatchSink;
import io.acequia.streaming.DeadLetter;
import io.acequia.streaming.DeadLetterSink;
import io.acequia.streaming.Output;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.data.Time;
import java.io.IOException;
import java.io.PipedReader;
import java.io.PipedWriter;
import java.io.PrintWriter;
import java.io.Reader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class DeadLetterCommandTest {
    private static final Pattern WAITING = Pattern.compile("waiting on (.+):(\\d+) for a source");
    private static final BlockingQueue<String> RECEIVED = new LinkedBlockingQueue<>();

    @TempDir
    Path temporary;

    private Path dir;

    @BeforeEach
    void writeLetters() throws Exception {
        RECEIVED.clear();
        dir = temporary.resolve("letters");
        write(2000, "parse", 0, "zero");
        write(1000, "parse", 0, "one", "two\u001b");
        write(1000, "parse", 1, "three");
        write(1000, "sum / a", 0, "four");
        Files.writeString(dir.resolve("notes.txt"), "no letters");
    }

    private void write(long batch, String uid, int partition, String... records) throws Exception {
        DeadLetterSink sink = DeadLetterSink.toFiles(dir.toString());
        try (BatchSink.Writer<DeadLetter> writer = sink.open(new Output.Key(new Time(batch), uid, partition))) {
            for (String each : records) {
                writer.write(new DeadLetter(
                        uid, "partition " + partition, new Time(batch), each.getBytes(UTF_8), each, "bad: " + each));
            }
            writer.commit();
        }
    }

    private List<String> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void lsCountsTheLettersOfEachBatchAndOutput() {
        CommandRunner ls = acequia("deadletter", "ls", dir.toString());

        assertThat(ls.exitCode()).isZero();
        assertThat(ls.out().lines())
                .satisfiesExactly(
                        head -> assertThat(head).matches("BATCH +AT +OUTPUT +LETTERS"),
                        first -> assertThat(first).matches("1000 +1970-01-01T00:00:01Z +parse +3"),
                        second -> assertThat(second).matches("1000 +1970-01-01T00:00:01Z +sum_a-\\w+ +1"),
                        third -> assertThat(third).matches("2000 +1970-01-01T00:00:02Z +parse +1"));
    }

    @Test
    void showTellsWhereFromWhatAndWhy() {
        CommandRunner show = acequia("deadletter", "show", dir.toString(), "--batch", "1000", "--limit", "3");

        assertThat(show.exitCode()).isZero();
        assertThat(show.out())
                .startsWith("1000  parse, partition 0\n    cause: bad: one\n    text:  one\n")
                .contains("text:  two\\u001b\n")
                .contains("text:  three")
                .doesNotContain("four", "zero")
                .endsWith("1 more letter: see --limit\n");
    }

    @Test
    void outputsAreNamedByUidOrAsTheFilesSpellThem() {
        String spelled = acequia("deadletter", "ls", dir.toString(), "--output", "sum / a")
                .out()
                .replaceAll("(?s).*(sum_a-\\w+).*", "$1");

        assertThat(acequia("deadletter", "show", dir.toString(), "--output", spelled)
                        .out())
                .contains("text:  four")
                .doesNotContain("one");
        assertThat(acequia("deadletter", "show", dir.toString(), "--output", "none")
                        .out())
                .isEqualTo("no letters in " + dir + " of none\n");
        assertThat(acequia("deadletter", "ls", dir.toString(), "--batch", "3000")
                        .out())
                .isEqualTo("no letters in " + dir + " of batch 3000\n");
    }

    @Test
    @DisplayName("S7.23 letters are replayed to a file source: a new file that appears whole")
    void lettersAreReplayedIntoANewFile() throws IOException {
        Path watched = Files.createDirectory(temporary.resolve("watched"));

        CommandRunner replay = acequia(
                "deadletter",
                "replay",
                dir.toString(),
                "--to",
                watched.resolve("again.txt").toString());

        assertThat(replay.exitCode()).isZero();
        assertThat(replay.out()).isEqualTo("5 letters of 4 files replayed\n");
        assertThat(watched.resolve("again.txt")).hasContent("one\ntwo\u001b\nthree\nfour\nzero\n");
        assertThat(files(watched)).containsExactly("again.txt");
        assertThat(files(dir)).hasSize(5);
    }

    @Test
    @DisplayName("S7.23 letters are replayed to a socket source, and deleted when it has read them all")
    void lettersAreReplayedToASocketSource() throws Exception {
        Replay replay = new Replay("--listen", "0", "--output", "parse", "--delete");
        StreamingConf conf = new StreamingConf().setMaster("local[1]");
        try (StreamingContext ssc = new StreamingContext(conf, Duration.ofMillis(50))) {
            ssc.socketTextStream("127.0.0.1", replay.port()).foreachRDD(rdd -> RECEIVED.addAll(rdd.collect()));
            ssc.start();
            for (String expected : List.of("one", "two\u001b", "three", "zero")) {
                assertThat(RECEIVED.take()).isEqualTo(expected);
            }
            assertThat(replay.exitCode()).isZero();
        }
        assertThat(replay.out()).isEqualTo("4 letters of 3 files replayed, 3 files deleted\n");
        assertThat(files(dir)).hasSize(2).contains("notes.txt").noneMatch(name -> name.contains("parse"));
    }

    @Test
    void aSourceThatBreaksOffHasNotReadThemAndTheyAreKept() throws Exception {
        write(1000, "large", 0, "x".repeat(20 << 20));
        Replay replay = new Replay("--listen", "127.0.0.1:0", "--delete");
        try (Socket client = new Socket(InetAddress.getByName("127.0.0.1"), replay.port())) {
            client.setSoLinger(true, 0);
            assertThat(client.getInputStream().read()).isPositive();
        }

        assertThat(replay.exitCode()).isEqualTo(1);
        assertThat(replay.out()).isEmpty();
        assertThat(files(dir)).hasSize(6);
    }

    @Test
    void aSourceThatStaysOpenIsNotWaitedForForEver() throws Exception {
        PipedReader told = new PipedReader();
        LettersToSocket server =
                LettersToSocket.parse("0", Duration.ofMillis(50), new PrintWriter(new PipedWriter(told), true));
        CompletableFuture<Void> delivered = CompletableFuture.runAsync(() -> deliver(server));
        try (Socket client = new Socket(InetAddress.getByName("127.0.0.1"), port(told))) {
            assertThat(client.getInputStream().read()).isEqualTo('a');
            assertThatThrownBy(delivered::get)
                    .isInstanceOf(ExecutionException.class)
                    .hasMessageContaining("ACQ-2227 the source has not closed its side within 50ms");
        }
    }

    private static void deliver(LettersToSocket server) {
        try {
            server.deliver(out -> out.write('a'));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void deleteKeepsAFileThatWasWrittenAgainMeanwhile() throws IOException {
        LetterFile file = LetterFile.in(dir).get(0);
        Files.setLastModifiedTime(file.path(), FileTime.fromMillis(1));

        assertThat(file.deleteUnchanged()).isFalse();
        assertThat(file.path()).exists();
    }

    @Test
    void lineFeedsInsideOfLettersAreCounted() throws Exception {
        write(1000, "cut", 0, "a\nb\nc", "d");

        CommandRunner replay = acequia(
                "deadletter",
                "replay",
                dir.toString(),
                "--output",
                "cut",
                "--to",
                temporary.resolve("again.txt").toString(),
                "--delete");

        assertThat(replay.out())
                .isEqualTo("2 letters of 1 file replayed, 1 of them with a line feed inside, 1 file deleted\n");
        assertThat(temporary.resolve("again.txt")).hasContent("a\nb\nc\nd\n");
    }

    @Test
    void aFileThatHoldsWhatIsNoLetterIsRefusedBeforeAnythingIsReplayed() throws IOException {
        Files.writeString(dir.resolve("1500-parse-0.jsonl"), "{\"origin\":\"parse\"}\n");
        Path target = temporary.resolve("again.txt");

        CommandRunner replay = acequia("deadletter", "replay", dir.toString(), "--to", target.toString(), "--delete");

        assertThat(replay.exitCode()).isEqualTo(3);
        assertThat(replay.err()).contains("ACQ-2222").contains("1500-parse-0.jsonl, line 1 is no letter");
        assertThat(target).doesNotExist();
        assertThat(files(dir)).hasSize(6);
    }

    @Test
    void aFileThatIsNoTextIsRefused() throws IOException {
        Files.write(dir.resolve("1500-parse-0.jsonl"), new byte[] {(byte) 0xff, (byte) 0xfe, 10});

        CommandRunner ls = acequia("deadletter", "ls", dir.toString());

        assertThat(ls.exitCode()).isEqualTo(3);
        assertThat(ls.err()).contains("ACQ-2221");
    }

    @Test
    void linksAreNoLetters() throws IOException {
        Path elsewhere = Files.writeString(temporary.resolve("elsewhere"), "{}\n");
        Files.createSymbolicLink(dir.resolve("1500-parse-0.jsonl"), elsewhere);

        assertThat(acequia("deadletter", "ls", dir.toString()).exitCode()).isZero();
    }

    @Test
    void whatMakesNoSenseIsRefused() throws IOException {
        refused("ACQ-2220", "ls", dir.resolve("none").toString());
        refused("ACQ-2223", "show", dir.toString(), "--limit", "0");
        refused(
                "ACQ-2224",
                "replay",
                dir.toString(),
                "--to",
                dir.resolve("none/x").toString());
        refused(
                "ACQ-2225",
                "replay",
                dir.toString(),
                "--to",
                dir.resolve("notes.txt").toString());
        refused("ACQ-2226", "replay", dir.toString(), "--listen", "70000");
        refused("ACQ-2226", "replay", dir.toString(), "--listen", "here");
        refused("--listen", "replay", dir.toString());
        refused("--listen", "replay", dir.toString(), "--listen", "1", "--to", "x");
        refused("say what to do");
        assertThat(dir.resolve("notes.txt")).hasContent("no letters");
    }

    private static void refused(String why, String... args) {
        String[] line = Stream.concat(Stream.of("deadletter"), Stream.of(args)).toArray(String[]::new);
        CommandRunner run = acequia(line);
        assertThat(run.exitCode()).as(String.join(" ", line)).isEqualTo(2);
        assertThat(run.err()).contains(why);
    }

    /** Reads where a replay listens. */
    private static int port(Reader told) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = told.read(); c != '\n'; c = told.read()) {
            line.append((char) c);
        }
        Matcher waiting = WAITING.matcher(line);
        assertThat(waiting.find()).as(line.toString()).isTrue();
        assertThat(waiting.group(1)).isEqualTo("127.0.0.1");
        return Integer.parseInt(waiting.group(2));
    }

    /** A replay in a thread of its own, which says where it listens. */
    private final class Replay {
        private final StringWriter out = new StringWriter();
        private final PipedReader err = new PipedReader();
        private final CompletableFuture<Integer> code;

        Replay(String... options) throws IOException {
            PrintWriter to = new PrintWriter(new PipedWriter(err), true);
            String[] line = Stream.concat(Stream.of("deadletter", "replay", dir.toString()), Stream.of(options))
                    .toArray(String[]::new);
            code = CompletableFuture.supplyAsync(() -> Acequia.execute(new PrintWriter(out, true), to, line));
        }

        int port() throws IOException {
            return DeadLetterCommandTest.port(err);
        }

        int exitCode() throws Exception {
            return code.get();
        }

        String out() {
            return out.toString();
        }
    }
}
