/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.acequia.streaming.data.Durations;
import io.acequia.streaming.testkit.TestStreams;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextFileWordCountTest {
    @TempDir
    private Path dir;

    private Path incoming;

    @BeforeEach
    void makeTheDirectory() throws IOException {
        incoming = Files.createDirectory(dir.resolve("incoming"));
    }

    private TestStreams program() {
        return TestStreams.every(
                Durations.seconds(10),
                s -> TextFileWordCount.countFiles(
                        s.context(), incoming.toString(), dir.resolve("counts").toString()));
    }

    /** Written elsewhere, moved in whole, and dated by the clock of the test. */
    private void moveIn(TestStreams t, String name, String text) throws IOException {
        Path file = Files.writeString(dir.resolve(name), text);
        Files.setLastModifiedTime(file, FileTime.from(t.clock().now().plusSeconds(1)));
        Files.move(file, incoming.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }

    private Path output(TestStreams t) {
        return dir.resolve("counts-" + t.clock().now().toEpochMilli());
    }

    private static List<String> linesOf(Path output) throws IOException {
        List<String> lines = new ArrayList<>();
        try (Stream<Path> parts = Files.list(output)) {
            for (Path part : parts.filter(p -> p.getFileName().toString().startsWith("part-"))
                    .toList()) {
                lines.addAll(Files.readAllLines(part));
            }
        }
        return lines;
    }

    @Test
    void filesThatAreMovedInAreCountedOnceInADirectoryForEachBatch() throws IOException {
        try (TestStreams t = program()) {
            t.advance(1);
            moveIn(t, "one.txt", "a b a\n");
            moveIn(t, "two.txt", "b\n");
            t.advance(1);
            assertThat(output(t).resolve("_SUCCESS")).exists();
            assertThat(linesOf(output(t))).containsExactlyInAnyOrder("(a,2)", "(b,2)");

            moveIn(t, "three.txt", "c");
            t.advance(1);
            assertThat(linesOf(output(t))).containsExactly("(c,1)");
        }
    }

    @Test
    void aFileWhoseNameStartsWithADotIsNotTaken() throws IOException {
        try (TestStreams t = program()) {
            t.advance(1);
            moveIn(t, ".being-copied", "a\n");
            t.advance(1);

            assertThat(linesOf(output(t))).isEmpty();
        }
    }
}
