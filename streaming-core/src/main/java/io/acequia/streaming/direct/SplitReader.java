/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.direct;

import io.acequia.streaming.receiver.Rejected;
import java.util.List;

/**
 * Reads one split in a task's thread.
 *
 * @param <T> type of the records
 */
public interface SplitReader<T> extends AutoCloseable {
    /** The next records, in order; an empty list at the end. The list is the caller's. */
    List<T> next() throws Exception;

    /** What could not be decoded since the last call; it is counted and follows the source's policy. Default: nothing. */
    default List<Rejected> takeRejected() {
        return List.of();
    }

    @Override
    void close();
}
