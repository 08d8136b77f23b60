/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.engine;

import io.acequia.streaming.data.Time;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * What became of a key.
 *
 * @param <K> type of the key
 * @param <S> type of the state
 * @param key the key
 * @param state its state now; null when it was removed
 * @param due when it is due; null when it is not
 */
public record StateChange<K, S>(K key, @Nullable S state, @Nullable Time due) implements Serializable {}
