/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import io.acequia.streaming.internal.log.LogInspection;
import io.acequia.streaming.internal.store.LocalDisk;
import io.acequia.streaming.storage.Storage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The logs under a directory: every folder that holds segments, the directory itself included. Nothing is written, and links are
 * not followed, so that no name leads out of the directory.
 */
final class Logs implements AutoCloseable {
    private static final String JOURNAL = "journal";

    private final Path directory;
    private final Storage storage;
    private final List<String> folders;

    private Logs(Path directory, List<String> folders) {
        this.directory = directory;
        this.storage = LocalDisk.at(directory);
        this.folders = folders;
    }

    /**
     * Finds them.
     *
     * @throws IllegalArgumentException when there is no such directory or no log in it
     */
    static Logs in(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            throw new IllegalArgumentException("ACQ-2210 " + directory
                    + " is no directory: give the checkpoint directory of a job, or the folder of a log");
        }
        TreeSet<String> folders = new TreeSet<>();
        try (Stream<Path> files = Files.walk(directory)) {
            files.filter(Files::isRegularFile)
                    .filter(file -> LogInspection.isSegment(
                            Objects.requireNonNull(file.getFileName()).toString()))
                    .forEach(file -> folders.add(name(directory, Objects.requireNonNull(file.getParent()))));
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        if (folders.isEmpty()) {
            throw new IllegalArgumentException("ACQ-2211 there is no log in " + directory
                    + ": no file there is named like a segment, wal-….log; check the path");
        }
        return new Logs(directory, List.copyOf(folders));
    }

    private static String name(Path directory, Path folder) {
        return directory
                .relativize(folder)
                .toString()
                .replace(folder.getFileSystem().getSeparator(), "/");
    }

    Storage storage() {
        return storage;
    }

    /** Names in the storage, in order; empty for the directory itself. */
    List<String> folders() {
        return folders;
    }

    /**
     * Those of a name, or all without one.
     *
     * @throws IllegalArgumentException when no log has that name
     */
    List<String> named(String name) {
        if (name.isEmpty()) {
            return folders;
        }
        List<String> named = folders.stream()
                .filter(folder -> folder.equals(name)
                        || folder.endsWith("/" + name)
                        || title(folder).equals(name))
                .toList();
        if (named.isEmpty()) {
            throw new IllegalArgumentException("ACQ-2212 there is no log '" + Printable.line(name) + "' in " + directory
                    + ": there are "
                    + String.join(", ", folders.stream().map(this::title).toList()));
        }
        return named;
    }

    /** What people call it. */
    String title(String folder) {
        return folder.isEmpty() ? lastName() : folder;
    }

    /** Whether it is the journal of the driver, not the log of a source. */
    boolean isJournal(String folder) {
        String name = title(folder);
        return name.substring(name.lastIndexOf('/') + 1).equals(JOURNAL);
    }

    private String lastName() {
        Path name = directory.toAbsolutePath().normalize().getFileName();
        return name == null ? directory.toString() : name.toString();
    }

    @Override
    public void close() {
        storage.close();
    }
}
