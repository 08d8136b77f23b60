/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Random;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A server of lines {@code NUMBER TEXT}, from 1, that knows which were acknowledged by {@code ACK NUMBER}: the sender of a rig,
 * and what it expects. Each connection begins with the first line that was not acknowledged, or, for clients that acknowledge
 * nothing, with the first that was not sent.
 *
 * <p><b>Threads.</b> One serves connections, one after the other, and writes; one more for each connection reads. What they share is
 * guarded by this object. A connection has ended when its reader has: all acknowledgements that came are known then.
 */
final class AckServer implements AutoCloseable {
    private static final int MOST_AHEAD = 3000;
    private static final int MOST_AT_ONCE = 20;
    private static final int MOST_PAUSE_MILLIS = 4;
    private static final String TEXT = " the quick brown fox jumps over the lazy dog\n";

    private final ServerSocket server;
    private final boolean acknowledged;
    private final int linesAConnection;
    private final Random random;

    private long limit = Long.MAX_VALUE;
    private long next = 1;
    private long sent;
    private long acked;
    private long ackedBefore;
    private int connections;
    private int strange;
    private boolean connected;
    private boolean closed;

    /**
     * Starts it.
     *
     * @param acknowledged whether clients acknowledge
     * @param linesAConnection after so many acknowledged lines a connection is closed; 0 for never
     */
    AckServer(boolean acknowledged, int linesAConnection, long seed) throws IOException {
        this.server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        this.acknowledged = acknowledged;
        this.linesAConnection = linesAConnection;
        this.random = new Random(seed);
        daemon("server", this::serve);
    }

    private static Thread daemon(String name, Runnable work) {
        Thread thread = new Thread(work, "ack-" + name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    String host() {
        return server.getInetAddress().getHostAddress();
    }

    int port() {
        return server.getLocalPort();
    }

    /** The highest number that was ever sent. */
    synchronized long sent() {
        return sent;
    }

    /** All lines up to this one were acknowledged. */
    synchronized long acked() {
        return acked;
    }

    synchronized int connections() {
        return connections;
    }

    /** Answers that acknowledge what was not sent, or are none. */
    synchronized int strange() {
        return strange;
    }

    /** No line above those sent so far is sent; gives the last one. */
    synchronized long stopSending() {
        limit = sent;
        return sent;
    }

    synchronized void goOnSending() {
        limit = Long.MAX_VALUE;
        notifyAll();
    }

    synchronized boolean isConnected() {
        return connected;
    }

    /** Waits for something that this server hears of; whether it came. */
    synchronized boolean await(BooleanSupplier something, Duration atMost) throws InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (!something.getAsBoolean()) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            wait(left / 1_000_000 + 1);
        }
        return true;
    }

    private void serve() {
        while (!isClosed()) {
            try (Socket client = server.accept()) {
                client.setTcpNoDelay(true);
                begin();
                Thread reader = daemon("reader", () -> readAcks(client));
                try {
                    write(client.getOutputStream());
                } catch (IOException e) {
                    // the client is gone
                } finally {
                    client.shutdownOutput();
                    reader.join();
                }
            } catch (IOException e) {
                // the client is gone, or the server
            } catch (InterruptedException e) {
                return;
            } finally {
                connected(false);
            }
        }
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    private synchronized void connected(boolean now) {
        connected = now;
        notifyAll();
    }

    private synchronized void begin() {
        ackedBefore = acked;
        next = acknowledged ? acked + 1 : sent + 1;
        connections++;
        connected(true);
    }

    /** Lines in bursts, as long as the client is there. */
    private void write(OutputStream out) throws IOException, InterruptedException {
        for (String burst = burst(); burst != null; burst = burst()) {
            out.write(burst.getBytes(StandardCharsets.UTF_8));
        }
    }

    private synchronized @Nullable String burst() throws InterruptedException {
        wait(1 + random.nextInt(MOST_PAUSE_MILLIS));
        while (connected && !closed && !isOver() && (next > limit || acknowledged && next > acked + MOST_AHEAD)) {
            wait();
        }
        if (!connected || closed || isOver()) {
            return null;
        }
        StringBuilder lines = new StringBuilder();
        for (int left = 1 + random.nextInt(MOST_AT_ONCE); left > 0 && next <= limit; left--, next++) {
            lines.append(next).append(TEXT);
        }
        sent = Math.max(sent, next - 1);
        return lines.toString();
    }

    private boolean isOver() {
        return linesAConnection > 0 && acked >= ackedBefore + linesAConnection;
    }

    private void readAcks(Socket client) {
        try (BufferedReader in =
                new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                acked(line);
            }
        } catch (IOException e) {
            // the client is gone
        } finally {
            connected(false);
        }
    }

    private synchronized void acked(String line) {
        long number = line.startsWith("ACK ") ? Long.parseLong(line.substring(4)) : -1;
        if (number < 1 || number > sent) {
            strange++;
        } else {
            acked = Math.max(acked, number);
        }
        notifyAll();
    }

    @Override
    public void close() throws IOException {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        server.close();
    }
}
