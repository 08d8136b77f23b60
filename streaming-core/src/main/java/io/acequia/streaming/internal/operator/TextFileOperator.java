/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.operator;

import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.engine.Downstream;
import io.acequia.streaming.engine.Operator;
import java.io.BufferedWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Writes a partition as lines to {@code directory/part-NNNNN}; gives the number of lines. */
public record TextFileOperator<T>(String directory) implements Operator<T, Long> {
    @Override
    public Downstream<T> attach(TaskContext task, Downstream<Long> down) {
        Path file = Path.of(directory).resolve(String.format("part-%05d", task.partition()));
        return new Stage<T, Long>(down) {
            private @Nullable BufferedWriter out;
            private long lines;

            @Override
            public void begin() throws Exception {
                super.begin();
                out = Files.newBufferedWriter(file);
            }

            @Override
            public void accept(T record) throws Exception {
                if (out != null) {
                    out.append(String.valueOf(record)).append('\n');
                    lines++;
                }
            }

            @Override
            public void end() throws Exception {
                if (out != null) {
                    out.close();
                    out = null;
                }
                down.accept(lines);
                down.end();
            }

            @Override
            public void close() {
                try {
                    if (out != null) {
                        out.close();
                    }
                } catch (java.io.IOException e) {
                    throw new java.io.UncheckedIOException("ACQ-0704 closing " + file + " failed", e);
                } finally {
                    down.close();
                }
            }
        };
    }
}
