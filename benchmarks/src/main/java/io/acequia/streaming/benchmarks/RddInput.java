/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/** A directory of four text files, the same for the same number of lines: 100 bytes a line, a key of ten digits first. */
final class RddInput implements AutoCloseable {
    static final int FILES = 4;
    static final int LINE_BYTES = 100;
    static final int KEY = 10;
    private static final String REST = " " + "x".repeat(LINE_BYTES - KEY - 2) + "\n";

    private final Path folder;

    RddInput(int lines) throws IOException {
        folder = Files.createTempDirectory("acequia-rdd-");
        SplittableRandom random = new SplittableRandom(lines);
        for (int file = 0; file < FILES; file++) {
            try (BufferedWriter out =
                    Files.newBufferedWriter(Files.createDirectories(in()).resolve("part-" + file))) {
                for (int i = lines / FILES * file; i < lines / FILES * (file + 1); i++) {
                    String key = String.valueOf(random.nextInt(lines));
                    out.append("0".repeat(KEY - key.length())).append(key).append(REST);
                }
            }
        }
    }

    /** Where the files are. */
    Path in() {
        return folder.resolve("in");
    }

    /** Where spilled records may go. */
    Path aside() {
        return folder.resolve("aside");
    }

    /** The files, in order. */
    List<Path> files() throws IOException {
        try (Stream<Path> entries = Files.list(in())) {
            return entries.sorted().toList();
        }
    }

    @Override
    public void close() throws IOException {
        try (Stream<Path> tree = Files.walk(folder)) {
            tree.sorted(Comparator.reverseOrder()).forEach(path -> {
                try {
                    Files.deleteIfExists(path);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }
}
