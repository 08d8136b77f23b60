/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.operator;

import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.engine.Downstream;
import io.acequia.streaming.engine.Operator;
import java.io.BufferedWriter;
import java.io.OutputStreamWriter;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Writes a partition as lines to {@code directory/part-NNNNN}, or zipped to {@code part-NNNNN.gz}, and forces it; gives the number
 * of lines.
 */
public record TextFileOperator<T>(String directory, boolean zipped) implements Operator<T, Long> {
    private static final int ZIP_BUFFER = 64 << 10;

    @Override
    public Downstream<T> attach(TaskContext task, Downstream<Long> down) {
        String name = String.format("part-%05d", task.partition()) + (zipped ? ".gz" : "");
        Path file = Path.of(directory).resolve(name);
        return new Stage<T, Long>(down) {
            private @Nullable FileChannel channel;
            private @Nullable GZIPOutputStream zip;
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
                CharsetEncoder utf8 = StandardCharsets.UTF_8.newEncoder();
                if (zipped) {
                    zip = new GZIPOutputStream(Channels.newOutputStream(channel), ZIP_BUFFER);
                    out = new BufferedWriter(new OutputStreamWriter(zip, utf8));
                } else {
                    out = new BufferedWriter(Channels.newWriter(channel, utf8, -1));
                }
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
                    if (zip != null) {
                        zip.finish();
                    }
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
                    } else if (channel != null) {
                        channel.close();
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
