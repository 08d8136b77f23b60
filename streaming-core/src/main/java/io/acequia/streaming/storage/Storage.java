/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.storage;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * A place for durable data: a folder of a local disk, of a shared file system or of an object store. Names are relative to
 * it, their parts separated by {@code /}; a part is not empty, not {@code .} or {@code ..}, and has no {@code \} or NUL.
 *
 * <p>What is written is durable only after a force: the bytes of a file after {@link Appender#force()} or {@link #force}, and that a name was
 * made, moved or deleted after {@link #forceFolder(String)} of its folder. Safe for use by any thread; an {@link Appender} is
 * for one thread at a time. Every method may block as the device does. An {@link IOException} says the name; a full device
 * is a {@link StorageFullException}.
 */
public interface Storage extends AutoCloseable {
    /** What this storage can do. */
    Capabilities capabilities();

    /** Where it is, for people: {@code file:///data/job}. */
    String uri();

    /**
     * Makes a new file, and the folders above it.
     *
     * @throws java.nio.file.FileAlreadyExistsException when there is one of that name: nothing is overwritten
     */
    Appender create(String name) throws IOException;

    /** The files right in a folder, sorted by name; empty when there is no such folder. */
    List<Entry> list(String folder) throws IOException;

    /** The folders right in a folder, sorted by name; empty when there is no such folder. */
    List<String> folders(String folder) throws IOException;

    /**
     * Reads {@code length} bytes from an offset.
     *
     * @throws java.nio.file.NoSuchFileException when there is no such file
     * @throws java.io.EOFException when the file ends before that
     */
    ByteBuffer read(String name, long offset, int length) throws IOException;

    /**
     * Gives a file its final name, in place of a file that has it: a reader sees the old one or the new one, never half of
     * it. Not durable before {@link #forceFolder} of the folders of both names.
     */
    void commit(String from, String to) throws IOException;

    /** Deletes a file; false when there was none. */
    boolean delete(String name) throws IOException;

    /**
     * Makes durable the bytes of a file that somebody has written before, perhaps a process that was killed: what such a
     * one left can be read, and may yet be lost with the power. The file must not be open for appending.
     *
     * @throws java.nio.file.NoSuchFileException when there is no such file
     */
    void force(String name) throws IOException;

    /** Makes durable which names are in a folder, and that the folder itself is there. */
    void forceFolder(String folder) throws IOException;

    /**
     * Takes a lock that lasts until it is closed or its process ends; empty when somebody else holds it, in this process
     * or another. Never waits.
     */
    Optional<Lock> lock(String name) throws IOException;

    /** Gives back what the storage holds; locks and files that are open end with it. Again has no effect. */
    @Override
    void close();

    /**
     * What a storage can do.
     *
     * @param appends whether a forced part of a file that is still open can be read; without it, a file is there when it is
     *     closed
     * @param atomicRename whether {@link Storage#commit} is atomic
     * @param locks whether {@link Storage#lock} keeps other processes out
     */
    record Capabilities(boolean appends, boolean atomicRename, boolean locks) {}

    /**
     * A file.
     *
     * @param name relative to the storage
     * @param length in bytes
     */
    record Entry(String name, long length) {}

    /** A new file that grows. */
    interface Appender extends Closeable {
        /**
         * Appends all remaining bytes. After a failure the file may hold a part of them.
         *
         * @throws StorageFullException when there is no space
         */
        void write(ByteBuffer bytes) throws IOException;

        /**
         * Makes durable all that was written so far.
         *
         * <p>After a failure other than {@link StorageFullException} nobody knows what is on the device: the file must not
         * be appended to, and another attempt to force it proves nothing.
         */
        void force() throws IOException;

        /** Bytes written so far. */
        long length();
    }

    /** A lock that is held. */
    interface Lock extends Closeable {
        /** Rises each time that the lock is taken: a holder with a lower epoch than the newest has lost it. */
        long epoch();
    }
}
