/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.store;

import io.acequia.streaming.storage.StorageFullException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;

/** What a failure of the file system means to those who use a storage. */
final class DiskErrors {
    private DiskErrors() {}

    /** A failure at a name: a full device, a name that is or is not there, or anything else. */
    static IOException at(String name, IOException cause) {
        String message = String.valueOf(cause.getMessage());
        if (message.contains("No space left on device")
                || message.contains("Disk quota exceeded")
                || message.contains("not enough space on the disk")) {
            return new StorageFullException("ACQ-0563 " + name + " cannot be written: " + message, cause);
        }
        if (cause instanceof FileAlreadyExistsException || cause instanceof NoSuchFileException) {
            return cause;
        }
        return new IOException("ACQ-0565 the disk failed at " + name + ": " + cause, cause);
    }
}
