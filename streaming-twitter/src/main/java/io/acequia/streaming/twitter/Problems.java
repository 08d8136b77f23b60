/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.twitter;

import io.acequia.streaming.data.Secret;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What is wrong with a configuration, to be told at once. Never has the value of a secret. */
final class Problems {
    private static final Duration LONGEST = Duration.ofDays(1);

    private final List<String> all = new ArrayList<>();

    void add(String problem) {
        all.add(problem);
    }

    void checkUrl(String option, @Nullable String url, String advice) {
        if (url == null) {
            add(option + ": must be given, " + advice);
            return;
        }
        try {
            URI uri = new URI(url);
            if (uri.getUserInfo() != null) {
                add(option + ": must have no login; there are options for it"); // and is not shown
            } else if (!Set.of("http", "https").contains(String.valueOf(uri.getScheme()))
                    || uri.getHost() == null
                    || uri.getQuery() != null
                    || uri.getFragment() != null) {
                add(option + " = " + url + ": must be http(s)://host[:port][/path]");
            }
        } catch (URISyntaxException e) {
            add(option + ": must be a URL: " + e.getReason() + " at " + e.getIndex());
        }
    }

    void checkSecret(String option, @Nullable Secret secret) {
        if (secret == null || secret.expose().isBlank()) {
            add(option + ": must be given");
        } else if (!secret.expose().chars().allMatch(each -> each > ' ' && each < 127)) {
            add(option + ": must be of visible ASCII characters, without blanks and line ends");
        }
    }

    void checkTime(String option, Duration time) {
        if (time.isNegative() || time.isZero() || time.compareTo(LONGEST) > 0) {
            add(option + " = " + time + ": must be positive, and at most a day");
        }
    }

    /** Words that go into one parameter, with commas between them. */
    void checkWords(String option, List<String> words) {
        for (String word : words) {
            if (word.isBlank() || word.contains(",")) {
                add(option + " '" + word + "': must not be blank, and have no comma");
            }
        }
    }

    /** All that is wrong, one problem a line; empty when nothing is. */
    String text() {
        return all.isEmpty()
                ? ""
                : " (" + all.size() + (all.size() == 1 ? " problem" : " problems") + "):\n  "
                        + String.join("\n  ", all);
    }

    static String withoutSlash(String url) {
        return url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
    }
}
