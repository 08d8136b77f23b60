/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.source;

import io.acequia.streaming.direct.Split;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;

/** The text files that lie at a path now, for reading them as one collection. */
public final class TextFiles {
    private TextFiles() {}

    /** A split for each file: the file itself, the visible files of a directory by name, or those of what matches a pattern. */
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

    /** A path of that very name stands before what it may mean as a pattern. */
    private static List<Path> files(Path place) throws IOException {
        if (Files.exists(place) || !isPattern(place.toString())) {
            return inside(place);
        }
        List<Path> files = new ArrayList<>();
        for (Path matching : matching(place)) {
            files.addAll(inside(matching));
        }
        if (files.isEmpty()) {
            throw new NoSuchFileException(place.toString(), null, "no file matches the pattern");
        }
        return files;
    }

    private static boolean isPattern(String path) {
        return path.chars().anyMatch(c -> c == '*' || c == '?' || c == '[' || c == '{');
    }

    /** What is there for a pattern, by name; a star matches within one name. */
    private static List<Path> matching(Path pattern) throws IOException {
        List<Path> found = new ArrayList<>();
        Path root = pattern.getRoot();
        found.add(root == null ? Path.of("") : root);
        for (Path name : pattern) {
            List<Path> next = new ArrayList<>();
            for (Path folder : found) {
                if (!isPattern(name.toString())) {
                    next.add(folder.resolve(name));
                } else if (Files.isDirectory(folder)) {
                    next.addAll(named(folder, name));
                }
            }
            found = next;
        }
        found.removeIf(path -> !Files.exists(path));
        return found;
    }

    private static List<Path> named(Path folder, Path pattern) throws IOException {
        PathMatcher matcher = matcher(pattern);
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(FileRules::isVisible)
                    .filter(entry -> matcher.matches(entry.getFileName()))
                    .sorted()
                    .toList();
        }
    }

    private static PathMatcher matcher(Path pattern) throws IOException {
        try {
            return pattern.getFileSystem().getPathMatcher("glob:" + pattern);
        } catch (PatternSyntaxException e) {
            throw new FileSystemException(pattern.toString(), null, "not a pattern: " + e.getDescription());
        }
    }

    private static List<Path> inside(Path place) throws IOException {
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
