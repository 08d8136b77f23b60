/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.twitter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.acequia.streaming.data.Secret;
import io.acequia.streaming.receiver.Source;
import java.io.ByteArrayOutputStream;
import java.io.ObjectOutputStream;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TwitterConfigTest {
    private static final Secret BLANK = Secret.of(" ");

    @Test
    void allThatIsWrongWithASourceOfTwitterIsToldAtOnce() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TwitterSource.builder()
                        .name("river")
                        .consumer(BLANK, Secret.of("hidden\n"))
                        .track("fine", "a,b", " ")
                        .location(-74, 40, -75, 41)
                        .location(0, -91, 1, 0)
                        .languages("")
                        .connectTimeout(Duration.ZERO)
                        .silence(Duration.ofDays(2))
                        .build())
                .withMessage(
                        """
                        ACQ-2660 invalid Twitter source 'river' (12 problems):
                          location -74.0,40.0,-75.0,41.0: must be west < east from -180 to 180, south < north from -90 to 90
                          location 0.0,-91.0,1.0,0.0: must be west < east from -180 to 180, south < north from -90 to 90
                          baseUrl: must be given, as Twitter's own endpoint is shut down; for X take XFilteredStreamSource
                          consumer key: must be given
                          consumer secret: must be of visible ASCII characters, without blanks and line ends
                          access token: must be given
                          access token secret: must be given
                          track 'a,b': must not be blank, and have no comma
                          track ' ': must not be blank, and have no comma
                          languages '': must not be blank, and have no comma
                          connectTimeout = PT0S: must be positive, and at most a day
                          silence = PT48H: must be positive, and at most a day""");
    }

    @Test
    void allThatIsWrongWithASourceOfXIsToldAtOnce() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> XFilteredStreamSource.builder()
                        .baseUrl("api.x.com")
                        .fields("tweets", "geo")
                        .fields("user", "")
                        .expansions("author_id,geo")
                        .backfillMinutes(6)
                        .duplicateWindow(-1)
                        .connectTimeout(Duration.ofSeconds(-1))
                        .silence(Duration.ZERO)
                        .build())
                .withMessage(
                        """
                        ACQ-2661 invalid source of X 'x:filtered-stream' (9 problems):
                          baseUrl = api.x.com: must be http(s)://host[:port][/path]
                          bearerToken: must be given
                          expansions 'author_id,geo': must not be blank, and have no comma
                          fields of 'tweets': must be of media, place, poll, tweet, user
                          user.fields '': must not be blank, and have no comma
                          backfillMinutes = 6: must be from 0 to 5
                          duplicateWindow = -1: must be at least 0
                          connectTimeout = PT-1S: must be positive, and at most a day
                          silence = PT0S: must be positive, and at most a day""");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ftp://host | baseUrl = ftp://host: must be http(s)://host[:port][/path]",
                "https:// | baseUrl: must be a URL: Expected authority at 8",
                "https://a b | baseUrl: must be a URL: Illegal character in authority at 8",
                "https://host?a=b | baseUrl = https://host?a=b: must be http(s)://host[:port][/path]",
                "https://host#a | baseUrl = https://host#a: must be http(s)://host[:port][/path]",
                "https://me:hidden@host | baseUrl: must have no login; there are options for it",
            })
    void urlsThatAreNone(String url, String problem) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> XStreamRules.of(Logins.BEARER, url))
                .withMessage("ACQ-2673 rules of X cannot be reached (1 problem):\n  " + problem)
                .withMessageNotContaining("hidden");
    }

    @Test
    void names() {
        assertThat(Posts.twitterSource("https://host").build().name()).isEqualTo("twitter:filter");
        assertThat(TwitterSource.builder()
                        .baseUrl("https://host/1.1/")
                        .consumer(Logins.CONSUMER_KEY, Logins.CONSUMER_SECRET)
                        .accessToken(Logins.TOKEN, Logins.TOKEN_SECRET)
                        .build())
                .hasToString("twitter:sample of https://host/1.1")
                .extracting(Source::name)
                .isEqualTo("twitter:sample");
        assertThat(XFilteredStreamSource.builder().bearerToken(Logins.BEARER).build())
                .hasToString("x:filtered-stream of https://api.x.com");
        assertThat(Posts.xSource("https://host").name("river").build().name()).isEqualTo("river");
        assertThat(XStreamRules.of(Logins.BEARER))
                .hasToString("rules at https://api.x.com/2/tweets/search/stream/rules");
    }

    @Test
    void noSecretIsPrinted() {
        for (Object each : List.of(
                Posts.twitterSource("https://host").build(),
                Posts.xSource("https://host").build(),
                XStreamRules.of(Logins.BEARER))) {
            assertThat(each.toString()).doesNotContain("right", Logins.CONSUMER_KEY.expose(), Logins.TOKEN.expose());
        }
    }

    @Test
    void aSourceThatIsReadCanStillBeSent() throws Exception {
        XFilteredStreamSource source = Posts.xSource("https://host").build();
        source.newReceiver().close();
        try (ObjectOutputStream out = new ObjectOutputStream(new ByteArrayOutputStream())) {
            out.writeObject(source);
        }
    }
}
