/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.receiver;

/**
 * How a source learns what became of a delivery. At most one of the two methods is called, once, on the thread that read the
 * delivery, between two reads; neither is after the receiver was closed: the source redelivers then.
 */
@FunctionalInterface
public interface Settlement {
    /**
     * The delivery is safe.
     *
     * <p>Called: at most once, in the order of reading, before a {@code read} or before {@code close}. Thread: the receiver's.
     * Blocking: briefly, nothing is read meanwhile. Failure: breaks the connection, after the other settlements were told; the
     * source redelivers.
     */
    void ack() throws Exception;

    /**
     * The delivery is not safe and should come again.
     *
     * <p>Called, Thread, Blocking, Failure: as {@link #ack}. Default: does nothing, for sources that redeliver what was not
     * acknowledged.
     *
     * @param cause why, for people
     */
    default void nack(Throwable cause) throws Exception {}
}
