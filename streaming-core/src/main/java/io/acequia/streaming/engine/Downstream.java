/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.engine;

/**
 * One stage of a chain inside a task: {@code begin}, then a record at a time, then {@code end}; {@code close} in any case. A
 * stage passes each call on to the stage after it. One thread.
 *
 * @param <T> what comes in
 */
public interface Downstream<T> {
    /** Before the first record. */
    void begin() throws Exception;

    /** One record. */
    void accept(T record) throws Exception;

    /** Whether more records make a difference; false ends the task early. Asked before each record. Default: yes. */
    default boolean wantsMore() {
        return true;
    }

    /** After the last record, when nothing failed. */
    void end() throws Exception;

    /** Once, after {@code end} or a failure; lets go of what the stage holds. Default: nothing. */
    default void close() {}
}
