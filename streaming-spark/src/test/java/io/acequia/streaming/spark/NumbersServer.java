/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * Sends numbers from 1, a line each, and hears which were acknowledged; a new connection begins with the first that was not. A client says
 * first which process it is: {@code PID n}, then {@code ACK n} for all up to n. Only the newest connection is served.
 */
final class NumbersServer implements AutoCloseable {
    private static final int MOST_AHEAD = 2000;
    private static final int AT_ONCE = 4;
    private static final int PAUSE_MILLIS = 20;

    private final ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
    private Socket newest = new Socket();
    private long acked;
    private long pid;
    private int connections;
    private boolean closed;

    NumbersServer() throws IOException {
        daemon("accepts", this::accept);
    }

    private static void daemon(String name, Runnable work) {
        Thread thread = new Thread(work, "numbers-" + name);
        thread.setDaemon(true);
        thread.start();
    }

    int port() {
        return server.getLocalPort();
    }

    /** All up to this one were acknowledged. */
    synchronized long acked() {
        return acked;
    }

    /** The process that reads, or read last. */
    synchronized long pid() {
        return pid;
    }

    synchronized int connections() {
        return connections;
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                client.setTcpNoDelay(true);
                daemon("reads", () -> read(client));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void read(Socket client) {
        try (BufferedReader in =
                new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                long number = Long.parseLong(line.substring(4));
                if (line.startsWith("PID ")) {
                    begin(client, number);
                } else {
                    hear(number);
                }
            }
        } catch (IOException e) {
            // the client is gone
        }
    }

    private synchronized void begin(Socket client, long of) throws IOException {
        newest.close();
        newest = client;
        pid = of;
        connections++;
        notifyAll();
        long first = acked + 1;
        daemon("writes", () -> write(client, first));
    }

    private synchronized void hear(long number) {
        acked = Math.max(acked, number);
        notifyAll();
    }

    private void write(Socket client, long first) {
        try {
            OutputStream out = client.getOutputStream();
            for (long next = first; mayWrite(client, next); next += AT_ONCE) {
                StringBuilder lines = new StringBuilder();
                for (int i = 0; i < AT_ONCE; i++) {
                    lines.append(next + i).append('\n');
                }
                out.write(lines.toString().getBytes(StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            // the client is gone
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized boolean mayWrite(Socket client, long next) throws InterruptedException {
        wait(PAUSE_MILLIS);
        while (!closed && client == newest && next > acked + MOST_AHEAD) {
            wait();
        }
        return !closed && client == newest;
    }

    @Override
    public void close() throws IOException {
        synchronized (this) {
            closed = true;
            newest.close();
            notifyAll();
        }
        server.close();
    }
}
