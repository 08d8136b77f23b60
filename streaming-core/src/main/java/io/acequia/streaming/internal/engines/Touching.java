/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.engines;

import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.engine.Downstream;
import io.acequia.streaming.engine.Operator;

/** Opens a partition, which makes it be kept, and reads nothing of it. */
public record Touching<T>() implements Operator<T, Boolean> {
    @Override
    public Downstream<T> attach(TaskContext task, Downstream<Boolean> down) {
        return new Downstream<>() {
            @Override
            public void begin() throws Exception {
                down.begin();
            }

            @Override
            public void accept(T record) {}

            @Override
            public boolean wantsMore() {
                return false;
            }

            @Override
            public void end() throws Exception {
                down.accept(true);
                down.end();
            }

            @Override
            public void close() {
                down.close();
            }
        };
    }
}
