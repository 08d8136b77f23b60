/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The newest answers to a receiver. A letter that comes again, because its answer was lost on the way, gets the same one: with it
 * come settlements, which the driver tells once. Any thread, one at a time.
 */
final class Answers {
    /** More than a receiver has on the way, from all its threads. */
    private static final int KEPT = 64;

    private final Map<Key, byte[]> newest = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, byte[]> eldest) {
            return size() > KEPT;
        }
    };

    private record Key(String sender, long number) {}

    /** Gives an answer. */
    interface Answering {
        byte[] answer() throws IOException;
    }

    synchronized byte[] to(Letter letter, Answering fresh) throws IOException {
        Key key = new Key(letter.sender(), letter.number());
        byte[] known = newest.get(key);
        if (known != null) {
            return known;
        }
        byte[] answer = fresh.answer();
        newest.put(key, answer);
        return answer;
    }
}
