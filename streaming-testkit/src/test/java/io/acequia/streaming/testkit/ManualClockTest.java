/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class ManualClockTest {
    private static final Instant START = Instant.parse("2024-01-01T00:00:00Z");

    private final ManualClock clock = new ManualClock(START);
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void endThreads() {
        threads.shutdownNow();
    }

    @Test
    void standsStillUntilItIsMoved() {
        assertThat(clock.now()).isEqualTo(START);
        assertThat(clock.nanoTime()).isZero();

        clock.advance(Duration.ofMillis(1_500));
        clock.advance(Duration.ZERO);

        assertThat(clock.now()).isEqualTo(START.plusMillis(1_500));
        assertThat(clock.nanoTime()).isEqualTo(1_500_000_000L);
    }

    @Test
    void aTimeThatIsReachedNeedsNoWaiting() throws InterruptedException {
        clock.awaitUntil(START);
        clock.awaitUntil(START.minusSeconds(1));
        clock.advance(Duration.ofSeconds(1));
        clock.awaitUntil(START.plusSeconds(1));

        assertThat(clock.now()).isEqualTo(START.plusSeconds(1));
    }

    @Test
    void aThreadGoesOnExactlyWhenItsTimeIsReached() throws Exception {
        Future<Instant> waiter = waiting(START.plusSeconds(2));
        clock.awaitWaiters(1);
        clock.advance(Duration.ofSeconds(2).minusNanos(1));
        clock.awaitWaiters(1);
        assertThat(waiter).isNotDone();

        clock.advance(Duration.ofNanos(1));
        assertThat(waiter.get()).isEqualTo(START.plusSeconds(2));
    }

    @Test
    void twoAdvancesBeforeAThreadWakesAreNotLost() throws Exception {
        Future<Instant> waiter = waiting(START.plusSeconds(2));
        clock.awaitWaiters(1);
        synchronized (clock) {
            // The waiter needs the clock to wake: both steps happen before it can look.
            clock.advance(Duration.ofSeconds(1));
            clock.advance(Duration.ofSeconds(1));
        }

        assertThat(waiter.get()).isEqualTo(START.plusSeconds(2));
    }

    @Test
    void aStepBeyondSeveralTimesWakesAllWhoWaitForThem() throws Exception {
        List<Future<Instant>> waiters = new ArrayList<>();
        for (int seconds = 1; seconds <= 4; seconds++) {
            waiters.add(waiting(START.plusSeconds(seconds)));
        }
        clock.awaitWaiters(4);
        clock.advance(Duration.ofSeconds(3));

        for (Future<Instant> waiter : waiters.subList(0, 3)) {
            assertThat(waiter.get()).isEqualTo(START.plusSeconds(3));
        }
        assertThat(waiters.get(3)).isNotDone();
        clock.advance(Duration.ofSeconds(1));
        assertThat(waiters.get(3).get()).isEqualTo(START.plusSeconds(4));
    }

    @Test
    void aWaitingThreadCanBeInterrupted() throws Exception {
        Future<Instant> waiter = waiting(START.plusSeconds(1));
        clock.awaitWaiters(1);
        threads.shutdownNow();

        assertThatThrownBy(waiter::get)
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(InterruptedException.class);
        assertThat(clock.now()).isEqualTo(START);
    }

    @Test
    void awaitWaitersBlocksUntilSoManyWait() throws Exception {
        Future<Boolean> both = threads.submit(() -> {
            clock.awaitWaiters(2);
            return true;
        });
        Future<Instant> first = waiting(START.plusSeconds(1));
        clock.awaitWaiters(1);
        assertThat(both).isNotDone();

        Future<Instant> second = waiting(START.plusSeconds(1));
        assertThat(both.get()).isTrue();
        clock.awaitWaiters(0);
        clock.advance(Duration.ofSeconds(1));
        assertThat(first.get()).isEqualTo(second.get());
    }

    @Test
    void awaitWaitersCanBeInterrupted() {
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> clock.awaitWaiters(1)).isInstanceOf(InterruptedException.class);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void goingBackIsRefused() {
        assertThatThrownBy(() -> clock.advance(Duration.ofNanos(-1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("ACQ-2001")
                .hasMessageContaining("PT-0.000000001S");
        assertThat(clock.now()).isEqualTo(START);
    }

    private Future<Instant> waiting(Instant until) {
        return threads.submit(() -> {
            clock.awaitUntil(until);
            return clock.now();
        });
    }
}
