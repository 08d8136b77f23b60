/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.rdd;

import io.acequia.streaming.RDD;
import io.acequia.streaming.internal.operator.Site;
import io.acequia.streaming.internal.operator.TextFileOperator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Writes an RDD as a directory of text files that appears whole or not at all, and stays: the parts are written beside the target,
 * in a hidden directory, and forced; {@code _SUCCESS} comes last, and a rename makes all of it visible. A directory of an earlier run
 * gives way. When {@link #write} returns, a loss of power takes nothing of it back.
 *
 * <p>A process that dies on the way leaves the hidden directory behind. If it died between the two renames that replace an earlier
 * directory, that one is in there, and nothing at the target. The next writer of the same target, as when the batch is repeated,
 * puts the earlier directory back and deletes the rest. So a target is for one writer at a time: of two, one fails. Hidden
 * directories belong to one target each, so that nobody has to look through all outputs for them.
 */
final class TextDirectory {
    private TextDirectory() {}

    static void write(DatasetRdd<?> rdd, Site action, String target, RDD.Compression compression) {
        Path wanted = Path.of(target).toAbsolutePath();
        Path folder = Objects.requireNonNull(wanted.getParent());
        Path attempts = folder.resolve("." + wanted.getFileName() + ".attempts");
        Path attempt = attempts.resolve(UUID.randomUUID().toString());
        Path old = attempts.resolve("old");
        try {
            makeFolders(folder);
            if (Files.exists(old) && !Files.exists(wanted)) {
                Files.move(old, wanted, StandardCopyOption.ATOMIC_MOVE);
            }
            delete(attempts);
            Files.createDirectories(attempt);
            try {
                rdd.job(action, new TextFileOperator<>(attempt.toString(), compression == RDD.Compression.GZIP));
                force(Files.createFile(attempt.resolve("_SUCCESS")));
                force(attempt);
                replace(wanted, attempt, old);
                force(folder);
                delete(old);
            } finally {
                delete(attempt);
                deleteIfEmpty(attempts);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("ACQ-0817 " + action + " could not write " + wanted + ": " + e, e);
        }
    }

    private static void replace(Path wanted, Path attempt, Path old) throws IOException {
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
            throw new IllegalStateException("ACQ-0820 " + wanted
                    + " stands where output should go, and is no output of an earlier run: move it away, or"
                    + " write elsewhere");
        }
    }

    private static void makeFolders(Path folder) throws IOException {
        Path parent = folder.getParent();
        if (parent == null || Files.isDirectory(folder)) {
            return;
        }
        makeFolders(parent);
        Files.createDirectories(folder);
        force(parent);
    }

    /** The bytes of a file, or which names are in a folder; where a folder cannot be opened, as on Windows, nothing. */
    private static void force(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (AccessDeniedException e) {
            if (!path.getFileSystem().getSeparator().equals("\\")) {
                throw e;
            }
        }
    }

    private static void delete(Path directory) throws IOException {
        if (Files.exists(directory)) {
            List<Path> paths;
            try (Stream<Path> tree = Files.walk(directory)) {
                paths = tree.sorted(Comparator.reverseOrder()).toList();
            } catch (UncheckedIOException e) {
                throw new IOException(e);
            }
            for (Path path : paths) {
                Files.deleteIfExists(path);
            }
        }
    }

    private static void deleteIfEmpty(Path directory) throws IOException {
        try {
            Files.deleteIfExists(directory);
        } catch (DirectoryNotEmptyException e) {
            // another writer's attempt, or the old directory that could not be put back
        }
    }
}
