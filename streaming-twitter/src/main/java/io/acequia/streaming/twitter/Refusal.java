/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.twitter;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.receiver.RetryAfterException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;

/** An answer that is no stream, as an error that says what to do and how long to wait. */
final class Refusal {
    static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    static final int MOST_BYTES = 64 * 1024;
    private static final int MOST_SHOWN = 300;
    private static final int ENHANCE_YOUR_CALM = 420;
    private static final int TOO_MANY_REQUESTS = 429;

    private Refusal() {}

    /** @param waits knows what failed before, and counts this one */
    static RetryAfterException of(HttpResponse<?> response, String body, Waits waits, StreamClock clock) {
        int status = response.statusCode();
        String said = place(response.uri()) + " answers HTTP " + status + words(body);
        if (status == ENHANCE_YOUR_CALM || status == TOO_MANY_REQUESTS) {
            Duration wait = untilReset(response, waits.withPatience(), clock);
            return new RetryAfterException(
                    "ACQ-2664 " + said + ": too many requests or connections; it is left alone for " + wait.toSeconds()
                            + " s. See whether another program uses the same login",
                    wait);
        }
        String text =
                switch (status) {
                    case 401 ->
                        "ACQ-2662 " + said
                                + ": it does not know this login; check the keys and tokens, and the clock of"
                                + " this machine";
                    case 403 ->
                        "ACQ-2663 " + said + ": this login may not do that; ask for access to it, or remove the options"
                                + " that need more";
                    default ->
                        status >= 500
                                ? "ACQ-2665 " + said + ": it has a trouble of its own; wait, or look at its status page"
                                : "ACQ-2666 " + said + ": it does not take this request; check the URL and the options";
                };
        return new RetryAfterException(text, waits.afterRefusal());
    }

    /** The time that the server names, if that is still to come. */
    private static Duration untilReset(HttpResponse<?> response, Duration otherwise, StreamClock clock) {
        long reset;
        try {
            reset = response.headers().firstValueAsLong("x-rate-limit-reset").orElse(0);
        } catch (NumberFormatException e) {
            return otherwise;
        }
        Duration left = Duration.between(clock.now(), Instant.ofEpochSecond(Math.min(reset, Integer.MAX_VALUE)));
        return left.isNegative() || left.isZero() ? otherwise : left;
    }

    static String place(URI uri) {
        return uri.getScheme() + "://" + uri.getAuthority() + uri.getPath();
    }

    private static String words(String body) {
        String text = body.strip();
        try {
            JsonNode json = JSON.readTree(text);
            JsonNode first = json.path("errors").path(0);
            String told = told(json).isEmpty() ? told(first) : told(json);
            text = told.isEmpty() ? text : told;
        } catch (JsonProcessingException e) {
            // It is shown as it came.
        }
        String line = text.replaceAll("\\s+", " ");
        return line.isEmpty() ? "" : " (" + line.substring(0, Math.min(line.length(), MOST_SHOWN)) + ")";
    }

    /** What an error says of itself, in either protocol. */
    static String told(JsonNode error) {
        String title = error.path("title").asText();
        String detail = error.path("detail").asText(error.path("message").asText());
        if (title.isEmpty() || title.equals(detail)) {
            return detail;
        }
        return detail.isEmpty() ? title : title + ": " + detail;
    }
}
