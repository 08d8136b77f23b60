/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.zeromq;

import io.acequia.streaming.data.StreamClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.zeromq.ZMQException;
import zmq.Ctx;
import zmq.Msg;
import zmq.SocketBase;
import zmq.ZError;
import zmq.ZMQ;

/**
 * One socket of ZeroMQ in a context of its own, from its connection to its end.
 *
 * <p><b>Threads.</b> A socket is for one thread, the receiver's; {@link #wakeUp} alone is for any. The client has two more, which
 * end in {@link #close}.
 *
 * <p><b>Connecting again</b> is the runtime's: the client would try on its own, in silence, so it is told to wait for longer
 * than this object lives.
 *
 * <p><b>Interrupts</b> make the client break off sending a message, or ending a context, in the middle. Both are begun again, and
 * the interrupt is kept for the caller. That needs the lower of the client's two interfaces.
 */
final class Wire implements AutoCloseable {
    private static final int NEVER_MS = 24 * 3_600_000;
    private static final int SLICE_MS = 50;
    private static final int SHORT_SLICE_MS = 10;
    private static final int MOST_AT_ONCE = 10_000;

    private final Endpoint endpoint;
    private final StreamClock clock;
    private final Peers peers;
    private final AtomicBoolean woken = new AtomicBoolean();
    private @Nullable Ctx context;
    private @Nullable SocketBase socket;
    private final List<byte[]> frames = new ArrayList<>();
    private int timeoutMs = -1;
    private boolean closed;

    Wire(Endpoint endpoint, StreamClock clock) {
        this.endpoint = endpoint;
        this.clock = clock;
        this.peers = new Peers(endpoint, clock);
    }

    /**
     * Connects, or binds.
     *
     * @param setup what this kind of socket needs besides
     */
    void open(Consumer<SocketBase> setup) throws Exception {
        Ctx fresh = ZMQ.init(1);
        SocketBase opened = fresh.createSocket(endpoint.type().type());
        synchronized (this) {
            context = fresh;
            socket = opened;
        }
        configure(opened);
        setup.accept(opened);
        Endpoint.Curve curve = endpoint.curve();
        if (curve != null) {
            curve.apply(opened);
        }
        opened.setEventHook(peers, ZMQ.ZMQ_EVENT_ALL);
        attach(opened);
        if (!endpoint.bound()) {
            peers.requireConnection();
        }
    }

    private void configure(SocketBase opened) {
        int heartbeatMs = (int) endpoint.heartbeatTimeout().toMillis();
        opened.setSocketOpt(ZMQ.ZMQ_MSG_ALLOCATOR, peers);
        opened.setSocketOpt(ZMQ.ZMQ_LINGER, 0);
        opened.setSocketOpt(ZMQ.ZMQ_RCVHWM, endpoint.highWaterMark());
        opened.setSocketOpt(ZMQ.ZMQ_MAXMSGSIZE, endpoint.maxMessageSize());
        opened.setSocketOpt(ZMQ.ZMQ_RECONNECT_IVL, NEVER_MS);
        opened.setSocketOpt(
                ZMQ.ZMQ_HANDSHAKE_IVL, (int) endpoint.connectTimeout().toMillis());
        opened.setSocketOpt(ZMQ.ZMQ_TCP_KEEPALIVE, 1);
        if (heartbeatMs > 0) {
            opened.setSocketOpt(ZMQ.ZMQ_HEARTBEAT_IVL, heartbeatMs / 4);
            opened.setSocketOpt(ZMQ.ZMQ_HEARTBEAT_TTL, heartbeatMs);
            opened.setSocketOpt(ZMQ.ZMQ_HEARTBEAT_TIMEOUT, 0);
        }
    }

    private void attach(SocketBase opened) {
        String why;
        try {
            if (endpoint.bound() ? opened.bind(endpoint.address()) : opened.connect(endpoint.address())) {
                return;
            }
            why = "error " + opened.errno();
        } catch (ZMQException e) {
            why = String.valueOf(e.getMessage());
        } finally {
            peers.asked();
        }
        throw new IllegalStateException("ACQ-2587 " + endpoint + " failed: " + why
                + (endpoint.bound()
                        ? ". The address must be one of this machine, and free"
                        : ". The host must have an address"));
    }

