/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.direct.DirectSource;
import io.acequia.streaming.direct.Plan;
import io.acequia.streaming.direct.PlannerContext;
import io.acequia.streaming.direct.Split;
import io.acequia.streaming.direct.SplitPlanner;
import io.acequia.streaming.direct.SplitReader;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;

/** Records in a row, as in a log: a batch takes all that nobody has taken, as far as its limit goes. Safe for any thread. */
final class GrowingInput<T> implements DirectSource<T> {
    private final transient List<T> records = new CopyOnWriteArrayList<>();

    void add(List<T> more) {
        records.addAll(more);
    }

    @Override
    public String name() {
        return "growing";
    }

    @Override
    public SplitPlanner<T> newPlanner(PlannerContext context) {
        return new SplitPlanner<>() {
            private int taken = context.restored().map(Integer::parseInt).orElse(0);

            @Override
            public Plan<T> plan(Time batch, long maxRecords) {
                int from = taken;
                taken = (int) Math.min(records.size(), from + Math.min(maxRecords, Integer.MAX_VALUE));
                List<Split<T>> splits = from == taken ? List.of() : List.of(rows(from, taken));
                return new Plan<>(splits, String.valueOf(taken));
            }

            @Override
            public Split<T> split(String range) {
                String[] numbers = range.split("-", -1);
                return rows(Integer.parseInt(numbers[0]), Integer.parseInt(numbers[1]));
            }
        };
    }

    private Rows<T> rows(int from, int to) {
        return new Rows<>(from + "-" + to, List.copyOf(records.subList(from, to)));
    }

    private record Rows<T>(String range, List<T> records) implements Split<T> {
        @Override
        public SplitReader<T> open(TaskContext task) {
            return new SplitReader<>() {
                private boolean read;

                @Override
                public List<T> next() {
                    List<T> next = read ? List.of() : records;
                    read = true;
                    return next;
                }

                @Override
                public void close() {}
            };
        }

        @Override
        public String describe() {
            return "growing " + range;
        }

        @Override
        public OptionalLong recordCount() {
            return OptionalLong.of(records.size());
        }
    }
}
