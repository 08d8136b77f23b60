/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import io.acequia.streaming.storage.Storage;
import io.acequia.streaming.storage.StorageProvider;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Serves {@code machine:NAME}: the disk that a rig has put into the machine of that name, for all of a context that runs on it. */
public final class SimDisks implements StorageProvider {
    static final String SCHEME = "machine:";
    private static final Map<String, Storage> DISKS = new ConcurrentHashMap<>();

    /** Puts a disk into a machine, in place of the one before; gives the URI of it. */
    static String insert(String machine, Storage disk) {
        DISKS.put(SCHEME + machine, disk);
        return SCHEME + machine;
    }

    static void remove(String machine) {
        DISKS.remove(SCHEME + machine);
    }

    @Override
    public boolean accepts(String uri) {
        return uri.startsWith(SCHEME);
    }

    @Override
    public Storage open(String uri) throws IOException {
        Storage disk = DISKS.get(uri);
        if (disk == null) {
            throw new IOException("ACQ-3080 there is no simulated disk " + uri + ": a rig puts it there while it runs");
        }
        return new SharedStorage(disk) {
            @Override
            public String uri() {
                return uri;
            }
        };
    }
}
