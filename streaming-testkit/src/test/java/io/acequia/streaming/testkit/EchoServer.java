/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** Sends back what it gets, and tells how its connections ended. */
final class EchoServer implements AutoCloseable {
    private final ServerSocket server = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Queue<Socket> open = new ConcurrentLinkedQueue<>();
    private final AtomicInteger connections = new AtomicInteger();
    private final BlockingQueue<String> ends = new LinkedBlockingQueue<>();
    private final CompletableFuture<Void> accepting;

    EchoServer() throws IOException {
        accepting = CompletableFuture.runAsync(this::accept, threads);
    }

    int port() {
        return server.getLocalPort();
    }

    int connections() {
        return connections.get();
    }

    /** How the next connection ended: "end" or "reset"; waits for it. */
    String nextEnd() throws InterruptedException {
        return ends.take();
    }

    private void accept() {
        while (true) {
            try {
                Socket socket = server.accept();
                connections.incrementAndGet();
                open.add(socket);
                threads.submit(() -> echo(socket));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void echo(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            socket.getInputStream().transferTo(socket.getOutputStream());
            ends.add("end");
        } catch (IOException e) {
            ends.add("reset");
        }
    }

    /** Connects are refused from now on: a thread that still accepts would let one in. */
    @Override
    public void close() throws IOException {
        server.close();
        accepting.join();
        for (Socket socket : open) {
            socket.close();
        }
        threads.shutdownNow();
    }
}
