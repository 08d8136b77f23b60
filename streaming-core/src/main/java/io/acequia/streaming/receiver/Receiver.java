/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.receiver;

/**
 * One connection attempt to a source. A receiver holds no loop, no thread and no back-off: the runtime calls it, on one
 * thread of its own, in the order {@code connect, read, read, …, close}; only {@link #wakeUp()} comes from elsewhere. After
 * a failure the object is closed and a new one is made.
 *
 * @param <T> type of the records
 */
public sealed interface Receiver<T> extends AutoCloseable permits ReliableReceiver, UnreliableReceiver {
    /**
     * Opens the connection.
     *
     * <p>Called: once, first. Thread: the receiver's. Blocking: as long as the client's own time-out. Failure: the object is
     * closed; the runtime backs off and tries again with a new one.
     */
    void connect() throws Exception;

    /**
     * Ends a blocked {@code read} soon, which then may return nothing.
     *
     * <p>Called: when the runtime wants the thread back, also when no {@code read} is under way; then the next one may end soon.
     * Thread: any. Blocking: must not. Failure: is logged. Default: does nothing; the thread is interrupted as well when it
     * shall end at once.
     */
    default void wakeUp() {}

    /**
     * Closes the connection.
     *
     * <p>Called: once, last, also when {@code connect} failed. Thread: the receiver's. Blocking: briefly. Failure: must not
     * throw; what it throws is logged.
     */
    @Override
    void close();
}
