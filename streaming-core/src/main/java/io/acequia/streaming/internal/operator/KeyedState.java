/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.operator;

import io.acequia.streaming.engine.StateView;
import org.jspecify.annotations.Nullable;

/** What operators on keyed state share. */
final class KeyedState {
    private KeyedState() {}

    /** The cell of a key; a null key is refused, since nothing could be told apart by it. */
    static <K, S> StateView.Cell<K, S> cell(StateView<K, S> state, @Nullable K key) {
        if (key == null) {
            throw new IllegalArgumentException("ACQ-0711 a key is null: keyed state has no place for it; filter such"
                    + " records out before, or map them to a key of their own");
        }
        return state.cell(key);
    }
}
