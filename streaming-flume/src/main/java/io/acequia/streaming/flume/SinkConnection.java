/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.flume;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.receiver.ReceiverDisconnectedException;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connection to one sink, which is asked for events one time after the other. The class {@code Wire} of the sink says what
 * passes. For the receiver's thread; nothing blocks but connecting.
 *
 * <p><b>Silence.</b> A sink answers a ping at once, whatever its channel does. One is sent when nothing was heard for a quarter of the
 * time-out, and the connection has failed when nothing comes in the rest of it.
 */
final class SinkConnection {
    static final int HELLO = 0x41435131;
    static final byte TAKE = 1;
    static final byte ACK = 2;
    static final byte NACK = 3;
    static final byte PING = 4;
    static final byte EVENTS = 5;
    static final byte GONE = 6;
    static final byte FAILED = 7;
    static final byte PONG = 8;

    private static final Logger LOG = LoggerFactory.getLogger(SinkConnection.class);
    private static final int CHUNK = 256 << 10;
    /** About so much is asked for at a time, if frames may be that large. */
    private static final int WANTED_BYTES = 4 << 20;

    private final FlumePollingSource.Settings settings;
    private final InetSocketAddress address;
    private final StreamClock clock;
    private final Queue<Batch> arrived;
    private final Map<Integer, Batch> open = new HashMap<>();
    private ByteBuffer in = ByteBuffer.allocate(CHUNK);
    private @Nullable SocketChannel channel;
    private int transactionTimeout;
    private int lastId;
    private boolean asked;
    private long heardAt;
    private long pingedAt;
    private boolean pinged;
    private boolean closed;

    /** @param arrived where it puts what it fetched */
    SinkConnection(
            FlumePollingSource.Settings settings, InetSocketAddress address, StreamClock clock, Queue<Batch> arrived) {
        this.settings = settings;
        this.address = address;
        this.clock = clock;
        this.arrived = arrived;
    }

    void connect(Selector selector) throws IOException, ReceiverDisconnectedException {
        SocketChannel opened = SocketChannel.open();
        channel = opened;
        int millis = (int) settings.timeout().toMillis();
        try {
            InetSocketAddress resolved = new InetSocketAddress(address.getHostString(), address.getPort());
            if (resolved.isUnresolved()) {
                throw new IOException("there is no host of that name");
            }
            opened.socket().connect(resolved, millis);
            opened.socket().setTcpNoDelay(true);
            opened.socket().setSoTimeout(millis);
            opened.write(ByteBuffer.allocate(4).putInt(HELLO).flip());
            DataInputStream answer = new DataInputStream(opened.socket().getInputStream());
            int hello = answer.readInt();
            if (hello != HELLO) {
                throw new ReceiverDisconnectedException(
                        "ACQ-2628 what listens at " + this + " is no PollingSink of this version:"
                                + " it began with " + Integer.toHexString(hello) + ". Look at the port, and at the"
                                + " streaming-flume-sink jar of the agent");
            }
            transactionTimeout = answer.readInt();
        } catch (IOException e) {
            throw new ReceiverDisconnectedException(
                    "ACQ-2627 no connection to " + this + " within " + settings.timeout() + ": "
                            + (e instanceof SocketTimeoutException ? "it does not answer" : e.toString())
                            + ": does the agent run, with a PollingSink there?",
                    e);
        }
        opened.configureBlocking(false);
        opened.register(selector, SelectionKey.OP_READ);
        heardAt = clock.nanoTime();
    }

    /** Asks for events, unless an answer is due or as many transactions wait as may. */
    void ask(int mostEvents) throws ReceiverDisconnectedException {
        if (asked || open.size() >= settings.transactions()) {
            return;
        }
        asked = true;
        lastId++;
        send(ByteBuffer.allocate(17)
                .put(TAKE)
                .putInt(lastId)
                .putInt(Math.min(settings.batchSize(), mostEvents))
                .putInt(Math.min(WANTED_BYTES, settings.maxFrameBytes() / 2))
                .putInt((int) (settings.timeout().toMillis() / 4)));
    }

    /** Whether events may come before others are settled. */
    boolean isAsked() {
        return asked;
    }

    /** Tells the sink; does nothing when that is too late. */
    void settle(Batch batch, boolean safe) throws ReceiverDisconnectedException {
        if (!batch.isRead()) {
            arrived.remove(batch);
        }
        if (!closed && open.remove(batch.id()) != null) {
            send(ByteBuffer.allocate(5).put(safe ? ACK : NACK).putInt(batch.id()));
        }
    }

    /** Frames are so short that one which does not fit into the buffers of the connection is as good as a silent sink. */
    private void send(ByteBuffer frame) throws ReceiverDisconnectedException {
        try {
            connected().write(frame.flip());
            if (frame.hasRemaining()) {
                throw new IOException("the sink takes nothing more");
            }
        } catch (IOException e) {
            throw lost(e);
        }
    }

    private ReceiverDisconnectedException lost(IOException e) {
        return new ReceiverDisconnectedException(
                "ACQ-2629 the connection to " + this + " is gone: " + e.getMessage(), e);
    }

