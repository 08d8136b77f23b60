/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.checkpoint;

import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.direct.Split;
import io.acequia.streaming.direct.SplitReader;
import io.acequia.streaming.engine.StateChange;
import io.acequia.streaming.engine.StorageTask;
import io.acequia.streaming.internal.store.StateChangeLog;
import io.acequia.streaming.internal.store.Vocabulary;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalLong;

/**
 * A section of a part, to be read.
 *
 * @param uri of the checkpoint directory
 * @param folder of checkpoints
 * @param owner whose data it is, for people
 * @param decoding how the records of the serializer become those of the dataset
 */
record PartSplit<T>(
        String uri, String folder, String owner, Part part, int section, Vocabulary vocabulary, Decoding<T> decoding)
        implements Split<T> {
    private static final int AT_ONCE = 1024;

    /** How records come out. */
    interface Decoding<T> extends Serializable {
        Iterator<T> of(Iterator<?> stored);
    }

    /** Records as they are. */
    record Plainly<T>() implements Decoding<T> {
        @Override
        @SuppressWarnings("unchecked") // what was written
        public Iterator<T> of(Iterator<?> stored) {
            return (Iterator<T>) stored;
        }
    }

    /** The changes of a {@link StateChangeLog}, by key. */
    record Changes<K, S>() implements Decoding<Tuple2<K, StateChange<K, S>>> {
        @Override
        public Iterator<Tuple2<K, StateChange<K, S>>> of(Iterator<?> stored) {
            StateChangeLog.Reader<K, S> changes = StateChangeLog.read(stored);
            return new Iterator<>() {
                @Override
                public boolean hasNext() {
                    return changes.hasNext();
                }

                @Override
                public Tuple2<K, StateChange<K, S>> next() {
                    StateChange<K, S> change = changes.next();
                    return new Tuple2<>(change.key(), change);
                }
            };
        }
    }

    @Override
    public SplitReader<T> open(TaskContext task) throws Exception {
        Iterator<T> records;
        try {
            records = decoding.of(
                    part.records(((StorageTask) task).storage(uri), folder, section, vocabulary.serializer()));
        } catch (RuntimeException e) {
            throw unreadable(e);
        }
        return new SplitReader<>() {
            @Override
            public List<T> next() throws CheckpointRefusedException {
                List<T> some = new ArrayList<>();
                try {
                    while (some.size() < AT_ONCE && records.hasNext()) {
                        some.add(records.next());
                    }
                } catch (RuntimeException e) {
                    throw unreadable(e);
                }
                return some;
            }

            @Override
            public void close() {}
        };
    }

    private CheckpointRefusedException unreadable(RuntimeException why) {
        return new CheckpointRefusedException(
                "ACQ-1119",
                folder + "/" + part.file(),
                -1,
                "what is kept for " + owner + " cannot be read: " + why.getMessage(),
                why);
    }

    @Override
    public String describe() {
        return part.file() + " section " + section;
    }

    @Override
    public OptionalLong recordCount() {
        return OptionalLong.empty();
    }

    @Override
    public long weight() {
        return part.bytes();
    }
}
