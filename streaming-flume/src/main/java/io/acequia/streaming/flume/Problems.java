/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.flume;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What is wrong with a builder, refused all at once. */
final class Problems {
    private static final int MOST_PORT = 65_535;
    /** Clients count in milliseconds, in an int. */
    private static final Duration LONGEST = Duration.ofDays(1);

    private final List<String> wrong = new ArrayList<>();

    void add(String problem) {
        wrong.add(problem);
    }

    int count() {
        return wrong.size();
    }

    void checkAddress(String what, String host, int port) {
        if (host.isBlank()) {
            add(what + " host = '" + host + "': must be a name or an address");
        }
        if (port < 1 || port > MOST_PORT) {
            add(what + " port = " + port + ": must be from 1 to " + MOST_PORT);
        }
    }

    void checkRange(String what, long value, long least, long most) {
        if (value < least || value > most) {
            add(what + " = " + value + ": must be from " + least + " to " + most);
        }
    }

    void checkTime(String what, Duration value, Duration least) {
        if (value.compareTo(least) < 0 || value.compareTo(LONGEST) > 0) {
            add(what + " = " + value + ": must be from " + least + " to " + LONGEST);
        }
    }

    /**
     * Throws if there is one.
     *
     * @param refusal how the error begins
     */
    void refuse(String refusal) {
        if (!wrong.isEmpty()) {
            throw new IllegalArgumentException(refusal + " (" + wrong.size()
                    + (wrong.size() == 1 ? " problem" : " problems") + "):\n  " + String.join("\n  ", wrong));
        }
    }
}