    private SocketChannel connected() {
        SocketChannel open = channel;
        if (open == null) {
            throw new IllegalStateException("not connected");
        }
        return open;
    }

    /** Moves what can be moved. */
    void move() throws ReceiverDisconnectedException {
        try {
            int read = read();
            while (read > 0) {
                heardAt = clock.nanoTime();
                pinged = false;
                take();
                read = read();
            }
            if (read < 0) {
                throw new IOException("the sink has ended it");
            }
        } catch (IOException e) {
            throw lost(e);
        }
    }

    private int read() throws IOException {
        in.limit(Math.min(in.capacity(), in.position() + CHUNK));
        return connected().read(in);
    }

    /** Nanoseconds until {@link #keepAlive} must be called. */
    long nanosUntilDue() {
        return Math.max(0, (pinged ? pingedAt + 3 * quarter() : heardAt + quarter()) - clock.nanoTime());
    }

    private long quarter() {
        return settings.timeout().toNanos() / 4;
    }

    /** Fails when the sink is silent; to be called after {@link #move}, so that a pause of ours is not held against it. */
    void keepAlive() throws ReceiverDisconnectedException {
        if (nanosUntilDue() > 0) {
            return;
        }
        if (pinged) {
            throw new ReceiverDisconnectedException("ACQ-2630 " + this + " is silent since " + settings.timeout()
                    + ": its machine hangs, or the network between");
        }
        pinged = true;
        pingedAt = clock.nanoTime();
        send(ByteBuffer.allocate(1).put(PING));
    }

    // ---- what comes

    private void take() throws ReceiverDisconnectedException {
        in.flip();
        int needed = 0;
        try {
            while (needed == 0 && in.hasRemaining()) {
                needed = frame();
            }
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            throw broken("a frame that is not whole");
        }
        if (needed > in.capacity()) {
            in = ByteBuffer.allocate(needed).put(in);
        } else {
            in.compact();
        }
    }

    /** Takes a frame when it is whole; gives how many bytes it needs when it is not. */
    private int frame() throws ReceiverDisconnectedException {
        int at = in.position();
        int type = in.get(at);
        if (type == PONG) {
            in.get();
            return 0;
        }
        if (type != EVENTS && type != GONE && type != FAILED) {
            throw broken("a frame of kind " + type);
        }
        int head = type == GONE ? 5 : 9;
        if (in.remaining() < head) {
            return head;
        }
        int length = type == GONE ? 0 : in.getInt(at + 5);
        if (length < 0 || length > settings.maxFrameBytes()) {
            throw broken(length + " bytes at a time, and maxFrame is " + settings.maxFrameBytes()
                    + " bytes: raise it above the largest event");
        }
        if (in.remaining() < head + length) {
            return head + length;
        }
        int id = in.getInt(at + 1);
        in.position(at + head);
        int end = at + head + length;
        if (type == EVENTS) {
            took(id);
        } else if (type == GONE) {
            gone(id);
        } else {
            throw new ReceiverDisconnectedException("ACQ-2632 the channel of " + this + " failed: "
                    + new String(in.array(), in.position(), length, UTF_8));
        }
        if (in.position() != end) {
            throw broken("a frame that is not whole");
        }
        return 0;
    }

    private void took(int id) {
        asked = false;
        int count = in.getInt();
        if (count == 0) {
            return;
        }
        List<FlumeEvent> events = new ArrayList<>(Math.min(count, settings.batchSize()));
        for (int i = 0; i < count; i++) {
            Map<String, String> headers = new HashMap<>();
            for (int left = in.getInt(); left > 0; left--) {
                headers.put(text(), text());
            }
            events.add(new FlumeEvent(headers, bytes()));
        }
        Batch batch = new Batch(this, id, events);
        open.put(id, batch);
        arrived.add(batch);
    }

    private String text() {
        return new String(bytes(), UTF_8);
    }

    private byte[] bytes() {
        int from = in.position();
        int length = in.getInt();
        in.position(from + 4 + length);
        return Arrays.copyOfRange(in.array(), from + 4, from + 4 + length);
    }

    private void gone(int id) {
        Batch batch = open.remove(id);
        if (batch == null) {
            return; // it crossed our word on it
        }
        batch.forget();
        if (!batch.isRead()) {
            arrived.remove(batch);
        }
        if (batch.isBegun()) {
            LOG.warn(
                    "ACQ-2633 source '{}': events of {} were not safe within {} ms, and come again. Raise"
                            + " transactionTimeout of the sink above the time that a batch takes",
                    settings.name(),
                    this,
                    transactionTimeout);
        }
    }

    private ReceiverDisconnectedException broken(String what) {
        return new ReceiverDisconnectedException("ACQ-2631 " + this + " sends " + what);
    }

    void close() {
        closed = true;
        open.clear();
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            LOG.debug("closing", e);
        }
    }

    @Override
    public String toString() {
        return "the sink at " + address.getHostString() + ":" + address.getPort() + " of source '" + settings.name()
                + "'";
    }
}
