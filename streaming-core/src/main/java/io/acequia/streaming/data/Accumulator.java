/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.data;

import java.io.Serializable;

/**
 * A sum that tasks add to and the driver reads. What a task adds counts once, when the task succeeds; a failed attempt adds
 * nothing.
 *
 * @param <A> type of the sum and of what is added
 */
public interface Accumulator<A> extends Serializable {
    /** Adds {@code v}: at once outside a task, with the success of the task inside one. Any thread. */
    void add(A v);

    /** The sum so far, as the driver knows it. */
    A value();

    /** Back to zero. */
    void reset();

    /** The name it was made with, under which a checkpoint keeps it. */
    String name();
}
