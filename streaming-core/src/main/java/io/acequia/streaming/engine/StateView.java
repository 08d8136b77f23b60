/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.engine;

import io.acequia.streaming.data.Time;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * One partition of keyed state while it is stepped. A cell is valid until {@code cell} or a {@code next} is
 * called again. For the
 * thread of the task, until the step ends.
 *
 * @param <K> type of the keys
 * @param <S> type of the states
 */
public interface StateView<K, S> {
    /** The cell of a key, which need not have a state. */
    Cell<K, S> cell(K key);

    /** The cells of all keys that have a state. Only the cell at hand may be changed meanwhile. */
    Iterator<Cell<K, S>> cells();

    /** The cells of the keys that are due at {@code now}, each once. Only the cell at hand may be changed meanwhile. */
    Iterator<Cell<K, S>> due(Time now);

    /**
     * The place of one key.
     *
     * @param <K> type of the key
     * @param <S> type of the state
     */
    interface Cell<K, S> {
        /** The key. */
        K key();

        /** The state; null when there is none. */
        @Nullable
        S state();

        /** Sets the state. */
        void put(S state);

        /** Removes the state, and forgets when it is due; no effect when there is none. */
        void remove();

        /** Says when the key is due; takes the place of what was said before. The key must have a state. */
        void dueAt(Time at);
    }
}
