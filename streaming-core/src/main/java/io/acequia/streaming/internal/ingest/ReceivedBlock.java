/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.ingest;

import io.acequia.streaming.engine.Block;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * Received records on the heap, in the lists in which the receiver gave them.
 *
 * @param <T> type of the records
 */
final class ReceivedBlock<T> implements Block<T> {
    private final String name;
    private final int count;
    private volatile String owner = "nobody";
    private volatile @Nullable List<List<T>> parts;

    ReceivedBlock(String name, List<List<T>> parts, int count) {
        this.name = name;
        this.parts = parts;
        this.count = count;
    }

    @Override
    public int count() {
        return count;
    }

    @Override
    public Iterator<T> iterator() {
        List<List<T>> held = parts;
        if (held == null) {
            throw new IllegalStateException("ACQ-0638 " + owner
                    + " was released; call remember(..) or persist it and keep it yourself: " + name);
        }
        return new Walk<>(held.iterator());
    }

    /** Lets the records go; {@code who} owned them, for the message to who comes too late. */
    void release(String who) {
        owner = who;
        parts = null;
    }

    @Override
    public String toString() {
        return name + " of " + count + " records";
    }

    private static final class Walk<T> implements Iterator<T> {
        private final Iterator<List<T>> parts;
        private Iterator<T> part = Collections.emptyIterator();

        Walk(Iterator<List<T>> parts) {
            this.parts = parts;
        }

        @Override
        public boolean hasNext() {
            while (!part.hasNext()) {
                if (!parts.hasNext()) {
                    return false;
                }
                part = parts.next().iterator();
            }
            return true;
        }

        @Override
        public T next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            return part.next();
        }
    }
}
