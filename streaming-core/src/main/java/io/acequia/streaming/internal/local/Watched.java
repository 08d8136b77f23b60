/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.local;

import io.acequia.streaming.engine.Roots;
import java.util.Iterator;

/** A root that is pulled: looks for cancellation from time to time, as {@link Roots#drive} does for one that is pushed. */
final class Watched<T> implements Iterator<T>, AutoCloseable {
    private static final int STRIDE = 1024;

    private final LocalTask task;
    private final Iterator<T> records;
    private int untilLook = STRIDE;

    Watched(LocalTask task, Iterator<T> records) {
        this.task = task;
        this.records = records;
    }

    @Override
    public boolean hasNext() {
        return records.hasNext();
    }

    @Override
    public T next() {
        if (--untilLook == 0) {
            untilLook = STRIDE;
            try {
                task.checkCancelled();
            } catch (InterruptedException e) {
                throw Roots.asIs(e);
            }
        }
        return records.next();
    }

    @Override
    public void close() {
        Roots.close(records);
    }
}
