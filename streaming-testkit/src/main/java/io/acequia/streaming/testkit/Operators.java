/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import io.acequia.streaming.data.Partitioner;
import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.direct.Split;
import io.acequia.streaming.direct.SplitReader;
import io.acequia.streaming.engine.Block;
import io.acequia.streaming.engine.Downstream;
import io.acequia.streaming.engine.Operator;
import io.acequia.streaming.engine.Operator2;
import io.acequia.streaming.function.Function;
import io.acequia.streaming.function.Function2;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalLong;

/** Operators, partitioners and inputs written by hand, for the suites that test engines: simple enough to be right. */
final class Operators {
    private Operators() {}

    /** A stage that passes everything on; what a stage does differently it overrides. */
    abstract static class Passing<T, R> implements Downstream<T> {
        final Downstream<R> down;

        Passing(Downstream<R> down) {
            this.down = down;
        }

        @Override
        public void begin() throws Exception {
            down.begin();
        }

        @Override
        public boolean wantsMore() {
            return down.wantsMore();
        }

        @Override
        public void end() throws Exception {
            down.end();
        }

        @Override
        public void close() {
            down.close();
        }
    }

    record Mapping<T, R>(Function<T, R> function) implements Operator<T, R> {
        @Override
        public Downstream<T> attach(TaskContext task, Downstream<R> down) {
            return new Passing<>(down) {
                @Override
                public void accept(T record) throws Exception {
                    down.accept(function.call(record));
                }
            };
        }
    }

    record Filtering<T>(Function<T, Boolean> keeps) implements Operator<T, T> {
        @Override
        public Downstream<T> attach(TaskContext task, Downstream<T> down) {
            return new Passing<>(down) {
                @Override
                public void accept(T record) throws Exception {
                    if (keeps.call(record)) {
                        down.accept(record);
                    }
                }
            };
        }
    }

    record FlatMapping<T, R>(Function<T, List<R>> function) implements Operator<T, R> {
        @Override
        public Downstream<T> attach(TaskContext task, Downstream<R> down) {
            return new Passing<>(down) {
                @Override
                public void accept(T record) throws Exception {
                    for (R result : function.call(record)) {
                        down.accept(result);
                    }
                }
            };
        }
    }

    /** One record at the end of each partition. */
    record Folding<T, R>(R zero, Function2<R, T, R> add) implements Operator<T, R> {
        @Override
        public Downstream<T> attach(TaskContext task, Downstream<R> down) {
            return new Passing<>(down) {
                private R sum = zero;

                @Override
                public void accept(T record) throws Exception {
                    sum = add.call(sum, record);
                }

                @Override
                public void end() throws Exception {
                    down.accept(sum);
                    down.end();
                }
            };
        }
    }

    /** A record before the first one of each partition. */
    record Heading<T>(T first) implements Operator<T, T> {
        @Override
        public Downstream<T> attach(TaskContext task, Downstream<T> down) {
            return new Passing<>(down) {
                @Override
                public void begin() throws Exception {
                    down.begin();
                    down.accept(first);
                }

                @Override
                public void accept(T record) throws Exception {
                    down.accept(record);
                }
            };
        }
    }

    /** The first so many records of each partition, and then no more. */
    record Limiting<T>(int most) implements Operator<T, T> {
        @Override
        public Downstream<T> attach(TaskContext task, Downstream<T> down) {
            return new Passing<>(down) {
                private int left = most;

                @Override
                public boolean wantsMore() {
                    return left > 0 && down.wantsMore();
                }

                @Override
                public void accept(T record) throws Exception {
                    if (left > 0) {
                        left--;
                        down.accept(record);
                    }
                }
            };
        }
    }

    /** The whole partition as a list: what a test runs to see everything. Counts {@code records}. */
    record Collecting<T>() implements Operator<T, List<T>> {
        static final String RECORDS = "records";

        @Override
        public Downstream<T> attach(TaskContext task, Downstream<List<T>> down) {
            return new Passing<>(down) {
                private final List<T> records = new ArrayList<>();

                @Override
                public void accept(T record) {
                    records.add(record);
                }

                @Override
                public void end() throws Exception {
                    task.count(RECORDS, records.size());
                    down.accept(records);
                    down.end();
                }
            };
        }
    }

    /** One of the left, one of the right, in turn; then what is left over. */
    record Alternating<T>() implements Operator2<T, T, T> {
        @Override
        public void apply(TaskContext task, Iterator<T> left, Iterator<T> right, Downstream<T> out) throws Exception {
            while (out.wantsMore() && (left.hasNext() || right.hasNext())) {
                if (left.hasNext()) {
                    out.accept(left.next());
                }
                if (right.hasNext()) {
                    out.accept(right.next());
                }
            }
        }
    }

    /** Pairs while both sides have records. */
    record Pairing<T, U, R>(Function2<T, U, R> function) implements Operator2<T, U, R> {
        @Override
        public void apply(TaskContext task, Iterator<T> left, Iterator<U> right, Downstream<R> out) throws Exception {
            while (out.wantsMore() && left.hasNext() && right.hasNext()) {
                out.accept(function.call(left.next(), right.next()));
            }
        }
    }

    /** The right side whole, then the left: so one side is read through before the other is touched. */
    record RightFirst<T>() implements Operator2<T, T, T> {
        @Override
        public void apply(TaskContext task, Iterator<T> left, Iterator<T> right, Downstream<T> out) throws Exception {
            while (right.hasNext()) {
                out.accept(right.next());
            }
            while (left.hasNext()) {
                out.accept(left.next());
            }
        }
    }

    /** Places numbers by their remainder, and everything else first. */
    record ByRemainder(int numPartitions) implements Partitioner {
        @Override
        public int getPartition(Object key) {
            return key instanceof Number number ? (int) Math.floorMod(number.longValue(), (long) numPartitions) : 0;
        }
    }

    /** Places everything in one of its partitions; the number may be wrong. */
    record AllInOne(int numPartitions, int target) implements Partitioner {
        @Override
        public int getPartition(Object key) {
            return target;
        }
    }

    /** Received records. */
    record Received<T>(List<T> records) implements Block<T>, Serializable {
        @Override
        public int count() {
            return records.size();
        }

        @Override
        public Iterator<T> iterator() {
            return records.iterator();
        }
    }

    /** A range that is read a chunk at a time. */
    record Chunked<T>(List<List<T>> chunks) implements Split<T> {
        @Override
        public SplitReader<T> open(TaskContext task) {
            return new SplitReader<>() {
                private int next;

                @Override
                public List<T> next() {
                    return next < chunks.size() ? chunks.get(next++) : List.of();
                }

                @Override
                public void close() {}
            };
        }

        @Override
        public String describe() {
            return chunks.size() + " chunks";
        }

        @Override
        public OptionalLong recordCount() {
            return OptionalLong.of(chunks.stream().mapToLong(List::size).sum());
        }
    }
}
