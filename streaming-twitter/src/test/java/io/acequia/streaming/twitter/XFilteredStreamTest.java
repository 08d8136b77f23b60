/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.twitter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.acequia.streaming.data.Secret;
import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.listener.ReceiverEvent;
import io.acequia.streaming.listener.ReceiverState;
import io.acequia.streaming.receiver.ReceiverDisconnectedException;
import io.acequia.streaming.receiver.RetryAfterException;
import io.acequia.streaming.testkit.EmbeddedServerTest;
import io.acequia.streaming.testkit.FaultProxy;
import io.acequia.streaming.twitter.HttpExchanges.Answer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@EmbeddedServerTest("stream-server")
@Timeout(60)
class XFilteredStreamTest {
    private static final StreamClock CLOCK = StreamClock.system();

    private StreamServer server;

    @BeforeEach
    void start() throws Exception {
        server = new StreamServer();
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    private XFilteredStreamSource.Builder source() {
        return Posts.xSource(server.url()).connectTimeout(Duration.ofSeconds(2)).silence(Duration.ofSeconds(2));
    }

    private static Answer problem(int status, String title, String detail) {
        return Answer.of(
                status,
                "{\"title\":\"%s\",\"detail\":\"%s\",\"type\":\"about:blank\",\"status\":%d}"
                        .formatted(title, detail, status));
    }

    private static String[] posts(int from, int count) {
        return IntStream.range(from, from + count)
                .mapToObj(id -> Posts.post(id, "post " + id))
                .toArray(String[]::new);
    }

    // ---- what comes

    @Test
    void aPostHasItsFieldsItsAuthorAndItsRules() throws Exception {
        try (LoneReader reader = LoneReader.connected(source().build())) {
            server.send(Posts.post(42, "agua y éxito"));
            reader.awaitTexts(1);

            assertThat(reader.tweets)
                    .containsExactly(new Tweet(
                            42,
                            "agua y éxito",
                            Instant.parse("2026-11-22T07:00:00Z"),
                            "es",
                            7,
                            "ditch",
                            List.of("agua"),
                            List.of("water", "12"),
                            Posts.post(42, "agua y éxito")));
        }
    }

    @Test
    void aPostWithFewFieldsAndOneWithALongText() throws Exception {
        try (LoneReader reader = LoneReader.connected(source().build())) {
            server.send(
                    "{\"data\":{\"id\":\"1\",\"text\":\"few\"}}",
                    "{\"data\":{\"id\":\"2\",\"text\":\"begin…\",\"note_tweet\":{\"text\":\"begins and ends\"}}}");
            assertThat(reader.awaitTexts(2)).containsExactly("few", "begins and ends");
            assertThat(reader.tweets.get(0))
                    .isEqualTo(new Tweet(
                            1,
                            "few",
                            null,
                            null,
                            0,
                            null,
                            List.of(),
                            List.of(),
                            reader.tweets.get(0).json()));
        }
    }

    @Test
    void xIsAskedForTheFieldsOfATweetAndNoBackfill() throws Exception {
        LoneReader.connected(source().build()).close();

        assertThat(server.requests()).singleElement().satisfies(request -> {
            assertThat(request.method()).isEqualTo("GET");
            assertThat(request.path()).isEqualTo("/2/tweets/search/stream");
            assertThat(request.query())
                    .isEqualTo(Map.of(
                            "tweet.fields", "author_id,created_at,entities,lang",
                            "expansions", "author_id"));
        });
    }

    @Test
    void xIsAskedForWhatTheBuilderSays() throws Exception {
        LoneReader.connected(source().fields("tweet", "geo")
                        .fields("place", "country", "full_name")
                        .expansions()
                        .backfillMinutes(5)
                        .build())
                .close();

        assertThat(server.requests().get(0).query())
                .isEqualTo(Map.of("tweet.fields", "geo", "place.fields", "country,full_name", "backfill_minutes", "5"));
    }

    @Test
    void lettersThatArriveByteByByte() throws Exception {
        try (FaultProxy proxy = FaultProxy.to("127.0.0.1", server.port())) {
            proxy.splitAt(1);
            try (LoneReader reader = LoneReader.connected(
                    source().baseUrl("http://127.0.0.1:" + proxy.port()).build())) {
                server.send(Posts.post(1, "éxito ☔ 🚰"), Posts.post(2, "más"));
                assertThat(reader.awaitTexts(2)).containsExactly("éxito ☔ 🚰", "más");
            }
        }
    }

    @Test
    void eachOfTwoStreamsOfASourceHasAllPosts() throws Exception {
        XFilteredStreamSource source = source().build();
        try (LoneReader one = LoneReader.connected(source);
                LoneReader other = LoneReader.connected(source)) {
            server.awaitStreams(2);
            server.send(posts(1, 3));
            assertThat(one.awaitTexts(3)).isEqualTo(other.awaitTexts(3)).hasSize(3);
        }
        assertThat(source.duplicates()).isZero();
    }

    // ---- what comes again

    @Test
    void postsThatComeAgainAfterBackfillAreLeftOutAndCounted() throws Exception {
        XFilteredStreamSource source = source().backfillMinutes(1).build();
        try (WatchedJob job = new WatchedJob(source)) {
            server.send(posts(1, 5));
            job.awaitTexts(5);
            server.breakOff();
            job.await(ReceiverState.RETRYING);
            server.send(posts(3, 5));
            assertThat(job.awaitTexts(2)).containsExactly("post 6", "post 7");
        }
        assertThat(source.duplicates()).isEqualTo(3);
    }

    @Test
    void whatArrivedAndWasNotReadIsNoDuplicateWhenItComesAgain() throws Exception {
        XFilteredStreamSource source = source().build();
        try (LoneReader reader = LoneReader.connected(source)) {
            server.send(posts(1, 1));
            reader.awaitTexts(1);
            server.send(posts(2, 5));
        }
        try (LoneReader reader = LoneReader.connected(source)) {
            server.awaitStreams(1);
            server.send(posts(1, 6));
            assertThat(reader.awaitTexts(5)).startsWith("post 2").hasSize(5);
        }
        assertThat(source.duplicates()).isEqualTo(1);
    }

    @Test
    void aPostOlderThanTheWindowComesTwice() throws Exception {
        XFilteredStreamSource source = source().duplicateWindow(3).build();
        try (LoneReader reader = LoneReader.connected(source)) {
            server.send(posts(1, 4));
            server.send(posts(4, 1));
            server.send(posts(1, 1));
            assertThat(reader.awaitTexts(5)).containsExactly("post 1", "post 2", "post 3", "post 4", "post 1");
        }
        assertThat(source.duplicates()).isEqualTo(1);
    }

    // ---- refusals

    @ParameterizedTest
    @CsvSource({
        "401, ACQ-2662, 5",
        "403, ACQ-2663, 5",
        "420, ACQ-2664, 60",
        "429, ACQ-2664, 60",
        "500, ACQ-2665, 5",
        "503, ACQ-2665, 5",
        "302, ACQ-2666, 5",
        "400, ACQ-2666, 5",
    })
    void aRefusalIsShownWithWhatTheServerSaidAndWhenTheNextAttemptIs(int status, String code, long seconds)
            throws Exception {
        server.answer(problem(status, "A title", "and why"));
        Instant before = CLOCK.now();
        try (WatchedJob job = new WatchedJob(source().build())) {
            ReceiverEvent retrying = job.await(ReceiverState.RETRYING);
            assertThat(retrying.error().orElseThrow())
                    .isInstanceOf(RetryAfterException.class)
                    .hasMessageStartingWith(code + " " + server.url() + "/2/tweets/search/stream answers HTTP " + status
                            + " (A title: and why): ");
            assertThat(Duration.between(before, retrying.nextRetryAt().orElseThrow()))
                    .isBetween(Duration.ofSeconds(seconds), Duration.ofSeconds(seconds + 20));
        }
    }

    @ParameterizedTest
    @CsvSource({"401, ACQ-2662", "403, ACQ-2663", "429, ACQ-2664", "503, ACQ-2665"})
    void aSourceWithBoundedAttemptsFailsWithTheRefusal(int status, String code) throws Exception {
        server.answer(Answer.of(status, "no JSON"));
        try (WatchedJob job = new WatchedJob(source().build(), 1)) {
            assertThat(job.await(ReceiverState.FAILED).error().orElseThrow())
                    .hasMessageStartingWith(code)
                    .hasMessageContaining("(no JSON)");
        }
    }

    @Test
    void aWrongTokenIsRefusedAndNotPrinted() throws Exception {
        RetryAfterException refused = LoneReader.refused(
                source().bearerToken(Secret.of("bearer-wrong")).build());
        assertThat(refused)
                .hasMessageStartingWith("ACQ-2662 ")
                .hasMessageContaining("HTTP 401 (Unauthorized)")
                .hasMessageNotContaining("bearer");
    }

    @Test
    void refusalsInARowWaitTwiceAsLongEachTime() throws Exception {
        XFilteredStreamSource source = source().build();
        server.answer(
                Answer.of(503, ""), Answer.of(502, ""), Answer.of(429, ""), Answer.of(401, ""), Answer.of(429, ""));
        assertThat(List.of(
                        LoneReader.refused(source).after(),
                        LoneReader.refused(source).after(),
                        LoneReader.refused(source).after(),
                        LoneReader.refused(source).after(),
                        LoneReader.refused(source).after()))
                .containsExactly(
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(60),
                        Duration.ofSeconds(20),
                        Duration.ofSeconds(120));

        LoneReader.connected(source).close();
        server.answer(Answer.of(503, ""));
        assertThat(LoneReader.refused(source).after()).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void theServerSaysWhenItsLimitIsReset() throws Exception {
        long inAWhile = CLOCK.now().plusSeconds(300).getEpochSecond();
        server.answer(
                new Answer(429, Map.of("x-rate-limit-reset", Long.toString(inAWhile)), ""),
                new Answer(429, Map.of("x-rate-limit-reset", "1"), ""),
                new Answer(429, Map.of("x-rate-limit-reset", "soon"), ""));
        XFilteredStreamSource source = source().build();
        assertThat(LoneReader.refused(source).after()).isBetween(Duration.ofSeconds(240), Duration.ofSeconds(300));
        assertThat(LoneReader.refused(source).after()).isEqualTo(Duration.ofSeconds(120));
        assertThat(LoneReader.refused(source).after()).isEqualTo(Duration.ofSeconds(240));
    }

    @Test
    void tooManyConnectionsIsShownAsXSaysIt() throws Exception {
        server.answer(Answer.of(
                429,
                "{\"title\":\"ConnectionException\",\"detail\":\"This stream is currently at the maximum allowed"
                        + " connection limit.\",\"connection_issue\":\"TooManyConnections\"}"));
        assertThat(LoneReader.refused(source().build()))
                .hasMessageContaining("(ConnectionException: This stream is currently at the maximum allowed connection"
                        + " limit.): too many requests or connections");
    }

    @Test
    void aServerThatIsNotThereIsTriedAgainALittleLaterEachTime() throws Exception {
        server.kill();
        XFilteredStreamSource source = source().build();
        RetryAfterException first = LoneReader.refused(source);
        assertThat(first)
                .hasMessageStartingWith("ACQ-2667 cannot connect to " + server.url())
                .hasMessageContaining("ConnectException");
        assertThat(first.after()).isEqualTo(Duration.ofMillis(250));
        assertThat(LoneReader.refused(source).after()).isEqualTo(Duration.ofMillis(500));
        assertThat(LoneReader.refused(source).after()).isEqualTo(Duration.ofMillis(750));
        server.restart();
        LoneReader.connected(source).close();
        server.kill();
        assertThat(LoneReader.refused(source).after()).isEqualTo(Duration.ofMillis(250));
    }

    @Test
    void aServerThatNeverAnswersIsGivenUpInTime() throws Exception {
        server.answer(StreamServer.NONE, StreamServer.NONE);
        // The first call sets the client up.
        LoneReader.refused(source().connectTimeout(Duration.ofMillis(100)).build());
        long began = CLOCK.nanoTime();
        assertThat(LoneReader.refused(
                        source().connectTimeout(Duration.ofSeconds(1)).build()))
                .hasMessageStartingWith("ACQ-2667 ")
                .hasMessageContaining("timed out");
        assertThat(Duration.ofNanos(CLOCK.nanoTime() - began)).isLessThan(Duration.ofSeconds(2));
    }

    @Test
    void aJobThatConnectsCanBeStopped() throws Exception {
        server.answer(StreamServer.NONE);
        WatchedJob job =
                new WatchedJob(source().connectTimeout(Duration.ofMinutes(10)).build());
        server.awaitRequests(1);
        job.close();
    }

    // ---- ends

    @Test
    void aStallIsNoticed() throws Exception {
        try (WatchedJob job = new WatchedJob(source().build())) {
            job.await(ReceiverState.ACTIVE);
            server.stall(true);
            assertThat(job.await(ReceiverState.RETRYING).error().orElseThrow())
                    .isInstanceOf(ReceiverDisconnectedException.class)
                    .hasMessage("ACQ-2669 " + server.url()
                            + "/2/tweets/search/stream has sent nothing for PT2S, not even a blank line: it"
                            + " counts as gone");
            server.stall(false);
            job.await(ReceiverState.ACTIVE);
            server.send(posts(1, 1));
            job.awaitTexts(1);
        }
    }

    @Test
    void blankLinesAreEnoughToLive() throws Exception {
        try (LoneReader reader =
                LoneReader.connected(source().silence(Duration.ofSeconds(2)).build())) {
            reader.readFor(Duration.ofSeconds(5));
            server.send(posts(1, 1));
            reader.awaitTexts(1);
        }
        assertThat(server.requests()).hasSize(1);
    }

    /** The server is silent, since nobody reads what it sends. */
    @Test
    void aReaderThatIsHeldBackLongerThanTheSilenceTakesAllAfterwards() throws Exception {
        int lots = 200;
        int lot = 200;
        try (LoneReader reader =
                LoneReader.connected(source().silence(Duration.ofSeconds(2)).build())) {
            Thread sender = new Thread(() -> {
                try {
                    for (int i = 0; i < lots; i++) {
                        server.send(posts(1 + i * lot, lot));
                    }
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            sender.start();
            reader.awaitTexts(1);
            CLOCK.awaitUntil(CLOCK.now().plusSeconds(4));
            assertThat(sender.isAlive()).as("the server waits").isTrue();
            assertThat(reader.awaitTexts(lots * lot)).doesNotHaveDuplicates().hasSize(lots * lot);
            sender.join();
        }
    }

    @Test
    void whatCameBeforeAnOperationalDisconnectIsGivenFirst() throws Exception {
        try (WatchedJob job = new WatchedJob(source().build())) {
            server.send(
                    Posts.post(1, "before"),
                    "{\"errors\":[{\"title\":\"operational-disconnect\",\"disconnect_type\":\"UpstreamOperationalDisconnect\",\"detail\":\"This"
                            + " stream has been disconnected upstream for operational reasons.\",\"type\":"
                            + "\"https://api.twitter.com/2/problems/operational-disconnect\"}]}");
            assertThat(job.awaitTexts(1)).containsExactly("before");
            assertThat(job.await(ReceiverState.RETRYING).error().orElseThrow())
                    .isInstanceOf(ReceiverDisconnectedException.class)
                    .hasMessage("ACQ-2671 " + server.url() + " ends the stream: operational-disconnect: This stream has"
                            + " been disconnected upstream for operational reasons. (UpstreamOperationalDisconnect); it"
                            + " is connected anew");
            job.await(ReceiverState.ACTIVE);
        }
    }

    @Test
    void halfALineIsRejectedWhenTheConnectionBreaks() throws Exception {
        server.stall(true); // a blank line would end the half one
        try (LoneReader reader = LoneReader.connected(source().build())) {
            String half = Posts.post(2, "half").substring(0, 100);
            server.send(Posts.post(1, "whole"));
            server.sendRaw(half);
            reader.awaitTexts(1);
            server.breakOff();

            assertThat(reader.awaitEnd())
                    .isInstanceOf(ReceiverDisconnectedException.class)
                    .hasMessageStartingWith(
                            "ACQ-2668 " + server.url() + "/2/tweets/search/stream has ended the connection: ");
            assertThat(reader.rejected).singleElement().satisfies(rejected -> {
                assertThat(new String(rejected.raw(), UTF_8)).isEqualTo(half);
                assertThat(rejected.cause()).hasMessageContaining("has no end");
            });
        }
    }

    @Test
    void aStreamThatEndsInOrderIsConnectedAnew() throws Exception {
        try (WatchedJob job = new WatchedJob(source().build())) {
            job.await(ReceiverState.ACTIVE);
            server.finish();
            assertThat(job.await(ReceiverState.RETRYING).error().orElseThrow())
                    .hasMessage("ACQ-2668 " + server.url() + "/2/tweets/search/stream has ended the connection");
            job.await(ReceiverState.ACTIVE);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"data\":{\"id\":\"2\",\"te | Unexpected end-of-input",
                "{\"data\":{\"id\":\"2\"}} | it has no id or no text",
                "{\"data\":{\"id\":\"two\",\"text\":\"a\"}} | it has no id or no text",
                "{\"data\":{\"id\":\"2\",\"text\":\"a\",\"created_at\":\"today\"}} | Text 'today' could not be parsed",
                "{\"data\":{\"id\":\"2\",\"text\":\"a\"}} x | Unrecognized token 'x'",
                "{\"other\":1} | it has no data",
                "[] | it has no data",
            })
    void aLineThatIsNoPostIsRejectedAndTheOthersCome(String line, String why) throws Exception {
        try (LoneReader reader = LoneReader.connected(source().build())) {
            server.send(Posts.post(1, "before"), line, Posts.post(3, "after"));
            assertThat(reader.awaitTexts(2)).containsExactly("before", "after");
            assertThat(reader.rejected).singleElement().satisfies(rejected -> {
                assertThat(rejected.raw()).asString().isEqualTo(line);
                assertThat(rejected.where()).isEqualTo(server.url() + "/2/tweets/search/stream");
                assertThat(rejected.cause())
                        .hasMessageStartingWith("ACQ-2672 a line of ")
                        .hasMessageContaining(why);
            });
        }
    }
}
