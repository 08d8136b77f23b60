/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.flume;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.testkit.RealServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicLong;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.apache.flume.Event;
import org.apache.flume.EventDeliveryException;
import org.apache.flume.FlumeException;
import org.apache.flume.api.RpcClient;
import org.apache.flume.api.RpcClientConfigurationConstants;
import org.apache.flume.api.RpcClientFactory;

/**
 * An agent of Flume in a container. It has one Avro source, to which tests publish, and lanes, which each have a channel and a sink of
 * their own; the source sends an event to the lane that its header names.
 */
final class Agent implements AutoCloseable {
    static final String LANE = "lane";
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration LOOK = Duration.ofMillis(20);
    private static final int LOWEST_PORT = 20_000;
    private static final AtomicLong PORTS =
            new AtomicLong(ProcessHandle.current().pid() * 127);
    private static final String SINK = "io/acequia/streaming/flume/sink/PollingSink.class";

    private final RealServer server;
    private final List<Integer> ports;
    private final List<Integer> polled;
    private final HttpClient http = HttpClient.newHttpClient();

    private Agent(RealServer server, List<Integer> ports, List<Integer> polled) {
        this.server = server;
        this.ports = ports;
        this.polled = polled;
    }

    /** What a lane is, by properties of Flume without their prefixes. */
    static final class Lane {
        private final Map<String, Object> channel = new LinkedHashMap<>();
        private final Map<String, Object> sink = new LinkedHashMap<>();

        /** With a channel in memory, which gives at once what it has. */
        static Lane inMemory() {
            return new Lane()
                    .channel("type", "memory")
                    .channel("capacity", 20_000)
                    .channel("transactionCapacity", 2_000)
                    .channel("keep-alive", 0);
        }

        /** With a channel in files, which outlives the agent. */
        static Lane inFiles() {
            return new Lane()
                    .channel("type", "file")
                    .channel("minimumRequiredSpace", 1 << 20)
                    .channel("maxFileSize", 16 << 20)
                    .channel("checkpointInterval", 1_000)
                    .channel("keep-alive", 1);
        }

        Lane channel(String key, Object value) {
            channel.put(key, value);
            return this;
        }

        Lane sink(String key, Object value) {
            sink.put(key, value);
            return this;
        }

        /** From which events are fetched, on a port that is free. */
        Lane polled() throws IOException {
            return sink("type", "io.acequia.streaming.flume.sink.PollingSink")
                    .sink("host", "127.0.0.1")
                    .sink("port", freePort());
        }

        /** Which sends events to a port, and tries again soon, other than Flume's sink. */
        Lane quick(int port) {
            return sending(port).sink("type", "io.acequia.images.flume.QuickAvroSink");
        }

        /** Which sends events to a port, as Flume does. */
        Lane sending(int port) {
            return sink("type", "avro")
                    .sink("hostname", "127.0.0.1")
                    .sink("port", port)
                    .sink("connect-timeout", 2_000)
                    .sink("request-timeout", 4_000);
        }

        private void write(int number, List<String> lines) {
            Map<String, Object> all = new LinkedHashMap<>(channel);
            if ("file".equals(channel.get("type"))) {
                all.put("checkpointDir", "/var/lib/flume/" + number + "/checkpoint");
                all.put("dataDirs", "/var/lib/flume/" + number + "/data");
            }
            all.forEach((key, value) -> lines.add("a.channels.c" + number + "." + key + " = " + value));
            lines.add("a.sinks.k" + number + ".channel = c" + number);
            sink.forEach((key, value) -> lines.add("a.sinks.k" + number + "." + key + " = " + value));
        }
    }

    static Agent with(List<Lane> lanes) throws IOException, InterruptedException {
        return with(lanes, Map.of());
    }

    static Agent with(List<Lane> lanes, Map<String, String> environment) throws IOException, InterruptedException {
        RealServer.Builder builder = RealServer.of("acequia/flume")
                .port("PORT")
                .port("COUNTERS_PORT")
                .environment("CONF", configuration(lanes))
                .environment("SINK_JAR", sinkJar());
        environment.forEach(builder::environment);
        Agent agent = new Agent(
                builder.start(),
                lanes.stream().map(lane -> (Integer) lane.sink.get("port")).toList(),
                lanes.stream()
                        .filter(lane -> lane.sink.containsKey("host"))
                        .map(lane -> (Integer) lane.sink.get("port"))
                        .toList());
        agent.awaitOpen();
        return agent;
    }

