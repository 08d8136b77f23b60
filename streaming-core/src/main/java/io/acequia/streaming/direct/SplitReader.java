/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.direct;

import java.util.List;

/**
 * Reads one split in a task's thread.
 *
 * @param <T> type of the records
 */
public interface SplitReader<T> extends AutoCloseable {
    /** The next records, in order; an empty list at the end. The list is the caller's. */
    List<T> next() throws Exception;

    /** How many records of this split could not be decoded so far; they are counted as rejected. */
    default long rejected() {
        return 0;
    }

    @Override
    void close();
}
