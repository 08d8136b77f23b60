/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.data;

import java.io.Serializable;

/**
 * Three values together. Prints as {@code (a,2,x)}.
 *
 * @param _1 first component
 * @param _2 second component
 * @param _3 third component
 */
public record Tuple3<A, B, C>(A _1, B _2, C _3) implements Serializable {
    /** The three as one. */
    public static <A, B, C> Tuple3<A, B, C> of(A a, B b, C c) {
        return new Tuple3<>(a, b, c);
    }

    @Override
    public String toString() {
        return "(" + _1 + "," + _2 + "," + _3 + ")";
    }
}