    /** Sources, sinks and counters open their ports one after the other. */
    private void awaitOpen() throws InterruptedException {
        List<Integer> all = new ArrayList<>(polled);
        all.add(server.port("PORT"));
        all.add(server.port("COUNTERS_PORT"));
        StreamClock clock = StreamClock.system();
        long deadline = clock.nanoTime() + PATIENCE.toNanos();
        while (!all.isEmpty()) {
            all.removeIf(Agent::isOpen);
            if (clock.nanoTime() > deadline) {
                throw new AssertionError("nobody listens on " + all + ": " + server.log());
            }
            clock.awaitUntil(clock.now().plus(LOOK));
        }
    }

    private static boolean isOpen(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    /** Kills it by SIGKILL. */
    void kill() {
        server.kill();
    }

    /** Starts it again with what its channels in files have; returns when all of it is there. */
    void restart() throws InterruptedException {
        server.restart();
        awaitOpen();
    }

    private static String configuration(List<Lane> lanes) {
        List<String> lines = new ArrayList<>();
        StringBuilder channels = new StringBuilder();
        StringBuilder sinks = new StringBuilder();
        for (int i = 0; i < lanes.size(); i++) {
            channels.append(" c").append(i);
            sinks.append(" k").append(i);
            lines.add("a.sources.in.selector.mapping." + i + " = c" + i);
            lanes.get(i).write(i, lines);
        }
        lines.add("a.sources = in");
        lines.add("a.channels =" + channels);
        lines.add("a.sinks =" + sinks);
        lines.add("a.sources.in.channels =" + channels);
        lines.add("a.sources.in.type = avro");
        lines.add("a.sources.in.bind = 127.0.0.1");
        lines.add("a.sources.in.port = $PORT");
        lines.add("a.sources.in.selector.type = multiplexing");
        lines.add("a.sources.in.selector.header = " + LANE);
        return String.join("\n", lines);
    }

    /** The jar of the sink, in base64: as it is, or made of the folder of its classes. */
    static String sinkJar() throws IOException {
        String found = Objects.requireNonNull(Agent.class.getClassLoader().getResource(SINK), "no " + SINK)
                .toString();
        byte[] jar;
        if (found.startsWith("jar:")) {
            jar = Files.readAllBytes(Path.of(URI.create(found.substring(4, found.indexOf('!')))));
        } else {
            jar = jar(Path.of(URI.create(found.substring(0, found.length() - SINK.length()))));
        }
        return Base64.getEncoder().encodeToString(jar);
    }

    private static byte[] jar(Path folder) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JarOutputStream jar = new JarOutputStream(bytes);
                Stream<Path> classes = Files.list(folder.resolve(SINK).getParent())) {
            for (Path each : classes.toList()) {
                jar.putNextEntry(new JarEntry(folder.relativize(each).toString()));
                jar.write(Files.readAllBytes(each));
            }
        }
        return bytes.toByteArray();
    }

    /** Below those that the system gives to outgoing connections, one of which might have it when it is needed. */
    static int freePort() throws IOException {
        while (true) {
            int port = LOWEST_PORT + (int) (PORTS.getAndIncrement() % (32_000 - LOWEST_PORT));
            try (ServerSocket free = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return free.getLocalPort();
            } catch (BindException e) {
                continue; // somebody has it
            }
        }
    }

    /** The port of the sink of a lane, or the one that it sends to. */
    int port(int lane) {
        return ports.get(lane);
    }

    RealServer server() {
        return server;
    }

    /** A counter of a component, as {@code CHANNEL.c0} and {@code EventTakeSuccessCount}. */
    long counter(String component, String name) throws IOException, InterruptedException {
        String said = http.send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port("COUNTERS_PORT") + "/"
                                        + component + "/" + name))
                                .build(),
                        HttpResponse.BodyHandlers.ofString(UTF_8))
                .body();
        return Long.parseLong(said);
    }

    /** How many events of a lane have left its channel for good, since the agent has started. */
    long taken(int lane) throws IOException, InterruptedException {
        return counter("CHANNEL.c" + lane, "EventTakeSuccessCount");
    }

    /** A client that publishes to it. */
    RpcClient client() throws FlumeException {
        Properties properties = new Properties();
        properties.setProperty(RpcClientConfigurationConstants.CONFIG_HOSTS, "h");
        properties.setProperty(RpcClientConfigurationConstants.CONFIG_HOSTS_PREFIX + "h", server.endpoint());
        properties.setProperty(RpcClientConfigurationConstants.CONFIG_BATCH_SIZE, "1000");
        return RpcClientFactory.getInstance(properties);
    }

    /** Publishes by a client of its own; returns when the channels have it. */
    void publish(List<Event> events) throws EventDeliveryException {
        RpcClient client = client();
        try {
            client.appendBatch(events);
        } finally {
            client.close();
        }
    }

    @Override
    public void close() {
        server.close();
    }
}
