/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.twitter;

import io.acequia.streaming.data.Secret;
import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.receiver.Receiver;
import io.acequia.streaming.receiver.Source;
import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Posts that match the rules of an application, by the filtered stream of X (API v2). The rules are the application's, not the
 * stream's: see {@link XStreamRules}.
 *
 * <pre>{@code
 * var posts = XFilteredStreamSource.builder()
 *         .bearerToken(token)
 *         .build();
 * context.receiverStream(posts).map(Tweet::text).print();
 * }</pre>
 *
 * <p>Guarantee: at most once. With {@link Builder#backfillMinutes} X sends again what it sent in the last minutes; what came
 * already is told by its id and left out. Order: as X sends.
 *
 * <p>Thread: immutable, but for what it counts.
 */
public final class XFilteredStreamSource implements Source<Tweet> {
    private final Settings settings;
    private final Sessions sessions = new Sessions();

    private XFilteredStreamSource(Settings settings) {
        this.settings = settings;
    }

    record Settings(
            String name,
            String baseUrl,
            Secret bearerToken,
            Map<String, String> query,
            int duplicateWindow,
            Duration connectTimeout,
            Duration silence)
            implements Serializable {}

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
        Sessions.Session session = sessions.take(settings.connectTimeout, settings.duplicateWindow);
        return new StreamReceiver(
                new FilteredStreamApi(settings), session, sessions, settings.silence, StreamClock.system());
    }

    /** How many posts were left out, since they had come already, to receivers that this object has made. */
    public long duplicates() {
        return sessions.counts().duplicates.sum();
    }

    @Override
    public String toString() {
        return settings.name + " of " + settings.baseUrl;
    }

    /** What a source needs to know. Not for several threads. */
    public static final class Builder {
        private static final Set<String> OBJECTS = Set.of("tweet", "user", "media", "place", "poll");
        private static final int MOST_BACKFILL = 5;

        private String name = "x:filtered-stream";
        private String baseUrl = "https://api.x.com";
        private @Nullable Secret bearerToken;
        private final Map<String, List<String>> lists = new TreeMap<>(Map.of(
                "tweet.fields", List.of("author_id", "created_at", "entities", "lang"),
                "expansions", List.of("author_id")));
        private int backfillMinutes;
        private int duplicateWindow = 20_000;
        private Duration connectTimeout = Duration.ofSeconds(30);
        private Duration silence = Duration.ofSeconds(20);

        private Builder() {}

        /** The name in logs and status. Default: {@code x:filtered-stream}. */
        public Builder name(String given) {
            name = given;
            return this;
        }

        /** Where {@code /2/tweets/search/stream} is. Default: {@code https://api.x.com}. */
        public Builder baseUrl(String url) {
            baseUrl = url;
            return this;
        }

        /** The token of the application. Needed. */
        public Builder bearerToken(Secret token) {
            bearerToken = token;
            return this;
        }

        /**
         * The fields that X is asked for. Default: of posts those that a {@link Tweet} has; of others what X gives by itself.
         *
         * @param object {@code tweet}, {@code user}, {@code media}, {@code place} or {@code poll}
         * @param names replace those given before, or by default
         */
        public Builder fields(String object, String... names) {
            lists.put(object + ".fields", List.of(names));
            return this;
        }

        /** What else X adds to a post. Default: {@code author_id}, the account. */
        public Builder expansions(String... names) {
            lists.put("expansions", List.of(names));
            return this;
        }

        /**
         * At each connect X begins so many minutes earlier, where the access level has that: so that a short outage costs
         * nothing. Also at the first connect of a process, which knows nothing of what came to another. Default: 0.
         */
        public Builder backfillMinutes(int minutes) {
            backfillMinutes = minutes;
            return this;
        }

        /** Among how many of the latest posts one that comes again is told. Default: 20 000. */
        public Builder duplicateWindow(int posts) {
            duplicateWindow = posts;
            return this;
        }

        /** How long connecting waits, for the network and then for the answer of X. Default: 30 s. */
        public Builder connectTimeout(Duration atMost) {
            connectTimeout = atMost;
            return this;
        }

        /** A server from which nothing comes for so long is gone; X sends a blank line at least every 20 s. Default: 20 s. */
        public Builder silence(Duration atMost) {
            silence = atMost;
            return this;
        }

        /** Makes the source; refuses all that is wrong at once. Does not connect. */
        public XFilteredStreamSource build() {
            Problems problems = new Problems();
            problems.checkUrl("baseUrl", baseUrl, "as https://api.x.com");
            problems.checkSecret("bearerToken", bearerToken);
            Map<String, String> query = new TreeMap<>();
            lists.forEach((key, names) -> {
                problems.checkWords(key, names);
                String object = key.replace(".fields", "");
                if (!key.equals("expansions") && !OBJECTS.contains(object)) {
                    problems.add("fields of '" + object + "': must be of "
                            + String.join(
                                    ", ", Set.copyOf(OBJECTS).stream().sorted().toList()));
                }
                if (!names.isEmpty()) {
                    query.put(key, String.join(",", names));
                }
            });
            if (backfillMinutes < 0 || backfillMinutes > MOST_BACKFILL) {
                problems.add("backfillMinutes = " + backfillMinutes + ": must be from 0 to " + MOST_BACKFILL);
            } else if (backfillMinutes > 0) {
                query.put("backfill_minutes", Integer.toString(backfillMinutes));
            }
            if (duplicateWindow < 0) {
                problems.add("duplicateWindow = " + duplicateWindow + ": must be at least 0");
            }
            problems.checkTime("connectTimeout", connectTimeout);
            problems.checkTime("silence", silence);
            String wrong = problems.text();
            if (!wrong.isEmpty()) {
                throw new IllegalArgumentException("ACQ-2661 invalid source of X '" + name + "'" + wrong);
            }
            return new XFilteredStreamSource(new Settings(
                    name,
                    Problems.withoutSlash(baseUrl),
                    Objects.requireNonNull(bearerToken),
                    query,
                    duplicateWindow,
                    connectTimeout,
                    silence));
        }
    }
}
