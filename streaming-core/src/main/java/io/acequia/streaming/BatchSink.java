/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming;

import java.io.IOException;
import java.io.Serializable;

/**
 * An output that takes each partition of each batch exactly once: what is written becomes visible with {@code commit}, and a
 * key that was committed before is not written again. Called in tasks, one thread for each writer. The rules are in
 * {@code docs/sink-contract.md}; {@code BatchSinkConformance} of the test kit tries a sink against each of them.
 *
 * @param <T> type of the records
 */
public interface BatchSink<T> extends Serializable {
    /** Opens a writer for one partition of one batch. */
    Writer<T> open(Output.Key key) throws Exception;

    /** Whether this key has been committed, also by an earlier run whose reply was lost. Asked before {@link #open}. */
    boolean alreadyCommitted(Output.Key key) throws Exception;

    /**
     * Writes one partition: {@code write} for each record, then {@code commit}, or {@code abort} after a failure; then
     * {@code close}.
     *
     * @param <T> type of the records
     */
    interface Writer<T> extends AutoCloseable {
        void write(T record) throws Exception;

        /** Makes what was written visible and durable, all or nothing. Doing it again must do no harm. */
        void commit() throws Exception;

        /** Forgets what was written. */
        void abort() throws Exception;

        @Override
        void close() throws IOException;
    }
}
