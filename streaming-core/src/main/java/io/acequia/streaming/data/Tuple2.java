/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.data;

import java.io.Serializable;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A pair. Prints as {@code (a,2)}. {@link Optional} components, the outer sides of joins, are carried through Java
 * serialization although {@code Optional} itself is not serializable.
 *
 * @param _1 first component, the key in keyed operations
 * @param _2 second component, the value in keyed operations
 */
public record Tuple2<A, B>(A _1, B _2) implements Serializable {
    /** A pair of {@code a} and {@code b}. */
    public static <A, B> Tuple2<A, B> of(A a, B b) {
        return new Tuple2<>(a, b);
    }

    @Override
    public String toString() {
        return "(" + _1 + "," + _2 + ")";
    }

    private Object writeReplace() {
        return _1 instanceof Optional || _2 instanceof Optional ? Carrier.of(this) : this;
    }

    private record Carrier(
            boolean firstOptional, @Nullable Object first, boolean secondOptional, @Nullable Object second)
            implements Serializable {
        static Carrier of(Tuple2<?, ?> pair) {
            return new Carrier(pair._1 instanceof Optional, open(pair._1), pair._2 instanceof Optional, open(pair._2));
        }

        private static @Nullable Object open(@Nullable Object component) {
            return component instanceof Optional<?> optional ? optional.orElse(null) : component;
        }

        private static @Nullable Object close(boolean optional, @Nullable Object component) {
            return optional ? Optional.ofNullable(component) : component;
        }

        @SuppressWarnings("NullAway") // a component may be null, as it was
        private Object readResolve() {
            return new Tuple2<>(close(firstOptional, first), close(secondOptional, second));
        }
    }
}
