/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.akka;

import io.acequia.streaming.testkit.FaultProxy;
import io.acequia.streaming.testkit.RealServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A program that feeds receivers, in a container; {@code ci/images/akka} says how. */
final class Feeder implements AutoCloseable {
    private final RealServer server;
    private final @Nullable FaultProxy proxy;
    private final int port;

    private Feeder(RealServer server, @Nullable FaultProxy proxy, int port) {
        this.server = server;
        this.proxy = proxy;
        this.port = port;
    }

    /** A feeder that receivers reach straight away. */
    static Feeder start() throws IOException, InterruptedException {
        return start(Map.of());
    }

    static Feeder start(Map<String, String> environment) throws IOException, InterruptedException {
        int bound = freePort();
        return new Feeder(start(bound, bound, environment), null, bound);
    }

    /** A feeder whose address is that of a proxy. */
    static Feeder withProxy() throws IOException, InterruptedException {
        int bound = freePort();
        FaultProxy proxy = FaultProxy.to("127.0.0.1", bound);
        return new Feeder(start(bound, proxy.port(), Map.of()), proxy, proxy.port());
    }

    private static RealServer start(int bound, int canonical, Map<String, String> environment)
            throws IOException, InterruptedException {
        RealServer.Builder builder = RealServer.of("acequia/akka")
                .port("PORT")
                .environment("ARTERY_PORT", String.valueOf(bound))
                .environment("CANONICAL_PORT", String.valueOf(canonical));
        environment.forEach(builder::environment);
        return builder.start();
    }

    static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }

    RealServer server() {
        return server;
    }

    FaultProxy proxy() {
        return Objects.requireNonNull(proxy, "made without a proxy");
    }

    /** Ends what was done to its proxy, if it has one. */
    void healed() {
        if (proxy != null) {
            proxy.heal();
        }
    }

    /** The actor that feeds by this channel. */
    String path(String channel) {
        return "akka://feeds@127.0.0.1:" + port + "/user/" + channel;
    }

    /** Tells it something, as {@code publish CHANNEL TEXT*}, and waits for its answer. */
    String tell(String command) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
                PrintWriter out = new PrintWriter(socket.getOutputStream(), true, StandardCharsets.UTF_8);
                BufferedReader in =
                        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))) {
            out.println(command);
            String answer = in.readLine();
            if (answer == null || answer.equals("unknown")) {
                throw new IOException("the feeder does not answer '" + command + "': " + server.log());
            }
            return answer;
        }
    }

    @Override
    public void close() {
        server.close();
        if (proxy != null) {
            proxy.close();
        }
    }
}
