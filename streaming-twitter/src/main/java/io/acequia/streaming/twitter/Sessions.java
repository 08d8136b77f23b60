/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.twitter;

import java.io.Serializable;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What survives from one connection attempt to the next. Each attempt has a receiver of its own, which takes a session that is
 * free and gives it back when it is closed; so receivers that run side by side, as of two streams of one source, share none. A
 * copy of a source that was sent elsewhere begins with none. Any thread.
 */
final class Sessions implements Serializable {
    private transient @Nullable Deque<Session> free;
    private transient @Nullable Counts counts;

    /** What is kept: how often it failed in a row, which posts came lately, and the client with its threads. For one thread. */
    static final class Session {
        private final Waits waits = new Waits();
        private final HttpClient client;
        private final Set<Long> recent;

        private Session(Duration connectTimeout, int window) {
            client = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1) // where giving up a response closes its connection
                    .connectTimeout(connectTimeout)
                    .build();
            recent = Collections.newSetFromMap(new LinkedHashMap<>() {
                @Override
                protected boolean removeEldestEntry(Map.Entry<Long, Boolean> eldest) {
                    return size() > window;
                }
            });
        }

        Waits waits() {
            return waits;
        }

        HttpClient client() {
            return client;
        }

        /** Whether a post of this id has not come lately; remembers it. */
        boolean isNew(long id) {
            return recent.add(id);
        }
    }

    synchronized Session take(Duration connectTimeout, int window) {
        Session last = free == null ? null : free.poll();
        return last == null ? new Session(connectTimeout, window) : last;
    }

    synchronized void giveBack(Session session) {
        Deque<Session> all = free == null ? new ArrayDeque<>() : free;
        all.push(session);
        free = all;
    }

    synchronized Counts counts() {
        Counts all = counts == null ? new Counts() : counts;
        counts = all;
        return all;
    }
}
