/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.local;

import io.acequia.streaming.direct.Split;
import io.acequia.streaming.direct.SplitReader;
import io.acequia.streaming.engine.Roots;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** Ranges of a direct source; a group of them is a partition. */
record SplitGroups<T>(List<List<Split<T>>> groups) implements Root<T> {
    @Override
    public int partitionCount() {
        return groups.size();
    }

    @Override
    public Iterator<T> open(int partition, LocalTask task) {
        return new Concatenated<>(groups.get(partition), split -> new Reading<>(split.open(task)));
    }

    private static final class Reading<T> implements Iterator<T>, AutoCloseable {
        private @Nullable SplitReader<T> reader;
        private Iterator<T> records = Collections.emptyIterator();

        Reading(SplitReader<T> reader) {
            this.reader = reader;
        }

        @Override
        public boolean hasNext() {
            while (!records.hasNext() && reader != null) {
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
            SplitReader<T> open = reader;
            if (open == null) {
                return;
            }
            reader = null;
            open.close();
        }
    }
}
