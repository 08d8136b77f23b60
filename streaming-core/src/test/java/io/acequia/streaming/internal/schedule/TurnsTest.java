/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.acequia.streaming.data.Time;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TurnsTest {
    private final Turns turns = new Turns();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final LinkedBlockingQueue<Long> order = new LinkedBlockingQueue<>();

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    private Future<?> batch(long time, CountDownLatch begun) {
        return threads.submit(() -> {
            begun.countDown();
            turns.await(new Time(time));
            order.add(time);
            turns.done(new Time(time));
            return null;
        });
    }

    @Test
    void whoComesFirstWaitsForTheTimesBefore() throws Exception {
        for (long time = 1; time <= 4; time++) {
            turns.add(new Time(time));
        }
        CountDownLatch begun = new CountDownLatch(3);
        Future<?> fourth = batch(4, begun);
        Future<?> third = batch(3, begun);
        Future<?> second = batch(2, begun);
        begun.await();
        assertThat(order).isEmpty();
        batch(1, new CountDownLatch(1)).get();
        for (Future<?> each : List.of(second, third, fourth)) {
            each.get();
        }
        assertThat(order).containsExactly(1L, 2L, 3L, 4L);
    }

    @Test
    void behindABatchThatFailedOthersWaitUntilTheyAreInterrupted() throws Exception {
        turns.add(new Time(1));
        turns.add(new Time(2));
        CountDownLatch begun = new CountDownLatch(1);
        Future<?> second = batch(2, begun);
        begun.await();
        threads.shutdownNow();
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(() -> second.get(60, TimeUnit.SECONDS))
                .withCauseInstanceOf(InterruptedException.class);
        assertThat(order).isEmpty();
    }
}
