/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.receiver;

import java.time.Duration;

/**
 * A receiver whose source is told, by a settlement, when its records are safe, and redelivers them when they are not.
 *
 * @param <T> type of the records
 */
public non-sealed interface ReliableReceiver<T> extends Receiver<T> {
    /**
     * Reads what is there, with the settlement that acknowledges it; never null.
     *
     * <p>Called: again and again after {@code connect}. Thread: the receiver's; settlements run on it too, between reads.
     * Blocking: {@code maxWait} binds, since settlements wait for the return. Failure: as
     * {@link UnreliableReceiver#read}; deliveries that are not settled are left to the source, which redelivers.
     *
     * @param maxRecords at most so many records; may be 0, so that clients keep their connection alive
     * @param maxWait how long to wait for the first record; at most 50 ms while a delivery is unsettled
     */
    Delivery<T> read(int maxRecords, Duration maxWait) throws Exception;
}
