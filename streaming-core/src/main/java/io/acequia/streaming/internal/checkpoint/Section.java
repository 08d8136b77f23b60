/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.checkpoint;

import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.engine.Downstream;
import io.acequia.streaming.engine.Operator;
import java.io.Serializable;

/** Stands before the records of a section on their way into a part. */
record Section(int number) implements Serializable {
    /** Puts it before the records of each partition. */
    record Before<T>(int number) implements Operator<T, Object> {
        @Override
        public Downstream<T> attach(TaskContext task, Downstream<Object> down) {
            return new Downstream<>() {
                @Override
                public void begin() throws Exception {
                    down.begin();
                    down.accept(new Section(number));
                }

                @Override
                public void accept(T record) throws Exception {
                    down.accept(record);
                }

                @Override
                public void end() throws Exception {
                    down.end();
                }

                @Override
                public void close() {
                    down.close();
                }
            };
        }
    }
}
