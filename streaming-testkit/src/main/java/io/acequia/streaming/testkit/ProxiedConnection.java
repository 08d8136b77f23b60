/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A client of a fault proxy and, while there is one, its connection to the target. Never blocks; used under the lock of its
 * proxy alone. A connection that breaks on one side is reset on the other.
 */
final class ProxiedConnection {
    /** Stops the reading of what a client sends faster than it can be thrown away. */
    private static final int MOST_DRAINED_READS = 1_000;

    private final Selector selector;
    private final SocketChannel client;
    private final InetSocketAddress address;
    private final AtomicLong upBytes;
    private final AtomicLong downBytes;
    private final ProxyFlow up = new ProxyFlow();
    private final ProxyFlow down = new ProxyFlow();
    private final ByteBuffer swallowed = ByteBuffer.allocate(16 * 1024);
    private @Nullable SocketChannel target;
    private boolean halfOpen;

    ProxiedConnection(
            Selector selector,
            SocketChannel client,
            InetSocketAddress address,
            AtomicLong upBytes,
            AtomicLong downBytes)
            throws IOException {
        this.selector = selector;
        this.client = client;
        this.address = address;
        this.upBytes = upBytes;
        this.downBytes = downBytes;
        prepare(client);
    }

    private void prepare(SocketChannel channel) throws IOException {
        channel.configureBlocking(false);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.register(selector, 0);
    }

    boolean isOpen() {
        return client.isOpen();
    }

    boolean isHalfOpen() {
        return halfOpen;
    }

    void startPieces(long now) {
        down.startPieces(now);
    }

    /** Moves what can move now, and tells the selector what to wait for. */
    void step(ProxyFaults faults, long now) {
        try {
            if (faults.blackHole()) {
                await(client, 0);
                await(target, 0);
            } else if (halfOpen) {
                swallow();
            } else {
                pass(faults, now);
            }
        } catch (IOException e) {
            reset();
        }
    }

    private void pass(ProxyFaults faults, long now) throws IOException {
        SocketChannel to = target == null ? connect() : target;
        if (!to.finishConnect()) {
            await(client, 0);
            await(to, SelectionKey.OP_CONNECT);
            return;
        }
        upBytes.addAndGet(up.step(client, to, faults.uncut(), now));
        downBytes.addAndGet(down.step(to, client, faults, now));
        if (up.isDone() && down.isDone()) {
            cut();
            return;
        }
        await(client, up.readInterest() | down.writeInterest(faults, now));
        await(to, down.readInterest() | up.writeInterest(faults.uncut(), now));
    }

    private SocketChannel connect() throws IOException {
        SocketChannel channel = SocketChannel.open();
        target = channel;
        prepare(channel);
        channel.connect(address);
        return channel;
    }

    private void swallow() throws IOException {
        if (client.read(swallowed.clear()) < 0) {
            cut();
        } else {
            await(client, SelectionKey.OP_READ);
        }
    }

    private void await(@Nullable SocketChannel channel, int interest) {
        SelectionKey key = channel == null ? null : channel.keyFor(selector);
        if (key != null && key.isValid()) {
            key.interestOps(interest);
        }
    }

    /** How long until something that is held may go on; {@code Long.MAX_VALUE} when only the network can tell. */
    long nanosUntilDue(ProxyFaults faults, long now) {
        if (faults.blackHole() || halfOpen) {
            return Long.MAX_VALUE;
        }
        return Math.min(wait(up, faults.uncut(), now), wait(down, faults, now));
    }

    private static long wait(ProxyFlow flow, ProxyFaults faults, long now) {
        long nanos = flow.holds() ? flow.nanosUntilDue(faults, now) : 0;
        return nanos > 0 ? nanos : Long.MAX_VALUE;
    }

    /** Takes leave of the target and leaves the client in the belief that all is well. */
    void dropTarget() {
        halfOpen = true;
        end(target);
        target = null;
    }

    /** Ends both sides with a FIN. */
    void cut() {
        end(client);
        end(target);
    }

    /** Ends both sides with an RST. */
    void reset() {
        abort(client);
        abort(target);
    }

    /** FIN; what has come in must be read before, since closing with unread bytes would send an RST. */
    private void end(@Nullable SocketChannel channel) {
        if (channel == null) {
            return;
        }
        try (channel) {
            if (channel.isConnected()) {
                channel.shutdownOutput();
                for (int reads = 0; reads < MOST_DRAINED_READS && channel.read(swallowed.clear()) > 0; reads++) {}
            }
        } catch (IOException e) {
            abort(channel);
        }
    }

    private static void abort(@Nullable SocketChannel channel) {
        if (channel == null) {
            return;
        }
        try (channel) {
            if (channel.isOpen()) {
                channel.setOption(StandardSocketOptions.SO_LINGER, 0);
            }
        } catch (IOException e) {
            // The other end has broken the connection already: there is nobody left to tell.
        }
    }
}
