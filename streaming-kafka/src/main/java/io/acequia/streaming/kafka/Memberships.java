/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kafka;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Names by which the receivers of this JVM are members of groups ({@code group.instance.id}), each of one receiver at a
 * time. A receiver whose connection broke could not leave its group, and without a name the next one would wait until the
 * group has missed the old member. The next receiver of the same source takes over the name, and with it the partitions.
 */
final class Memberships {
    private static final String JVM = UUID.randomUUID().toString();
    private static final Map<Of, Deque<String>> FREE = new HashMap<>();
    private static int made;

    private Memberships() {}

    /** What makes receivers alike. */
    record Of(Connection connection, String group, Topics topics) {}

    static synchronized String take(Of receiver) {
        Deque<String> free = FREE.get(receiver);
        @Nullable String name = free == null ? null : free.poll();
        return name == null ? "acequia-" + JVM + "-" + ++made : name;
    }

    static synchronized void giveBack(Of receiver, String name) {
        FREE.computeIfAbsent(receiver, any -> new ArrayDeque<>()).add(name);
    }
}
