/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.data;

import java.io.Serializable;
import java.util.Objects;

/** A password, token or key: prints as {@code ***}, so that it reaches no log by accident. */
public final class Secret implements Serializable {
    private final String value;

    private Secret(String value) {
        this.value = value;
    }

    /** Wraps a value. */
    public static Secret of(String value) {
        return new Secret(Objects.requireNonNull(value, "value"));
    }

    /** The value itself: hand it to the client that needs it, to nothing else. */
    public String expose() {
        return value;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Secret that && value.equals(that.value);
    }

    @Override
    public int hashCode() {
        return value.hashCode();
    }

    @Override
    public String toString() {
        return "***";
    }
}
