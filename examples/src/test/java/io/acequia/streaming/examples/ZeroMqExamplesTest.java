/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.testkit.ContainerTest;
import io.acequia.streaming.testkit.RealServer;
import io.acequia.streaming.testkit.TestStreams;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The example that reads from ZeroMQ, with peers of libzmq. */
@ContainerTest
@Timeout(120)
class ZeroMqExamplesTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    private static RealServer peers;

    private String address;

    @BeforeAll
    static void start() throws Exception {
        peers = RealServer.of("acequia/zeromq").port("PORT").start();
    }

    @AfterAll
    static void stop() {
        peers.close();
    }

    @BeforeEach
    void choose() throws Exception {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            address = "tcp://127.0.0.1:" + free.getLocalPort();
        }
    }

    private static String tell(String... words) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), peers.port())) {
            socket.getOutputStream().write((String.join("\t", words) + "\n").getBytes(UTF_8));
            return new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8)).readLine();
        }
    }

    private static String hex(String frame) {
        return HexFormat.of().formatHex(frame.getBytes(UTF_8));
    }

    private static StreamingConf conf() {
        return StreamingConf.withoutDefaults().setMaster("local[2]").setAppName("zeromq");
    }

    private static Map<String, Long> words(TestStreams t) {
        Map<String, Long> words = new TreeMap<>();
        for (List<Object> batch : t.batches("counts")) {
            batch.forEach(pair -> {
                String[] counted = pair.toString().replaceAll("[()]", "").split(",");
                words.merge(counted[0], Long.valueOf(counted[1]), Long::sum);
            });
        }
        return words;
    }

    @Test
    void wordsOfASenderThatWaitsForAcknowledgementsAreCounted() throws Exception {
        tell("open", "lines", "DEALER", "connect", address);
        tell("publish", "lines", hex("to be or"), hex("not to be"));
        try (TestStreams t = TestStreams.every(
                SECOND,
                conf(),
                s -> s.collect("counts", ZeroMqWordCount.count(ZeroMqWordCount.acknowledged(s.context(), address))))) {
            do {
                t.advance(1);
            } while (!tell("pending", "lines").equals("ok\t0"));
            assertThat(words(t)).isEqualTo(Map.of("to", 2L, "be", 2L, "or", 1L, "not", 1L));
        }
    }

    @Test
    void theExampleRunsFromItsUberJar() throws Exception {
        tell("open", "all", "DEALER", "connect", address);
        tell("publish", "all", hex("to be or"), hex("not to be"));
        try (JarProgram program = JarProgram.fromUberJar("zeromq", ZeroMqWordCount.class, address)) {
            assertThat(program.awaitCounts(6)).isEqualTo(Map.of("to", 2L, "be", 2L, "or", 1L, "not", 1L));
        }
    }

    @Test
    void wordsOfATopicAreCounted() throws Exception {
        tell("open", "feed", "PUB", "bind", address);
        try (TestStreams t = TestStreams.every(
                SECOND,
                conf(),
                s -> s.collect(
                        "counts", ZeroMqWordCount.count(ZeroMqWordCount.subscribed(s.context(), address, "hamlet"))))) {
            while (!tell("subscribers", "feed").equals("ok\t1")) {
                t.advance(1);
            }
            tell("publish", "feed", hex("lear") + "," + hex("never never"), hex("hamlet") + "," + hex("to be"));
            do {
                t.advance(1);
            } while (words(t).isEmpty());
            assertThat(words(t)).isEqualTo(Map.of("to", 1L, "be", 1L));
        }
    }
}
