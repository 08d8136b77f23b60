/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.twitter;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.acequia.streaming.twitter.HttpExchanges.Answer;
import io.acequia.streaming.twitter.HttpExchanges.Request;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The rules endpoint of API v2, as its documentation describes it: pages of two rules, values must not be empty or doubled. */
final class RuleBook {
    private static final JsonMapper JSON = new JsonMapper();
    private static final int PAGE = 2;

    private final List<ObjectNode> rules = new ArrayList<>();
    private Answer next;
    private int ids;

    /** The next request is answered so. */
    synchronized void answer(Answer answer) {
        next = answer;
    }

    synchronized Answer answer(Request request) throws IOException {
        Answer scripted = next;
        next = null;
        if (scripted != null) {
            return scripted;
        }
        if (request.method().equals("GET")) {
            return Answer.of(200, page(request.query()).toString());
        }
        JsonNode body = JSON.readTree(request.body());
        return body.has("delete")
                ? Answer.of(200, delete(body.path("delete").path("ids")).toString())
                : add(body.path("add"), request.query().containsKey("dry_run"));
    }

    private ObjectNode page(Map<String, String> query) {
        int from = Integer.parseInt(query.getOrDefault("pagination_token", "0"));
        ObjectNode answer = JSON.createObjectNode();
        ArrayNode data = JSON.createArrayNode();
        rules.stream().skip(from).limit(PAGE).forEach(data::add);
        if (!data.isEmpty()) {
            answer.set("data", data);
        }
        ObjectNode meta = answer.putObject("meta").put("result_count", data.size());
        if (from + PAGE < rules.size()) {
            meta.put("next_token", Integer.toString(from + PAGE));
        }
        return answer;
    }

    private ObjectNode delete(JsonNode unwanted) {
        List<String> gone = new ArrayList<>();
        unwanted.forEach(id -> gone.add(id.asText()));
        int before = rules.size();
        rules.removeIf(rule -> gone.contains(rule.path("id").asText()));
        ObjectNode answer = JSON.createObjectNode();
        answer.putObject("meta").putObject("summary").put("deleted", before - rules.size());
        return answer;
    }

    private Answer add(JsonNode wanted, boolean dryRun) {
        ObjectNode answer = JSON.createObjectNode();
        ArrayNode data = answer.putArray("data");
        ArrayNode errors = JSON.createArrayNode();
        for (JsonNode each : wanted) {
            String value = each.path("value").asText();
            if (rules.stream().anyMatch(rule -> rule.path("value").asText().equals(value))) {
                errors.addObject().put("value", value).put("id", "1").put("title", "DuplicateRule");
            } else if (value.endsWith("(")) {
                errors.addObject()
                        .put("value", value)
                        .put("title", "UnprocessableEntity")
                        .putArray("details")
                        .add("missing EOF at '(' (at position " + value.length() + ")");
            } else {
                ObjectNode rule = each.deepCopy();
                rule.put("id", Integer.toString(++ids));
                data.add(rule);
                if (!dryRun) {
                    rules.add(rule);
                }
            }
        }
        if (!errors.isEmpty()) {
            answer.set("errors", errors);
        }
        return Answer.of(data.isEmpty() && !errors.isEmpty() ? 400 : 201, answer.toString());
    }
}
