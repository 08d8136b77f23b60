/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.twitter;

import io.acequia.streaming.data.Secret;
import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.receiver.Receiver;
import io.acequia.streaming.receiver.Source;
import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Posts by the streaming protocol 1.1 ({@code statuses/filter} and {@code statuses/sample}), from any server that speaks it.
 * Twitter itself does not any more: for X, take {@link XFilteredStreamSource}.
 *
 * <pre>{@code
 * var tweets = TwitterSource.builder()
 *         .baseUrl("https://gateway.example.com/1.1")
 *         .consumer(consumerKey, consumerSecret)
 *         .accessToken(token, tokenSecret)
 *         .track("acequia", "irrigation")
 *         .build();
 * context.receiverStream(tweets).flatMap(tweet -> tweet.hashtags().iterator()).countByValue().print();
 * }</pre>
 *
 * <p>Guarantee: at most once; what is posted while there is no connection is lost. Order: as the server sends.
 *
 * <p>Thread: immutable, but for what it counts.
 */
public final class TwitterSource implements Source<Tweet> {
    private final Settings settings;
    private final Sessions sessions = new Sessions();

    private TwitterSource(Settings settings) {
        this.settings = settings;
    }

    record Settings(
            String name,
            String baseUrl,
            Secret consumerKey,
            Secret consumerSecret,
            Secret accessToken,
            Secret accessTokenSecret,
            List<String> track,
            List<String> follow,
            List<String> locations,
            List<String> languages,
            Duration connectTimeout,
            Duration silence)
            implements Serializable {
        boolean filters() {
            return !track.isEmpty() || !follow.isEmpty() || !locations.isEmpty();
        }
    }

    /**
     * What the server said beside posts.
     *
     * @param deletions posts that are to be forgotten
     * @param withheld posts that matched and were not sent, since there were too many
     * @param stallWarnings how often it found this reader too slow
     * @param others notices of other kinds
     */
    public record Notices(long deletions, long withheld, long stallWarnings, long others) implements Serializable {}

    /** Begins a source. */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public String name() {
        return settings.name;
    }

    @Override
    public Receiver<Tweet> newReceiver() {
        Sessions.Session session = sessions.take(settings.connectTimeout, 0);
        return new StreamReceiver(
                new StatusApi(settings, sessions.counts()), session, sessions, settings.silence, StreamClock.system());
    }

    /** What the receivers met so far that this object has made; a copy of it that runs elsewhere counts for itself. */
    public Notices notices() {
        Counts counts = sessions.counts();
        return new Notices(
                counts.deletions.sum(), counts.withheld.sum(), counts.stallWarnings.sum(), counts.others.sum());
    }

    @Override
    public String toString() {
        return settings.name + " of " + settings.baseUrl;
    }

    /** What a source needs to know. Without track, follow and location it is the sample of all posts. Not for several threads. */
    public static final class Builder {
        private @Nullable String name;
        private @Nullable String baseUrl;
        private @Nullable Secret consumerKey;
        private @Nullable Secret consumerSecret;
        private @Nullable Secret accessToken;
        private @Nullable Secret accessTokenSecret;
        private final List<String> track = new ArrayList<>();
        private final List<String> follow = new ArrayList<>();
        private final List<String> locations = new ArrayList<>();
        private final List<String> languages = new ArrayList<>();
        private Duration connectTimeout = Duration.ofSeconds(30);
        private Duration silence = Duration.ofSeconds(90);
        private final Problems problems = new Problems();

        private Builder() {}

        /** The name in logs and status. Default: {@code twitter:filter} or {@code twitter:sample}. */
        public Builder name(String given) {
            name = given;
            return this;
        }

        /** Where {@code statuses/filter.json} is, as {@code https://gateway.example.com/1.1}. Needed. */
        public Builder baseUrl(String url) {
            baseUrl = url;
            return this;
        }

        /** Key and secret of the application, for OAuth 1.0a. Needed. */
        public Builder consumer(Secret key, Secret secret) {
            consumerKey = key;
            consumerSecret = secret;
            return this;
        }

        /** Token and secret of the account. Needed. */
        public Builder accessToken(Secret token, Secret secret) {
            accessToken = token;
            accessTokenSecret = secret;
            return this;
        }

        /** Posts with all words of one of these phrases. */
        public Builder track(String... phrases) {
            track.addAll(Arrays.asList(phrases));
            return this;
        }

        /** Posts of and to these accounts, by id. */
        public Builder follow(long... accounts) {
            Arrays.stream(accounts).mapToObj(Long::toString).forEach(follow::add);
            return this;
        }

        /** Posts from this box, in degrees; more calls, more boxes. */
        public Builder location(double west, double south, double east, double north) {
            String box = west + "," + south + "," + east + "," + north;
            if (!(west >= -180 && west < east && east <= 180 && south >= -90 && south < north && north <= 90)) {
                problems.add(
                        "location " + box + ": must be west < east from -180 to 180, south < north from -90 to 90");
            }
            locations.add(box);
            return this;
        }

        /** Of these, only posts in these languages, as {@code en}. */
        public Builder languages(String... codes) {
            languages.addAll(Arrays.asList(codes));
            return this;
        }

        /** How long connecting waits, for the network and then for the answer of the server. Default: 30 s. */
        public Builder connectTimeout(Duration atMost) {
            connectTimeout = atMost;
            return this;
        }

        /** A server from which nothing comes for so long is gone; it sends a blank line every 30 s. Default: 90 s. */
        public Builder silence(Duration atMost) {
            silence = atMost;
            return this;
        }

        /** Makes the source; refuses all that is wrong at once. Does not connect. */
        public TwitterSource build() {
            boolean filters = !track.isEmpty() || !follow.isEmpty() || !locations.isEmpty();
            String called = name != null ? name : filters ? "twitter:filter" : "twitter:sample";
            problems.checkUrl(
                    "baseUrl", baseUrl, "as Twitter's own endpoint is shut down; for X take XFilteredStreamSource");
            problems.checkSecret("consumer key", consumerKey);
            problems.checkSecret("consumer secret", consumerSecret);
            problems.checkSecret("access token", accessToken);
            problems.checkSecret("access token secret", accessTokenSecret);
            problems.checkWords("track", track);
            problems.checkWords("languages", languages);
            problems.checkTime("connectTimeout", connectTimeout);
            problems.checkTime("silence", silence);
            String wrong = problems.text();
            if (!wrong.isEmpty()) {
                throw new IllegalArgumentException("ACQ-2660 invalid Twitter source '" + called + "'" + wrong);
            }
            return new TwitterSource(new Settings(
                    called,
                    Problems.withoutSlash(Objects.requireNonNull(baseUrl)),
                    Objects.requireNonNull(consumerKey),
                    Objects.requireNonNull(consumerSecret),
                    Objects.requireNonNull(accessToken),
                    Objects.requireNonNull(accessTokenSecret),
                    List.copyOf(track),
                    List.copyOf(follow),
                    List.copyOf(locations),
                    List.copyOf(languages),
                    connectTimeout,
                    silence));
        }
    }
}
