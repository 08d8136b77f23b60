/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.zeromq;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.function.Function;
import io.acequia.streaming.receiver.Delivery;
import io.acequia.streaming.receiver.ReliableReceiver;
import io.acequia.streaming.receiver.Settlement;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import zmq.SocketBase;
import zmq.ZMQ;

/**
 * One ROUTER, whose peers keep each message until it is acknowledged. The protocol is in {@code docs/sources/zeromq.md}.
 *
 * <p>Each connection begins with a HELLO of ours, on which the peer sends all again that was not acknowledged: so nothing is
 * kept here, and a peer that has gone need not be told.
 */
final class ZeroMqAckReceiver<T> implements ReliableReceiver<T> {
    private static final byte[] HELLO = "HELLO".getBytes(US_ASCII);
    private static final byte[] ACK = "ACK".getBytes(US_ASCII);
    private static final byte[] NAK = "NAK".getBytes(US_ASCII);
    /** The last acknowledgements go out while the socket closes, if the peer takes them within this time. */
    private static final int LINGER_MS = 1_000;
    /** A peer that leaves so many answers unread gets no more. */
    private static final int MOST_ANSWERS = 100_000;

    private final Wire wire;
    private final Function<? super ZeroMqMessage, ? extends T> map;

    ZeroMqAckReceiver(Endpoint endpoint, Function<? super ZeroMqMessage, ? extends T> map, StreamClock clock) {
        this.wire = new Wire(endpoint, clock);
        this.map = map;
    }

    @Override
    public void connect() throws Exception {
        wire.open(ZeroMqAckReceiver::configure);
    }

    private static void configure(SocketBase router) {
        router.setSocketOpt(ZMQ.ZMQ_HELLO_MSG, HELLO);
        router.setSocketOpt(ZMQ.ZMQ_ROUTER_MANDATORY, true);
        router.setSocketOpt(ZMQ.ZMQ_ROUTER_HANDOVER, true);
        router.setSocketOpt(ZMQ.ZMQ_SNDHWM, MOST_ANSWERS);
        router.setSocketOpt(ZMQ.ZMQ_LINGER, LINGER_MS);
    }

    @Override
    public Delivery<T> read(int maxRecords, Duration maxWait) throws Exception {
        List<byte[][]> messages = wire.read(maxRecords, maxWait);
        if (messages.isEmpty()) {
            return Delivery.nothing();
        }
        Decoder<T> decoder = new Decoder<>(map);
        Told told = new Told(wire, new LinkedHashMap<>());
        for (byte[][] frames : messages) {
            decode(frames, decoder, told);
        }
        return Delivery.of(decoder.records(), told).rejecting(decoder.rejected());
    }

    /** Frames: the peer, the id, the payload. A message with neither is the probe of a peer that has PROBE_ROUTER set. */
    private static <T> void decode(byte[][] frames, Decoder<T> decoder, Told told) throws InterruptedException {
        if (frames.length == 2 && frames[1].length == 0) {
            return;
        }
        if (frames[1].length > 0) {
            told.add(frames[0], frames[1]);
        }
        if (frames.length == 2 || frames[1].length == 0) {
            decoder.reject(
                    ZeroMqMessage.of(Arrays.copyOfRange(frames, 1, frames.length)),
                    new IllegalArgumentException("ACQ-2588 a message of " + (frames.length - 1)
                            + " frames, the first of " + frames[1].length
                            + " bytes: there must be an id that is not empty, and a payload of at least one frame"));
        } else {
            decoder.decode(ZeroMqMessage.of(Arrays.copyOfRange(frames, 2, frames.length)));
        }
    }

    @Override
    public void wakeUp() {
        wire.wakeUp();
    }

    @Override
    public void close() {
        wire.close();
    }

    /** The ids of a delivery by the peers that wait to hear of them. */
    private record Told(Wire wire, Map<ByteBuffer, List<byte[]>> ids) implements Settlement {
        void add(byte[] peer, byte[] id) {
            ids.computeIfAbsent(ByteBuffer.wrap(peer), key -> new ArrayList<>()).add(id);
        }

        @Override
        public void ack() {
            ids.forEach((peer, each) -> wire.send(peer.array(), ACK, each));
        }

        @Override
        public void nack(Throwable cause) {
            ids.forEach((peer, each) -> wire.send(peer.array(), NAK, each));
        }
    }
}
