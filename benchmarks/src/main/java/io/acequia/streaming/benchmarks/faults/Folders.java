/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Folders that a rig uses and takes away again. */
final class Folders {
    private Folders() {}

    static Path fresh(String name) throws IOException {
        return Files.createTempDirectory("acequia-" + name + "-");
    }

    static List<Path> files(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> content = Files.list(folder)) {
            return content.sorted().toList();
        }
    }

    /** A copy in a fresh folder. */
    static Path copy(Path folder) throws IOException {
        Path copy = fresh("copy");
        copy(folder, copy);
        return copy;
    }

    static void copy(Path folder, Path to) throws IOException {
        try (Stream<Path> content = Files.walk(folder)) {
            for (Path path : content.toList()) {
                Path target = to.resolve(folder.relativize(path).toString());
                if (Files.isDirectory(path)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(path, target, StandardCopyOption.REPLACE_EXISTING);
                }
            }
        }
    }

    static void delete(Path folder) throws IOException {
        try (Stream<Path> content = Files.walk(folder)) {
            for (Path path : content.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
