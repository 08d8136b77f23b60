/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.engines;

import io.acequia.streaming.engine.Roots;
import java.util.Collections;
import java.util.Iterator;
import java.util.NoSuchElementException;

/** The records of several parts in turn; each is opened when the one before is through, and closed. */
public final class Concatenated<P, T> implements Iterator<T>, AutoCloseable {
    private final Iterator<P> parts;
    private final Opening<P, T> opening;
    private Iterator<T> current = Collections.emptyIterator();

    /** Opens a part. */
    @FunctionalInterface
    public interface Opening<P, T> {
        Iterator<T> open(P part) throws Exception;
    }

    public Concatenated(Iterable<P> parts, Opening<P, T> opening) {
        this.parts = parts.iterator();
        this.opening = opening;
    }

    @Override
    public boolean hasNext() {
        while (!current.hasNext()) {
            close();
            if (!parts.hasNext()) {
                return false;
            }
            try {
                current = opening.open(parts.next());
            } catch (Exception e) {
                throw Roots.asIs(e);
            }
        }
        return true;
    }

    @Override
    public T next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        return current.next();
    }

    /** Closes the part that is open. */
    @Override
    public void close() {
        Iterator<T> last = current;
        current = Collections.emptyIterator();
        Roots.close(last);
    }
}
