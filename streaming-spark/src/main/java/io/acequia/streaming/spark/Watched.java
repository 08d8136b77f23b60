/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import io.acequia.streaming.engine.Roots;
import java.util.Iterator;

/** Records that are pulled: looks for cancellation from time to time, and closes what it reads once. */
final class Watched<T> implements Iterator<T>, AutoCloseable {
    private static final int STRIDE = 1024;

    private final SparkTask task;
    private final Iterator<T> records;
    private int untilLook = STRIDE;
    private boolean closed;

    Watched(SparkTask task, Iterator<T> records) {
        this.task = task;
        this.records = records;
    }

    @Override
    public boolean hasNext() {
        return !closed && records.hasNext();
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
        if (!closed) {
            closed = true;
            Roots.close(records);
        }
    }
}
