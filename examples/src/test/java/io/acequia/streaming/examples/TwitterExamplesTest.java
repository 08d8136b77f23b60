/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.acequia.streaming.data.Durations;
import io.acequia.streaming.data.Secret;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.testkit.EmbeddedServerTest;
import io.acequia.streaming.testkit.TestStreams;
import io.acequia.streaming.twitter.Tweet;
import io.acequia.streaming.twitter.XStreamRules;
import io.acequia.streaming.twitter.XStreamRules.Rule;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.SynchronousQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The examples of X, against a server that speaks as much of its protocol as they need. */
@EmbeddedServerTest("x-server")
@Timeout(60)
class TwitterExamplesTest {
    private static final Secret TOKEN = Secret.of("token-of-tests");

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final SynchronousQueue<String> asked = new SynchronousQueue<>();
    private HttpServer server;

    @TempDir
    Path directory;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/2/tweets/search/stream", this::stream);
        server.createContext("/2/tweets/search/stream/rules", TwitterExamplesTest::rules);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
        threads.shutdownNow();
    }

    private String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** Sends some posts, and stays open until it is interrupted. */
    private void stream(HttpExchange exchange) throws IOException {
        assertThat(exchange.getRequestHeaders().getFirst("Authorization")).isEqualTo("Bearer " + TOKEN.expose());
        exchange.sendResponseHeaders(200, 0);
        try (OutputStream out = exchange.getResponseBody()) {
            for (int id = 1; id <= 3; id++) {
                out.write(("{\"data\":{\"id\":\"" + id
                                + "\",\"text\":\"t\",\"entities\":{\"hashtags\":[{\"tag\":\"Agua\"},"
                                + "{\"tag\":\"river" + id % 2 + "\"}]}}}\r\n")
                        .getBytes(UTF_8));
            }
            out.flush();
            asked.put("stream");
            asked.put("nobody takes it");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void rules(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
        String answer = body.contains("\"delete\"")
                ? "{\"meta\":{\"summary\":{\"deleted\":1}}}"
                : "{\"data\":[{\"id\":\"7\",\"value\":\"#acequia\",\"tag\":\"water\"}]}";
        exchange.sendResponseHeaders(body.contains("\"add\"") ? 201 : 200, answer.length());
        exchange.getResponseBody().write(answer.getBytes(UTF_8));
        exchange.close();
    }

    private static Tweet post(long id, String... hashtags) {
        return new Tweet(id, "text", null, null, 0, null, List.of(hashtags), List.of(), "{}");
    }

    @Test
    void theMostFrequentHashtagsComeFirstAndLeaveWithTheWindow() {
        try (TestStreams t = TestStreams.every(
                Durations.seconds(2),
                s -> s.collect("tags", TwitterPopularTags.popular(s.input("posts"), Durations.seconds(10))))) {
            t.add("posts", post(1, "Agua", "dam"), post(2, "agua"), post(3, "river"))
                    .advance(1);
            assertThat(t.<Tuple2<String, Long>>last("tags"))
                    .containsExactly(Tuple2.of("agua", 2L), Tuple2.of("dam", 1L), Tuple2.of("river", 1L));

            t.advance(5);
            assertThat(t.last("tags")).isEmpty();
        }
    }

    @Test
    void popularTagsPrintsTheHashtagsOfAStream() throws Exception {
        Path token = Files.writeString(directory.resolve("token"), TOKEN.expose() + "\n");
        try (RunningProgram program = RunningProgram.start(TwitterPopularTags::main, token.toString(), url())) {
            assertThat(asked.take()).isEqualTo("stream");
            program.awaitPrinted("(river1,2)");
            assertThat(program.stopStream().awaitEnd()).contains("(agua,3)", "(river1,2)", "(river0,1)");
        }
    }

    @Test
    void rulesAreListedAddedCheckedAndDeleted() throws Exception {
        XStreamRules rules = XStreamRules.of(TOKEN, url());
        List<Rule> known = List.of(new Rule("7", "#acequia", "water"));
        assertThat(XRules.run(rules, "list", List.of())).isEqualTo(known);
        assertThat(XRules.run(rules, "add", List.of("#acequia", "water"))).isEqualTo(known);
        assertThat(XRules.run(rules, "check", List.of("#acequia"))).isEqualTo(known);
        assertThat(XRules.run(rules, "delete", List.of("8"))).isEqualTo(known);
    }

    @Test
    void aCommandThatThereIsNotIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> XRules.run(XStreamRules.of(TOKEN, url()), "drop", List.of()))
                .withMessage("'drop': must be list, add, check or delete");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> XRules.main(new String[] {"token"}))
                .withMessageStartingWith("usage: ");
    }
}
