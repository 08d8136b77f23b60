/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.operator;

import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.engine.Downstream;
import io.acequia.streaming.engine.Operator;
import io.acequia.streaming.engine.Roots;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Runs operators the way a task does, without an engine. */
final class Tasks {
    private Tasks() {}

    /** What comes out of one partition. */
    @SafeVarargs
    @SuppressWarnings("varargs") // only read
    static <T, R> List<R> run(Operator<T, R> operator, T... records) throws Exception {
        return run(new Task(0), operator, records);
    }

    @SafeVarargs
    @SuppressWarnings("varargs") // only read
    static <T, R> List<R> run(Task task, Operator<T, R> operator, T... records) throws Exception {
        Collected<R> out = new Collected<>();
        List<T> input = new ArrayList<>(java.util.Arrays.asList(records));
        Roots.drive(task, input.iterator(), operator.attach(task, out));
        return out.records;
    }

    /** A task that remembers what was counted. */
    static final class Task implements TaskContext {
        final Map<String, Long> counts = new LinkedHashMap<>();
        private final int partition;

        Task(int partition) {
            this.partition = partition;
        }

        @Override
        public int partition() {
            return partition;
        }

        @Override
        public int attempt() {
            return 0;
        }

        @Override
        public Optional<Time> batchTime() {
            return Optional.of(new Time(1000));
        }

        @Override
        public String output() {
            return "out";
        }

        @Override
        public boolean isCancelled() {
            return false;
        }

        @Override
        public void count(String name, long n) {
            counts.merge(name, n, Long::sum);
        }
    }

    /** The end of a chain. */
    static class Collected<T> implements Downstream<T> {
        final List<T> records = new ArrayList<>();
        int most = Integer.MAX_VALUE;
        boolean ended;
        int closed;

        @Override
        public void begin() {}

        @Override
        public void accept(T record) {
            records.add(record);
        }

        @Override
        public boolean wantsMore() {
            return records.size() < most;
        }

        @Override
        public void end() {
            ended = true;
        }

        @Override
        public void close() {
            closed++;
        }
    }
}
