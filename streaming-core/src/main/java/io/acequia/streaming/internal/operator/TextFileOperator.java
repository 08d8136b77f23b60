/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.operator;

import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.engine.Downstream;
import io.acequia.streaming.engine.Operator;
import java.io.BufferedWriter;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** Writes a partition as lines to {@code directory/part-NNNNN}, and forces it; gives the number of lines. */
public record TextFileOperator<T>(String directory) implements Operator<T, Long> {
    @Override
    public Downstream<T> attach(TaskContext task, Downstream<Long> down) {
        Path file = Path.of(directory).resolve(String.format("part-%05d", task.partition()));
        return new Stage<T, Long>(down) {
            private @Nullable FileChannel channel;
            private @Nullable BufferedWriter out;
            private long lines;

            @Override
            public void begin() throws Exception {
                super.begin();
                channel = FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE);
                out = new BufferedWriter(Channels.newWriter(channel, StandardCharsets.UTF_8.newEncoder(), -1));
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
                if (out != null && channel != null) {
                    out.flush();
                    channel.force(true);
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
