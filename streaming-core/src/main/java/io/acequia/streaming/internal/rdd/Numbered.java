/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.rdd;

import io.acequia.streaming.data.Tuple2;
import java.util.Iterator;

/** Records with their numbers. */
final class Numbered<T> implements Iterator<Tuple2<T, Long>> {
    private final Iterator<T> records;
    private long next;

    Numbered(Iterator<T> records, long first) {
        this.records = records;
        this.next = first;
    }

    @Override
    public boolean hasNext() {
        return records.hasNext();
    }

    @Override
    public Tuple2<T, Long> next() {
        return new Tuple2<>(records.next(), next++);
    }
}
