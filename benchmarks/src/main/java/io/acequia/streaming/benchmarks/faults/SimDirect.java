/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.direct.DirectSource;
import io.acequia.streaming.direct.Plan;
import io.acequia.streaming.direct.PlannerContext;
import io.acequia.streaming.direct.Split;
import io.acequia.streaming.direct.SplitPlanner;
import io.acequia.streaming.direct.SplitReader;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * A log of numbers that lasts, read by range: a batch takes all there is, in a few splits. Records are numbered from {@link
 * #FIRST}, so that they are none of a {@link NumberedFeed}.
 *
 * @param world number of the world that says how many numbers there are
 * @param pieces splits of a batch
 * @param forgetful whether a range that is made again is another one than it was: a mistake that a rig must notice
 */
record SimDirect(long world, int pieces, boolean forgetful) implements DirectSource<Long> {
    static final long FIRST = 1_000_000_000L;

    @Override
    public String name() {
        return "numbers";
    }

    @Override
    public SplitPlanner<Long> newPlanner(PlannerContext context) {
        return new Planner(context.restored().map(Long::parseLong).orElse(0L));
    }

    private final class Planner implements SplitPlanner<Long> {
        private long next;

        Planner(long next) {
            this.next = next;
        }

        @Override
        public Plan<Long> plan(Time batch, long maxRecords) {
            long until = SimWorld.of(world).directUntil();
            List<Split<Long>> splits = new ArrayList<>();
            for (int i = 0; i < pieces; i++) {
                splits.add(new Range(next + (until - next) * i / pieces, next + (until - next) * (i + 1) / pieces));
            }
            next = until;
            return new Plan<>(splits, String.valueOf(next));
        }

        @Override
        public Split<Long> split(String range) {
            String[] ends = range.split(" ", -1);
            long from = Long.parseLong(ends[0]);
            long until = Long.parseLong(ends[1]);
            return new Range(from, forgetful && until > from ? until - 1 : until);
        }
    }

    private record Range(long from, long until) implements Split<Long> {
        @Override
        public SplitReader<Long> open(TaskContext task) {
            return new SplitReader<>() {
                private long next = from;

                @Override
                public List<Long> next() {
                    List<Long> records = new ArrayList<>();
                    for (; next < until; next++) {
                        records.add(FIRST + next);
                    }
                    return records;
                }

                @Override
                public void close() {}
            };
        }

        @Override
        public String describe() {
            return "numbers [" + from + ", " + until + ")";
        }

        @Override
        public String range() {
            return from + " " + until;
        }

        @Override
        public OptionalLong recordCount() {
            return OptionalLong.of(until - from);
        }
    }
}
