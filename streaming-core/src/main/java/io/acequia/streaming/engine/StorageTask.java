/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.engine;

import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.storage.Storage;
import java.io.IOException;
import java.util.Iterator;

/**
 * What every task of an engine is, beyond what functions of the program see of it: it reaches durable data, and puts aside what
 * does not fit into memory.
 */
public interface StorageTask extends TaskContext {
    /** The storage at a place, as {@link Engine#storage}; shared between tasks, so it must not be closed. */
    Storage storage(String uri) throws IOException;

    /**
     * Bytes of records that one operator of this task may hold; beyond it the operator should put them aside. The same for all
     * tasks of an engine, so that a partition that is computed again is cut at the same records.
     */
    long operatorMemory();

    /**
     * Writes records to a disk of this machine, in their order; an interrupt does not stop it.
     *
     * @throws IllegalArgumentException when a record cannot be serialized; nothing is left on the disk then
     * @throws java.io.UncheckedIOException when the disk fails
     */
    <T> Aside<T> putAside(Iterator<? extends T> records);

    /**
     * Records on disk, for the task that put them there.
     *
     * @param <T> type of the records
     */
    interface Aside<T> extends AutoCloseable {
        /** Reads them all, a small part in memory at a time; to be closed where it can be. */
        Iterator<T> open();

        /** Deletes them. */
        @Override
        void close();
    }
}
