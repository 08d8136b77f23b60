/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.receiver;

import java.time.Duration;

/**
 * A receiver whose source cannot be told that records are safe: what is lost before the write-ahead log is lost.
 *
 * @param <T> type of the records
 */
public non-sealed interface UnreliableReceiver<T> extends Receiver<T> {
    /**
     * Reads what is there; never null.
     *
     * <p>Called: again and again after {@code connect}. Thread: the receiver's. Blocking: about {@code maxWait}, longer only
     * if {@link #wakeUp()} ends it. Failure: {@link ReceiverDisconnectedException} to connect anew,
     * {@link RetryAfterException} to do so later, {@link EndOfSourceException} when the source has ended; anything else is a
     * failure that is counted, shown and retried.
     *
     * @param maxRecords at most so many records; may be 0, so that clients keep their connection alive
     * @param maxWait how long to wait for the first record
     */
    Records<T> read(int maxRecords, Duration maxWait) throws Exception;
}
