/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.receiver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The thread of the test is the receiver's; users store on threads of their own. */
@Timeout(60)
class PushReceiverTest {
    private static final Duration LONG = Duration.ofSeconds(50);
    private static final Duration SHORT = Duration.ofMillis(1);

    private final Orders receiver = new Orders();

    @Test
    @DisplayName("R37 onStart and onStop are called once, and tell where the receiver is")
    void onStartAndOnStopAreCalledOnceAndTellWhereTheReceiverIs() {
        assertThat(receiver.isStarted()).isFalse();
        assertThat(receiver.isStopped()).isFalse();
        receiver.connect();
        assertThat(receiver.isStarted()).isTrue();
        assertThat(receiver.isStopped()).isFalse();
        receiver.close();
        receiver.close();
        assertThat(receiver.isStarted()).isFalse();
        assertThat(receiver.isStopped()).isTrue();
        assertThat(receiver.calls).containsExactly("onStart started", "onStop stopped");
    }

    @Test
    @DisplayName("R37 onStop follows a failed onStart, and is not called without onStart")
    void onStopFollowsAFailedOnStartAndIsNotCalledWithoutOnStart() {
        receiver.close();
        assertThat(receiver.calls).isEmpty();

        Orders failing = new Orders();
        IllegalArgumentException refused = new IllegalArgumentException("refused");
        failing.onStart = () -> {
            throw refused;
        };
        assertThatThrownBy(failing::connect).isSameAs(refused);
        failing.close();
        assertThat(failing.calls).containsExactly("onStart started", "onStop stopped");
    }

    @Test
    void oneRecordIsStoredAtOnceAndMayBeNull() throws Exception {
        receiver.connect();
        User user = new User(() -> {
            receiver.store("a");
            receiver.store((String) null);
        });
        user.result();
        assertThat(receiver.read(10, LONG).records()).containsExactly("a", null);
    }

    @Test
    @DisplayName("R30 one record waits for room while the receiver holds as much as it may")
    void oneRecordWaitsForRoomWhileTheReceiverHoldsAsMuchAsItMay() throws Exception {
        receiver.connect();
        User user = new User(() -> List.of("a", "b", "c", "d").forEach(receiver::store));
        user.awaitWaiting();
        assertThat(receiver.read(10, LONG).records()).containsExactly("a", "b", "c");
        user.result();
        assertThat(receiver.read(10, LONG).records()).containsExactly("d");
    }

    @Test
    @DisplayName("R34 a list is stored when it is acknowledged")
    void aListIsStoredWhenItIsAcknowledged() throws Exception {
        receiver.connect();
        List<String> reused = new ArrayList<>(Collections.nCopies(100, "a"));
        User user = new User(() -> receiver.store(reused));
        Delivery<String> stored = receiver.read(1000, LONG);
        user.awaitWaiting();

        stored.settlement().ack();
        user.result();
        reused.clear();
        assertThat(stored.records()).as("a copy").hasSize(100);
        new User(() -> receiver.store(List.of())).result();
    }

    @Test
    @DisplayName("R34 a list that is given back throws what happened")
    void aListThatIsGivenBackThrowsWhatHappened() throws Exception {
        receiver.connect();
        User user = new User(() -> receiver.store(List.of("a")));
        IOException full = new IOException("disk full");
        receiver.read(10, LONG).settlement().nack(full);

        assertThatThrownBy(user::result)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("ACQ-0658")
                .hasMessageContaining("disk full")
                .hasCause(full);
    }

    @Test
    @DisplayName("R34 an iterator is stored in pieces, and returns when the last one is acknowledged")
    void anIteratorIsStoredInPiecesAndReturnsWhenTheLastOneIsAcknowledged() throws Exception {
        receiver.connect();
        User user = new User(() -> receiver.store(
                IntStream.range(0, 5000).mapToObj(Integer::toString).iterator()));
        List<String> read = new ArrayList<>();
        List<Settlement> settlements = new ArrayList<>();
        while (read.size() < 5000) {
            Delivery<String> part = receiver.read(700, LONG);
            read.addAll(part.records());
            settlements.add(part.settlement());
        }
        for (Settlement each : settlements) {
            assertThat(user.task.isDone()).isFalse();
            each.ack();
        }
        user.result();
        assertThat(read)
                .containsExactlyElementsOf(
                        IntStream.range(0, 5000).mapToObj(Integer::toString).toList());
    }

    @Test
    @DisplayName("R34 an iterator ends at the first piece that is given back")
    void anIteratorEndsAtTheFirstPieceThatIsGivenBack() throws Exception {
        receiver.connect();
        Iterator<String> endless = Collections.nCopies(Integer.MAX_VALUE, "x").iterator();
        User user = new User(() -> receiver.store(endless));
        receiver.read(5000, LONG).settlement().nack(new IOException("disk full"));
        while (!user.task.isDone()) {
            receiver.read(5000, SHORT).settlement().ack();
        }
        assertThatThrownBy(user::result).hasMessageStartingWith("ACQ-0658");
    }

