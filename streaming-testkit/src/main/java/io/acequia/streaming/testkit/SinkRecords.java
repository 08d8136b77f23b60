/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import io.acequia.streaming.data.Time;
import io.acequia.streaming.testkit.Drawn.Sink;
import io.acequia.streaming.testkit.StreamFunctions.Batches;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The batches that an output was given. It outlives the contexts that give them: a batch that was not done when a context ended
 * may come again, with the same records; any other comes once. Used by the threads that run batches.
 */
final class SinkRecords {
    final Sink sink;
    final Map<Integer, List<Object>> records = new TreeMap<>();
    boolean failed;
    private final Batches times;
    private final Passing passing;

    /** What an output passes when it has its records. */
    interface Passing {
        /** Whether a batch may be given again. */
        boolean mayRepeat(int batch);

        /** It has the records of a batch. */
        void has(Sink sink, int batch) throws InterruptedException;
    }

    /** Nothing stops: each batch comes once. */
    static final Passing ONCE = new Passing() {
        @Override
        public boolean mayRepeat(int batch) {
            return false;
        }

        @Override
        public void has(Sink sink, int batch) {}
    };

    SinkRecords(Sink sink, Batches times, Passing passing) {
        this.sink = sink;
        this.times = times;
        this.passing = passing;
    }

    void add(Time time, List<?> batch) throws InterruptedException {
        int number = times.at(time);
        keep(number, new ArrayList<>(batch));
        passing.has(sink, number);
    }

    private synchronized void keep(int number, List<Object> batch) {
        if (number == sink.failsAt() && !failed) {
            failed = true;
            throw new IllegalStateException("the output fails once, as the program wants");
        }
        List<Object> before = records.putIfAbsent(number, batch);
        if (before != null && !passing.mayRepeat(number)) {
            throw new IllegalStateException("batch " + number + " was given twice to one output");
        }
        if (before != null && !counts(before).equals(counts(batch))) {
            throw new IllegalStateException(
                    "batch " + number + " was given twice: first " + before + " and then " + batch);
        }
    }

    private static Map<String, Integer> counts(List<Object> records) {
        Map<String, Integer> counts = new TreeMap<>();
        records.forEach(record -> counts.merge(String.valueOf(record), 1, Integer::sum));
        return counts;
    }
}
