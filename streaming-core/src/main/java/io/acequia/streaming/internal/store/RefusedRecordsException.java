/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.store;

import org.jspecify.annotations.Nullable;

/** Records are not written, or stored ones not read: the message says which class or which damage is the reason. */
public class RefusedRecordsException extends IllegalStateException {
    RefusedRecordsException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
