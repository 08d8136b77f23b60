/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.operator;

import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.engine.Downstream;
import io.acequia.streaming.engine.Operator2;
import io.acequia.streaming.function.Function3;
import java.util.Iterator;

/**
 * A function of two partitions as a whole. A function of one partition is the same with an empty right side: that way it
 * pulls its records from the chain before it, and none of them waits in a buffer.
 */
public record PartitionOperator<T, U, R>(Site site, Function3<Integer, Iterator<T>, Iterator<U>, Iterator<R>> f)
        implements Operator2<T, U, R> {
    @Override
    public void apply(TaskContext task, Iterator<T> left, Iterator<U> right, Downstream<R> out) throws Exception {
        Iterator<R> results;
        try {
            results = f.call(task.partition(), left, right);
        } catch (Throwable t) {
            throw site.failure(task, t);
        }
        while (out.wantsMore()) {
            R result;
            try {
                if (!results.hasNext()) {
                    return;
                }
                result = results.next();
            } catch (Throwable t) {
                throw site.failure(task, t);
            }
            out.accept(result);
        }
    }
}
