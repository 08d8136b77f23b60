/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A directory of one store, made with its first file and deleted with the store. Safe for use by any thread. */
final class SpillDirectory implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SpillDirectory.class);

    private final Path parent;
    private @Nullable Path own;
    private long files;
    private boolean closed;

    SpillDirectory(Path parent) {
        this.parent = parent;
    }

    /** A name that was not used yet. */
    synchronized Path newFile() {
        if (closed) {
            throw new IllegalStateException("ACQ-0540 the store for spilled partitions in " + parent + " is closed");
        }
        if (own == null) {
            try {
                Files.createDirectories(parent);
                own = Files.createTempDirectory(parent, "acequia-");
            } catch (IOException e) {
                throw new UncheckedIOException(
                        "ACQ-0537 cannot make a directory for spilled partitions in " + parent
                                + ": set streaming.storage.dir to a directory that can be written",
                        e);
            }
        }
        return own.resolve("partition-" + files++);
    }

    /** Deletes a file, if it is there. */
    void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.warn("Spilled partition {} could not be deleted: {}", file, e.toString());
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (own == null || Files.notExists(own)) {
            return;
        }
        try (Stream<Path> names = Files.list(own)) { // names alone: a file may go while this runs
            names.toList().forEach(this::delete);
            delete(own);
        } catch (IOException | UncheckedIOException e) {
            LOG.warn("Spill directory {} could not be deleted: {}", own, e.toString());
        }
        own = null;
    }
}
