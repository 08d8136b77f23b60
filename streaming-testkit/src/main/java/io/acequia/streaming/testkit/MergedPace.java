/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.StreamingContext.ContextState;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.direct.DirectSource;
import io.acequia.streaming.direct.PlannerContext;
import io.acequia.streaming.direct.SplitPlanner;
import io.acequia.streaming.listener.BatchInfo;
import io.acequia.streaming.listener.StreamingListener;
import io.acequia.streaming.listener.StreamingStopped;
import io.acequia.streaming.testkit.StreamFunctions.Batches;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Has batches merged as the program says. While one that runs is planned, on its thread, the clock moves on until the next one
 * that runs is due: what is due meanwhile waits, and the last of it is what runs.
 */
final class MergedPace implements StreamingListener {
    private final HurriedClock clock;
    private final Batches numbers;
    private final List<Integer> times;
    private final CountDownLatch left;

    /** A pace for the batches {@code times}. */
    MergedPace(HurriedClock clock, Batches numbers, List<Integer> times) {
        this.clock = clock;
        this.numbers = numbers;
        this.times = times;
        this.left = new CountDownLatch(times.size());
    }

    private void waitForNext(int batch) throws InterruptedException {
        int next = times.indexOf(batch) + 1;
        if (next < times.size()) {
            clock.runUntil(numbers.time(times.get(next)).instant());
        }
    }

    /** Runs the context until all batches are done, or one has failed. */
    void run(StreamingContext context, Duration atMost) throws InterruptedException {
        context.addStreamingListener(this);
        context.start();
        if (left.await(atMost.toSeconds(), TimeUnit.SECONDS) && context.state() == ContextState.ACTIVE) {
            context.stop(false);
        }
    }

    @Override
    public void onBatchCompleted(BatchInfo b) {
        left.countDown();
    }

    @Override
    public void onStreamingStopped(StreamingStopped e) {
        while (left.getCount() > 0) {
            left.countDown();
        }
    }

    /** A source whose batches wait for their turn. */
    DirectSource<Tuple2<Object, Long>> paced(ReplayableInput<Tuple2<Object, Long>> source) {
        return new Paced(source, this);
    }

    /** Its planner lives in this JVM, so only the source is ever copied. */
    private static final class Paced implements DirectSource<Tuple2<Object, Long>> {
        private final ReplayableInput<Tuple2<Object, Long>> source;
        private final transient MergedPace pace;

        Paced(ReplayableInput<Tuple2<Object, Long>> source, MergedPace pace) {
            this.source = source;
            this.pace = pace;
        }

        @Override
        public String name() {
            return source.name();
        }

        @Override
        public SplitPlanner<Tuple2<Object, Long>> newPlanner(PlannerContext context) {
            SplitPlanner<Tuple2<Object, Long>> planner = source.newPlanner(context);
            return (batch, maxRecords) -> {
                pace.waitForNext(pace.numbers.at(batch));
                return planner.plan(batch, maxRecords);
            };
        }
    }
}
