/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import org.jspecify.annotations.Nullable;

/** Something went wrong in a world in a way that makes it useless to go on. */
final class SimFailure extends Exception {
    private static final long serialVersionUID = 1;

    SimFailure(String what, @Nullable Throwable cause) {
        super(what, cause);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(String.valueOf(getMessage()));
        for (Throwable t = getCause(); t != null; t = t.getCause()) {
            text.append(": ").append(t);
        }
        return text.toString();
    }
}
