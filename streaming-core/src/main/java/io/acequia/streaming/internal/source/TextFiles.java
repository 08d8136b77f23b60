/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.source;

import io.acequia.streaming.direct.Split;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The text files that lie at a path now, for reading them as one collection. */
public final class TextFiles {
    private TextFiles() {}

    /** A split for each file: the file itself, or the visible files of a directory by name. */
    public static List<Split<String>> of(String path, int maxLineBytes) {
        Path place = Path.of(path);
        FileFormat<String> format = FileFormat.lines(maxLineBytes);
        List<Split<String>> splits = new ArrayList<>();
        try {
            for (Path file : files(place)) {
                splits.add(new FileSplit<>(Place.MACHINE, file.toString(), Files.size(file), format));
            }
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "ACQ-0650 cannot read " + place.toAbsolutePath() + ": " + e + "; check the path", e);
        }
        return splits;
    }

    private static List<Path> files(Path place) throws IOException {
        if (Files.isRegularFile(place)) {
            return List.of(place);
        }
        try (Stream<Path> entries = Files.list(place)) {
            return entries.filter(FileRules::isVisible)
                    .filter(Files::isRegularFile)
                    .sorted()
                    .toList();
        }
    }
}
