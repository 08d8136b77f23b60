/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A server that sends the same number of lines each millisecond to the one client that connects, and remembers when it sent
 * them. When it comes too late, it sends what it owes at once.
 */
final class PacedSender implements AutoCloseable {
    private static final int POOL_LINES = 100_000;

    private final int linesEachMilli;
    private final ServerSocketChannel server;
    private final long[] sentMicros;
    private final Thread thread;
    private volatile int bursts;
    private volatile boolean closed;

    PacedSender(int linesEachMilli, int mostMillis) throws IOException {
        this.linesEachMilli = linesEachMilli;
        this.sentMicros = new long[mostMillis];
        this.server = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        this.thread = new Thread(this::serve, "sender");
        thread.setDaemon(true);
        thread.start();
    }

    String host() {
        return InetAddress.getLoopbackAddress().getHostAddress();
    }

    int port() {
        return server.socket().getLocalPort();
    }

    /** Lines sent so far. */
    long sent() {
        return (long) bursts * linesEachMilli;
    }

    /** How many lines a burst has. */
    int burst() {
        return linesEachMilli;
    }

    /** When a burst was handed to the network, in microseconds since the epoch. */
    long sentMicros(int burst) {
        return sentMicros[burst];
    }

    static long micros(Instant time) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, time);
    }

    private void serve() {
        byte[] pool = LinePool.bytes(POOL_LINES);
        int length = linesEachMilli * LinePool.LINE_BYTES;
        try (SocketChannel client = server.accept()) {
            // Else Nagle's algorithm and delayed acks hold back a burst for up to 40 ms.
            client.setOption(StandardSocketOptions.TCP_NODELAY, true);
            long start = System.nanoTime();
            while (!closed && bursts < sentMicros.length) {
                LockSupport.parkNanos(start + TimeUnit.MILLISECONDS.toNanos(bursts) - System.nanoTime());
                while (bursts < sentMicros.length
                        && System.nanoTime() - start >= TimeUnit.MILLISECONDS.toNanos(bursts)) {
                    int from = (int) ((long) bursts * length % pool.length);
                    sentMicros[bursts] = micros(Instant.now());
                    ByteBuffer burst = ByteBuffer.wrap(pool, from, length);
                    while (burst.hasRemaining()) {
                        client.write(burst);
                    }
                    bursts++;
                }
            }
            while (!closed) {
                LockSupport.park(this);
            }
        } catch (IOException e) {
            // The stream under test has stopped and closed its end; one that lost its server would tell by itself.
        }
    }

    @Override
    public void close() throws IOException {
        closed = true;
        LockSupport.unpark(thread);
        server.close();
    }
}
