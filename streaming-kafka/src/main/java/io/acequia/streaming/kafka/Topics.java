/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kafka;

import java.io.Serializable;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/** Which topics a source reads: those of these names, or those whose whole name matches. */
record Topics(List<String> names, @Nullable String regex) implements Serializable {
    static final Topics NONE = new Topics(List.of(), null);

    Topics withNames(String... given) {
        return new Topics(List.of(given), regex);
    }

    Topics withRegex(String given) {
        return new Topics(names, given);
    }

    Optional<Pattern> pattern() {
        return Optional.ofNullable(regex).map(Pattern::compile);
    }

    void check(List<String> wrong) {
        if (names.isEmpty() == (regex == null)) {
            wrong.add("topics = " + names + ", topicPattern = " + regex + ": give one of them");
        }
        if (regex != null) {
            try {
                Pattern.compile(regex);
            } catch (PatternSyntaxException e) {
                wrong.add("topicPattern = " + regex + ": must be a regular expression: " + e.getDescription());
            }
        }
    }

    @Override
    public String toString() {
        return regex != null ? regex : String.join(",", names);
    }
}
