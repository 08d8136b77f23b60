/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

/**
 * A system whose server can be killed, and that receivers reach by a proxy: what outages are made of. What publishes does not come
 * by the proxy.
 *
 * @param <T> type of the records that the source gives
 */
public interface BreakableSystem<T> extends ExternalSystem<T> {
    /** Stands between the receivers and the server. */
    FaultProxy proxy();

    /** Kills the server, as {@code kill -9} does. */
    void kill() throws Exception;

    /** Starts it again, with the data that it kept; returns when it can be published to. */
    void restart() throws Exception;
}
