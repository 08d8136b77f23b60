/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import io.acequia.streaming.storage.Storage;
import io.acequia.streaming.storage.StorageProvider;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
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
    private record View(SimulatedStorage storage, String uri, Queue<Lock> locks) implements Storage {
        View(SimulatedStorage storage, String uri) {
            this(storage, uri, new ConcurrentLinkedQueue<>());
        }

        @Override
        public Capabilities capabilities() {
            return storage.capabilities();
        }

        @Override
        public Appender create(String name) throws IOException {
            return storage.create(name);
        }

        @Override
        public List<Entry> list(String folder) throws IOException {
            return storage.list(folder);
        }

        @Override
        public List<String> folders(String folder) throws IOException {
            return storage.folders(folder);
        }

        @Override
        public ByteBuffer read(String name, long offset, int length) throws IOException {
            return storage.read(name, offset, length);
        }

        @Override
        public void commit(String from, String to) throws IOException {
            storage.commit(from, to);
        }

        @Override
        public boolean delete(String name) throws IOException {
            return storage.delete(name);
        }

        @Override
        public void force(String name) throws IOException {
            storage.force(name);
        }

        @Override
        public void forceFolder(String folder) throws IOException {
            storage.forceFolder(folder);
        }

        @Override
        public Optional<Lock> lock(String name) throws IOException {
            Optional<Lock> lock = storage.lock(name);
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
