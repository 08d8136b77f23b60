/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.store;

import io.acequia.streaming.engine.StorageTask;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Files of records that tasks put aside, in a directory that goes with them. A file has sections, each read by itself; its chunks
 * are small, since a merge reads many files at once. Safe for use by any thread.
 */
public final class AsideFiles implements AutoCloseable {
    /** Of serialized records; as objects they take some times as much. */
    private static final int CHUNK_BYTES = 16 << 10;

    private final SpillDirectory directory;
    private final RecordSerializer serializer;
    private final AtomicLong files = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();

    /**
     * Makes a place for files.
     *
     * @param parent where a directory is made when a file is written
     */
    public AsideFiles(Path parent, RecordSerializer serializer) {
        this.directory = new SpillDirectory(parent);
        this.serializer = serializer;
    }

    /**
     * What was written so far.
     *
     * @param files how many files
     * @param bytes and their bytes, also of those that are deleted
     */
    public record Written(long files, long bytes) {}

    /** The counters now. */
    public Written written() {
        return new Written(files.get(), bytes.get());
    }

    /** Writes a file of one section. */
    public <T> StorageTask.Aside<T> write(Iterator<? extends T> records) {
        Sections<T> file = whole(records);
        return new StorageTask.Aside<>() {
            @Override
            public Iterator<T> open() {
                return file.open(0);
            }

            @Override
            public void close() {
                file.close();
            }
        };
    }

    private <T> Sections<T> whole(Iterator<? extends T> records) {
        return write(List.of((Iterable<T>) () -> widened(records)));
    }

    @SuppressWarnings("unchecked") // an iterator only gives
    private static <T> Iterator<T> widened(Iterator<? extends T> records) {
        return (Iterator<T>) records;
    }

    /**
     * Writes a file with these sections.
     *
     * @throws IllegalArgumentException when a record cannot be serialized
     */
    public <T> Sections<T> write(List<? extends Iterable<T>> sections) {
        Path path = directory.newFile();
        long[] ends = new long[sections.size()];
        boolean complete = false;
        try (RecordFile.Writer writer = new RecordFile.Writer(path, serializer, CHUNK_BYTES)) {
            for (int i = 0; i < ends.length; i++) {
                for (T record : sections.get(i)) {
                    writer.add(record);
                }
                ends[i] = writer.finish(false);
            }
            complete = true;
        } catch (RefusedRecordsException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "ACQ-0822 records that do not fit into memory cannot go to disk: " + e
                            + "; give them more of it with streaming.storage.memory, or room in streaming.storage.dir",
                    e);
        } finally {
            if (!complete) {
                directory.delete(path);
            }
        }
        files.incrementAndGet();
        bytes.addAndGet(ends.length == 0 ? 0 : ends[ends.length - 1]);
        return new Sections<>(path, ends);
    }

    /**
     * A file.
     *
     * @param <T> type of the records
     */
    public final class Sections<T> implements AutoCloseable {
        private final Path path;
        private final long[] ends;

        private Sections(Path path, long[] ends) {
            this.path = path;
            this.ends = ends;
        }

        /** Reads a section; to be closed where it can be. */
        public Iterator<T> open(int section) {
            long from = section == 0 ? 0 : ends[section - 1];
            if (from == ends[section]) {
                return new ArrayList<T>(0).iterator();
            }
            try {
                return RecordFile.open(path, serializer, from, ends[section]);
            } catch (IOException e) {
                throw new UncheckedIOException(
                        "ACQ-0826 records that were put aside in " + path + " cannot be read back: " + e
                                + "; leave the files in streaming.storage.dir alone while the program runs",
                        e);
            }
        }

        /** Deletes the file. */
        @Override
        public void close() {
            directory.delete(path);
        }
    }

    /** Deletes everything. */
    @Override
    public void close() {
        directory.close();
    }
}
