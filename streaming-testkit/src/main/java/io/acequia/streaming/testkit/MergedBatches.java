/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import io.acequia.streaming.DStream;
import io.acequia.streaming.RDD;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingConf.BacklogPolicy;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.data.Durations;
import io.acequia.streaming.data.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.function.BiConsumer;

/**
 * A program under the backlog policy {@code merge} whose batches become one where the test says so: its first output holds
 * each batch until those that are to be merged behind it are due. For one thread.
 */
final class MergedBatches<T> implements AutoCloseable {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final Duration SECOND = Durations.seconds(1);

    private final WatchedClock clock = new WatchedClock(START);
    private final Queue<RDD<T>> arrived = new ConcurrentLinkedQueue<>();
    private final Semaphore running = new Semaphore(0);
    private final Semaphore mayEnd = new Semaphore(0);
    private final Semaphore ended = new Semaphore(0);
    private final StreamingContext context;
    private int seconds;

    MergedBatches(StreamingConf conf, BiConsumer<StreamingContext, DStream<T>> program) {
        conf.set(StreamingConf.BACKLOG_POLICY, BacklogPolicy.MERGE);
        context = new StreamingContext(conf, SECOND, clock);
        DStream<T> in = context.queueStream(arrived, false);
        in.foreachRDD(rdd -> {
            running.release();
            mayEnd.acquire();
        });
        program.accept(context, in);
        in.foreachRDD(rdd -> ended.release());
        context.start();
    }

    /** The time after so many seconds. */
    static Time time(int seconds) {
        return Time.of(START.plusSeconds(seconds));
    }

    /** One batch with what came in each of these seconds; the first batch is of one second. */
    @SafeVarargs
    @SuppressWarnings("varargs") // only read
    final void batchOf(List<T>... comeInEachSecond) throws InterruptedException {
        for (List<T> come : comeInEachSecond) {
            boolean isFirst = seconds == 0;
            seconds++;
            arrived.add(context.batchContext().parallelize(come, 1));
            clock.advance(SECOND);
            clock.awaitAsked(time(seconds + 1).instant());
            if (isFirst) {
                await(running);
                return;
            }
        }
        mayEnd.release();
        await(ended);
        await(running);
    }

    private void await(Semaphore event) throws InterruptedException {
        while (!event.tryAcquire()) {
            if (context.awaitTerminationOrTimeout(1)) {
                throw new AssertionError("the context stopped in second " + seconds);
            }
        }
    }

    /** Returns when the last batch has run. */
    void finish() throws InterruptedException {
        mayEnd.release();
        await(ended);
    }

    @Override
    public void close() {
        mayEnd.release(1000);
        context.stop();
    }
}
