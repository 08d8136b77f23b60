/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.data;

import java.io.Serializable;

/**
 * A read-only value that every task can see, sent to each machine once and not with each task.
 *
 * @param <T> type of the value
 */
public interface Broadcast<T> extends Serializable {
    /**
     * The value.
     *
     * @throws IllegalStateException after {@link #unpersist()}
     */
    T value();

    /** Lets go of the value; {@link #value()} fails from now on. */
    void unpersist();
}
