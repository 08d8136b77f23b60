/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import java.util.ArrayList;
import java.util.List;

/**
 * The servers in containers that the test which runs now has met: those that were up when it began, whoever started them, and those
 * that were started since. Tests run one after another.
 */
final class StartedServers {
    /** A server; two of the same image are two. */
    record Server(String image, String version) {}

    private static final List<Server> UP = new ArrayList<>();
    private static final List<Server> MET = new ArrayList<>();

    private StartedServers() {}

    static synchronized void started(Server server) {
        UP.add(server);
        MET.add(server);
    }

    static synchronized void ended(Server server) {
        UP.removeIf(other -> other == server);
    }

    static synchronized void testBegins() {
        MET.clear();
        MET.addAll(UP);
    }

    /** Each image and version once. */
    static synchronized List<Server> met() {
        return MET.stream().distinct().toList();
    }
}
