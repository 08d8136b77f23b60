/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.zeromq;

import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.function.Function;
import io.acequia.streaming.receiver.Receiver;
import io.acequia.streaming.receiver.Source;
import java.util.List;
import java.util.Objects;
import org.zeromq.SocketType;

/**
 * Messages of ZeroMQ that their senders keep until they are safe, by a reliable receiver: a ROUTER, whose peers are DEALERs.
 *
 * <p>A sender gives each message an id of its own, as the first frame, and keeps it until it is acknowledged:
 *
 * <ul>
 *   <li>{@code HELLO} comes first on each connection: send all again that was not acknowledged, oldest first; nothing before it
 *   <li>{@code ACK}, and an id in each further frame: these are safe, forget them
 *   <li>{@code NAK}, and ids: these are not, send them again
 * </ul>
 *
 * <pre>{@code
 * var orders = ZeroMqAckSource.builder(ZeroMqMessage::text).bind("tcp://0.0.0.0:5557").build();
 * context.receiverStream(orders).print();
 * }</pre>
 *
 * <p>Guarantee: at least once, as far as the sender keeps to it. What was not acknowledged when a connection broke comes again.
 *
 * <p>Thread: immutable. Order: as one sender has sent.
 *
 * @param <T> type of the records that the function makes
 */
public final class ZeroMqAckSource<T> implements Source<T> {
    private final Endpoint endpoint;
    private final Function<? super ZeroMqMessage, ? extends T> map;

    private ZeroMqAckSource(Endpoint endpoint, Function<? super ZeroMqMessage, ? extends T> map) {
        this.endpoint = endpoint;
        this.map = map;
    }

    /**
     * Begins a source.
     *
     * @param map makes a record of the stream of the payload, the frames behind the id; runs in the receiver, whose thread it
     *     holds
     */
    public static <T> Builder<T> builder(Function<? super ZeroMqMessage, ? extends T> map) {
        return new Builder<>(Objects.requireNonNull(map, "map"));
    }

    @Override
    public String name() {
        return endpoint.name();
    }

    @Override
    public Receiver<T> newReceiver() {
        return new ZeroMqAckReceiver<>(endpoint, map, StreamClock.system());
    }

    @Override
    public String toString() {
        return endpoint.name() + ": " + endpoint;
    }

    /** What a source needs to know. Not for several threads. */
    public static final class Builder<T> extends EndpointBuilder<Builder<T>> {
        private final Function<? super ZeroMqMessage, ? extends T> map;

        private Builder(Function<? super ZeroMqMessage, ? extends T> map) {
            this.map = map;
        }

        @Override
        Builder<T> self() {
            return this;
        }

        /** Makes the source; refuses all that is wrong at once. Does not connect. */
        public ZeroMqAckSource<T> build() {
            return new ZeroMqAckSource<>(endpoint(SocketType.ROUTER, List.of()), map);
        }
    }
}
