/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.local;

import io.acequia.streaming.engine.Downstream;
import io.acequia.streaming.engine.Roots;
import io.acequia.streaming.internal.store.RecordFile;
import io.acequia.streaming.internal.store.RecordSerializer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.BitSet;
import java.util.Iterator;
import java.util.Locale;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The files of a checkpointed dataset, one a partition. A file has its name only when it is whole and on the disk. Once all
 * are there, they are the lineage of the dataset.
 */
final class CheckpointFiles<T> implements Root<T> {
    private final Path directory;
    private final RecordSerializer serializer;
    private final int partitionCount;
    private final PartitionLocks locks;
    private final BitSet written = new BitSet();

    CheckpointFiles(URI uri, RecordSerializer serializer, int partitionCount) {
        this.directory = directory(uri);
        this.serializer = serializer;
        this.partitionCount = partitionCount;
        this.locks = new PartitionLocks(partitionCount);
    }

    private static Path directory(URI uri) {
        try {
            return Files.createDirectories(Path.of(uri));
        } catch (IllegalArgumentException | FileSystemNotFoundException | IOException e) {
            throw new IllegalArgumentException(
                    "ACQ-0508 cannot checkpoint into '" + uri + "': must be a directory that can be written, such as"
                            + " file:///var/lib/app/checkpoint: " + e,
                    e);
        }
    }

    /** Whether the files go there; a directory has two spellings. */
    boolean isIn(URI other) {
        return directory(other).equals(directory);
    }

    @Override
    public String toString() {
        return directory.toString();
    }

    @Override
    public int partitionCount() {
        return partitionCount;
    }

    boolean has(int partition) {
        synchronized (written) {
            return written.get(partition);
        }
    }

    boolean isComplete() {
        synchronized (written) {
            return written.cardinality() == partitionCount;
        }
    }

    /** Writes a partition, unless it is there. */
    void write(int partition, LocalTask task, Pushing<T> source) throws Exception {
        ReentrantLock lock = locks.lock(partition, task);
        try {
            if (has(partition)) {
                return;
            }
            Path part = part(partition);
            Path unfinished = directory.resolve("." + part.getFileName() + ".tmp");
            try {
                source.into(new Writing<>(new RecordFile.Writer(unfinished, serializer)));
                Files.move(unfinished, part, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(unfinished);
            }
            synchronized (written) {
                written.set(partition);
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Iterator<T> open(int partition, LocalTask task) {
        try {
            return RecordFile.open(part(partition), serializer);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "ACQ-0509 checkpointed partition " + part(partition) + " cannot be read: " + e
                            + "; the way it was computed is forgotten, so the directory must stay",
                    e);
        }
    }

    private Path part(int partition) {
        return directory.resolve(String.format(Locale.ROOT, "part-%05d", partition));
    }

    /** The end of a chain that fills a file. */
    private record Writing<T>(RecordFile.Writer file) implements Downstream<T> {
        @Override
        public void begin() {}

        @Override
        public void accept(T record) throws IOException {
            file.add(record);
        }

        @Override
        public void end() throws IOException {
            file.finish(true);
        }

        @Override
        public void close() {
            try {
                file.close();
            } catch (IOException e) {
                throw Roots.asIs(e);
            }
        }
    }
}
