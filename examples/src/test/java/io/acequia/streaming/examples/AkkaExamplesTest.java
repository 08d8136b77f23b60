/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.testkit.ContainerTest;
import io.acequia.streaming.testkit.RealServer;
import io.acequia.streaming.testkit.TestStreams;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The example that an actor in another process feeds. */
@ContainerTest
@Timeout(120)
class AkkaExamplesTest {
    private static RealServer feeder;
    private static int port;

    @BeforeAll
    static void start() throws Exception {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        feeder = RealServer.of("acequia/akka")
                .port("PORT")
                .environment("ARTERY_PORT", String.valueOf(port))
                .start();
    }

    @AfterAll
    static void stop() {
        feeder.close();
    }

    private static String tell(String command) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), feeder.port());
                PrintWriter out = new PrintWriter(socket.getOutputStream(), true, StandardCharsets.UTF_8);
                BufferedReader in =
                        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))) {
            out.println(command);
            return in.readLine();
        }
    }

    @Test
    void wordsOfAnActorInAnotherProcessAreCounted() throws Exception {
        tell("publish words to be or not to be");
        try (TestStreams t = TestStreams.every(
                Duration.ofSeconds(1),
                StreamingConf.withoutDefaults().setMaster("local[2]").setAppName("akka"),
                s -> s.collect(
                        "counts",
                        ActorWordCount.count(s.context(), "akka://feeds@127.0.0.1:" + port + "/user/words")))) {
            while (!tell("unacked words").equals("0")) {
                t.advance(1);
            }
            Map<String, Long> words = new TreeMap<>();
            for (List<Object> batch : t.batches("counts")) {
                batch.forEach(pair -> {
                    String[] counted = pair.toString().replaceAll("[()]", "").split(",");
                    words.merge(counted[0], Long.valueOf(counted[1]), Long::sum);
                });
            }
            assertThat(words).isEqualTo(Map.of("to", 2L, "be", 2L, "or", 1L, "not", 1L));
        }
    }

    @Test
    void theExampleRunsFromItsUberJar() throws Exception {
        tell("publish words to be or not to be");
        try (JarProgram program = JarProgram.fromUberJar(
                "akka", ActorWordCount.class, "akka://feeds@127.0.0.1:" + port + "/user/words")) {
            assertThat(program.awaitCounts(6)).isEqualTo(Map.of("to", 2L, "be", 2L, "or", 1L, "not", 1L));
            while (!tell("unacked words").equals("0")) {
                Thread.onSpinWait();
            }
        }
    }
}
