/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import io.acequia.streaming.DStream;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.testkit.RealServer;
import io.acequia.streaming.zeromq.ZeroMqAckSource;
import io.acequia.streaming.zeromq.ZeroMqMessage;
import io.acequia.streaming.zeromq.ZeroMqSource;
import java.nio.charset.StandardCharsets;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;

/** A peer of libzmq that sends as fast as it can: PUSH to PULL, or DEALER to ROUTER with acknowledgements. The peer binds. */
final class ZeroMqPair implements ClientPair {
    private final ToldServer peer;
    private final boolean acknowledged;
    private int number;
    private String address = "";

    private ZeroMqPair(ToldServer peer, boolean acknowledged) {
        this.peer = peer;
        this.acknowledged = acknowledged;
    }

    static ZeroMqPair start(boolean acknowledged) throws Exception {
        return new ZeroMqPair(new ToldServer(RealServer.of("acequia/zeromq").port("PORT")), acknowledged);
    }

    @Override
    public String name() {
        return acknowledged ? "DEALER to ROUTER with acknowledgements" : "PUSH to PULL";
    }

    @Override
    public void fill(int messages, int bytes) throws Exception {
        if (number > 0) {
            peer.tell("close\tc" + number, "ok");
        }
        number++;
        address = "tcp://127.0.0.1:" + ToldServer.freePort();
        peer.tell("open\tc" + number + "\t" + (acknowledged ? "DEALER" : "PUSH") + "\tbind\t" + address, "ok");
        peer.tell("flood\tc" + number + "\t" + messages + "\t" + bytes, "ok");
    }

    @Override
    public DStream<Integer> lengths(StreamingContext context) {
        return context.receiverStream(
                acknowledged
                        ? ZeroMqAckSource.<Integer>builder(ZeroMqPair::length)
                                .connect(address)
                                .build()
                        : ZeroMqSource.<Integer>puller(ZeroMqPair::length)
                                .connect(address)
                                .build());
    }

    private static int length(ZeroMqMessage message) {
        return message.frame(message.size() - 1).length;
    }

    @Override
    public boolean acknowledges() {
        return acknowledged;
    }

    @Override
    public Tally readByHand(int messages, Runnable all) {
        try (ZContext context = new ZContext();
                ZMQ.Socket socket = context.createSocket(acknowledged ? SocketType.ROUTER : SocketType.PULL)) {
            if (acknowledged) {
                socket.setHelloMsg("HELLO".getBytes(StandardCharsets.US_ASCII));
            }
            socket.connect(address);
            long length = acknowledged ? readAndAcknowledge(socket, messages) : read(socket, messages);
            all.run();
            return new Tally(messages, length, 0);
        }
    }

    private static long read(ZMQ.Socket socket, int messages) {
        long length = 0;
        for (int read = 0; read < messages; read++) {
            byte[] last = socket.recv();
            while (socket.hasReceiveMore()) {
                last = socket.recv();
            }
            length += last.length;
        }
        return length;
    }

    /** Frames: the peer, the id, the payload. */
    private static long readAndAcknowledge(ZMQ.Socket socket, int messages) {
        long length = 0;
        for (int read = 0; read < messages; read++) {
            byte[] from = socket.recv();
            byte[] id = socket.recv();
            byte[] last = id;
            while (socket.hasReceiveMore()) {
                last = socket.recv();
            }
            length += last.length;
            socket.sendMore(from);
            socket.sendMore("ACK");
            socket.send(id);
        }
        return length;
    }

    @Override
    public void close() {
        peer.close();
    }
}
