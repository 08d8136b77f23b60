/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.receiver;

import java.time.Duration;

/** The source asks for patience: the runtime connects anew, not before {@link #after()} has passed. */
public final class RetryAfterException extends Exception {
    private final Duration after;

    public RetryAfterException(String message, Duration after) {
        super(message);
        this.after = after;
    }

    /** How long to wait. */
    public Duration after() {
        return after;
    }
}
