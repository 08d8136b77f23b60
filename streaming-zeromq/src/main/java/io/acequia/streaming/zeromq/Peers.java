/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.zeromq;

import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.receiver.ReceiverDisconnectedException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.zeromq.ZEvent;
import org.zeromq.ZMonitor;
import zmq.Msg;
import zmq.msg.MsgAllocator;

/**
 * What is known of the peers of one socket: who is connected, and whether anything comes from them.
 *
 * <p><b>Threads.</b> {@link #consume} and {@link #allocate} are called by the I/O thread of the client, and must neither block
 * nor throw; the rest belongs to the receiver.
 *
 * <p><b>Signs of life.</b> The client has no event for the end of a handshake, and its own heartbeat takes a peer for dead when
 * we do not read, since it then reads no answer either. But each frame that comes passes the allocator, those of a handshake and
 * the answer to a PING included: so they are counted there, and the receiver compares the number when it has read all that was
 * there.
 *
 * <p><b>Connecting.</b> Where TCP connects in less time than the client's I/O thread takes to see the end of the call that asked
 * for it, as on one machine, the client may forget to listen to the connection, for ever. So that thread is held, at its first step,
 * until the call has returned.
 *
 * <p><b>Bound sockets.</b> Events do not say which connection they are of. One that ends is taken for one that never came to its
 * greeting, as long as there are such; when none is left the numbers are right again.
 */
final class Peers implements ZEvent.ZEventConsummer, MsgAllocator {
    private static final System.Logger LOG = System.getLogger(Peers.class.getName());
    /** The end of a connection is seen before its last messages are handed over, which takes less than this. */
    private static final Duration HAND_OVER = Duration.ofMillis(100);
    /** A refusal by the peer that follows the end of the handshake comes so soon, as a rule. */
    private static final Duration SECOND_THOUGHTS = Duration.ofMillis(50);

    private static final Duration BETWEEN_WARNINGS = Duration.ofSeconds(10);

    private final Endpoint endpoint;
    private final StreamClock clock;
    private final AtomicLong signs = new AtomicLong();
    private final CompletableFuture<@Nullable Void> asked = new CompletableFuture<>();
    private final CountDownLatch ready = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile String refusal = "it never greeted, or with other security, or the network ended it";

    // Guarded by this.
    private int open;
    private int greeted;
    private boolean gone;
    private long endedAtNanos;
    private long warnAgainAtNanos;

    // Of the receiver's thread.
    private long signsSeen;
    private long quietSinceNanos;

    Peers(Endpoint endpoint, StreamClock clock) {
        this.endpoint = endpoint;
        this.clock = clock;
        this.warnAgainAtNanos = clock.nanoTime();
    }

    // ---- by the client

    @Override
    public Msg allocate(int size) {
        // After the greeting, by either side: READY; with CURVE, WELCOME or HELLO before it.
        if (signs.incrementAndGet() == (endpoint.curve() == null ? 2 : 3)) {
            ready.countDown();
        }
        return new Msg(size);
    }

    @Override
    public void consume(ZEvent event) {
        if (event.getEvent() == ZMonitor.Event.CONNECT_DELAYED) {
            asked.join();
        }
        count(event);
    }

    private synchronized void count(ZEvent event) {
        switch (event.getEvent()) {
            case CONNECTED, ACCEPTED -> open++;
            case HANDSHAKE_PROTOCOL -> {
                signs.incrementAndGet();
                greeted++;
            }
            case HANDSHAKE_FAILED_PROTOCOL, HANDSHAKE_FAILED_AUTH, HANDSHAKE_FAILED_NO_DETAIL -> {
                greeted--;
                refusal = event.getEvent() + " " + event.getValue();
            }
            case DISCONNECTED -> disconnected();
            case CONNECT_RETRIED -> gone = true;
            default -> {}
        }
        if (gone) {
            ended.countDown();
            ready.countDown();
        }
    }

    private void disconnected() {
        endedAtNanos = clock.nanoTime();
        boolean stranger = open > greeted;
        open--;
        greeted -= stranger ? 0 : 1;
        if (!endpoint.bound() || !stranger && greeted == 0) {
            gone = true;
        } else if (!stranger) {
            LOG.log(System.Logger.Level.INFO, "{0}: a peer has gone, {1} left", endpoint, greeted);
        } else if (endedAtNanos - warnAgainAtNanos >= 0) {
            warnAgainAtNanos = endedAtNanos + BETWEEN_WARNINGS.toNanos();
            LOG.log(
                    System.Logger.Level.WARNING,
                    "ACQ-2582 {0}: a connection was not let in ({1}). If it is one of ours, compare its keys and its"
                            + " socket type. Told at most every {2} s",
                    endpoint,
                    refusal,
                    BETWEEN_WARNINGS.toSeconds());
        }
    }

    // ---- by the receiver

    /** The call that connects has returned, or failed. */
    void asked() {
        asked.complete(null);
    }

    /** Waits for a connection; throws when there is none. */
    void requireConnection() throws ReceiverDisconnectedException, InterruptedException {
        boolean known = ready.await(endpoint.connectTimeout().toNanos(), TimeUnit.NANOSECONDS);
        boolean over = ended.await(SECOND_THOUGHTS.toNanos(), TimeUnit.NANOSECONDS);
        if (known && !over) {
            return;
        }
        String security = endpoint.curve() == null ? "without CURVE" : "with CURVE";
        if (over && signs.get() > 0) {
            throw new IllegalStateException(
                    "ACQ-2583 " + endpoint + ": the handshake " + security + " failed (" + refusal
                            + "). Its socket type must go with ours, and its keys with those that are given here; it"
                            + " must know ours");
        }
        throw new ReceiverDisconnectedException("ACQ-2584 " + endpoint + ": "
                + (over
                        ? "nobody listens there, or ends connections at once"
                        : "no connection within " + endpoint.connectTimeout().toMillis() + " ms")
                + ". Look whether the peer runs, and is ZeroMQ " + security);
    }

    /** Whether the connection, or that of the last peer, has ended, which is told when all that came is read. */
    synchronized boolean isOver() {
        return gone && (!endpoint.bound() || greeted == 0);
    }

    /**
     * Throws when the peers are gone.
     *
     * @param waiting whether something waits to be read: then silence means nothing, and what waits is read first
     */
    synchronized void requireLife(boolean waiting) throws ReceiverDisconnectedException {
        long now = clock.nanoTime();
        long count = signs.get();
        if (waiting || count != signsSeen || greeted == 0) {
            signsSeen = count;
            quietSinceNanos = now;
        }
        if (!waiting && isOver() && now - endedAtNanos > HAND_OVER.toNanos()) {
            throw new ReceiverDisconnectedException("ACQ-2585 " + endpoint
                    + (endpoint.bound() ? ": the last peer has gone" : ": the connection has ended")
                    + ", by the peer, the network, or a frame of more than " + endpoint.maxMessageSize() + " bytes");
        }
        long silence = endpoint.heartbeatTimeout().toMillis();
        if (silence > 0 && now - quietSinceNanos > silence * 1_000_000) {
            throw new ReceiverDisconnectedException("ACQ-2586 " + endpoint + ": nothing has come for " + silence
                    + " ms, not even an answer to a PING: the connection is broken");
        }
    }
}
