/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.engine.Downstream;
import io.acequia.streaming.engine.Operator;
import io.acequia.streaming.internal.store.RecordSerializer;
import java.util.Set;

/**
 * Writes the records of a partition as a checkpoint would, and keeps nothing of it.
 *
 * @param <T> type of the records
 */
record SerializedSize<T>(Class<T> type) implements Operator<T, SerializedSize.Written> {
    /** How much was written. */
    record Written(long records, long bytes) {}

    @Override
    public Downstream<T> attach(TaskContext task, Downstream<Written> down) {
        return new Downstream<>() {
            private long records;
            private long bytes;
            private final RecordSerializer.Writer writer =
                    new RecordSerializer(Set.of(type)).writer((chunk, length) -> bytes += length);

            @Override
            public void begin() throws Exception {
                down.begin();
            }

            @Override
            public void accept(T record) throws Exception {
                writer.add(record);
                records++;
            }

            @Override
            public void end() throws Exception {
                writer.finish();
                down.accept(new Written(records, bytes));
                down.end();
            }

            @Override
            public void close() {
                writer.close();
                down.close();
            }
        };
    }
}
