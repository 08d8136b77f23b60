/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.operator;

import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.engine.Downstream;
import io.acequia.streaming.engine.Operator2;
import java.util.Iterator;

/** The records of both sides, the left ones first. */
public record ConcatOperator<T>() implements Operator2<T, T, T> {
    @Override
    public void apply(TaskContext task, Iterator<T> left, Iterator<T> right, Downstream<T> out) throws Exception {
        while (left.hasNext() && out.wantsMore()) {
            out.accept(left.next());
        }
        while (right.hasNext() && out.wantsMore()) {
            out.accept(right.next());
        }
    }
}
