/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.rdd;

import io.acequia.streaming.function.Function0;

/** The neutral element of a fold, for each partition its own. */
record Zero<A>(A value) implements Function0<A> {
    static <A> Zero<A> of(A value) {
        return new Zero<>(value);
    }

    @Override
    public A call() {
        return value;
    }
}
