/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.data.ByteSize;
import io.acequia.streaming.data.StorageLevel;
import io.acequia.streaming.data.Utf8;
import io.acequia.streaming.engine.Block;
import io.acequia.streaming.listener.ReceiverEvent;
import io.acequia.streaming.listener.ReceiverState;
import io.acequia.streaming.receiver.AckMode;
import io.acequia.streaming.receiver.Delivery;
import io.acequia.streaming.receiver.EndOfSourceException;
import io.acequia.streaming.receiver.Receiver;
import io.acequia.streaming.receiver.ReceiverDisconnectedException;
import io.acequia.streaming.receiver.Records;
import io.acequia.streaming.receiver.Rejected;
import io.acequia.streaming.receiver.ReliableReceiver;
import io.acequia.streaming.receiver.RetryAfterException;
import io.acequia.streaming.receiver.Settlement;
import io.acequia.streaming.receiver.Source;
import io.acequia.streaming.receiver.UnreliableReceiver;
import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ReceiverSupervisorTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    private final HandClock clock = new HandClock();
    /** What the receivers do, one step a call of connect or read; they wait for the next one. */
    private final BlockingQueue<Step> steps = new LinkedBlockingQueue<>();

    private final BlockingQueue<ReceiverEvent> events = new LinkedBlockingQueue<>();
    /** What was called, as it was called. */
    private final BlockingQueue<String> calls = new LinkedBlockingQueue<>();

    private Loop<String> loop = loop(settings());

    @AfterEach
    void stop() {
        assertThat(loop.stop(LONG)).isTrue();
    }

    @Test
    @DisplayName("R11 what was read waits for the batch that takes it, once, in the order of reading")
    void recordsWaitForTheBatchThatTakesThemInTheOrderOfReading() throws Exception {
        loop.start();
        connect();
        give("a", "b");
        give("c");
        nothing();

        Loop<String>.Batch taken = loop.take();
        assertThat(records(taken)).containsExactly("a", "b", "c");
        assertThat(taken.records()).isEqualTo(3);
        assertThat(taken.blocks()).hasSize(1);
        assertThat(taken.blocks().get(0).count()).isEqualTo(3);
        assertThat(loop.take().blocks()).isEmpty();
        assertThat(loop.status().records()).isEqualTo(3);
        assertThat(loop.status().waiting()).isZero();
    }

    @Test
    @DisplayName("R9 the lists of a receiver are kept, not copied")
    void theListsOfTheReceiverAreKeptAndBlocksCloseByTheClock() throws Exception {
        loop.start();
        connect();
        List<String> large = Collections.nCopies(100, "x");
        steps.add(() -> large);
        give("a");
        nothing();
        clock.advance(Duration.ofMillis(200));
        give("b");
        nothing();

        Loop<String>.Batch taken = loop.take();
        assertThat(taken.blocks()).extracting(Block::count).containsExactly(101, 1);
        assertThat(records(taken)).hasSize(102).endsWith("a", "b");
    }

    @Test
    void aReleasedBlockCannotBeRead() throws Exception {
        loop.start();
        connect();
        give("a");
        nothing();
        Loop<String>.Batch taken = loop.take();
        Block<String> block = taken.blocks().get(0);
        taken.release("RDD of batch 1000 ms");

        assertThatThrownBy(block::iterator)
                .hasMessageStartingWith("ACQ-0638 RDD of batch 1000 ms was released")
                .hasMessageContaining("released");
    }

    @Test
    void rejectsAreCountedAndHandedOver() throws Exception {
        loop.start();
        connect();
        Rejected bad = new Rejected(new byte[] {1}, "here", new IOException("bad"));
        steps.add(() -> bad);
        nothing();

        assertThat(loop.take().rejected()).containsExactly(bad);
        assertThat(loop.status().rejected()).isEqualTo(1);
    }

    @Test
    @DisplayName("R15, R16, R18 the wait doubles with each failure in a row, and each state is told")
    void aBrokenConnectionIsMadeAnewWithGrowingWaitsAndEachStateIsTold() throws Exception {
        loop.start();
        assertThat(event(ReceiverState.STARTING).attempt()).isEqualTo(1);
        IOException refused = new IOException("refused");
        long longest = 100;
        for (int attempt = 2; attempt <= 6; attempt++) {
            fail(refused);
            ReceiverEvent retrying = event(ReceiverState.RETRYING);
            assertThat(retrying.attempt()).isEqualTo(attempt);
            assertThat(retrying.error()).containsSame(refused);
            long wait = Duration.between(clock.now(), retrying.nextRetryAt().orElseThrow())
                    .toMillis();
            assertThat(wait).isBetween(longest / 2, longest);
            longest = Math.min(1000, longest * 2);
            clock.awaitSleeper();
            clock.advance(Duration.ofMillis(wait));
        }
        step();
        assertThat(event(ReceiverState.ACTIVE).attempt()).isEqualTo(6);
        give("a");
        fail(new ReceiverDisconnectedException("gone"));
        ReceiverEvent lost = event(ReceiverState.RETRYING);
        assertThat(lost.attempt()).isEqualTo(1);
        assertThat(loop.status().state()).isEqualTo(ReceiverState.RETRYING);
        clock.awaitSleeper();
        clock.advance(Duration.ofMillis(100));
        step();
        event(ReceiverState.ACTIVE);
        give("b");
        nothing();

        assertThat(records(loop.take())).containsExactly("a", "b");
        assertThat(loop.status().restarts()).isEqualTo(1);
        assertThat(calls).contains("close 1", "close 6").doesNotContain("close 7");
    }

    @Test
    @DisplayName("R16 a connection that brings nothing counts as a failure in a row")
    void aConnectionThatBringsNothingCountsAsAFailureInARow() throws Exception {
        loop = loop(retries(2));
        loop.start();
        for (int i = 0; i < 2; i++) {
            step();
            fail(new ReceiverDisconnectedException("slammed"));
            clock.advanceOnce(i == 0);
        }
        assertThat(last()).satisfies(failed -> {
            assertThat(failed.state()).isEqualTo(ReceiverState.FAILED);
            assertThat(failed.error()).hasValueSatisfying(e -> assertThat(e).hasMessage("slammed"));
        });
    }

    @Test
    @DisplayName("R16 a connection that held long is no failure in a row")
    void aConnectionThatHeldLongIsNoFailureInARow() throws Exception {
        loop = loop(retries(1));
        loop.start();
        event(ReceiverState.STARTING);
        connect();
        event(ReceiverState.ACTIVE);
        clock.advance(Duration.ofSeconds(2));
        fail(new ReceiverDisconnectedException("after a while"));
        assertThat(event(ReceiverState.RETRYING).attempt()).isEqualTo(1);
    }

    @Test
    @DisplayName("R11, R17 the last failure in a row makes the source fail, and what it read is kept")
    void theBoundOnRetriesMakesTheSourceFailAndKeepsWhatItRead() throws Exception {
        loop = loop(retries(3));
        loop.start();
        connect();
        give("kept");
        fail(new ReceiverDisconnectedException("gone"));
        for (int i = 0; i < 3; i++) {
            clock.advanceOnce(true);
            fail(new IOException("refused"));
        }

        assertThat(last().state()).isEqualTo(ReceiverState.FAILED);
        assertThat(loop.awaitReadingEnded(LONG)).isTrue();
        assertThat(records(loop.take())).containsExactly("kept");
    }

    @Test
    @DisplayName("R13 a source that asks for patience is left alone so long")
    void aSourceThatAsksForPatienceIsLeftAloneSoLong() throws Exception {
        loop.start();
        fail(new RetryAfterException("busy", Duration.ofMinutes(5)));
        event(ReceiverState.STARTING);
        assertThat(event(ReceiverState.RETRYING).nextRetryAt())
                .contains(clock.now().plus(Duration.ofMinutes(5)));
        clock.awaitSleeper();
        clock.advance(Duration.ofMinutes(5).minusMillis(1));
        clock.awaitSleeper();
        assertThat(calls).doesNotContain("new 2");
        clock.advance(Duration.ofMillis(1));
        step();
        event(ReceiverState.ACTIVE);
    }

    @Test
    @DisplayName("R14 the end of the source is no failure")
    void theEndOfTheSourceIsNoFailure() throws Exception {
        loop.start();
        connect();
        give("last");
        fail(new EndOfSourceException());

        ReceiverEvent stopped = last();
        assertThat(stopped.state()).isEqualTo(ReceiverState.STOPPED);
        assertThat(stopped.error()).isEmpty();
        assertThat(records(loop.take())).containsExactly("last");
        assertThat(calls).contains("close 1");
    }

    @Test
    @DisplayName("R15 an Error is not retried")
    void anErrorIsNotRetried() throws Exception {
        loop.start();
        connect();
        AssertionError bug = new AssertionError("bug");
        steps.add(() -> {
            throw bug;
        });

        assertThat(last().error()).containsSame(bug);
        assertThat(loop.status().state()).isEqualTo(ReceiverState.FAILED);
    }

    @Test
    @DisplayName("R4 a source or receiver that gives null is named")
    void aReceiverThatGivesNullIsNamed() throws Exception {
        loop.start();
        event(ReceiverState.STARTING);
        connect();
        steps.add(() -> NULL);
        event(ReceiverState.ACTIVE);
        assertThat(event(ReceiverState.RETRYING).error())
                .hasValueSatisfying(e -> assertThat(e).hasMessageStartingWith("ACQ-0642"));
        reliable = true;
        clock.awaitSleeper();
        clock.advance(Duration.ofSeconds(1));
        connect();
        steps.add(() -> NULL);
        event(ReceiverState.ACTIVE);
        assertThat(event(ReceiverState.RETRYING).error())
                .hasValueSatisfying(e -> assertThat(e).hasMessageStartingWith("ACQ-0643"));
        loop.stop(LONG);

        events.clear();
        loop = new Loop<>(1, new NoReceiver(), settings(), 0, clock, Thread::new, events::add);
        loop.start();
        event(ReceiverState.STARTING);
        assertThat(event(ReceiverState.RETRYING).error())
                .hasValueSatisfying(e -> assertThat(e).hasMessageStartingWith("ACQ-0641"));
    }

    @Test
    @DisplayName("R12 the limit lets through what the clock allows")
    void theRateLimitLetsThroughWhatTheClockAllows() throws Exception {
        loop = new Loop<>(
                1,
                new Scripted(),
                settings(0, Duration.ZERO, ByteSize.mebibytes(1), Duration.ZERO),
                100,
                clock,
                this::thread,
                events::add);
        loop.start();
        connect();
        steps.add(() -> "as many as allowed");
        assertThat(next("read ")).isEqualTo("read 1");
        for (int seconds = 0; seconds < 3; seconds++) {
            clock.awaitSleeper();
            clock.advance(Duration.ofSeconds(1));
            steps.add(() -> "as many as allowed");
            assertThat(next("read ")).isEqualTo("read 10");
        }
        clock.awaitSleeper();
        assertThat(loop.status().records()).isEqualTo(31);
        clock.advance(Duration.ofMillis(50));
        steps.add(() -> "as many as allowed");
        assertThat(next("read ")).isEqualTo("read 5");
    }

    @Test
    @DisplayName("R10 a full buffer holds reading back until a batch takes it")
    void aFullBufferHoldsReadingBackUntilABatchTakesIt() throws Exception {
        loop = loop(settings(0, Duration.ZERO, new ByteSize(100), Duration.ZERO));
        loop.start();
        connect();
        give("x".repeat(25));
        give("y".repeat(25));
        give("z");
        awaitHeldBackAfter(2);

        assertThat(steps).hasSize(1);
        assertThat(loop.status().waiting()).isEqualTo(2);
        assertThat(records(loop.take())).hasSize(2);
        nothing();
        assertThat(records(loop.take())).containsExactly("z");
    }

    @Test
    void estimatesCountTextBytesAndAFloorForTheRest() {
        assertThat(BlockAssembler.estimate(
                        List.of("x".repeat(100), Utf8.of("y".repeat(100)), new byte[100], ""),
                        List.of(new Rejected(new byte[10], "", new IOException()))))
                .isEqualTo(200 + 100 + 100 + 16 + 74);
        assertThat(BlockAssembler.estimate(List.of(List.of("x".repeat(1000))), List.of()))
                .isBetween(1000L, 1300L);
    }

    @Test
    void silenceIsAlarmedOnceUntilSomethingComes() throws Exception {
        loop = loop(settings(0, Duration.ofSeconds(10), ByteSize.mebibytes(1), Duration.ZERO));
        loop.start();
        connect();
        nothing();
        assertThat(loop.idleAlarms()).isZero();
        clock.advance(Duration.ofSeconds(10));
        nothing();
        nothing();
        assertThat(loop.idleAlarms()).isEqualTo(1);
        give("a");
        nothing();
        clock.advance(Duration.ofSeconds(10));
        nothing();
        assertThat(loop.idleAlarms()).isEqualTo(2);
    }

    @Test
    @DisplayName("R25 a graceful stop ends reading, and what was read can be taken")
    void aSoftStopEndsReadingAndKeepsTheBuffer() throws Exception {
        loop.start();
        connect();
        give("a");
        nothing();
        loop.stopReading();
        assertThat(loop.awaitReadingEnded(LONG)).isTrue();
        assertThat(last().state()).isEqualTo(ReceiverState.STOPPED);
        assertThat(records(loop.take())).containsExactly("a");
    }

    @Test
    void aStopEndsTheWaitBeforeTheNextAttempt() throws Exception {
        loop.start();
        fail(new IOException("refused"));
        clock.awaitSleeper();
        loop.stopReading();
        assertThat(loop.awaitReadingEnded(LONG)).isTrue();
        assertThat(last().state()).isEqualTo(ReceiverState.STOPPED);
    }

    @Test
    @DisplayName("R5 a hard stop wakes a read up and interrupts it")
    void aHardStopInterruptsARead() throws Exception {
        loop.start();
        connect();
        next("read ");
        assertThat(loop.stop(LONG)).isTrue();
        assertThat(last().state()).isEqualTo(ReceiverState.STOPPED);
        assertThat(calls).contains("wakeUp 1", "close 1");
    }

    @Test
    void aLoopStartsOnceAndNotAfterItsStop() throws Exception {
        loop.start();
        assertThatThrownBy(loop::start).hasMessageStartingWith("ACQ-0639").hasMessageContaining("was started");
        loop.stop(LONG);
        loop = loop(settings());
        assertThat(loop.stop(LONG)).isTrue();
        assertThat(loop.status().state()).isEqualTo(ReceiverState.STOPPED);
        assertThat(loop.awaitReadingEnded(Duration.ZERO)).isTrue();
        assertThatThrownBy(loop::start).hasMessageContaining("was stopped");
    }

    @Test
    @DisplayName("R6 a receiver that ignores everything is abandoned with its stack, and has no effect afterwards")
    void aReceiverThatIgnoresEverythingIsAbandonedWithItsStackAndHasNoEffectAfterwards() throws Exception {
        CountDownLatch reading = new CountDownLatch(1);
        CountDownLatch letGo = new CountDownLatch(1);
        CountDownLatch closed = new CountDownLatch(1);
        Source<String> stubborn = Source.of("stubborn", () -> new UnreliableReceiver<>() {
            @Override
            public void connect() {}

            @Override
            public Records<String> read(int maxRecords, Duration maxWait) {
                awaitDeafly(reading, letGo);
                return Records.of(List.of("too late"));
            }

            @Override
            public void close() {
                closed.countDown();
            }
        });
        Loop<String> stuck = new Loop<>(7, stubborn, settings(), 0, clock, Thread::new, events::add);
        stuck.start();
        reading.await();

        assertThat(stuck.stop(Duration.ofMillis(1))).isFalse();
        ReceiverEvent abandoned = last();
        assertThat(abandoned.error()).hasValueSatisfying(e -> assertThat(e)
                .hasMessageStartingWith("ACQ-0640 receiver 'stubborn'")
                .hasMessageContaining("awaitDeafly"));
        letGo.countDown();
        closed.await();
        assertThat(stuck.stop(LONG)).isTrue();
        assertThat(stuck.take().records()).isZero();
        assertThat(events).isEmpty();
    }

    @Test
    @DisplayName(
            "R2, R20, R21, R22 deliveries are settled on the receiver's thread, in the order of reading, when their batch is done")
    void deliveriesAreSettledOnTheReceiversThreadInTheOrderOfReadingWhenTheirBatchIsDone() throws Exception {
        reliable = true;
        loop.start();
        connect();
        steps.add(() -> delivery("a"));
        nothing();
        Loop<String>.Batch first = loop.take();
        steps.add(() -> delivery("b"));
        steps.add(() -> delivery("c"));
        nothing();
        Loop<String>.Batch second = loop.take();
        assertThat(calls).noneMatch(call -> call.startsWith("ack"));

        second.ack();
        second.nack(new IOException("too late: settled"));
        first.nack(new IOException("failed"));
        nothing();
        nothing();
        assertThat(calls.stream().filter(call -> call.contains("ck ")))
                .containsExactlyInAnyOrder("nack a failed", "ack b", "ack c")
                .containsSubsequence("ack b", "ack c");
        assertThat(settledOn).hasValue(thread);
    }

    @Test
    @DisplayName("R25 a graceful stop waits for settlements")
    void aSoftStopWaitsForSettlementsAndAFullBufferStillSettles() throws Exception {
        reliable = true;
        loop = loop(settings(0, Duration.ZERO, new ByteSize(1), Duration.ZERO));
        loop.start();
        connect();
        steps.add(() -> delivery("a"));
        awaitHeldBackAfter(1);
        Loop<String>.Batch first = loop.take();
        steps.add(() -> delivery("b"));
        awaitHeldBackAfter(2);
        first.ack();
        assertThat(next("ack ")).isEqualTo("ack a");

        loop.stopReading();
        assertThat(loop.awaitReadingEnded(LONG)).isTrue();
        assertThat(thread.isAlive()).isTrue();
        loop.take().ack();
        assertThat(last().state()).isEqualTo(ReceiverState.STOPPED);
        assertThat(next("ack ")).isEqualTo("ack b");
        assertThat(next("close ")).isEqualTo("close 1");
    }

    @Test
    @DisplayName("R19, R20 deliveries of a broken connection are not settled any more")
    void deliveriesOfABrokenConnectionAreLeftToTheirSource() throws Exception {
        reliable = true;
        loop.start();
        connect();
        steps.add(() -> delivery("a"));
        nothing();
        Loop<String>.Batch taken = loop.take();
        fail(new ReceiverDisconnectedException("gone"));
        clock.awaitSleeper();
        taken.ack();
        clock.advance(Duration.ofMillis(100));
        step();
        nothing();
        assertThat(calls).noneMatch(call -> call.startsWith("ack"));
    }

    @Test
    @DisplayName("R23 a settlement that fails keeps none of the others from being told, and then breaks the connection")
    void anAckThatFailsKeepsNoneOfTheOthersFromBeingToldAndBreaksTheConnection() throws Exception {
        reliable = true;
        loop.start();
        event(ReceiverState.STARTING);
        connect();
        steps.add(() -> Delivery.of(List.of("a"), () -> {
            throw new IOException("cannot ack");
        }));
        steps.add(() -> delivery("b"));
        nothing();
        loop.take().ack();
        nothing(false);
        assertThat(next("ack ")).isEqualTo("ack b");
        event(ReceiverState.ACTIVE);
        assertThat(event(ReceiverState.RETRYING).error())
                .hasValueSatisfying(e -> assertThat(e).hasMessage("cannot ack"));
    }

    @Test
    void aListenerThatThrowsDoesNotStopTheLoop() throws Exception {
        loop = new Loop<>(1, new Scripted(), settings(), 0, clock, this::thread, e -> {
            throw new IllegalStateException("listener");
        });
        loop.start();
        connect();
        give("a");
        nothing();
        assertThat(records(loop.take())).containsExactly("a");
    }

    @Test
    void badSettingsAreRefused() {
        ReceiverSettings good = settings();
        assertThatThrownBy(() -> new ReceiverSettings(
                        Duration.ZERO, LONG, 0, Duration.ZERO, good.buffer(), Duration.ZERO, good.blocks(), null, null))
                .hasMessageStartingWith("ACQ-0636");
        assertThatThrownBy(() -> settings(-1, Duration.ZERO, good.buffer(), Duration.ZERO))
                .hasMessageStartingWith("ACQ-0637");
        assertThatThrownBy(() -> new ReceiverSettings(
                        Duration.ofSeconds(1),
                        LONG,
                        0,
                        Duration.ZERO,
                        good.buffer(),
                        Duration.ZERO,
                        good.blocks(),
                        AckMode.ON_DURABLE,
                        null))
                .hasMessageStartingWith("ACQ-0648");
        assertThatThrownBy(() -> new ReceiverSettings.Blocks(new ByteSize(0), StorageLevel.DISK_ONLY, 1))
                .hasMessageStartingWith("ACQ-0649");
        assertThat(ReceiverSettings.defaults().retryFirst()).isEqualTo(Duration.ofMillis(500));
    }

    // ---- the script

    private static final Object NULL = new Object();
    private volatile Thread thread;
    private volatile int connections;
    private volatile boolean reliable;
    private final AtomicReference<Thread> settledOn = new AtomicReference<>();

    private interface Step {
        Object run() throws Exception;
    }

    private Loop<String> loop(ReceiverSettings settings) {
        return new Loop<>(1, new Scripted(), settings, 0, clock, this::thread, events::add);
    }

    private Thread thread(Runnable run) {
        thread = new Thread(run, "receiver");
        return thread;
    }

    private static ReceiverSettings settings() {
        return retries(0);
    }

    private static ReceiverSettings retries(int most) {
        return settings(most, Duration.ZERO, ByteSize.mebibytes(1), Duration.ofMillis(200));
    }

    private static ReceiverSettings settings(int retries, Duration idleAlarm, ByteSize buffer, Duration blockInterval) {
        return new ReceiverSettings(
                Duration.ofMillis(100),
                Duration.ofSeconds(1),
                retries,
                idleAlarm,
                buffer,
                blockInterval,
                ReceiverSettings.defaults().blocks(),
                null,
                null);
    }

    private void connect() {
        step();
    }

    private void step() {
        steps.add(() -> "connected");
    }

    private void give(String... records) {
        steps.add(() -> List.of(records));
    }

    private void fail(Exception e) {
        steps.add(() -> {
            throw e;
        });
    }

    /** A read that brings nothing; returns when the next one has begun, so all before it has had its effect. */
    private void nothing() throws InterruptedException {
        nothing(true);
    }

    private void nothing(boolean awaitNext) throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        steps.add(List::of);
        if (awaitNext) {
            steps.add(() -> {
                begun.countDown();
                return List.of();
            });
            begun.await();
        }
    }

    /** Until so many records were read and the thread waits for room in the buffer. */
    private void awaitHeldBackAfter(int records) {
        while (loop.status().records() < records || thread.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
    }

    private Delivery<String> delivery(String record) {
        return Delivery.of(List.of(record), new Settlement() {
            @Override
            public void ack() {
                settledOn.set(Thread.currentThread());
                calls.add("ack " + record);
            }

            @Override
            public void nack(Throwable cause) {
                settledOn.set(Thread.currentThread());
                calls.add("nack " + record + " " + cause.getMessage());
            }
        });
    }

    private ReceiverEvent event(ReceiverState expected) throws InterruptedException {
        ReceiverEvent event = events.take();
        assertThat(event.state()).isEqualTo(expected);
        return event;
    }

    private ReceiverEvent last() throws InterruptedException {
        ReceiverEvent event = events.take();
        while (event.state() != ReceiverState.STOPPED && event.state() != ReceiverState.FAILED) {
            event = events.take();
        }
        return event;
    }

    private String next(String prefix) throws InterruptedException {
        String call = calls.take();
        while (!call.startsWith(prefix)) {
            call = calls.take();
        }
        return call;
    }

    private static List<String> records(Loop<String>.Batch taken) {
        return taken.all();
    }

    /** Says that it is inside, so whoever looks for the thread then finds it here. */
    private static void awaitDeafly(CountDownLatch inside, CountDownLatch latch) {
        inside.countDown();
        while (true) {
            try {
                latch.await();
                return;
            } catch (InterruptedException e) {
                // Deaf.
            }
        }
    }

    private final class NoReceiver implements Source<String> {
        @Override
        public String name() {
            return "none";
        }

        @Override
        public Receiver<String> newReceiver() {
            return null;
        }
    }

    private final class Scripted implements Source<String> {
        @Override
        public String name() {
            return "test";
        }

        @Override
        public Receiver<String> newReceiver() {
            connections++;
            calls.add("new " + connections);
            return reliable ? new Reliable(connections) : new Unreliable(connections);
        }
    }

    /** Takes its steps from the script. */
    private abstract class FromScript {
        private final int number;

        FromScript(int number) {
            this.number = number;
        }

        public void connect() throws Exception {
            steps.take().run();
        }

        Object step(int maxRecords) throws Exception {
            calls.add("read " + maxRecords);
            Object given = steps.take().run();
            return given instanceof String ? Collections.nCopies(maxRecords, "x") : given;
        }

        public void wakeUp() {
            calls.add("wakeUp " + number);
            steps.add(List::of);
        }

        public void close() {
            calls.add("close " + number);
        }
    }

    private final class Unreliable extends FromScript implements UnreliableReceiver<String> {
        Unreliable(int number) {
            super(number);
        }

        @Override
        @SuppressWarnings("unchecked")
        public Records<String> read(int maxRecords, Duration maxWait) throws Exception {
            Object given = step(maxRecords);
            if (given instanceof Rejected one) {
                return Records.<String>nothing().rejecting(List.of(one));
            }
            return given == NULL ? null : Records.of((List<String>) given);
        }
    }

    private final class Reliable extends FromScript implements ReliableReceiver<String> {
        Reliable(int number) {
            super(number);
        }

        @Override
        @SuppressWarnings("unchecked")
        public Delivery<String> read(int maxRecords, Duration maxWait) throws Exception {
            Object given = step(maxRecords);
            if (given instanceof Delivery<?> delivery) {
                return (Delivery<String>) delivery;
            }
            return given == NULL ? null : Delivery.nothing();
        }
    }
}
