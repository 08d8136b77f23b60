/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.twitter;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import io.acequia.streaming.receiver.ReceiverDisconnectedException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import org.jspecify.annotations.Nullable;
import twitter4j.HashtagEntity;
import twitter4j.HttpParameter;
import twitter4j.RequestMethod;
import twitter4j.Status;
import twitter4j.TwitterException;
import twitter4j.TwitterObjectFactory;
import twitter4j.User;
import twitter4j.auth.OAuthAuthorization;
import twitter4j.conf.ConfigurationBuilder;

/**
 * The streaming protocol 1.1, signed and decoded by twitter4j. Its own stream is not used: that cannot be closed while it waits
 * for the server, shares a queue without a bound with all streams of the JVM, and connects anew by itself.
 */
final class StatusApi implements StreamApi {
    private static final System.Logger LOG = System.getLogger(StatusApi.class.getName());

    private final TwitterSource.Settings settings;
    private final Counts counts;
    private long withheld;

    StatusApi(TwitterSource.Settings settings, Counts counts) {
        this.settings = settings;
        this.counts = counts;
    }

    @Override
    public HttpRequest request() {
        HttpParameter[] parameters = parameters();
        String query = HttpParameter.encodeParameters(parameters);
        HttpRequest.Builder request = HttpRequest.newBuilder().timeout(settings.connectTimeout());
        if (settings.filters()) {
            String url = settings.baseUrl() + "/statuses/filter.json";
            return request.uri(URI.create(url))
                    .header("Authorization", signed(RequestMethod.POST, url, parameters))
                    .header("Content-Type", "application/x-www-form-urlencoded")
                    .POST(HttpRequest.BodyPublishers.ofString(query))
                    .build();
        }
        String url = settings.baseUrl() + "/statuses/sample.json?" + query;
        return request.uri(URI.create(url))
                .header("Authorization", signed(RequestMethod.GET, url, new HttpParameter[0]))
                .GET()
                .build();
    }

    private HttpParameter[] parameters() {
        List<HttpParameter> all = new ArrayList<>();
        all.add(new HttpParameter("stall_warnings", true));
        add(all, "track", settings.track());
        add(all, "follow", settings.follow());
        add(all, "locations", settings.locations());
        add(all, "language", settings.languages());
        return all.toArray(HttpParameter[]::new);
    }

    private static void add(List<HttpParameter> all, String name, List<String> values) {
        if (!values.isEmpty()) {
            all.add(new HttpParameter(name, String.join(",", values)));
        }
    }

    private String signed(RequestMethod method, String url, HttpParameter[] parameters) {
        OAuthAuthorization login = new OAuthAuthorization(new ConfigurationBuilder()
                .setDebugEnabled(false)
                .setOAuthConsumerKey(settings.consumerKey().expose())
                .setOAuthConsumerSecret(settings.consumerSecret().expose())
                .setOAuthAccessToken(settings.accessToken().expose())
                .setOAuthAccessTokenSecret(settings.accessTokenSecret().expose())
                .build());
        return login.getAuthorizationHeader(new twitter4j.HttpRequest(method, url, parameters, login, null));
    }

    @Override
    public @Nullable Tweet decode(String line) throws IOException, ReceiverDisconnectedException, TwitterException {
        switch (kind(line)) {
            case "delete" -> counts.deletions.increment();
            case "limit" ->
                limit(Refusal.JSON.readTree(line).path("limit").path("track").asLong());
            case "warning" -> {
                counts.stallWarnings.increment();
                LOG.log(System.Logger.Level.WARNING, "Source {0}: the server warns: {1}", settings.name(), line);
            }
            case "disconnect" -> {
                JsonNode told = Refusal.JSON.readTree(line).path("disconnect");
                throw new ReceiverDisconnectedException("ACQ-2670 " + settings.baseUrl() + " disconnects: "
                        + told.path("reason").asText() + " (code "
                        + told.path("code").asText()
                        + "); codes 2 and 7 mean that the same login has connected elsewhere");
            }
            case "scrub_geo", "status_withheld", "user_withheld", "friends", "event", "control" ->
                counts.others.increment();
            default -> {
                return tweet(line, TwitterObjectFactory.createStatus(line));
            }
        }
        return null;
    }

    /** Name of the first field: that of a notice, which has one only, or of any of a post's. */
    private static String kind(String line) throws IOException {
        try (JsonParser parser = Refusal.JSON.createParser(line)) {
            String first = parser.nextToken() == JsonToken.START_OBJECT ? parser.nextFieldName() : null;
            if (first == null) {
                throw new IOException("it is no JSON object with a field");
            }
            return first;
        }
    }

    /** The server counts from the beginning of the connection. */
    private void limit(long soFar) {
        counts.withheld.add(Math.max(0, soFar - withheld));
        withheld = Math.max(withheld, soFar);
    }

    private static Tweet tweet(String line, Status status) throws IOException {
        String text = status.getText();
        if (status.getId() < 0 || text == null) {
            throw new IOException("it has no id or no text");
        }
        Date created = status.getCreatedAt();
        User user = status.getUser();
        return new Tweet(
                status.getId(),
                text,
                created == null ? null : created.toInstant(),
                status.getLang(),
                user == null ? 0 : user.getId(),
                user == null ? null : user.getScreenName(),
                Arrays.stream(status.getHashtagEntities())
                        .map(HashtagEntity::getText)
                        .toList(),
                List.of(),
                line);
    }
}
