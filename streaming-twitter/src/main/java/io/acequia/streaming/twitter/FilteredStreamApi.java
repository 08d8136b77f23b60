/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.twitter;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import io.acequia.streaming.receiver.ReceiverDisconnectedException;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The filtered stream of API v2. */
final class FilteredStreamApi implements StreamApi {
    static final String PATH = "/2/tweets/search/stream";

    private final XFilteredStreamSource.Settings settings;
    private String lastTime = "";
    private Instant lastInstant = Instant.EPOCH;

    FilteredStreamApi(XFilteredStreamSource.Settings settings) {
        this.settings = settings;
    }

    @Override
    public HttpRequest request() {
        String query = settings.query().entrySet().stream()
                .map(each -> each.getKey() + "=" + URLEncoder.encode(each.getValue(), UTF_8))
                .collect(Collectors.joining("&"));
        return HttpRequest.newBuilder(URI.create(settings.baseUrl() + PATH + (query.isEmpty() ? "" : "?" + query)))
                .timeout(settings.connectTimeout())
                .header("Authorization", "Bearer " + settings.bearerToken().expose())
                .GET()
                .build();
    }

    @Override
    public @Nullable Tweet decode(String line) throws IOException, ReceiverDisconnectedException {
        JsonNode json = Refusal.JSON.readTree(line);
        JsonNode data = json.path("data");
        if (data.isObject()) {
            return tweet(line, json, data);
        }
        JsonNode error = json.has("errors") ? json.path("errors").path(0) : json;
        String told = Refusal.told(error);
        if (told.isEmpty()) {
            throw new IOException("it has no data");
        }
        throw new ReceiverDisconnectedException("ACQ-2671 " + settings.baseUrl() + " ends the stream: " + told
                + kind(error) + "; it is connected anew");
    }

    private static String kind(JsonNode error) {
        String kind = error.path("disconnect_type")
                .asText(error.path("connection_issue").asText());
        return kind.isEmpty() ? "" : " (" + kind + ")";
    }

    private Tweet tweet(String line, JsonNode json, JsonNode data) throws IOException {
        long id = data.path("id").asLong();
        JsonNode text = data.path("note_tweet").path("text").isTextual()
                ? data.path("note_tweet").path("text")
                : data.path("text");
        if (id <= 0 || !text.isTextual()) {
            throw new IOException("it has no id or no text");
        }
        String author = textOrNull(data.path("author_id"));
        String created = textOrNull(data.path("created_at"));
        return new Tweet(
                id,
                text.asText(),
                created == null ? null : instant(created),
                textOrNull(data.path("lang")),
                data.path("author_id").asLong(),
                author == null ? null : accountName(json, author),
                texts(data.path("entities").path("hashtags"), "tag", "tag"),
                texts(json.path("matching_rules"), "tag", "id"),
                line);
    }

    /** Posts of one second, as X gives no more, have the same text. */
    private Instant instant(String text) {
        if (!text.equals(lastTime)) {
            lastInstant = Instant.parse(text);
            lastTime = text;
        }
        return lastInstant;
    }

    private static @Nullable String accountName(JsonNode json, String id) {
        for (JsonNode user : json.path("includes").path("users")) {
            if (user.path("id").asText().equals(id)) {
                return textOrNull(user.path("username"));
            }
        }
        return null;
    }

    private static List<String> texts(JsonNode list, String field, String otherwise) {
        List<String> texts = new ArrayList<>();
        for (JsonNode each : list) {
            String text = each.path(field).asText();
            texts.add(text.isEmpty() ? each.path(otherwise).asText() : text);
        }
        return texts;
    }

    private static @Nullable String textOrNull(JsonNode node) {
        return node.isTextual() ? node.asText() : null;
    }
}