    @Test
    @DisplayName("R34 bytes are stored as one record")
    void bytesAreStoredAsOneRecord() throws Exception {
        PushReceiver<byte[]> binary = new Binary();
        binary.connect();
        ByteBuffer buffer = ByteBuffer.wrap(new byte[] {0, 1, 2, 3}, 1, 2);
        User user = new User(() -> binary.store(buffer));
        Delivery<byte[]> stored = binary.read(10, LONG);
        assertThat(stored.records()).hasSize(1);
        assertThat(stored.records().get(0)).containsExactly(1, 2);
        stored.settlement().ack();
        user.result();
        assertThat(buffer.remaining()).isEqualTo(2);
    }

    @Test
    void bytesAreRefusedByAReceiverOfSomethingElse() {
        receiver.connect();
        User user = new User(() -> receiver.store(ByteBuffer.allocate(1)));
        assertThatThrownBy(user::result)
                .hasMessageStartingWith("ACQ-0660 store of a ByteBuffer by a receiver of java.lang.String");
    }

    @Test
    @DisplayName("R35 a store that would wait on the receiver's own thread is refused")
    void aStoreThatWouldWaitOnTheReceiversOwnThreadIsRefused() throws Exception {
        receiver.onStart = () -> {
            assertThatThrownBy(() -> receiver.store(List.of("a")))
                    .hasMessageStartingWith("ACQ-0657 store on the receiver's own thread")
                    .hasMessageContaining("let onStart start a thread that stores");
            assertThatThrownBy(() -> receiver.store(List.of("a").iterator())).hasMessageStartingWith("ACQ-0657");
            List.of("a", "b", "c").forEach(receiver::store);
            assertThatThrownBy(() -> receiver.store("d")).hasMessageStartingWith("ACQ-0657");
        };
        receiver.connect();
        assertThat(receiver.read(10, LONG).records()).containsExactly("a", "b", "c");
    }

    @Test
    @DisplayName("R36 what was stored before stop is read before the source ends")
    void whatWasStoredBeforeStopIsReadBeforeTheSourceEnds() throws Exception {
        receiver.connect();
        IOException gone = new IOException("gone");
        User user = new User(() -> {
            receiver.store("a");
            receiver.store("b");
            receiver.stop("done", gone);
            receiver.restart("too late");
        });
        user.result();
        assertThat(receiver.isStopped()).isTrue();
        assertThatThrownBy(() -> receiver.store("c")).hasMessageStartingWith("ACQ-0654");
        assertThat(receiver.read(0, LONG).records()).isEmpty();
        assertThat(receiver.read(1, LONG).records()).containsExactly("a");
        assertThat(receiver.read(1, LONG).records()).containsExactly("b");
        assertThatThrownBy(() -> receiver.read(1, LONG))
                .isInstanceOf(EndOfSourceException.class)
                .hasCause(gone);
    }

    @Test
    @DisplayName("R36 restart ends the receiver for another attempt")
    void restartEndsTheReceiverForAnotherAttempt() {
        receiver.connect();
        receiver.restart("lost");
        assertThatThrownBy(() -> receiver.read(1, LONG))
                .isInstanceOf(ReceiverDisconnectedException.class)
                .hasMessage("lost");

        IOException gone = new IOException("gone");
        Orders second = new Orders();
        second.restart("lost", gone);
        assertThatThrownBy(() -> second.read(1, LONG))
                .isInstanceOf(ReceiverDisconnectedException.class)
                .hasCause(gone);

        Orders third = new Orders();
        third.restart("busy", gone, Duration.ofMinutes(1));
        assertThatThrownBy(() -> third.read(1, LONG))
                .isInstanceOfSatisfying(RetryAfterException.class, retry -> assertThat(retry.after())
                        .isEqualTo(Duration.ofMinutes(1)))
                .hasMessage("busy")
                .hasCause(gone);
        assertThatThrownBy(() -> new Orders().restart("busy", gone, Duration.ofMinutes(-1)))
                .hasMessageStartingWith("ACQ-0661 restart of a receiver after PT-1M");
    }

    @Test
    @DisplayName("R5 stop and wakeUp end a read that waits")
    void stopAndWakeUpEndAReadThatWaits() throws Exception {
        for (Runnable end : List.<Runnable>of(receiver::wakeUp, () -> receiver.stop("done"))) {
            CompletableFuture<Delivery<String>> read = new CompletableFuture<>();
            User reader = new User(() -> read.complete(receiver.read(10, LONG)));
            reader.awaitWaiting();
            end.run();
            assertThat(read.get()).isSameAs(Delivery.nothing());
        }
    }

