/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import io.acequia.streaming.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/** A storage that several users may close without an effect on the others. */
class SharedStorage implements Storage {
    private final Storage storage;

    SharedStorage(Storage storage) {
        this.storage = storage;
    }

    @Override
    public Capabilities capabilities() {
        return storage.capabilities();
    }

    @Override
    public String uri() {
        return storage.uri();
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
        return storage.lock(name);
    }

    @Override
    public void close() {}
}
