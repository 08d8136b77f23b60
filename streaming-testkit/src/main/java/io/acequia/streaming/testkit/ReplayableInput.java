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
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;

/**
 * Batches that the test wrote: each is read in pieces, two if nobody says otherwise, and can be read again. What is read is
 * fixed with the plan: what is added later to a batch that was planned empty is never read.
 */
final class ReplayableInput<T> implements DirectSource<T> {
    private final String name;
    private final int pieces;
    private final transient List<List<T>> batches = Collections.synchronizedList(new ArrayList<>());

    ReplayableInput(String name) {
        this(name, 2);
    }

    ReplayableInput(String name, int pieces) {
        this.name = name;
        this.pieces = pieces;
    }

    void add(List<T> batch) {
        batches.add(batch);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public SplitPlanner<T> newPlanner(PlannerContext context) {
        return new SplitPlanner<>() {
            private int next = context.restored().map(Integer::parseInt).orElse(0);

            @Override
            public Plan<T> plan(Time batch, long maxRecords) {
                int number = next++;
                List<Split<T>> splits = new ArrayList<>();
                for (int piece = 0; piece < pieces; piece++) {
                    splits.add(piece(number, piece));
                }
                return new Plan<>(splits, String.valueOf(next));
            }

            @Override
            public Split<T> split(String range) {
                String[] numbers = range.split(" ", -1);
                return piece(Integer.parseInt(numbers[0]), Integer.parseInt(numbers[1]), Integer.parseInt(numbers[2]));
            }
        };
    }

    private Split<T> piece(int batch, int piece) {
        int size = batch < batches.size() ? batches.get(batch).size() : 0;
        return piece(batch, end(size, piece), end(size, piece + 1));
    }

    private Split<T> piece(int batch, int from, int to) {
        List<T> records =
                from == to ? List.of() : new ArrayList<>(batches.get(batch).subList(from, to));
        return new Piece<>(name, batch + " " + from + " " + to, records);
    }

    private int end(int size, int piece) {
        return (size * piece + pieces - 1) / pieces;
    }

    private record Piece<T>(String name, String range, List<T> records) implements Split<T> {
        @Override
        public SplitReader<T> open(TaskContext task) {
            return new SplitReader<>() {
                private boolean read;

                @Override
                public List<T> next() {
                    if (read) {
                        return List.of();
                    }
                    read = true;
                    return records;
                }

                @Override
                public void close() {}
            };
        }

        @Override
        public String describe() {
            return name + ", " + records.size() + " records";
        }

        @Override
        public OptionalLong recordCount() {
            return OptionalLong.of(records.size());
        }
    }
}
