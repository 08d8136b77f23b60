/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import io.acequia.streaming.internal.store.ForwardingStorage;
import io.acequia.streaming.internal.store.LocalDisk;
import io.acequia.streaming.storage.Storage;
import io.acequia.streaming.storage.StorageProvider;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Serves {@code lie:WHICH:PATH}: a folder of this machine that is not true to those who use it. */
public final class LyingStorages implements StorageProvider {
    private static final String SCHEME = "lie:";

    /** What is wrong with a storage. */
    enum Lie {
        /** When a manifest is begun, all finished segments of received blocks are deleted. */
        DELETES_EARLY,
        /** The journal of an earlier run is not there. */
        FORGETS_JOURNAL
    }

    static String uri(Mistake mistake, String path) {
        return SCHEME + mistake.lie() + ":" + path;
    }

    @Override
    public boolean accepts(String uri) {
        return uri.startsWith(SCHEME);
    }

    @Override
    public Storage open(String uri) {
        String[] parts = uri.split(":", 3);
        return new Lying(uri, LocalDisk.at(Path.of(parts[2])), Lie.valueOf(parts[1]));
    }

    private static final class Lying extends ForwardingStorage {
        private final String uri;
        private final Storage disk;
        private final Lie lie;

        Lying(String uri, Storage disk, Lie lie) {
            super(disk);
            this.uri = uri;
            this.disk = disk;
            this.lie = lie;
        }

        @Override
        public String uri() {
            return uri;
        }

        @Override
        public Appender create(String name) throws IOException {
            if (lie == Lie.DELETES_EARLY && name.contains("MANIFEST")) {
                for (String folder : disk.folders("received")) {
                    List<Entry> files = disk.list(folder);
                    for (Entry file : files.subList(0, Math.max(0, files.size() - 1))) {
                        disk.delete(file.name());
                    }
                }
            }
            return disk.create(name);
        }

        @Override
        public List<Entry> list(String folder) throws IOException {
            if (lie == Lie.FORGETS_JOURNAL && folder.equals("journal")) {
                for (Entry file : disk.list(folder)) {
                    disk.delete(file.name());
                }
            }
            return disk.list(folder);
        }
    }
}
