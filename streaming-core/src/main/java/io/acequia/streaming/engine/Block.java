/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.engine;

import java.util.Iterator;

/**
 * A run of received records, fixed once it is made.
 *
 * @param <T> type of the records
 */
public interface Block<T> {
    /** How many records. */
    int count();

    /** The records in the order in which they were received; an error once the block was released. */
    Iterator<T> iterator();
}
