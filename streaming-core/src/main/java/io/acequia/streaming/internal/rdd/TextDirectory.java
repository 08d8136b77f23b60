/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.rdd;

import io.acequia.streaming.internal.operator.Site;
import io.acequia.streaming.internal.operator.TextFileOperator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Writes an RDD as a directory of text files that appears whole or not at all: the parts go to a hidden directory beside the
 * target, {@code _SUCCESS} is written last, and a rename makes it visible. A directory of an earlier run gives way.
 */
final class TextDirectory {
    private TextDirectory() {}

    static void write(DatasetRdd<?> rdd, Site action, String target) {
        Path wanted = Path.of(target).toAbsolutePath();
        Path attempt = wanted.resolveSibling("." + wanted.getFileName() + ".attempt-" + UUID.randomUUID());
        try {
            Files.createDirectories(attempt);
            try {
                rdd.job(action, new TextFileOperator<>(attempt.toString()));
                Files.createFile(attempt.resolve("_SUCCESS"));
                replace(wanted, attempt);
            } finally {
                delete(attempt);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("ACQ-0817 " + action + " could not write " + wanted + ": " + e, e);
        }
    }

    private static void replace(Path wanted, Path attempt) throws IOException {
        Path old = attempt.resolveSibling(attempt.getFileName() + ".old");
        boolean replaces = Files.exists(wanted);
        if (replaces) {
            mustBeOurs(wanted);
            Files.move(wanted, old, StandardCopyOption.ATOMIC_MOVE);
        }
        try {
            Files.move(attempt, wanted, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            if (replaces) {
                Files.move(old, wanted, StandardCopyOption.ATOMIC_MOVE);
            }
            throw e;
        }
        if (replaces) {
            delete(old);
        }
    }

    /** Only the output of an earlier run gives way, nothing that somebody else has put there. */
    private static void mustBeOurs(Path wanted) throws IOException {
        boolean ours = Files.isDirectory(wanted);
        if (ours) {
            try (Stream<Path> entries = Files.list(wanted)) {
                ours = entries.map(entry -> String.valueOf(entry.getFileName()))
                        .allMatch(name -> name.equals("_SUCCESS") || name.startsWith("part-"));
            }
        }
        if (!ours) {
            throw new IllegalStateException(
                    "ACQ-0820 " + wanted
                            + " stands where output should go, and is no output of an earlier run: move it away, or write elsewhere");
        }
    }

    private static void delete(Path directory) throws IOException {
        if (Files.exists(directory)) {
            List<Path> paths;
            try (Stream<Path> tree = Files.walk(directory)) {
                paths = tree.sorted(Comparator.reverseOrder()).toList();
            }
            for (Path path : paths) {
                Files.delete(path);
            }
        }
    }
}
