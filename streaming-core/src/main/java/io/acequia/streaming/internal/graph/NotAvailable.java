/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.graph;

import io.acequia.streaming.StreamingException;

/** The answer of an operation that is signed but not built in this version. */
public final class NotAvailable {
    private NotAvailable() {}

    public static StreamingException of(String what) {
        return new StreamingException(
                "ACQ-0001", what + " is not available in this version: see CHANGELOG.md for what is", null);
    }
}
