/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.operator;

import io.acequia.streaming.BatchSink;
import io.acequia.streaming.Output;
import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.engine.Downstream;
import io.acequia.streaming.engine.Operator;
import org.jspecify.annotations.Nullable;

/** Writes a partition of a batch to a sink, once; gives the number of records written, 0 when it had been committed before. */
public record SinkOperator<T>(Site site, Time time, BatchSink<T> sink) implements Operator<T, Long> {
    @Override
    public Downstream<T> attach(TaskContext task, Downstream<Long> down) {
        Output.Key key = new Output.Key(time, site.uid(), task.partition());
        return new Stage<T, Long>(down) {
            private BatchSink.@Nullable Writer<T> writer;
            private long written;

            @Override
            public void begin() throws Exception {
                super.begin();
                try {
                    if (!sink.alreadyCommitted(key)) {
                        writer = sink.open(key);
                    }
                } catch (Throwable t) {
                    throw site.failure(task, t);
                }
            }

            @Override
            public boolean wantsMore() {
                return writer != null;
            }

            @Override
            public void accept(T record) throws Exception {
                if (writer != null) {
                    try {
                        writer.write(record);
                    } catch (Throwable t) {
                        throw site.failure(task, t);
                    }
                    written++;
                }
            }

            @Override
            public void end() throws Exception {
                BatchSink.Writer<T> open = writer;
                if (open != null) {
                    try {
                        open.commit();
                        writer = null;
                        open.close();
                    } catch (Throwable t) {
                        throw site.failure(task, t);
                    }
                }
                down.accept(written);
                down.end();
            }

            @Override
            public void close() {
                BatchSink.Writer<T> open = writer;
                writer = null;
                try {
                    if (open != null) {
                        try (open) {
                            open.abort();
                        }
                    }
                } catch (Exception e) {
                    throw new IllegalStateException(
                            "ACQ-0703 output " + site + " could not be taken back for " + key, e);
                } finally {
                    down.close();
                }
            }
        };
    }
}
