/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.rdd;

import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.direct.Split;
import io.acequia.streaming.direct.SplitReader;
import io.acequia.streaming.receiver.Rejected;
import java.io.IOException;
import java.util.List;
import java.util.OptionalLong;

/** A range of which nothing may be left out: no stream is there whose policy would say what becomes of it. */
record WholeSplit<T>(Split<T> split) implements Split<T> {
    @Override
    public SplitReader<T> open(TaskContext task) throws Exception {
        return new Reader<>(split, split.open(task));
    }

    @Override
    public String describe() {
        return split.describe();
    }

    @Override
    public OptionalLong recordCount() {
        return split.recordCount();
    }

    @Override
    public long weight() {
        return split.weight();
    }

    private record Reader<T>(Split<T> split, SplitReader<T> reader) implements SplitReader<T> {
        @Override
        public List<T> next() throws Exception {
            List<T> records = reader.next();
            List<Rejected> rejected = reader.takeRejected();
            if (!rejected.isEmpty()) {
                Rejected first = rejected.get(0);
                throw new IOException(
                        "ACQ-0821 " + split.describe() + " holds records that cannot be decoded, the first at "
                                + first.where() + ": mend it, or leave it out of the range",
                        first.cause());
            }
            return records;
        }

        @Override
        public void close() {
            reader.close();
        }
    }
}
