/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import io.acequia.streaming.internal.store.LocalDisk;
import io.acequia.streaming.storage.Storage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/** A new file for a file source: written aside under a hidden name, forced, and then moved to its own. */
final class LettersToFile implements ReplayCommand.Delivery {
    private final Path folder;
    private final String name;

    LettersToFile(Path target) {
        Path absolute = target.toAbsolutePath().normalize();
        Path parent = absolute.getParent();
        Path last = absolute.getFileName();
        if (parent == null || last == null || !Files.isDirectory(parent)) {
            throw new IllegalArgumentException("ACQ-2224 --to " + target
                    + ": there is no such folder; name a new file in the one that the source watches");
        }
        if (Files.exists(absolute)) {
            throw new IllegalArgumentException(
                    "ACQ-2225 --to " + target + " is there already: a file source takes a file once; give a new name");
        }
        this.folder = parent;
        this.name = last.toString();
    }

    @Override
    public void deliver(ReplayCommand.Content content) throws IOException {
        String aside = "." + name + "." + UUID.randomUUID();
        try (Storage disk = LocalDisk.at(folder)) {
            try (Storage.Appender file = disk.create(aside)) {
                content.writeTo(appending(file));
                file.force();
            } catch (IOException | RuntimeException e) {
                disk.delete(aside);
                throw e;
            }
            disk.commit(aside, name);
            disk.forceFolder("");
        }
    }

    private static OutputStream appending(Storage.Appender file) {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int from, int length) throws IOException {
                file.write(ByteBuffer.wrap(bytes, from, length));
            }
        };
    }
}
