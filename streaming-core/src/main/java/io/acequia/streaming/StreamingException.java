/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming;

import org.jspecify.annotations.Nullable;

/** An error with a code; its message says what, which one, actual against allowed, and what to do. */
public class StreamingException extends RuntimeException {
    private final String code;

    public StreamingException(String code, String message, @Nullable Throwable cause) {
        super(code + " " + message, cause);
        this.code = code;
    }

    /** {@code ACQ-} and four digits; {@code docs/errors.md} lists them. */
    public String code() {
        return code;
    }
}
