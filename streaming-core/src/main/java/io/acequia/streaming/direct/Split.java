/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.direct;

import io.acequia.streaming.data.TaskContext;
import java.io.Serializable;
import java.util.OptionalLong;

/**
 * A fixed range of a direct source: reading it twice gives the same records in the same order.
 *
 * @param <T> type of the records
 */
public interface Split<T> extends Serializable {
    /**
     * Opens the range. Called in the task, perhaps several times.
     *
     * @throws Exception when the range is gone or cannot be read: the task fails
     */
    SplitReader<T> open(TaskContext task) throws Exception;

    /** The range for people: {@code access.log [0, 4711)}. */
    String describe();

    /**
     * The range in a form from which {@link SplitPlanner#split} makes it again in another process: it is written to the
     * journal. A source that does not say it cannot be used with a checkpoint directory.
     */
    default String range() {
        throw new UnsupportedOperationException("ACQ-0171 " + getClass().getName()
                + " does not say its range, so its batches cannot be recovered: implement Split.range and"
                + " SplitPlanner.split, or run without a checkpoint directory");
    }

    /** How many records it holds, when the source knows without reading. */
    OptionalLong recordCount();

    /** How many bytes it holds, for balancing splits over partitions; 1 when unknown. */
    default long weight() {
        return 1;
    }
}
