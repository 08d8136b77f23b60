/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.checkpoint;

import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.engine.Downstream;
import io.acequia.streaming.engine.Operator;
import io.acequia.streaming.engine.StateChange;
import io.acequia.streaming.engine.StorageTask;
import io.acequia.streaming.internal.store.RecordSerializer;
import io.acequia.streaming.internal.store.StateChangeLog;
import io.acequia.streaming.internal.store.Vocabulary;
import io.acequia.streaming.storage.Storage;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Writes each partition into a file of its own, and forces it; gives what the manifest says of it.
 *
 * @param uri of the checkpoint directory
 * @param folder of checkpoints
 * @param name of the files without their number, below that folder
 * @param encoding how a record is written
 */
record PartWriter<T>(String uri, String folder, String name, Vocabulary vocabulary, Encoding<T> encoding)
        implements Operator<T, Part> {
    /** How records become those of the serializer. */
    interface Encoding<T> extends Serializable {
        default void begin(RecordSerializer.Writer out) throws IOException {}

        void add(T record, RecordSerializer.Writer out) throws IOException;
    }

    /** Records as they are. */
    record Plainly() implements Encoding<Object> {
        @Override
        public void add(Object record, RecordSerializer.Writer out) throws IOException {
            out.add(record);
        }
    }

    /** A {@link StateChangeLog}. */
    record Changes<K, S>(@Nullable Time from, Time until) implements Encoding<StateChange<K, S>> {
        @Override
        public void begin(RecordSerializer.Writer out) throws IOException {
            StateChangeLog.begin(from, until, out);
        }

        @Override
        public void add(StateChange<K, S> change, RecordSerializer.Writer out) throws IOException {
            StateChangeLog.add(change, out);
        }
    }

    @Override
    public Downstream<T> attach(TaskContext task, Downstream<Part> down) {
        String file = "%s-%05d.part".formatted(name, task.partition());
        return new Writing(task, file, down);
    }

    private final class Writing implements Downstream<T> {
        private final TaskContext task;
        private final String file;
        private final Downstream<Part> down;
        private final CRC32C sum = new CRC32C();
        private final List<Long> ends = new ArrayList<>();
        private Storage.@Nullable Appender out;
        private RecordSerializer.@Nullable Writer records;

        Writing(TaskContext task, String file, Downstream<Part> down) {
            this.task = task;
            this.file = file;
            this.down = down;
        }

        @Override
        public void begin() throws Exception {
            down.begin();
            Storage storage = ((StorageTask) task).storage(uri);
            String path = folder + "/" + file;
            if (task.attempt() > 0) {
                storage.delete(path);
            }
            Storage.Appender made = storage.create(path);
            out = made;
            write(made, Part.head());
            records = vocabulary.serializer().writer((bytes, length) -> chunk(made, bytes, length));
            encoding.begin(records);
        }

        @Override
        @SuppressWarnings("NullAway") // made in begin
        public void accept(T record) throws Exception {
            if (record instanceof Section section) {
                if (section.number() > 0) {
                    endSection();
                }
            } else {
                encoding.add(record, records);
            }
        }

        @SuppressWarnings("NullAway") // made in begin
        private void endSection() throws IOException {
            records.finish();
            ends.add(out.length());
        }

        @Override
        @SuppressWarnings("NullAway") // made in begin
        public void end() throws Exception {
            endSection();
            out.force();
            Part part = new Part(file, out.length(), (int) sum.getValue(), ends);
            down.accept(part);
            down.end();
        }

        private void chunk(Storage.Appender to, byte[] bytes, int length) throws IOException {
            CRC32C own = new CRC32C();
            own.update(bytes, 0, length);
            write(
                    to,
                    ByteBuffer.allocate(Part.CHUNK_HEAD)
                            .putInt(length)
                            .putInt((int) own.getValue())
                            .flip());
            write(to, ByteBuffer.wrap(bytes, 0, length));
        }

        private void write(Storage.Appender to, ByteBuffer bytes) throws IOException {
            sum.update(bytes.duplicate());
            to.write(bytes);
        }

        @Override
        public void close() {
            try {
                if (records != null) {
                    records.close();
                }
                if (out != null) {
                    out.close();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } finally {
                records = null;
                out = null;
                down.close();
            }
        }
    }
}
