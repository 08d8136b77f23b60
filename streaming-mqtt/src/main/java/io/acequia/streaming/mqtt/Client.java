/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.mqtt;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A client of one version of the protocol, for one connection, without a life of its own: it pings when it is told to. */
interface Client {
    /** How long to wait until the last words were sent. */
    long LEAVE_MILLIS = 1_000;

    /**
     * A filter that is never subscribed to. When the broker has answered that it is not any more, it has had all
     * acknowledgements; it does not answer a disconnect, and a next connection may overtake it.
     */
    String NOBODYS = "acequia/nobody";

    /** Waits for the broker; tells whether it has kept the session. */
    boolean connect() throws Exception;

    /** Subscribes; what it gives is asked until it gives the QoS that each is granted, or from 128 on why it is refused. */
    Callable<int @Nullable []> subscribe(List<Filter> filters) throws Exception;

    /** Tells the broker that a message of QoS 1 is safe; sent soon. */
    void acknowledge(int id) throws Exception;

    /** How many messages may be published before the first is acknowledged; 0 when the broker takes none of QoS 1. */
    int window();

    /**
     * Publishes with QoS 1.
     *
     * @param done told on a thread of the client's: null when the broker has it, otherwise why not
     */
    void publish(MqttMessage message, Consumer<@Nullable String> done) throws Exception;

    /**
     * Sends a ping when nothing was sent or has come for a keep-alive; ends the connection when nothing has come for so long
     * though a ping was sent.
     *
     * @return whether a ping was sent
     */
    boolean ping(Runnable answered) throws Exception;

    /** Takes leave of the broker if it can, after what was to be sent before; ends the connection in any case. */
    void close() throws Exception;

    /** What a client hears, on threads of its own. */
    interface Events {
        default void arrived(int id, MqttMessage message) throws InterruptedException {}

        /** @param code of the broker or of the client */
        default void lost(int code, @Nullable Throwable cause) {}
    }

    /** What a connection is for. */
    record Session(String clientId, boolean clean, long expirySeconds, int maxInflight, @Nullable MqttMessage will) {}
}
