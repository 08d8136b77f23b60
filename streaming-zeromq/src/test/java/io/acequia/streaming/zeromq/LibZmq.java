/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.zeromq;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.acequia.streaming.testkit.RealServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A container with peers of libzmq, each by a name; see {@code ci/images/zeromq/peer.py}. For any thread. */
public final class LibZmq implements AutoCloseable {
    private final RealServer server;

    public LibZmq() throws IOException, InterruptedException {
        this.server = RealServer.of("acequia/zeromq").port("PORT").start();
    }

    public RealServer server() {
        return server;
    }

    /** A port that is free now. */
    public static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }

    /**
     * Opens a peer.
     *
     * @param type PUB, PUSH or DEALER
     * @param options as {@code identity=one}
     */
    public void bind(String name, String type, int port, String... options) throws IOException {
        open(name, type, "bind", port, options);
    }

    public void connect(String name, String type, int port, String... options) throws IOException {
        open(name, type, "connect", port, options);
    }

    private void open(String name, String type, String way, int port, String... options) throws IOException {
        ask(Stream.concat(Stream.of("open", name, type, way, "tcp://127.0.0.1:" + port), Arrays.stream(options))
                .toArray(String[]::new));
    }

    /** Publishes messages of these frames each. */
    public void publish(String name, List<List<byte[]>> messages) throws IOException {
        ask(Stream.concat(Stream.of("publish", name), messages.stream().map(LibZmq::hex))
                .toArray(String[]::new));
    }

    public void publish(String name, byte[]... frames) throws IOException {
        publish(name, List.of(List.of(frames)));
    }

    public void publish(String name, String... frames) throws IOException {
        publish(name, Arrays.stream(frames).map(frame -> frame.getBytes(UTF_8)).toArray(byte[][]::new));
    }

    /** Sends frames that are not kept. */
    public void send(String name, byte[]... frames) throws IOException {
        ask("send", name, hex(List.of(frames)));
    }

    public void flood(String name, int count, int bytes) throws IOException {
        ask("flood", name, String.valueOf(count), String.valueOf(bytes));
    }

    public long pending(String name) throws IOException {
        return Long.parseLong(ask("pending", name));
    }

    public long subscribers(String name) throws IOException {
        return Long.parseLong(ask("subscribers", name));
    }

    public long hellos(String name) throws IOException {
        return Long.parseLong(ask("hellos", name));
    }

    /** The last answers that a DEALER got, as Python prints them. */
    public String answers(String name) throws IOException {
        return ask("answers", name);
    }

    public void close(String name) throws IOException {
        ask("close", name);
    }

    private static String hex(List<byte[]> frames) {
        return frames.stream().map(HexFormat.of()::formatHex).collect(Collectors.joining(","));
    }

    private String ask(String... words) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.getOutputStream().write((String.join("\t", words) + "\n").getBytes(UTF_8));
            String answer = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8)).readLine();
            if (answer == null || !answer.startsWith("ok\t")) {
                throw new IOException("the peer says: " + answer);
            }
            return answer.substring(3);
        }
    }

    @Override
    public void close() {
        server.close();
    }
}
