/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.source;

import io.acequia.streaming.function.Function;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Lists the files under a path that may hold globs. A directory named outright must be there; one that a glob finds may come
 * and go. Single files may vanish at any time.
 */
final class FileListing {
    private static final Pattern GLOB = Pattern.compile("[*?\\[{]");

    private final Place place;
    private final String directory;
    private final Function<Path, Boolean> filter;
    private final boolean nested;

    FileListing(Place place, String directory, Function<Path, Boolean> filter, boolean nested) {
        this.place = place;
        this.directory = directory;
        this.filter = filter;
        this.nested = nested;
    }

    /**
     * Gives each regular file whose name passes the filter to {@code found}, in no order.
     *
     * @throws IOException when a directory cannot be listed; then nothing is known
     */
    void forEach(Consumer<FoundFile> found) throws Exception {
        try {
            List<Path> directories = directories();
            for (Path each : directories) {
                walk(each, found);
            }
        } catch (DirectoryIteratorException | IOException e) {
            throw cannotList(e);
        } catch (FilterFailure e) {
            throw e.failure;
        }
    }

    private IOException cannotList(Exception e) {
        return new IOException("ACQ-0626 cannot list " + directory + ": " + e + "; no file of it was taken", e);
    }

    private boolean hasGlob() {
        return GLOB.matcher(directory).find();
    }

    private List<Path> directories() throws IOException {
        if (!hasGlob()) {
            return List.of(place.path(directory));
        }
        List<Path> level = List.of(place.path(directory.startsWith("/") ? "/" : "."));
        boolean literal = true;
        for (String part : directory.split("/")) {
            if (part.isEmpty()) {
                continue;
            }
            boolean glob = GLOB.matcher(part).find();
            List<Path> next = new ArrayList<>();
            for (Path parent : level) {
                if (glob) {
                    addMatching(parent, part, literal, next);
                } else if (literal || Files.isDirectory(parent.resolve(part))) {
                    next.add(parent.resolve(part));
                }
            }
            literal &= !glob;
            level = next;
        }
        return level;
    }

    private static void addMatching(Path parent, String glob, boolean mustExist, List<Path> into) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(parent, glob)) {
            for (Path entry : entries) {
                if (Files.isDirectory(entry)) {
                    into.add(entry);
                }
            }
        } catch (NoSuchFileException e) {
            if (mustExist) {
                throw e;
            }
        }
    }

    private void walk(Path root, Consumer<FoundFile> found) throws IOException {
        Files.walkFileTree(
                root,
                EnumSet.of(FileVisitOption.FOLLOW_LINKS),
                nested ? Integer.MAX_VALUE : 1,
                new Visitor(root, found));
    }

    /** Lets a checked exception of the user's filter out of the walk. */
    private static final class FilterFailure extends RuntimeException {
        private final Exception failure;

        FilterFailure(Exception failure) {
            super(failure);
            this.failure = failure;
        }
    }

    private final class Visitor extends SimpleFileVisitor<Path> {
        private final Path root;
        private final Consumer<FoundFile> found;

        Visitor(Path root, Consumer<FoundFile> found) {
            this.root = root;
            this.found = found;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes) {
            return dir.equals(root) || FileRules.isVisible(dir)
                    ? FileVisitResult.CONTINUE
                    : FileVisitResult.SKIP_SUBTREE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            if (file.equals(root)) {
                throw new NotDirectoryException(root.toString());
            }
            if (attributes.isRegularFile() && passes(file)) {
                long modifiedMs = attributes.lastModifiedTime().toMillis();
                found.accept(new FoundFile(file.toString(), modifiedMs, modifiedMs, attributes.size()));
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            boolean named = file.equals(root) && !hasGlob();
            if (e instanceof NoSuchFileException && !named || e instanceof FileSystemLoopException) {
                return FileVisitResult.CONTINUE;
            }
            throw e;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path dir, @Nullable IOException e) throws IOException {
            if (e != null) {
                throw e;
            }
            return FileVisitResult.CONTINUE;
        }

        private boolean passes(Path file) {
            try {
                return Objects.requireNonNull(
                        filter.call(file),
                        () -> "ACQ-0627 the file filter of " + directory + " returned null for " + file);
            } catch (Exception e) {
                throw new FilterFailure(e);
            }
        }
    }
}
