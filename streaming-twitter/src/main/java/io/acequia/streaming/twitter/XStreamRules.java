/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.twitter;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.acequia.streaming.data.Secret;
import io.acequia.streaming.data.StreamClock;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rules of an application's filtered stream, which X keeps. A change counts for streams that are connected, too.
 *
 * <p>Thread: immutable; any. Blocking: each call waits for X, at most 30 s. Failure: an {@code IOException} that says what X answered.
 */
public final class XStreamRules {
    private static final Duration AT_MOST = Duration.ofSeconds(30);
    private static final String DUPLICATE = "DuplicateRule";

    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(AT_MOST).build();
    private final String url;
    private final Secret bearerToken;

    private XStreamRules(String url, Secret bearerToken) {
        this.url = url;
        this.bearerToken = bearerToken;
    }

    /**
     * A rule.
     *
     * @param id as X has given it; null when it has not yet
     * @param value what a post must match, as {@code "#acequia lang:es -is:retweet"}
     * @param tag name of the rule, which posts that match it bear; null for none
     */
    public record Rule(@Nullable String id, String value, @Nullable String tag) {
        /** A rule to be added. */
        public static Rule of(String value, @Nullable String tag) {
            return new Rule(null, value, tag);
        }
    }

    /** The rules at X of the application with this token. */
    public static XStreamRules of(Secret bearerToken) {
        return of(bearerToken, "https://api.x.com");
    }

    /** The same at another server. */
    public static XStreamRules of(Secret bearerToken, String baseUrl) {
        Problems problems = new Problems();
        problems.checkUrl("baseUrl", baseUrl, "as https://api.x.com");
        problems.checkSecret("bearerToken", bearerToken);
        String wrong = problems.text();
        if (!wrong.isEmpty()) {
            throw new IllegalArgumentException("ACQ-2673 rules of X cannot be reached" + wrong);
        }
        return new XStreamRules(Problems.withoutSlash(baseUrl) + FilteredStreamApi.PATH + "/rules", bearerToken);
    }

    /** All of them. */
    public List<Rule> list() throws IOException, InterruptedException {
        List<Rule> all = new ArrayList<>();
        String page = "";
        do {
            JsonNode json = call(HttpRequest.newBuilder(URI.create(url + page)).GET());
            all.addAll(rules(json));
            String next = json.path("meta").path("next_token").asText();
            page = next.isEmpty() ? "" : "?pagination_token=" + next;
        } while (!page.isEmpty());
        return all;
    }

    /**
     * Adds rules. One that is there already is left as it is. When X refuses one, an {@code IOException} says why; others may
     * have been added.
     *
     * @return those that are new, with their ids
     */
    public List<Rule> add(List<Rule> rules) throws IOException, InterruptedException {
        return rules(post("", adding(rules)));
    }

    /** The same without a change: only asks whether X would take them. */
    public List<Rule> check(List<Rule> rules) throws IOException, InterruptedException {
        return rules(post("?dry_run=true", adding(rules)));
    }

    /**
     * Removes rules by their ids.
     *
     * @return how many X has removed
     */
    public int delete(List<String> ids) throws IOException, InterruptedException {
        ObjectNode body = Refusal.JSON.createObjectNode();
        ArrayNode list = body.putObject("delete").putArray("ids");
        ids.forEach(list::add);
        return post("", body).path("meta").path("summary").path("deleted").asInt();
    }

    private static ObjectNode adding(List<Rule> rules) {
        ObjectNode body = Refusal.JSON.createObjectNode();
        ArrayNode list = body.putArray("add");
        for (Rule rule : rules) {
            ObjectNode one = list.addObject().put("value", rule.value());
            if (rule.tag() != null) {
                one.put("tag", rule.tag());
            }
        }
        return body;
    }

    private JsonNode post(String query, ObjectNode body) throws IOException, InterruptedException {
        return call(HttpRequest.newBuilder(URI.create(url + query))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body.toString())));
    }

    private JsonNode call(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<String> response = client.send(
                request.timeout(AT_MOST)
                        .header("Authorization", "Bearer " + bearerToken.expose())
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        boolean isJson = response.body().stripLeading().startsWith("{");
        JsonNode json = isJson ? Refusal.JSON.readTree(response.body()) : Refusal.JSON.createObjectNode();
        refuseErrors(json);
        if (response.statusCode() / 100 != 2) {
            Exception refused = Refusal.of(response, response.body(), new Waits(), StreamClock.system());
            throw new IOException(refused.getMessage(), refused);
        }
        return json;
    }

    private static void refuseErrors(JsonNode json) throws IOException {
        List<String> wrong = new ArrayList<>();
        for (JsonNode error : json.path("errors")) {
            String subject = error.path("value").asText(error.path("id").asText());
            if (!subject.isEmpty() && !error.path("title").asText().equals(DUPLICATE)) {
                List<String> details = new ArrayList<>();
                error.path("details").forEach(each -> details.add(each.asText()));
                wrong.add("'" + subject + "': " + Refusal.told(error)
                        + (details.isEmpty() ? "" : " (" + String.join("; ", details) + ")"));
            }
        }
        if (!wrong.isEmpty()) {
            throw new IOException(
                    "ACQ-2674 X does not take these rules; mend them, and see by list() which of the others"
                            + " it has taken:\n  " + String.join("\n  ", wrong));
        }
    }

    private static List<Rule> rules(JsonNode json) {
        List<Rule> rules = new ArrayList<>();
        for (JsonNode each : json.path("data")) {
            JsonNode tag = each.path("tag");
            rules.add(new Rule(
                    each.path("id").asText(),
                    each.path("value").asText(),
                    tag.isTextual() && !tag.asText().isEmpty() ? tag.asText() : null));
        }
        return rules;
    }

    @Override
    public String toString() {
        return "rules at " + url;
    }
}
