/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import io.acequia.streaming.internal.store.ForwardingStorage;
import io.acequia.streaming.storage.Storage;
import io.acequia.streaming.storage.StorageProvider;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Makes a {@link SimulatedStorage} the checkpoint directory of a context, by a URI such as {@code sim:7}. Safe for use by any
 * thread.
 */
public final class SimulatedStorages implements StorageProvider {
    private static final String SCHEME = "sim:";
    private static final AtomicInteger NUMBERS = new AtomicInteger();
    private static final Map<String, SimulatedStorage> MOUNTED = new ConcurrentHashMap<>();

    /** Found as a service. */
    public SimulatedStorages() {}

    /** Gives a storage a URI, until it is unmounted. */
    public static String mount(SimulatedStorage storage) {
        String uri = SCHEME + NUMBERS.incrementAndGet();
        mount(uri, storage);
        return uri;
    }

    /** Puts another storage at a URI, such as what is left of the one before after a crash; who has that one keeps it. */
    public static void mount(String uri, SimulatedStorage storage) {
        MOUNTED.put(uri, storage);
    }

    /** Forgets the storage of a URI. */
    public static void unmount(String uri) {
        MOUNTED.remove(uri);
    }

    @Override
    public boolean accepts(String uri) {
        return uri.startsWith(SCHEME);
    }

    @Override
    public Storage open(String uri) throws IOException {
        SimulatedStorage storage = MOUNTED.get(uri);
        if (storage == null) {
            throw new IOException(
                    "ACQ-2100 no simulated storage is mounted at " + uri + ": " + MOUNTED.keySet() + " are");
        }
        return new View(storage, uri);
    }

    /** One of several who have a storage open; its end frees what it has locked, and leaves the others alone. */
    private static final class View extends ForwardingStorage {
        private final String uri;
        private final Queue<Lock> locks = new ConcurrentLinkedQueue<>();

        View(SimulatedStorage storage, String uri) {
            super(storage);
            this.uri = uri;
        }

        @Override
        public String uri() {
            return uri;
        }

        @Override
        public Optional<Lock> lock(String name) throws IOException {
            Optional<Lock> lock = super.lock(name);
            lock.ifPresent(locks::add);
            return lock;
        }

        @Override
        public void close() {
            for (Lock lock = locks.poll(); lock != null; lock = locks.poll()) {
                try {
                    lock.close();
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            }
        }
    }
}
