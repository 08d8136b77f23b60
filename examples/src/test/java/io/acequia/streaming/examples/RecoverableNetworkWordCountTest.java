/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.acequia.streaming.StreamingContext;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class RecoverableNetworkWordCountTest {
    private static final String FIRST = "(be,2) (not,1) (or,1) (question,1) (that,1) (to,2)\ndropped: 2\n";
    private static final String SECOND = "(be,4) (not,2) (or,2) (question,2) (that,2) (to,4)\ndropped: 4\n";
    private static final String TEXT = "to be or not to be\nthat the a question\n";

    @TempDir
    Path dir;

    @BeforeEach
    void makeOut() throws IOException {
        Files.createDirectories(dir.resolve("out"));
    }

    private RunningProgram start(TextServer server) {
        return RunningProgram.start(
                RecoverableNetworkWordCount::main,
                "127.0.0.1",
                server.port(),
                dir.resolve("checkpoints").toString(),
                dir.resolve("out").toString());
    }

    @Test
    void countsAndDroppedWordsGoOnAfterAGracefulStop() throws Exception {
        try (TextServer server = new TextServer(TEXT);
                RunningProgram program = start(server)) {
            awaitOut(FIRST);
            assertThat(program.stopStream().awaitEnd()).contains("begins in ");
        }
        try (TextServer server = new TextServer(TEXT);
                RunningProgram program = start(server)) {
            awaitOut(SECOND);
            assertThat(program.stopStream().awaitEnd()).contains("goes on from ");
        }
    }

    @Test
    void theyGoOnAfterAHardStopToo() throws Exception {
        try (TextServer server = new TextServer(TEXT);
                RunningProgram program = start(server)) {
            awaitOut(FIRST);
            StreamingContext.active().orElseThrow().stop();
            program.awaitEnd();
        }
        try (TextServer server = new TextServer(TEXT);
                RunningProgram program = start(server)) {
            awaitOut(SECOND);
            program.stopStream().awaitEnd();
        }
    }

    /** Blocks until a batch has written this. */
    private void awaitOut(String text) throws Exception {
        Path out = dir.resolve("out");
        try (WatchService changes = FileSystems.getDefault().newWatchService()) {
            out.register(changes, StandardWatchEventKinds.ENTRY_CREATE);
            while (!has(out, text)) {
                var key = changes.poll(1, TimeUnit.SECONDS);
                if (key != null) {
                    key.pollEvents();
                    key.reset();
                }
            }
        }
    }

    private static boolean has(Path out, String text) throws IOException {
        try (Stream<Path> files = Files.list(out)) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".txt")).toList()) {
                if (Files.readString(file).equals(text)) {
                    return true;
                }
            }
        }
        return false;
    }
}
