/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.operator;

import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.engine.Downstream;
import io.acequia.streaming.engine.Operator2;
import io.acequia.streaming.engine.Roots;
import io.acequia.streaming.function.Function3;
import java.util.Iterator;

/**
 * A function of two partitions as a whole. A function of one partition is the same with an empty right side: that way it
 * pulls its records from the chain before it, and none of them waits in a buffer. Nor do its results.
 */
public record PartitionOperator<T, U, R>(Site site, Function3<Integer, Iterator<T>, Iterator<U>, Iterator<R>> f)
        implements Operator2<T, U, R> {
    @Override
    public void apply(TaskContext task, Iterator<T> left, Iterator<U> right, Downstream<R> out) throws Exception {
        Iterator<R> results = results(task, left, right);
        while (out.wantsMore() && results.hasNext()) {
            out.accept(results.next());
        }
    }

    @Override
    public Iterator<R> results(TaskContext task, Iterator<T> left, Iterator<U> right) throws Exception {
        Iterator<R> results;
        try {
            results = f.call(task.partition(), left, right);
        } catch (Throwable t) {
            throw site.failure(task, t);
        }
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                try {
                    return results.hasNext();
                } catch (Throwable t) {
                    throw Roots.asIs(site.failure(task, t));
                }
            }

            @Override
            public R next() {
                try {
                    return results.next();
                } catch (Throwable t) {
                    throw Roots.asIs(site.failure(task, t));
                }
            }
        };
    }
}
