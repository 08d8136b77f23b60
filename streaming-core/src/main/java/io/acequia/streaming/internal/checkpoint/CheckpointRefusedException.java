/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.checkpoint;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A file of a checkpoint, or a record of the journal, that must not be trusted or understood. Nothing of it is changed. */
public final class CheckpointRefusedException extends IOException {
    private final String file;
    private final long offset;

    CheckpointRefusedException(String code, String file, long offset, String what, @Nullable Throwable cause) {
        super(code + " " + file + (offset < 0 ? "" : " at byte " + offset) + ": " + what, cause);
        this.file = file;
        this.offset = offset;
    }

    /** The file, relative to the checkpoint directory. */
    public String file() {
        return file;
    }

    /** Where in it, in bytes; negative when it is about the whole. */
    public long offset() {
        return offset;
    }
}
