/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.operator;

/** Exceptions on their way through iterators, whose methods know no checked ones. */
final class Sneaky {
    private Sneaky() {}

    /** The same exception: {@code throw Sneaky.asIs(e)}. */
    static RuntimeException asIs(Exception e) {
        return Sneaky.<RuntimeException>thrown(e);
    }

    @SuppressWarnings("unchecked")
    private static <E extends Exception> RuntimeException thrown(Exception e) throws E {
        throw (E) e;
    }
}
