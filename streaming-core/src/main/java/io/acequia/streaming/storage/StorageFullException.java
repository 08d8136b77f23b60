/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.storage;

import java.io.IOException;

/** There is no space left: once there is, the same may succeed. */
public final class StorageFullException extends IOException {
    public StorageFullException(String message, Throwable cause) {
        super(message, cause);
    }
}
