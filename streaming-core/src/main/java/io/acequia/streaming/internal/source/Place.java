/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.source;

import java.io.Serializable;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A file system that can be serialized, which a {@link Path} cannot.
 *
 * @param root URI of its root; null for the file system of the machine
 */
record Place(@Nullable String root) implements Serializable {
    static final Place MACHINE = new Place(null);

    static Place of(FileSystem system) {
        return system.equals(FileSystems.getDefault())
                ? MACHINE
                : new Place(
                        system.getRootDirectories().iterator().next().toUri().toString());
    }

    Path path(String text) {
        return root == null
                ? Path.of(text)
                : Path.of(URI.create(root)).getFileSystem().getPath(text);
    }
}
