/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import io.acequia.streaming.data.StreamClock;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A TCP proxy on 127.0.0.1 in front of a server, which breaks the network as a test tells it.
 *
 * <p>Some faults last until {@link #heal()}, for open connections and for new ones: {@link #delay}, {@link #splitAt},
 * {@link #blackHole}, {@link #halfOpen}, {@link #refuse}. A delay and pieces go with each other and with the rest; of black hole
 * and half-open the last one counts. Two are events, which happen to the connections that are open now and to no later one:
 * {@link #reset} and {@link #cut}. When a method returns, its fault is in place.
 *
 * <p>Without a fault, bytes, the end of a stream and resets pass as they come. A client whose target cannot be reached sees a
 * reset.
 *
 * <p>Safe for use by any thread. One daemon thread moves all bytes, in rounds: it steps through all connections without
 * blocking, then sleeps in its selector until a channel is ready, a chunk is due or somebody changed a fault. Rounds and
 * changes share the lock of this object, so there is no moment at which a fault is half in place, and counters are exact: what
 * a client has read is counted. A change waits for the round after it, since a channel that a selector knows is closed by the
 * selector alone. Delays are real time: there is no clock to own in a network. The methods named {@code await…} block without a bound, give
 * the test a time-out; they end with ACQ-2025 when the proxy is closed.
 */
public final class FaultProxy implements AutoCloseable {
    private static final Duration LONGEST_DELAY = Duration.ofDays(1);

    private final StreamClock clock = StreamClock.system();
    private final InetSocketAddress target;
    private final Selector selector;
    private final ProxyPort port;
    private final Thread thread;
    private final List<ProxiedConnection> connections = new ArrayList<>();
    private final List<CompletableFuture<@Nullable Void>> changes = new ArrayList<>();
    private final AtomicLong upBytes = new AtomicLong();
    private final AtomicLong downBytes = new AtomicLong();
    private ProxyFaults faults = ProxyFaults.NONE;
    private int accepted;
    private boolean closed;
    private @Nullable Exception failure;

    private FaultProxy(InetSocketAddress target) throws IOException {
        this.target = target;
        this.selector = Selector.open();
        this.port = new ProxyPort(selector);
        this.thread = new Thread(this::run, "fault-proxy-" + port());
        thread.setDaemon(true);
    }

    /**
     * Starts a proxy on a free port. The target need not be there yet: it is connected for each client.
     *
     * @throws IllegalArgumentException when there is no such host, or the port is not from 1 to 65535
     * @throws IOException when no port can be opened
     */
    public static FaultProxy to(String host, int port) throws IOException {
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("ACQ-2021 port " + port + " of the target: must be from 1 to 65535");
        }
        InetSocketAddress target = new InetSocketAddress(host, port);
        if (target.isUnresolved()) {
            throw new IllegalArgumentException("ACQ-2022 there is no host '" + host + "': check the name");
        }
        FaultProxy proxy = new FaultProxy(target);
        proxy.thread.start();
        return proxy;
    }

    /** The host to give to the client: {@code 127.0.0.1}. */
    public String host() {
        return port.address().getAddress().getHostAddress();
    }

    /** The port to give to the client; it stays the same through {@link #refuse()} and {@link #heal()}. */
    public int port() {
        return port.address().getPort();
    }

    /**
     * Holds each chunk so long before it goes on, either way. A chunk is what one read gave, at most 16 KiB, or a piece, or the
     * end of the stream; the next is read after it, so the line is slow as well as late.
     *
     * @throws IllegalArgumentException when {@code each} is negative or longer than a day
     */
    public void delay(Duration each) {
        if (each.isNegative() || each.compareTo(LONGEST_DELAY) > 0) {
            throw new IllegalArgumentException("ACQ-2023 delay of " + each + ": must be from 0 to " + LONGEST_DELAY);
        }
        change(() -> faults = faults.withDelay(each.toNanos()));
    }

    /**
     * Cuts the stream to the client after every so many bytes, counted from now or from the beginning of a later connection. Each
     * piece is written alone, without Nagle's delay, and at least a millisecond after the one before; with a {@link #delay} in
     * between, when the client is too slow for that. 1 gives every byte alone.
     *
     * @throws IllegalArgumentException when {@code bytes} is below 1
     */
    public void splitAt(int bytes) {
        if (bytes < 1) {
            throw new IllegalArgumentException("ACQ-2024 pieces of " + bytes + " bytes: must be at least 1");
        }
        change(() -> {
            faults = faults.withPieces(bytes);
            startPieces();
        });
    }

    private void startPieces() {
        long now = clock.nanoTime();
        connections.forEach(connection -> connection.startPieces(now));
    }

    /**
     * Lets connections stay and nothing pass: no byte, no end, no reset. What a client sends piles up until its writes block. New
     * connections are accepted, and the target does not hear of them.
     */
    public void blackHole() {
        change(() -> faults = faults.withBlackHole());
    }

    /**
     * Ends the connections to the target with a FIN and tells the clients nothing: what they send is swallowed and nothing comes
     * back. New connections fare alike.
     */
    public void halfOpen() {
        change(() -> {
            faults = faults.withHalfOpen();
            connections.forEach(ProxiedConnection::dropTarget);
        });
    }

    /** Refuses new connections; open ones go on. Nobody else gets the port meanwhile. */
    public void refuse() {
        change(port::shut);
        change(port::keep);
    }

    /** Breaks the open connections with an RST to both sides; what is on its way is lost. */
    public void reset() {
        change(() -> connections.forEach(ProxiedConnection::reset));
    }

    /** Ends the open connections with a FIN to both sides; what is on its way is lost. */
    public void cut() {
        change(() -> connections.forEach(ProxiedConnection::cut));
    }

    /**
     * Ends all faults. What a {@link #blackHole} or a {@link #delay} holds is delivered now, in order, and clients that came during
     * the black hole reach the target. Clients that were left {@link #halfOpen} get a reset, as from a host that has started again.
     * Connects that were refused succeed again, on the same port.
     *
     * @throws IllegalStateException when the port cannot be opened again
     */
    public void heal() {
        change(() -> {
            faults = ProxyFaults.NONE;
            startPieces();
            connections.stream().filter(ProxiedConnection::isHalfOpen).forEach(ProxiedConnection::reset);
            port.open();
        });
    }

    /** Connections that clients have opened since the start, those included that are closed. */
    public synchronized int acceptedConnections() {
        return accepted;
    }

    /** Connections that neither the client, nor the target, nor a fault has ended. */
    public synchronized int openConnections() {
        return connections.size();
    }

    /** Bytes that were passed to the target; swallowed ones are not. */
    public synchronized long upBytes() {
        return upBytes.get();
    }

    /** Bytes that were passed to clients. */
    public synchronized long downBytes() {
        return downBytes.get();
    }

    /** Blocks until at least so many connections were accepted since the start. */
    public void awaitConnections(int connections) throws InterruptedException {
        await(() -> accepted >= connections);
    }

    /** Blocks until exactly so many connections are open: 0 when all clients have given up. */
    public void awaitOpenConnections(int open) throws InterruptedException {
        await(() -> connections.size() == open);
    }

    /** Blocks until at least so many bytes were passed to the target. */
    public void awaitUpBytes(long bytes) throws InterruptedException {
        await(() -> upBytes.get() >= bytes);
    }

    /** Blocks until at least so many bytes were passed to clients. */
    public void awaitDownBytes(long bytes) throws InterruptedException {
        await(() -> downBytes.get() >= bytes);
    }

    private synchronized void await(BooleanSupplier reached) throws InterruptedException {
        while (!reached.getAsBoolean()) {
            refuseWhenClosed();
            wait();
        }
    }

    private void change(Change fault) {
        CompletableFuture<@Nullable Void> inPlace = new CompletableFuture<>();
        synchronized (this) {
            refuseWhenClosed();
            try {
                // A client that connected before the fault is met by it, even if the thread has not seen it yet.
                accept();
                fault.make();
            } catch (IOException e) {
                throw new IllegalStateException("ACQ-2026 port " + port() + " cannot be used: " + e.getMessage(), e);
            }
            changes.add(inPlace);
        }
        selector.wakeup();
        inPlace.join();
    }

    private void refuseWhenClosed() {
        if (closed) {
            String why = failure == null ? "make a new one" : "it failed: " + failure;
            throw new IllegalStateException(
                    "ACQ-2025 the fault proxy on port " + port() + " is closed: " + why, failure);
        }
    }

    private void run() {
        try {
            while (isRunning()) {
                selector.select(round());
            }
        } catch (IOException | RuntimeException e) {
            fail(e);
        } finally {
            end();
        }
    }

    private synchronized boolean isRunning() {
        return !closed;
    }

    private synchronized void fail(Exception e) {
        failure = e;
    }

    /** Does what can be done now; returns for how many milliseconds there is nothing to do unless a channel is ready, 0 for ever. */
    private synchronized long round() throws IOException {
        // Closes what was closed since the last round: a selector holds on to its channels until then.
        selector.selectNow();
        selector.selectedKeys().clear();
        accept();
        long now = clock.nanoTime();
        connections.forEach(connection -> connection.step(faults, now));
        connections.removeIf(connection -> !connection.isOpen());
        answerChanges();
        long nanos = connections.stream()
                .mapToLong(connection -> connection.nanosUntilDue(faults, now))
                .min()
                .orElse(Long.MAX_VALUE);
        return nanos == Long.MAX_VALUE ? 0 : TimeUnit.NANOSECONDS.toMillis(nanos) + 1;
    }

    private void accept() throws IOException {
        for (SocketChannel client = port.accept(); client != null; client = port.accept()) {
            accepted++;
            ProxiedConnection connection = new ProxiedConnection(selector, client, target, upBytes, downBytes);
            if (faults.halfOpen()) {
                connection.dropTarget();
            }
            connections.add(connection);
        }
    }

    private void answerChanges() {
        changes.forEach(change -> change.complete(null));
        changes.clear();
        notifyAll();
    }

    private synchronized void end() {
        closed = true;
        connections.forEach(ProxiedConnection::cut);
        connections.clear();
        try {
            port.close();
            selector.close();
        } catch (IOException e) {
            failure = e;
        }
        answerChanges();
    }

    /** Ends all connections with a FIN, gives the port back and waits for the thread to end. A second call does nothing. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        selector.wakeup();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** What a test does to the line, under the lock. */
    private interface Change {
        void make() throws IOException;
    }
}
