/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.acequia.streaming.testkit.RealServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A sender in a container that is told what to send, by a line on a port, which it answers by a line. */
final class ToldServer implements AutoCloseable {
    private final RealServer server;

    ToldServer(RealServer.Builder server) throws InterruptedException {
        this.server = server.start();
    }

    static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }

    /** Waits for the answer, which must begin as expected. */
    String tell(String line, String expected) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
                BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8))) {
            socket.getOutputStream().write((line + "\n").getBytes(UTF_8));
            return answered(line, in.readLine(), expected, server::log);
        }
    }

    static String answered(String line, @Nullable String answer, String expected, Supplier<String> log) {
        if (answer == null || !answer.startsWith(expected)) {
            throw new IllegalStateException("ACQ-3173 the sender answers '" + answer + "' to '" + line
                    + "': see what it has printed: " + log.get());
        }
        return answer.substring(expected.length());
    }

    @Override
    public void close() {
        server.close();
    }
}
