/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.rdd;

import io.acequia.streaming.function.Function0;
import io.acequia.streaming.internal.store.JavaSerialization;
import java.io.IOException;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * The neutral element of a fold. A value that might change gives a copy each time, so that folding into one partition, or one
 * key, leaves the others alone; plain values, and those that cannot be serialized, are shared.
 */
final class Zero<A> implements Function0<A> {
    private final @Nullable A shared;
    private final byte @Nullable [] copied;
    private final @Nullable Class<?> type;

    private Zero(@Nullable A shared, byte @Nullable [] copied, @Nullable Class<?> type) {
        this.shared = shared;
        this.copied = copied;
        this.type = type;
    }

    static <A> Zero<A> of(A value) {
        if (Copies.isPlain(value) || !(value instanceof Serializable)) {
            return new Zero<>(value, null, null);
        }
        try {
            return new Zero<>(null, JavaSerialization.write(value, part -> part), value.getClass());
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "ACQ-0818 the zero of a fold, a " + value.getClass().getName() + ", cannot be copied: " + e
                            + "; give one that can be serialized",
                    e);
        }
    }

    @Override
    @SuppressWarnings({"unchecked", "NullAway"}) // the zero may be null, as it was given
    public A call() throws IOException, ClassNotFoundException {
        return copied == null || type == null ? shared : (A) Copies.read(copied, type);
    }
}