    @Test
    @DisplayName("R37 close lets go who stores before it calls onStop, which may wait for them")
    void closeLetsGoWhoStoresBeforeItCallsOnStopWhichMayWaitForThem() throws Exception {
        receiver.connect();
        User read = new User(() -> receiver.store(List.of("a")));
        Delivery<String> unsettled = receiver.read(10, LONG);
        User unread = new User(() -> receiver.store(List.of("b", "c", "d")));
        unread.awaitWaiting();
        User waiting = new User(() -> receiver.store("e"));
        waiting.awaitWaiting();
        receiver.onStop = () -> {
            read.thread.join();
            unread.thread.join();
            waiting.thread.join();
        };
        receiver.close();

        unsettled.settlement().ack();
        assertThatThrownBy(read::result).hasMessageStartingWith("ACQ-0658").hasMessageContaining("ACQ-0662");
        assertThatThrownBy(unread::result).hasMessageStartingWith("ACQ-0658").hasMessageContaining("ACQ-0653");
        assertThatThrownBy(waiting::result).hasMessageStartingWith("ACQ-0654");
        assertThatThrownBy(() -> receiver.store("late")).hasMessageStartingWith("ACQ-0654");
    }

    @Test
    void anInterruptEndsAStore() {
        receiver.connect();
        User storing = new User(() -> receiver.store(List.of("a")));
        storing.awaitWaiting();
        storing.thread.interrupt();
        assertThatThrownBy(storing::result)
                .hasMessageStartingWith("ACQ-0659")
                .hasCauseInstanceOf(InterruptedException.class);
        User full = new User(() -> List.of("b", "c", "d").forEach(receiver::store));
        full.awaitWaiting();
        full.thread.interrupt();
        assertThatThrownBy(full::result).hasMessageStartingWith("ACQ-0659");
        assertThat(full.interrupted).isTrue();
    }

    @Test
    void errorsAreLogged() {
        BlockingQueue<LogRecord> logged = new LinkedBlockingQueue<>();
        Logger logger = Logger.getLogger(PushReceiver.class.getName());
        Handler handler = new Recorder(logged);
        logger.addHandler(handler);
        logger.setUseParentHandlers(false);
        IOException odd = new IOException("odd");
        receiver.reportError("strange record", odd);
        logger.removeHandler(handler);
        logger.setUseParentHandlers(true);

        assertThat(logged).singleElement().satisfies(line -> {
            assertThat(line.getMessage()).contains("Orders: strange record");
            assertThat(line.getThrown()).isSameAs(odd);
        });
        assertThat(receiver.isStopped()).isFalse();
    }

    @FunctionalInterface
    private interface Action {
        void run() throws Exception;
    }

    private static final class Orders extends PushReceiver<String> {
        final List<String> calls = Collections.synchronizedList(new ArrayList<>());
        Action onStart = () -> {};
        Action onStop = () -> {};

        Orders() {
            super(3);
        }

        @Override
        public void onStart() {
            call("onStart", onStart);
        }

        @Override
        public void onStop() {
            call("onStop", onStop);
        }

        private void call(String name, Action action) {
            calls.add(name + (isStarted() ? " started" : "") + (isStopped() ? " stopped" : ""));
            try {
                action.run();
            } catch (RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }
    }

    private static final class Binary extends PushReceiver<byte[]> {
        @Override
        public void onStart() {}

        @Override
        public void onStop() {}
    }

    private static final class Recorder extends Handler {
        private final BlockingQueue<LogRecord> lines;

        Recorder(BlockingQueue<LogRecord> lines) {
            this.lines = lines;
        }

        @Override
        public void publish(LogRecord line) {
            lines.add(line);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }

    /** A thread of the user, and how it ended. */
    private static final class User {
        final FutureTask<Boolean> task;
        final Thread thread;
        volatile boolean interrupted;

        User(Action action) {
            task = new FutureTask<>(() -> {
                try {
                    action.run();
                    return true;
                } finally {
                    interrupted = Thread.currentThread().isInterrupted();
                }
            });
            thread = new Thread(task, "user");
            thread.setDaemon(true);
            thread.start();
        }

        void result() throws Exception {
            try {
                assertThat(task.get()).isTrue();
            } catch (ExecutionException e) {
                throw (Exception) e.getCause();
            }
        }

        void awaitWaiting() {
            while (thread.getState() != Thread.State.WAITING && thread.getState() != Thread.State.TIMED_WAITING) {
                assertThat(task.isDone()).isFalse();
                Thread.onSpinWait();
            }
        }
    }
}
