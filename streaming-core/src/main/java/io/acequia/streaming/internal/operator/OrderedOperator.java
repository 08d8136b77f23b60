/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.operator;

import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.engine.Downstream;
import io.acequia.streaming.engine.Operator;
import io.acequia.streaming.function.Ordering;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;

/** The least records of a partition, least first; equal ones in any order. */
public record OrderedOperator<T>(Site site, int most, Ordering<T> order) implements Operator<T, List<T>> {
    @Override
    public Downstream<T> attach(TaskContext task, Downstream<List<T>> down) {
        return new Stage<T, List<T>>(down) {
            private final PriorityQueue<T> greatestFirst = new PriorityQueue<>(order.reversed());

            @Override
            public void accept(T record) throws Exception {
                try {
                    if (greatestFirst.size() < most) {
                        greatestFirst.add(record);
                    } else if (most > 0 && order.compare(record, greatestFirst.element()) < 0) {
                        greatestFirst.remove();
                        greatestFirst.add(record);
                    }
                } catch (Throwable t) {
                    throw site.failure(task, t);
                }
            }

            @Override
            public void end() throws Exception {
                List<T> least = new ArrayList<>(greatestFirst);
                least.sort(order);
                down.accept(least);
                down.end();
            }
        };
    }
}
