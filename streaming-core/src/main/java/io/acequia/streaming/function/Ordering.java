/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.function;

import java.io.Serializable;
import java.util.Comparator;

/**
 * A comparator that travels: a lambda written as an {@code Ordering} can be serialized to wherever the partition is.
 *
 * @param <T> what is compared
 */
@FunctionalInterface
public interface Ordering<T> extends Comparator<T>, Serializable {
    /** The natural order of {@code T}. */
    static <T extends Comparable<? super T>> Ordering<T> natural() {
        return (a, b) -> a.compareTo(b);
    }

    /** The natural order of a key; what {@code key} throws comes out as an {@link IllegalStateException} with that cause. */
    static <T, C extends Comparable<? super C>> Ordering<T> by(Function<T, C> key) {
        return (a, b) -> keyOf(key, a).compareTo(keyOf(key, b));
    }

    /** The same order, backwards. */
    default Ordering<T> reverse() {
        return (a, b) -> compare(b, a);
    }

    private static <T, C> C keyOf(Function<T, C> key, T value) {
        try {
            return key.call(value);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("ACQ-0101 the key function of an ordering threw for " + value, e);
        }
    }
}
