/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import io.acequia.streaming.internal.log.LogReader;
import io.acequia.streaming.internal.store.Failpoint;
import io.acequia.streaming.internal.store.LocalDisk;
import io.acequia.streaming.internal.store.Passages.Seen;
import io.acequia.streaming.storage.Storage;
import io.acequia.streaming.testkit.ChildJvm;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** A job of {@link ExactProgram} over its lives: its sender, which outlives it, its folders, and what it has put out. */
final class ExactJob implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(30);
    /** What a mistake has lost never comes; a graceful end processes all that was acknowledged in any case. */
    private static final Duration PATIENCE_WITH_MISTAKES = Duration.ofSeconds(3);

    private static final Duration LOOK = Duration.ofMillis(20);
    private static final int WORDS_A_FILE = 5;

    private final Path root = Folders.fresh("exact");
    private final AckServer server;
    private final Outputs outputs;
    private int lives;
    private int words;
    private boolean kept;

    ExactJob(long seed) throws IOException {
        for (String folder : List.of("out", "files")) {
            Files.createDirectory(root.resolve(folder));
        }
        server = new AckServer(true, 0, seed);
        outputs = new Outputs(root.resolve("out"));
    }

    Path root() {
        return root;
    }

    Path directory() {
        return root.resolve("job");
    }

    AckServer server() {
        return server;
    }

    Outputs outputs() {
        return outputs;
    }

    int lives() {
        return lives;
    }

    /** The next life of an honest program. */
    ChildJvm start(List<String> options) throws IOException {
        return start(options, FolderSink.Manners.HONEST, Optional.empty());
    }

    /** The next life. */
    ChildJvm start(List<String> options, FolderSink.Manners sink, Optional<Mistake> mistake) throws IOException {
        lives++;
        Files.deleteIfExists(root.resolve("seen"));
        return second(options, sink, mistake);
    }

    /** A process that runs beside the present life. */
    ChildJvm second(List<String> options, FolderSink.Manners sink, Optional<Mistake> mistake) throws IOException {
        List<String> all = new ArrayList<>(List.of(
                "-Xmx96m",
                "-Xss512k",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                "-Dacequia.failpoints.seen=" + root.resolve("seen")));
        all.addAll(options);
        return new ChildJvm(
                ExactProgram.class,
                System.getProperty("java.class.path"),
                all,
                new ExactArguments(server.host(), server.port(), root.toString(), lives, sink, mistake).texts(),
                Redirect.appendTo(root.resolve("errors").toFile()));
    }

    /** Puts a file with new words into the folder that is watched, once a batch is there: what is older than the job is none of its. */
    void addFile() throws IOException {
        outputs.read();
        if (outputs.batches() == 0) {
            return;
        }
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < WORDS_A_FILE; i++) {
            lines.add("word" + ++words);
        }
        Path begun = root.resolve("begun");
        Files.write(begun, lines);
        Files.move(begun, root.resolve("files").resolve("words" + words), StandardCopyOption.ATOMIC_MOVE);
    }

    /** Whether the receiver connected before the process ended. */
    boolean awaitConnection(ChildJvm child) throws InterruptedException {
        for (long look = PATIENCE.toMillis() / LOOK.toMillis(); look > 0 && child.isAlive(); look--) {
            if (server.await(server::isConnected, LOOK)) {
                return true;
            }
        }
        return server.isConnected();
    }

    /** Whether the process has planned a new batch before it ended, so that its recovery is over. */
    boolean awaitFirstBatch(ChildJvm child) throws IOException, InterruptedException {
        for (long look = PATIENCE.toMillis() / LOOK.toMillis(); look > 0; look--) {
            if (seen().counts().containsKey(Failpoint.BATCH_PLANNED.text())) {
                return true;
            }
            if (child.awaitEnd(LOOK)) {
                return false;
            }
        }
        return false;
    }

    /** Waits for its end, until it has planned so many new batches; whether it has ended. */
    boolean awaitEndWithin(int batches, ChildJvm child, Duration atMost) throws IOException, InterruptedException {
        for (long look = atMost.toMillis() / LOOK.toMillis(); look > 0; look--) {
            if (child.awaitEnd(LOOK)) {
                return true;
            }
            if (seen().counts().getOrDefault(Failpoint.BATCH_PLANNED.text(), 0L) > batches) {
                return false;
            }
        }
        return false;
    }

    void awaitDisconnection() throws InterruptedException {
        server.await(() -> !server.isConnected(), PATIENCE);
    }

    Seen seen() throws IOException {
        return Seen.in(root.resolve("seen"));
    }

    /**
     * Lets a last life take in all that was sent, and end gracefully; then compares.
     *
     * @return what is wrong; empty when it did not come to its end
     */
    Optional<Outputs.Wrong> finish(Optional<Mistake> mistake) throws IOException, InterruptedException {
        FolderSink.Manners sink = mistake.isPresent() && mistake.get() == Mistake.COMMITTED_TWICE
                ? FolderSink.Manners.TWICE
                : FolderSink.Manners.HONEST;
        long sent = server.stopSending();
        try (ChildJvm child = start(List.of(), sink, mistake)) {
            awaitConnection(child);
            Duration patience = mistake.isPresent() ? PATIENCE_WITH_MISTAKES : PATIENCE;
            for (long look = patience.toMillis() / LOOK.toMillis(); look > 0; look--) {
                boolean all = hasCaughtUp(sent) && server.acked() >= sent;
                if (all || child.awaitEnd(LOOK)) {
                    break;
                }
            }
            child.end();
            if (!child.awaitEnd(PATIENCE) || child.exitCode() != 0) {
                return Optional.empty();
            }
        }
        return Optional.of(compare());
    }

    /** Compares what is there with what was acknowledged. */
    Outputs.Wrong compare() throws IOException {
        outputs.read();
        return outputs.compare(server.acked(), words);
    }

    /** Whether all numbers that were sent by then have come through, and all words. */
    boolean hasCaughtUp(long sent) throws IOException {
        outputs.read();
        return outputs.numbers().get(1, (int) sent + 1).cardinality() == sent && outputs.words() >= words;
    }

    /** Waits until everything that was sent by then has come through; whether it has. */
    boolean awaitOutputs(ChildJvm child, long sent) throws IOException, InterruptedException {
        for (long look = PATIENCE.toMillis() / LOOK.toMillis(); look > 0; look--) {
            if (hasCaughtUp(sent)) {
                return true;
            }
            if (child.awaitEnd(LOOK)) {
                return hasCaughtUp(sent);
            }
        }
        return false;
    }

    /** What the logs end in that was never promised to anybody, in bytes. */
    long tornBytes() throws IOException {
        long torn = 0;
        try (Storage disk = LocalDisk.at(directory())) {
            List<String> folders = new ArrayList<>(disk.folders("received"));
            folders.add("journal");
            for (String folder : folders) {
                torn += LogReader.scan(disk, folder, Optional.empty(), (type, address, payload) -> {})
                        .tornBytes();
            }
        }
        return torn;
    }

    /** The times of the batches that the output that is not idempotent has more than once, and how often beyond that. */
    Map<Long, Integer> repeatedBatches() throws IOException {
        Map<Long, Integer> times = new HashMap<>();
        for (String[] line : appended()) {
            if (line.length > 1) {
                times.merge(Long.parseLong(line[0]), 1, Integer::sum);
            }
        }
        times.values().removeIf(count -> count == 1);
        times.replaceAll((time, count) -> count - 1);
        return times;
    }

    /** Acknowledged numbers that the output that is not idempotent does not have. */
    long missingInAppended() throws IOException {
        java.util.BitSet there = new java.util.BitSet();
        for (String[] line : appended()) {
            Stream.of(line).skip(1).forEach(number -> there.set(Integer.parseInt(number)));
        }
        return server.acked() - there.get(1, (int) server.acked() + 1).cardinality();
    }

    private List<String[]> appended() throws IOException {
        Path file = root.resolve("appended");
        List<String[]> lines = new ArrayList<>();
        if (Files.exists(file)) {
            for (String line : Files.readAllLines(file)) {
                lines.add(line.split(" "));
            }
        }
        return lines;
    }

    /** Notes of its lives: {@code LIFE started MS RECOVERED}, {@code LIFE running MS REPEATED}. */
    List<String[]> notes(String kind) throws IOException {
        Path file = root.resolve("notes");
        if (!Files.exists(file)) {
            return List.of();
        }
        return Files.readAllLines(file).stream()
                .map(line -> line.split(" "))
                .filter(note -> note[1].equals(kind))
                .toList();
    }

    /** What its processes said. */
    String errors() throws IOException {
        Path file = root.resolve("errors");
        return Files.exists(file) ? Files.readString(file) : "";
    }

    /** Leaves its folders for people to look at. */
    void keep() {
        kept = true;
    }

    @Override
    public void close() throws IOException {
        server.close();
        if (!kept) {
            Folders.delete(root);
        }
    }
}
