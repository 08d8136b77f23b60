/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.acequia.streaming.testkit.ContainerTest;
import io.acequia.streaming.testkit.RealServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Collections;
import java.util.Objects;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.apache.flume.EventDeliveryException;
import org.apache.flume.api.RpcClient;
import org.apache.flume.api.RpcClientFactory;
import org.apache.flume.event.EventBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The example that counts the events of an agent, which has each event in two channels: one is sent, the other one fetched. */
@ContainerTest
@Timeout(120)
class FlumeExamplesTest {
    private static final String SINK = "io/acequia/streaming/flume/sink/PollingSink.class";
    private static final String AGENT =
            """
            a.sources = s1 s2 s3
            a.channels = c1 c2 c3
            a.sinks = k1 k2 k3
            a.sources.s1.type = avro
            a.sources.s1.bind = 127.0.0.1
            a.sources.s1.port = $PORT
            a.sources.s1.channels = c1
            a.sources.s2.type = avro
            a.sources.s2.bind = 127.0.0.1
            a.sources.s2.port = $POLLED_IN
            a.sources.s2.channels = c2
            a.sources.s3.type = avro
            a.sources.s3.bind = 127.0.0.1
            a.sources.s3.port = $SENT_TO_ALL_IN
            a.sources.s3.channels = c3
            a.channels.c1.type = memory
            a.channels.c1.keep-alive = 0
            a.channels.c2.type = memory
            a.channels.c2.keep-alive = 0
            a.channels.c3.type = memory
            a.channels.c3.keep-alive = 0
            a.sinks.k1.type = avro
            a.sinks.k1.channel = c1
            a.sinks.k1.hostname = 127.0.0.1
            a.sinks.k1.port = $SENT_PORT
            a.sinks.k2.type = io.acequia.streaming.flume.sink.PollingSink
            a.sinks.k2.channel = c2
            a.sinks.k2.host = 127.0.0.1
            a.sinks.k2.port = $POLLED_PORT
            a.sinks.k3.type = avro
            a.sinks.k3.channel = c3
            a.sinks.k3.hostname = 127.0.0.1
            a.sinks.k3.port = $SENT_TO_ALL_PORT
            """;

    private static int sentPort;
    private static int sentToAllPort;
    private static RealServer agent;

    @BeforeAll
    static void start() throws Exception {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                ServerSocket another = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            sentPort = free.getLocalPort();
            sentToAllPort = another.getLocalPort();
        }
        agent = RealServer.of("acequia/flume")
                .port("PORT")
                .port("POLLED_IN")
                .port("POLLED_PORT")
                .port("SENT_TO_ALL_IN")
                .environment("SENT_PORT", String.valueOf(sentPort))
                .environment("SENT_TO_ALL_PORT", String.valueOf(sentToAllPort))
                .environment("CONF", AGENT)
                .environment("SINK_JAR", Base64.getEncoder().encodeToString(sinkJar()))
                .start();
    }

    @AfterAll
    static void stop() {
        agent.close();
    }

    /** The jar of the sink: as it is, or made of the folder of its classes. */
    private static byte[] sinkJar() throws IOException {
        String found = Objects.requireNonNull(
                        FlumeExamplesTest.class.getClassLoader().getResource(SINK), "no streaming-flume-sink")
                .toString();
        if (found.startsWith("jar:")) {
            return Files.readAllBytes(Path.of(URI.create(found.substring("jar:".length(), found.indexOf('!')))));
        }
        Path folder = Path.of(URI.create(found)).getParent();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JarOutputStream jar = new JarOutputStream(bytes);
                Stream<Path> classes = Files.list(folder)) {
            for (Path each : classes.toList()) {
                jar.putNextEntry(new JarEntry(SINK.substring(0, SINK.lastIndexOf('/') + 1) + each.getFileName()));
                jar.write(Files.readAllBytes(each));
            }
        }
        return bytes.toByteArray();
    }

    private static void publish(int port) throws EventDeliveryException {
        RpcClient client = RpcClientFactory.getDefaultInstance("127.0.0.1", port, 100);
        try {
            client.appendBatch(Collections.nCopies(20, EventBuilder.withBody("event", UTF_8)));
        } finally {
            client.close();
        }
    }

    @Test
    void eventsThatAreSentAreCounted() throws Exception {
        publish(agent.port());
        counts("listen", sentPort);
    }

    @Test
    void eventsThatAreFetchedAreCounted() throws Exception {
        publish(agent.port("POLLED_IN"));
        counts("poll", agent.port("POLLED_PORT"));
    }

    @Test
    void theExampleRunsFromItsUberJar() throws Exception {
        publish(agent.port("SENT_TO_ALL_IN"));
        publish(agent.port("POLLED_IN"));
        try (JarProgram listening = fromUberJar("listen", sentToAllPort);
                JarProgram polling = fromUberJar("poll", agent.port("POLLED_PORT"))) {
            listening.awaitPrinted("Received 20 flume events.");
            polling.awaitPrinted("Received 20 flume events.");
        }
    }

    private static JarProgram fromUberJar(String way, int port) throws IOException {
        return JarProgram.fromUberJar("flume", FlumeEventCount.class, way, "127.0.0.1", String.valueOf(port));
    }

    private static void counts(String way, int port) throws Exception {
        try (RunningProgram program =
                RunningProgram.start(FlumeEventCount::main, way, "127.0.0.1", String.valueOf(port))) {
            assertThat(program.awaitPrinted("Received 20 flume events.")).contains("Received 20 flume events.");
            program.stopStream().awaitEnd();
        }
    }
}
