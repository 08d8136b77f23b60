/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.examples;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

/** A server on a loopback port that sends the same text to everyone who connects, and keeps the connections open. */
final class TextServer implements AutoCloseable {
    private final byte[] text;
    private final ServerSocket server;
    private final List<Socket> peers = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Void> served;

    TextServer(String text) throws IOException {
        this.text = text.getBytes(StandardCharsets.UTF_8);
        this.server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        this.served = CompletableFuture.runAsync(this::serve, task -> Background.run("text-server", task));
    }

    String port() {
        return Integer.toString(server.getLocalPort());
    }

    /** Ends all connections in order; clients may connect anew. */
    void disconnect() throws IOException {
        for (Socket peer : peers) {
            peer.close();
        }
    }

    private void serve() {
        try {
            while (true) {
                Socket peer = server.accept();
                peers.add(peer);
                peer.getOutputStream().write(text);
            }
        } catch (SocketException e) {
            if (!server.isClosed()) {
                throw new UncheckedIOException(e);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        disconnect();
        served.join();
    }
}
