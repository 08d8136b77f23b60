/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.acequia.streaming.BatchContext;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.internal.graph.Retention;
import io.acequia.streaming.internal.rdd.Rdds;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class BatchQueueTest {
    private final List<Time> planned = Collections.synchronizedList(new ArrayList<>());
    private final ExecutorService other = Executors.newSingleThreadExecutor();
    private final StreamingConf conf =
            StreamingConf.withoutDefaults().setMaster("local[1]").setAppName("queue");
    private final BatchContext context = new BatchContext(conf);
    private final Rdds rdds = Rdds.open(context, conf);
    private final RememberedBatches remembered = new RememberedBatches(
            new Retention(List.of(), Map.of(), List.of()), new States(rdds.engine()), new Time(0));

    @AfterEach
    void end() {
        other.shutdownNow();
        rdds.close();
        context.stop();
    }

    private BatchQueue queue(int most, boolean merges) {
        return new BatchQueue(most, merges, time -> {
            planned.add(time);
            return new PlannedBatch(time, Instant.EPOCH, remembered);
        });
    }

    private static Time t(long n) {
        return new Time(n);
    }

    @Test
    void queuedBatchesArePlannedWhenDueAndTakenInOrder() throws Exception {
        BatchQueue queue = queue(10, false);
        queue.due(t(1));
        queue.due(t(2));
        assertThat(planned).containsExactly(t(1), t(2));
        assertThat(queue.size()).isEqualTo(2);
        assertThat(queue.take().time()).isEqualTo(t(1));
        assertThat(queue.take().time()).isEqualTo(t(2));
        assertThat(queue.size()).isEqualTo(2);
        queue.done();
        queue.done();
        assertThat(queue.size()).isZero();
    }

    @Test
    void aFullQueueIsWaitedForNoLongerThanToldAndAClosedOneNotAtAll() throws Exception {
        BatchQueue queue = queue(1, false);
        assertThat(queue.awaitSpace(0)).isTrue();
        queue.due(t(1));
        assertThat(queue.awaitSpace(TimeUnit.MILLISECONDS.toNanos(20))).isFalse();
        Future<Boolean> space = other.submit(() -> queue.awaitSpace(Long.MAX_VALUE));
        queue.take();
        assertThat(space.get()).isTrue();
        queue.due(t(2));
        queue.close();
        assertThat(queue.awaitSpace(Long.MAX_VALUE)).isFalse();
    }

    @Test
    void mergedBatchesArePlannedWhenTakenAndOnlyTheNewestIs() throws Exception {
        BatchQueue queue = queue(1, true);
        queue.due(t(1));
        queue.due(t(2));
        queue.due(t(3));
        assertThat(planned).isEmpty();
        assertThat(queue.size()).isEqualTo(1);
        assertThat(queue.take().time()).isEqualTo(t(3));
        assertThat(planned).containsExactly(t(3));
        queue.due(t(4));
        assertThat(queue.size()).isEqualTo(2);
        queue.done();
        assertThat(queue.take().time()).isEqualTo(t(4));
    }

    @Test
    void aFullQueueHoldsTheTimerUntilABatchIsTaken() throws Exception {
        BatchQueue queue = queue(1, false);
        queue.due(t(1));
        Future<?> second = inOther(() -> queue.due(t(2)));
        awaitBlocked(second);
        assertThat(planned).containsExactly(t(1));
        assertThat(queue.take().time()).isEqualTo(t(1));
        second.get();
        assertThat(planned).containsExactly(t(1), t(2));
        assertThat(queue.take().time()).isEqualTo(t(2));
    }

    @Test
    void takingWaitsForABatch() throws Exception {
        BatchQueue queue = queue(1, false);
        CompletableFuture<PlannedBatch> taken = new CompletableFuture<>();
        Future<?> taking = inOther(() -> taken.complete(queue.take()));
        awaitBlocked(taking);
        queue.due(t(1));
        assertThat(taken.get().time()).isEqualTo(t(1));
    }

    @Test
    void idleIsWhenNothingWaitsOrRuns() throws Exception {
        BatchQueue queue = queue(1, false);
        assertThat(queue.awaitIdle(0)).isTrue();
        queue.due(t(1));
        assertThat(queue.awaitIdle(0)).isFalse();
        queue.take();
        assertThat(queue.awaitIdle(1)).isFalse();
        CompletableFuture<Boolean> idle = new CompletableFuture<>();
        Future<?> waiting = inOther(() -> idle.complete(queue.awaitIdle(TimeUnit.SECONDS.toNanos(20))));
        queue.done();
        waiting.get();
        assertThat(idle).isCompletedWithValue(true);
    }

    @Test
    void mergingIsIdleOnlyWhenTheDueTimeIsTaken() throws Exception {
        BatchQueue queue = queue(1, true);
        queue.due(t(1));
        assertThat(queue.awaitIdle(0)).isFalse();
        queue.take();
        queue.done();
        assertThat(queue.awaitIdle(0)).isTrue();
    }

    @Test
    void closingEndsEveryWait() throws Exception {
        BatchQueue queue = queue(1, false);
        Future<?> taking = inOther(() -> assertThat(queue.take()).isNull());
        awaitBlocked(taking);
        queue.close();
        taking.get();

        BatchQueue full = queue(1, false);
        full.due(t(1));
        Future<?> due = inOther(() -> full.due(t(2)));
        awaitBlocked(due);
        full.close();
        due.get();
        assertThat(planned).containsExactly(t(1));
        assertThat(full.take()).isNull();
    }

    @Test
    void whatIsDueAfterTheCloseIsNotPlanned() throws Exception {
        for (boolean merges : new boolean[] {false, true}) {
            BatchQueue queue = queue(1, merges);
            queue.close();
            queue.due(t(1));
            assertThat(queue.take()).isNull();
        }
        assertThat(planned).isEmpty();
    }

    @Test
    void closingTellsHowManyDueTimesWereNotPlanned() throws Exception {
        BatchQueue merging = queue(1, true);
        merging.due(t(1));
        assertThat(merging.close()).isEqualTo(1);
        assertThat(merging.close()).isZero();
        BatchQueue queueing = queue(1, false);
        queueing.due(t(1));
        assertThat(queueing.close()).isZero();
        assertThat(queueing.awaitIdle(0)).isTrue();
    }

    private interface Step {
        void run() throws Exception;
    }

    private volatile Thread otherThread;

    private Future<?> inOther(Step step) {
        return other.submit(() -> {
            otherThread = Thread.currentThread();
            step.run();
            return null;
        });
    }

    /** Until the other thread waits inside the queue; a step that ended instead is a failure. */
    private void awaitBlocked(Future<?> step) throws ExecutionException, InterruptedException {
        while (otherThread == null || otherThread.getState() != Thread.State.WAITING) {
            if (step.isDone()) {
                step.get();
                throw new AssertionError("did not wait");
            }
            Thread.onSpinWait();
        }
        otherThread = null;
    }
}
