/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.store;

import io.acequia.streaming.storage.Storage;
import io.acequia.streaming.storage.StorageProvider;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ServiceLoader;
import java.util.regex.Pattern;

/** Opens storages by where they are, for every engine. */
public final class Storages {
    /** A single letter is a drive. */
    private static final Pattern OTHER_SCHEME = Pattern.compile("(?!file:)[A-Za-z][A-Za-z0-9+.-]+:.*");

    private Storages() {}

    /** The storage at a place: a plain path or {@code file:} URI, or what an artifact on the class path serves. */
    public static Storage open(String uri) throws IOException {
        if (OTHER_SCHEME.matcher(uri).matches()) {
            for (StorageProvider provider : ServiceLoader.load(StorageProvider.class, Loaders.context())) {
                if (provider.accepts(uri)) {
                    return FailpointStorage.around(provider.open(uri));
                }
            }
            throw new IOException("ACQ-0525 there is no storage for " + uri
                    + ": paths and file: URIs are known, and what a StorageProvider on the class path serves; a directory that"
                    + " machines share can be mounted on all of them");
        }
        return FailpointStorage.around(LocalDisk.at(uri.startsWith("file:") ? Path.of(URI.create(uri)) : Path.of(uri)));
    }
}
