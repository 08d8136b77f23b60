/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.rdd;

import io.acequia.streaming.data.Tuple2;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** Every left record with every right one; the right side is read once and kept. */
final class Product<T, U> implements Iterator<Tuple2<T, U>> {
    private final Iterator<Tuple2<Integer, T>> lefts;
    private final List<U> rights = new ArrayList<>();
    private @Nullable Tuple2<Integer, T> left;
    private int next;

    Product(Iterator<Tuple2<Integer, T>> lefts, Iterator<Tuple2<Integer, U>> rights) {
        this.lefts = lefts;
        rights.forEachRemaining(pair -> this.rights.add(pair._2()));
    }

    @Override
    public boolean hasNext() {
        if (left == null || next == rights.size()) {
            left = lefts.hasNext() ? lefts.next() : null;
            next = 0;
        }
        return left != null && next < rights.size();
    }

    @Override
    public Tuple2<T, U> next() {
        if (!hasNext() || left == null) {
            throw new NoSuchElementException();
        }
        return new Tuple2<>(left._2(), rights.get(next++));
    }
}
