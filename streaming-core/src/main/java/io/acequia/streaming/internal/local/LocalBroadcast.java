/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.local;

import io.acequia.streaming.data.Broadcast;
import io.acequia.streaming.internal.engines.Refusals;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A value in this JVM; it never travels, so it need not be serializable. */
final class LocalBroadcast<T> implements Broadcast<T> {
    private final long id;
    private transient volatile @Nullable Optional<T> held;

    LocalBroadcast(long id, T value) {
        this.id = id;
        this.held = Optional.of(value);
    }

    @Override
    public T value() {
        Optional<T> now = held;
        if (now == null) {
            throw Refusals.noValue(this);
        }
        return now.orElseThrow();
    }

    @Override
    public void unpersist() {
        held = null;
    }

    @Override
    public String toString() {
        return "broadcast " + id;
    }
}
