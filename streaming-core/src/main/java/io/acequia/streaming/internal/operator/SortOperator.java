/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.operator;

import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.engine.Downstream;
import io.acequia.streaming.engine.Operator;
import io.acequia.streaming.function.Ordering;
import java.util.ArrayList;
import java.util.List;

/** The records of a partition in order; equal ones stay as they came. */
public record SortOperator<T>(Site site, Ordering<T> order) implements Operator<T, T> {
    @Override
    public Downstream<T> attach(TaskContext task, Downstream<T> down) {
        return new Stage<T, T>(down) {
            private final List<T> records = new ArrayList<>();

            @Override
            public boolean wantsMore() {
                return true;
            }

            @Override
            public void accept(T record) {
                records.add(record);
            }

            @Override
            public void end() throws Exception {
                try {
                    records.sort(order);
                } catch (Throwable t) {
                    throw site.failure(task, t);
                }
                for (int i = 0; i < records.size() && down.wantsMore(); i++) {
                    down.accept(records.get(i));
                }
                down.end();
            }
        };
    }
}
