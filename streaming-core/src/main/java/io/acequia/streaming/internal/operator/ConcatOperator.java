/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.operator;

import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.engine.Dataset;
import io.acequia.streaming.engine.Downstream;
import io.acequia.streaming.engine.Operator2;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** The records of both sides, the left ones first. */
public record ConcatOperator<T>() implements Operator2<T, T, T> {
    /** Datasets with as many partitions each, at least one, partition by partition and in order; placed as the first one is, if asked. */
    public static <T> Dataset<T> concatenated(List<Dataset<T>> datasets, boolean keepsPartitioning) {
        List<Dataset<T>> level = datasets;
        while (level.size() > 1) {
            List<Dataset<T>> next = new ArrayList<>();
            for (int i = 0; i + 1 < level.size(); i += 2) {
                next.add(level.get(i).zip(level.get(i + 1), new ConcatOperator<>(), keepsPartitioning));
            }
            if (level.size() % 2 == 1) {
                next.add(level.get(level.size() - 1));
            }
            level = next;
        }
        return level.get(0);
    }

    @Override
    public void apply(TaskContext task, Iterator<T> left, Iterator<T> right, Downstream<T> out) throws Exception {
        while (left.hasNext() && out.wantsMore()) {
            out.accept(left.next());
        }
        while (right.hasNext() && out.wantsMore()) {
            out.accept(right.next());
        }
    }

    @Override
    public Iterator<T> results(TaskContext task, Iterator<T> left, Iterator<T> right) {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return left.hasNext() || right.hasNext();
            }

            @Override
            public T next() {
                return left.hasNext() ? left.next() : right.next();
            }
        };
    }
}
