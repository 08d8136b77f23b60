/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.receiver;

/**
 * How a source learns what became of a delivery. Exactly one of the two methods is called, once, on the thread that read the
 * delivery, between two reads. Settling after the receiver was closed must do nothing: the source redelivers.
 */
@FunctionalInterface
public interface Settlement {
    /** The delivery is safe. */
    void ack() throws Exception;

    /** The delivery is not safe and should come again. Default: nothing, for sources that redeliver what was not acked. */
    default void nack(Throwable cause) throws Exception {}
}
