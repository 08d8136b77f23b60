/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.acequia.streaming.data.Utf8;
import io.acequia.streaming.internal.source.Endpoint;
import io.acequia.streaming.internal.source.SocketLineSource;
import io.acequia.streaming.receiver.Source;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.List;

/** Sends lines to whoever is connected. It has no thread: connections wait until something is published or cut. */
final class LineServer implements ExternalSystem<Utf8> {
    private static final int LONGEST_WAIT = 60_000;
    private static final int NO_TIME = 1;

    private final ServerSocket server;
    private Socket connected;

    LineServer() throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    @Override
    public Source<Utf8> source() {
        return new SocketLineSource(
                Endpoint.of(server.getInetAddress().getHostAddress(), server.getLocalPort()), 1 << 10);
    }

    @Override
    public void publish(List<String> payloads) throws IOException {
        connection().getOutputStream().write((String.join("\n", payloads) + "\n").getBytes(UTF_8));
    }

    private synchronized Socket connection() throws IOException {
        server.setSoTimeout(LONGEST_WAIT);
        while (connected == null || hasGone(connected)) {
            connected = server.accept();
        }
        return connected;
    }

    private static boolean hasGone(Socket socket) throws IOException {
        if (socket.isClosed()) {
            return true;
        }
        try {
            socket.setSoTimeout(NO_TIME);
            return socket.getInputStream().read() < 0;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    @Override
    public String payloadOf(Utf8 record) {
        return record.toString();
    }

    /** Ends all connections, also those that wait to be accepted; those that are made until {@link #heal} end there. */
    @Override
    public synchronized void cut() throws IOException {
        if (connected != null) {
            connected.close();
        }
        server.setSoTimeout(NO_TIME);
        try {
            while (true) {
                server.accept().close();
            }
        } catch (SocketTimeoutException e) {
            connected = null;
        }
    }

    @Override
    public void heal() throws IOException {
        cut();
    }

    @Override
    public void close() throws IOException {
        cut();
        server.close();
    }
}
