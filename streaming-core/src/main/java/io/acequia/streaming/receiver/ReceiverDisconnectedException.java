/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.receiver;

import org.jspecify.annotations.Nullable;

/** The connection is gone: the runtime connects anew, with back-off. */
public final class ReceiverDisconnectedException extends Exception {
    public ReceiverDisconnectedException(String message) {
        super(message);
    }

    public ReceiverDisconnectedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
