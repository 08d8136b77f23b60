/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import io.acequia.streaming.engine.Engine;
import io.acequia.streaming.engine.EngineProvider;
import io.acequia.streaming.internal.local.LocalEngineProvider;
import io.acequia.streaming.storage.Storage;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Serves {@code faults:n}: the local engine on a storage that a rig gave, so that a whole context runs on a faulty disk. */
public final class FaultyEngines implements EngineProvider {
    private static final String PREFIX = "faults:";
    private static final Map<String, Storage> STORAGES = new ConcurrentHashMap<>();
    private static final AtomicLong NEXT = new AtomicLong();

    /** The master whose engine runs on this storage, for one context. */
    static String master(Storage storage) {
        String master = PREFIX + NEXT.incrementAndGet();
        STORAGES.put(master, storage);
        return master;
    }

    @Override
    public boolean accepts(String master) {
        return master.startsWith(PREFIX);
    }

    @Override
    public Engine open(String master, Settings settings) {
        @Nullable Storage storage = STORAGES.remove(master);
        if (storage == null) {
            throw new IllegalArgumentException(
                    "ACQ-3036 no storage was given for master '" + master + "': a rig gives it for one context");
        }
        return new FaultyEngine(new LocalEngineProvider().open("local[2]", settings), new SharedStorage(storage));
    }
}
