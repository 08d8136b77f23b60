/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.engines;

import java.util.List;

/**
 * The form of a chain without its data: kinds of steps, classes of functions, shapes of the parents. Equal shapes are one
 * object while anybody holds it ({@link Shapes}), so comparing looks one level deep only.
 */
public final class Shape {
    private final Object[] parts;
    private final int hash;
    private final boolean shuffled;

    /** Made of classes and of shapes that are the only ones of their kind. */
    Shape(boolean shuffles, List<Object> parts) {
        this.parts = parts.toArray();
        int sum = 1;
        boolean upstream = shuffles;
        for (Object part : this.parts) {
            sum = 31 * sum + part.hashCode();
            upstream |= part instanceof Shape parent && parent.shuffled;
        }
        this.hash = sum;
        this.shuffled = upstream;
    }

    /** Whether a shuffle is somewhere in the chain. */
    public boolean shuffled() {
        return shuffled;
    }

    @Override
    public boolean equals(Object other) {
        if (this == other) {
            return true;
        }
        if (!(other instanceof Shape that) || hash != that.hash || parts.length != that.parts.length) {
            return false;
        }
        for (int i = 0; i < parts.length; i++) {
            if (parts[i] != that.parts[i]) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int hashCode() {
        return hash;
    }
}
