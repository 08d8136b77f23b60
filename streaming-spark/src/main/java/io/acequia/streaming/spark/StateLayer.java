/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What some steps made of the keys that they touched, in one partition; what all steps made of all keys is a layer too. Immutable.
 *
 * @param <K> type of the keys
 * @param <S> type of the states
 */
final class StateLayer<K, S> implements Serializable {
    private static final long serialVersionUID = 1;

    /** When a key is not due. */
    static final long NEVER = Long.MAX_VALUE;

    private final Map<K, Held<S>> held;
    /** The keys that are due, the earliest first. */
    private final List<K> byDue;

    /**
     * A key in a layer.
     *
     * @param state null when the key was removed
     * @param due when it is due, in milliseconds
     */
    record Held<S>(@Nullable S state, long due) implements Serializable {
        static <S> Held<S> removed() {
            return new Held<>(null, NEVER);
        }
    }

    /** A layer of these keys; the map must not change any more. */
    StateLayer(Map<K, Held<S>> held) {
        this.held = held;
        List<Map.Entry<K, Held<S>>> due = new ArrayList<>();
        held.entrySet().forEach(entry -> {
            if (entry.getValue().due != NEVER) {
                due.add(entry);
            }
        });
        due.sort(Comparator.comparingLong(entry -> entry.getValue().due));
        this.byDue = new ArrayList<>(due.size());
        due.forEach(entry -> byDue.add(entry.getKey()));
    }

    @Nullable
    Held<S> get(K key) {
        return held.get(key);
    }

    Set<Map.Entry<K, Held<S>>> entries() {
        return held.entrySet();
    }

    List<K> byDue() {
        return byDue;
    }

    /** One layer of several, the oldest first; without what was removed when {@code all} of the state is among them. */
    static <K, S> Map<K, Held<S>> merged(List<StateLayer<K, S>> layers, boolean all) {
        Map<K, Held<S>> merged = new HashMap<>();
        for (StateLayer<K, S> layer : layers) {
            for (Map.Entry<K, Held<S>> entry : layer.entries()) {
                if (all && entry.getValue().state == null) {
                    merged.remove(entry.getKey());
                } else {
                    merged.put(entry.getKey(), entry.getValue());
                }
            }
        }
        return merged;
    }
}
