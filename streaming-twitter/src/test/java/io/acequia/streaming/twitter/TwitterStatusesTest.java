/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.twitter;

import static org.assertj.core.api.Assertions.assertThat;

import io.acequia.streaming.data.Secret;
import io.acequia.streaming.listener.ReceiverEvent;
import io.acequia.streaming.listener.ReceiverState;
import io.acequia.streaming.receiver.ReceiverDisconnectedException;
import io.acequia.streaming.testkit.EmbeddedServerTest;
import io.acequia.streaming.twitter.HttpExchanges.Answer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import twitter4j.Status;
import twitter4j.TwitterObjectFactory;

/** What the two protocols have in common is in {@link XFilteredStreamTest}. */
@EmbeddedServerTest("stream-server")
@Timeout(60)
class TwitterStatusesTest {
    private StreamServer server;

    @BeforeEach
    void start() throws Exception {
        server = new StreamServer();
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    private TwitterSource.Builder source() {
        return Posts.twitterSource(server.url())
                .connectTimeout(Duration.ofSeconds(2))
                .silence(Duration.ofSeconds(2));
    }

    private TwitterSource.Builder sample() {
        return TwitterSource.builder()
                .baseUrl(server.url() + "/1.1/")
                .consumer(Logins.CONSUMER_KEY, Logins.CONSUMER_SECRET)
                .accessToken(Logins.TOKEN, Logins.TOKEN_SECRET);
    }

    // ---- requests, whose signature the server checks

    @Test
    void aFilterIsPosted() throws Exception {
        LoneReader.connected(source().follow(12, 34)
                        .location(-122.75, 36.8, -121.75, 37.8)
                        .location(-74, 40, -73, 41)
                        .languages("es", "en")
                        .build())
                .close();

        assertThat(server.requests()).singleElement().satisfies(request -> {
            assertThat(request.method()).isEqualTo("POST");
            assertThat(request.path()).isEqualTo("/1.1/statuses/filter.json");
            assertThat(request.query()).isEmpty();
            assertThat(request.form())
                    .isEqualTo(Map.of(
                            "stall_warnings", "true",
                            "track", "acequia,two words & more",
                            "follow", "12,34",
                            "locations", "-122.75,36.8,-121.75,37.8,-74.0,40.0,-73.0,41.0",
                            "language", "es,en"));
        });
    }

    @Test
    void withoutAFilterItIsTheSample() throws Exception {
        LoneReader.connected(sample().languages("es").build()).close();

        assertThat(server.requests()).singleElement().satisfies(request -> {
            assertThat(request.method()).isEqualTo("GET");
            assertThat(request.path()).isEqualTo("/1.1/statuses/sample.json");
            assertThat(request.query()).isEqualTo(Map.of("stall_warnings", "true", "language", "es"));
        });
    }

    @Test
    void aWrongSecretIsRefusedAndNotPrinted() throws Exception {
        assertThat(LoneReader.refused(source().consumer(Logins.CONSUMER_KEY, Secret.of("consumer-secret-wrong"))
                        .build()))
                .hasMessageStartingWith("ACQ-2662 " + server.url() + "/1.1/statuses/filter.json answers HTTP 401")
                .hasMessageNotContainingAny("secret-wrong", Logins.CONSUMER_KEY.expose());
    }

    // ---- what comes

    @Test
    void aStatusHasItsFields() throws Exception {
        try (LoneReader reader = LoneReader.connected(source().build())) {
            server.send(Posts.status(42, "agua &amp; éxito"));
            reader.awaitTexts(1);

            assertThat(reader.tweets)
                    .containsExactly(new Tweet(
                            42,
                            "agua & éxito",
                            Instant.parse("2026-11-22T07:00:00Z"),
                            "es",
                            7,
                            "ditch",
                            List.of("agua"),
                            List.of(),
                            Posts.status(42, "agua &amp; éxito")));
            Status status =
                    TwitterObjectFactory.createStatus(reader.tweets.get(0).json());
            assertThat(status.getUser().getName()).isEqualTo("The Ditch");
        }
    }

    @Test
    void aStatusThatWasCutHasItsWholeText() throws Exception {
        try (LoneReader reader = LoneReader.connected(source().build())) {
            server.send("{\"id\":1,\"text\":\"begins…\",\"truncated\":true,\"extended_tweet\":{\"full_text\":"
                    + "\"begins and ends\",\"display_text_range\":[0,15],\"entities\":{\"hashtags\":[]}}}");
            assertThat(reader.awaitTexts(1)).containsExactly("begins and ends");
            assertThat(reader.tweets.get(0).author()).isNull();
        }
    }

    @Test
    void noticesAreCountedAndWithheldPostsOncePerConnection() throws Exception {
        TwitterSource source = source().build();
        for (int connection = 0; connection < 2; connection++) {
            try (LoneReader reader = LoneReader.connected(source)) {
                server.awaitStreams(1);
                server.send(
                        "{\"delete\":{\"status\":{\"id\":1234,\"user_id\":3}}}",
                        "{\"limit\":{\"track\":7}}",
                        "{\"limit\":{\"track\":10}}",
                        "{\"scrub_geo\":{\"user_id\":3,\"up_to_status_id\":9}}",
                        "{\"warning\":{\"code\":\"FALLING_BEHIND\",\"message\":\"Your connection is falling behind\","
                                + "\"percent_full\":60}}",
                        Posts.status(1, "post"));
                reader.awaitTexts(1);
                assertThat(reader.rejected).isEmpty();
            }
            server.awaitStreams(0);
        }
        assertThat(source.notices()).isEqualTo(new TwitterSource.Notices(2, 20, 2, 2));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"id\":2,\"te | Unterminated string",
                "{} | it is no JSON object with a field",
                "{\"text\":\"a\"} | it has no id or no text",
                "{\"id\":2} | it has no id or no text",
                "{\"id\":2,\"text\":\"a\",\"created_at\":\"today\"} | today",
                "nonsense | Unrecognized token 'nonsense'",
            })
    void aLineThatIsNoStatusIsRejectedAndTheOthersCome(String line, String why) throws Exception {
        try (LoneReader reader = LoneReader.connected(source().build())) {
            server.send(Posts.status(1, "before"), line, Posts.status(3, "after"));
            assertThat(reader.awaitTexts(2)).containsExactly("before", "after");
            assertThat(reader.rejected).singleElement().satisfies(rejected -> {
                assertThat(rejected.raw()).asString().isEqualTo(line);
                assertThat(rejected.cause()).hasMessageStartingWith("ACQ-2672 ").hasMessageContaining(why);
            });
        }
    }

