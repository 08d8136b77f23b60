/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.receiver;

import java.io.Serializable;

/**
 * Something that a source sent and the receiver could not decode.
 *
 * @param raw the bytes as they came, perhaps cut
 * @param where its place in the source, for people
 * @param cause why
 */
public record Rejected(byte[] raw, String where, Throwable cause) implements Serializable {
    /** The same with a cause that has nothing but its text and its stack, for a cause that cannot be sent. */
    public Rejected withPlainCause() {
        Throwable plain = new IllegalStateException(cause.toString());
        plain.setStackTrace(cause.getStackTrace());
        return new Rejected(raw, where, plain);
    }
}
