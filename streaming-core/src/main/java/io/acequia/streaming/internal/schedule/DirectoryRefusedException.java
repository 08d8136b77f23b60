/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.schedule;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A checkpoint directory is not what this job can run on; nothing of it was changed. */
public final class DirectoryRefusedException extends IOException {
    DirectoryRefusedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
