/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.schedule;

import io.acequia.streaming.ErrorPolicy;
import io.acequia.streaming.Output;
import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.direct.Split;
import io.acequia.streaming.direct.SplitReader;
import io.acequia.streaming.internal.operator.Site;
import io.acequia.streaming.receiver.Rejected;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The splits of one partition, read one after the other in one task, which counts what their source could not number before,
 * and does with what cannot be decoded as the policy of the source says.
 */
record SplitGroup<T>(List<Split<T>> splits, String source, Site site, ErrorPolicy poison, Lease lease)
        implements Split<T> {
    /** Suffix of the task count under which records are reported that only reading could number. */
    static final String RECORDS = "/records";

    @Override
    public SplitReader<T> open(TaskContext task) {
        lease.check();
        return new Reader(task);
    }

    @Override
    public String describe() {
        return splits.size() + " splits of " + source;
    }

    @Override
    public OptionalLong recordCount() {
        return OptionalLong.empty();
    }

    private final class Reader implements SplitReader<T> {
        private final TaskContext task;
        private final List<Rejected> rejected = new ArrayList<>();
        private int next;
        private @Nullable SplitReader<T> open;
        private long uncounted;
        private boolean ended;

        Reader(TaskContext task) {
            this.task = task;
        }

        @Override
        public List<T> next() throws Exception {
            while (!ended) {
                SplitReader<T> reader = open;
                if (reader == null) {
                    if (next == splits.size()) {
                        end();
                        return List.of();
                    }
                    open = splits.get(next++).open(task);
                    continue;
                }
                List<T> records = reader.next();
                rejected.addAll(reader.takeRejected());
                if (!records.isEmpty()) {
                    uncounted += splits.get(next - 1).recordCount().isEmpty() ? records.size() : 0;
                    return records;
                }
                close();
            }
            return List.of();
        }

        private void end() throws Exception {
            ended = true;
            if (uncounted > 0) {
                task.count(site.uid() + RECORDS, uncounted);
            }
            if (!rejected.isEmpty()) {
                task.count(site.uid(), rejected.size());
                Poison.settle(poison, source, new Output.Key(time(), site.uid(), task.partition()), rejected);
            }
        }

        private Time time() {
            return task.batchTime().orElse(new Time(0));
        }

        @Override
        public void close() {
            SplitReader<T> reader = open;
            open = null;
            if (reader != null) {
                reader.close();
            }
        }
    }
}
