/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import org.jspecify.annotations.Nullable;

/** The other end of a socket source: serves one connection at a time on a loopback port, as the test tells it. */
final class Peer implements AutoCloseable {
    private static final int LONGEST_WAIT = 60_000;

    private final ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
    private @Nullable Socket connection;

    Peer() throws IOException {}

    String host() {
        return server.getInetAddress().getHostAddress();
    }

    int port() {
        return server.getLocalPort();
    }

    /** Waits for the next connection. */
    Peer accept() throws IOException {
        server.setSoTimeout(LONGEST_WAIT);
        connection = server.accept();
        return this;
    }

    void send(String text) throws IOException {
        send(text.getBytes(UTF_8));
    }

    void send(byte[] bytes) throws IOException {
        connected().getOutputStream().write(bytes);
    }

    /** Closes the connection properly. */
    void hangUp() throws IOException {
        connected().close();
    }

    /** Breaks the connection: the other end sees a reset. */
    void reset() throws IOException {
        connected().setSoLinger(true, 0);
        connected().close();
    }

    private Socket connected() {
        if (connection == null) {
            throw new AssertionError("nobody is connected: accept first");
        }
        return connection;
    }

    @Override
    public void close() throws IOException {
        if (connection != null) {
            connection.close();
        }
        server.close();
    }
}
