/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Pages of objects in files of a directory that goes with them. Safe for use by any thread. */
public final class PageFiles implements AutoCloseable {
    private final SpillDirectory directory;
    private final RecordSerializer serializer;

    /**
     * Makes a place for pages.
     *
     * @param parent where a directory is made when a page is written
     */
    public PageFiles(Path parent, RecordSerializer serializer) {
        this.directory = new SpillDirectory(parent);
        this.serializer = serializer;
    }

    /** Writes a page into a new file; trailing nulls take no place. */
    @SuppressWarnings("NullAway") // the serializer takes null
    public Path write(@Nullable Object[] page) throws IOException {
        int length = page.length;
        while (length > 0 && page[length - 1] == null) {
            length--;
        }
        Path path = directory.newFile();
        boolean complete = false;
        try (RecordFile.Writer writer = new RecordFile.Writer(path, serializer)) {
            for (int i = 0; i < length; i++) {
                writer.add(page[i]);
            }
            writer.finish(false);
            complete = true;
            return path;
        } finally {
            if (!complete) {
                directory.delete(path);
            }
        }
    }

    /** Reads a page of so many objects. */
    public @Nullable Object[] read(Path path, int length) throws IOException {
        @Nullable Object[] page = new Object[length];
        try (RecordFile.Reader<Object> reader = RecordFile.open(path, serializer)) {
            for (int i = 0; reader.hasNext(); i++) {
                page[i] = reader.next();
            }
        }
        return page;
    }

    /** Length of a file in bytes. */
    public static long bytesOf(Path path) throws IOException {
        return Files.size(path);
    }

    /** Deletes a page, if it is there. */
    public void delete(Path path) {
        directory.delete(path);
    }

    /** Deletes everything. */
    @Override
    public void close() {
        directory.close();
    }
}
