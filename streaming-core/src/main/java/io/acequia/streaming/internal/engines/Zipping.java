/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.engines;

import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.engine.Downstream;
import io.acequia.streaming.engine.Operator2;
import io.acequia.streaming.engine.Roots;
import java.util.Iterator;
import java.util.concurrent.Callable;

/**
 * An operator on two partitions, which are opened one after the other and closed once, whatever happens.
 *
 * @param operator gives the one to run, a copy perhaps
 */
public record Zipping<T, U, R>(
        Callable<Iterator<T>> left, Callable<Iterator<U>> right, Callable<Operator2<T, U, R>> operator) {
    /** Pushes what comes of it. */
    public void push(TaskContext task, Downstream<R> down) throws Exception {
        Iterator<T> lefts = null;
        Iterator<U> rights = null;
        try {
            lefts = left.call();
            rights = right.call();
            down.begin();
            operator.call().apply(task, lefts, rights, down);
            down.end();
        } catch (Throwable t) {
            Thrown.closeAfter(t, down);
            Thrown.closeAfter(t, rights);
            Thrown.closeAfter(t, lefts);
            throw t;
        }
        try {
            down.close();
        } finally {
            closeBoth(lefts, rights);
        }
    }

    /** What comes of it, to be pulled; closing it closes both sides. */
    public Iterator<R> pull(TaskContext task) throws Exception {
        Iterator<T> lefts = null;
        Iterator<U> rights = null;
        try {
            lefts = left.call();
            rights = right.call();
            return new Pulled<>(operator.call().results(task, lefts, rights), lefts, rights);
        } catch (Throwable t) {
            Thrown.closeAfter(t, rights);
            Thrown.closeAfter(t, lefts);
            throw t;
        }
    }

    private static void closeBoth(Iterator<?> lefts, Iterator<?> rights) {
        try {
            Roots.close(rights);
        } finally {
            Roots.close(lefts);
        }
    }

    /** Results, and the sides that are read for them. */
    private record Pulled<R>(Iterator<R> results, Iterator<?> lefts, Iterator<?> rights)
            implements Iterator<R>, AutoCloseable {
        @Override
        public boolean hasNext() {
            return results.hasNext();
        }

        @Override
        public R next() {
            return results.next();
        }

        @Override
        public void close() {
            try {
                Roots.close(results);
            } finally {
                closeBoth(lefts, rights);
            }
        }
    }
}
