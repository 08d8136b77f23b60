/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.store;

import io.acequia.streaming.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/** A storage that is another one, but for the methods that a subclass changes. */
public class ForwardingStorage implements Storage {
    private final Storage inner;

    /** Around {@code inner}, which it closes. */
    protected ForwardingStorage(Storage inner) {
        this.inner = inner;
    }

    @Override
    public Capabilities capabilities() {
        return inner.capabilities();
    }

    @Override
    public String uri() {
        return inner.uri();
    }

    @Override
    public Appender create(String name) throws IOException {
        return inner.create(name);
    }

    @Override
    public List<Entry> list(String folder) throws IOException {
        return inner.list(folder);
    }

    @Override
    public List<String> folders(String folder) throws IOException {
        return inner.folders(folder);
    }

    @Override
    public ByteBuffer read(String name, long offset, int length) throws IOException {
        return inner.read(name, offset, length);
    }

    @Override
    public void commit(String from, String to) throws IOException {
        inner.commit(from, to);
    }

    @Override
    public boolean delete(String name) throws IOException {
        return inner.delete(name);
    }

    @Override
    public void force(String name) throws IOException {
        inner.force(name);
    }

    @Override
    public void forceFolder(String folder) throws IOException {
        inner.forceFolder(folder);
    }

    @Override
    public Optional<Lock> lock(String name) throws IOException {
        return inner.lock(name);
    }

    @Override
    public void close() {
        inner.close();
    }
}