    /** The messages that are there, at most so many; waits for the first one. For none it keeps the connection alive. */
    List<byte[][]> read(int most, Duration atMost) throws Exception {
        List<byte[][]> messages = new ArrayList<>();
        if (most == 0) {
            int events = opened().getSocketOpt(ZMQ.ZMQ_EVENTS);
            if (events < 0) {
                throw new InterruptedException("while reading " + endpoint);
            }
            peers.requireLife((events & ZMQ.ZMQ_POLLIN) != 0);
            return messages;
        }
        int limit = Math.min(most, MOST_AT_ONCE);
        for (byte[][] next = await(atMost); next != null; next = messages.size() < limit ? receive(0) : null) {
            messages.add(next);
        }
        if (interrupted()) {
            if (messages.isEmpty()) {
                throw new InterruptedException("while reading " + endpoint);
            }
            Thread.currentThread().interrupt();
        }
        return messages;
    }

    private byte @Nullable [][] await(Duration atMost) throws Exception {
        long deadline = clock.nanoTime() + atMost.toNanos();
        for (long left = atMost.toNanos(); ; left = deadline - clock.nanoTime()) {
            int slice = peers.isOver() ? SHORT_SLICE_MS : SLICE_MS;
            byte[][] message = receive((int) Math.min(slice, Math.max(0, (left + 999_999) / 1_000_000)));
            if (message == null && (interrupted() || woken.getAndSet(false))) {
                return null;
            }
            peers.requireLife(message != null);
            if (message != null || left <= 0) {
                return message;
            }
        }
    }

    /** Whether the last call of the client was; it has taken the thread's own mark. */
    private boolean interrupted() {
        return opened().errno() == ZError.EINTR;
    }

    /** The frames of the next message. All of them come together, so the later ones are not waited for. */
    private byte @Nullable [][] receive(int waitMs) {
        SocketBase from = opened();
        if (waitMs > 0 && waitMs != timeoutMs) {
            timeoutMs = waitMs;
            from.setSocketOpt(ZMQ.ZMQ_RCVTIMEO, waitMs);
        }
        Msg first = from.recv(waitMs == 0 ? ZMQ.ZMQ_DONTWAIT : 0, woken);
        if (first == null) {
            return null;
        }
        if (!first.hasMore()) {
            return new byte[][] {first.data()};
        }
        frames.clear();
        frames.add(first.data());
        boolean interrupted = false;
        for (Msg last = first; last.hasMore(); ) {
            Msg next = from.recv(ZMQ.ZMQ_DONTWAIT);
            if (next == null) {
                interrupted = true;
            } else {
                frames.add(next.data());
                last = next;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return frames.toArray(new byte[0][]);
    }

    /** Sends frames to a peer; without effect when it has gone or takes nothing, and after the close. */
    void send(byte[] peer, byte[] kind, List<byte[]> frames) {
        if (!closed && send(peer, ZMQ.ZMQ_SNDMORE)) {
            send(kind, ZMQ.ZMQ_SNDMORE);
            for (int i = 0; i < frames.size(); i++) {
                send(frames.get(i), i < frames.size() - 1 ? ZMQ.ZMQ_SNDMORE : 0);
            }
        }
    }

    private boolean send(byte[] frame, int flags) {
        boolean sent = opened().send(new Msg(frame), flags | ZMQ.ZMQ_DONTWAIT);
        if (!sent && interrupted()) {
            sent = send(frame, flags);
            Thread.currentThread().interrupt();
        }
        return sent;
    }

    private SocketBase opened() {
        return Objects.requireNonNull(socket, "read before connect");
    }

    /** Ends a read that waits, or the next one. */
    synchronized void wakeUp() {
        if (socket != null && !closed && !woken.get()) {
            socket.cancel(woken);
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        boolean interrupted = Thread.interrupted();
        if (socket != null) {
            if (peers.isOver()) {
                socket.setSocketOpt(ZMQ.ZMQ_LINGER, 0);
            }
            socket.close();
        }
        while (context != null && context.isActive()) {
            try {
                context.terminate();
            } catch (ZMQException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
