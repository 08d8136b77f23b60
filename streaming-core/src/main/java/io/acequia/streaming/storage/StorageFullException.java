/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.storage;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** There is no space left: once there is, the same may succeed. */
public final class StorageFullException extends IOException {
    public StorageFullException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
