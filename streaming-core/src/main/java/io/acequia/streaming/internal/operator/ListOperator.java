/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.operator;

import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.engine.Downstream;
import io.acequia.streaming.engine.Operator;
import java.util.ArrayList;
import java.util.List;

/** A partition as one list. */
public record ListOperator<T>() implements Operator<T, List<T>> {
    @Override
    public Downstream<T> attach(TaskContext task, Downstream<List<T>> down) {
        return new Stage<T, List<T>>(down) {
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
                down.accept(records);
                down.end();
            }
        };
    }
}
