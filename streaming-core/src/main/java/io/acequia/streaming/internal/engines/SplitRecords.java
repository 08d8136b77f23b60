/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.engines;

import io.acequia.streaming.direct.SplitReader;
import io.acequia.streaming.engine.Roots;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/** The records of a split; closes its reader at the end, and once. */
public final class SplitRecords<T> implements Iterator<T>, AutoCloseable {
    private final SplitReader<T> reader;
    private boolean closed;
    private Iterator<T> records = Collections.emptyIterator();

    public SplitRecords(SplitReader<T> reader) {
        this.reader = reader;
    }

    @Override
    public boolean hasNext() {
        while (!records.hasNext() && !closed) {
            try {
                List<T> next = reader.next();
                records = next.iterator();
                if (next.isEmpty()) {
                    close();
                }
            } catch (Exception e) {
                throw Roots.asIs(e);
            }
        }
        return records.hasNext();
    }

    @Override
    public T next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        return records.next();
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            reader.close();
        }
    }
}