    // ---- ends

    @Test
    void theBackOffAfterA420IsVisible() throws Exception {
        TwitterSource source = source().build();
        server.answer(Answer.of(420, "Exceeded connection limit for user"));
        try (WatchedJob job = new WatchedJob(source)) {
            ReceiverEvent retrying = job.await(ReceiverState.RETRYING);
            assertThat(retrying.nextRetryAt()).isPresent();
            assertThat(retrying.error().orElseThrow())
                    .hasMessage("ACQ-2664 " + server.url() + "/1.1/statuses/filter.json answers HTTP 420 (Exceeded"
                            + " connection limit for user): too many requests or"
                            + " connections; it is left alone for 60 s. See whether"
                            + " another program uses the same login");
        }
        server.answer(Answer.of(420, ""));
        assertThat(LoneReader.refused(source).after()).isEqualTo(Duration.ofSeconds(120));
    }

    @Test
    void aDisconnectMessageEndsTheConnectionBehindWhatCame() throws Exception {
        try (WatchedJob job = new WatchedJob(source().build())) {
            server.send(
                    Posts.status(1, "before"),
                    "{\"disconnect\":{\"code\":4,\"stream_name\":\"s\",\"reason\":\"stalled\"}}");
            assertThat(job.awaitTexts(1)).containsExactly("before");
            assertThat(job.await(ReceiverState.RETRYING).error().orElseThrow())
                    .isInstanceOf(ReceiverDisconnectedException.class)
                    .hasMessage(
                            "ACQ-2670 " + server.url() + "/1.1 disconnects: stalled (code 4); codes 2 and 7 mean that"
                                    + " the same login has connected elsewhere");
            job.await(ReceiverState.ACTIVE);
        }
    }

    @Test
    void aStallIsNoticed() throws Exception {
        try (WatchedJob job = new WatchedJob(source().build())) {
            job.await(ReceiverState.ACTIVE);
            server.stall(true);
            assertThat(job.await(ReceiverState.RETRYING).error().orElseThrow()).hasMessageStartingWith("ACQ-2669 ");
        }
    }
}
