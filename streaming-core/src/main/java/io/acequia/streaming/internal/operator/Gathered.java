/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.operator;

import io.acequia.streaming.engine.Roots;
import java.util.Collections;
import java.util.Iterator;
import java.util.NoSuchElementException;

/** The results of an operator that must see all records before it gives one, for who pulls them: reads at the first question. */
final class Gathered<T, R> implements Iterator<R>, AutoCloseable {
    private final Iterator<T> records;
    private final Gathering<T, R> gathering;
    private Iterator<R> results = Collections.emptyIterator();
    private boolean read;

    /** Takes records, and then gives results. */
    interface Gathering<T, R> extends AutoCloseable {
        void add(T record) throws Exception;

        /** After the last record; closed by {@link #close}. */
        Iterator<R> results() throws Exception;

        @Override
        void close();
    }

    Gathered(Iterator<T> records, Gathering<T, R> gathering) {
        this.records = records;
        this.gathering = gathering;
    }

    @Override
    public boolean hasNext() {
        if (!read) {
            read = true;
            try {
                while (records.hasNext()) {
                    gathering.add(records.next());
                }
                results = gathering.results();
            } catch (Exception e) {
                throw Roots.asIs(e);
            }
        }
        return results.hasNext();
    }

    @Override
    public R next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        return results.next();
    }

    @Override
    public void close() {
        try {
            gathering.close();
        } finally {
            Roots.close(records);
        }
    }
}
