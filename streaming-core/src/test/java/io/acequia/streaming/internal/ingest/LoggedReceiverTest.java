/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.data.ByteSize;
import io.acequia.streaming.data.StorageLevel;
import io.acequia.streaming.engine.BlockInfo;
import io.acequia.streaming.engine.DriverChannel;
import io.acequia.streaming.internal.store.LocalDisk;
import io.acequia.streaming.internal.store.MemoryBudget;
import io.acequia.streaming.internal.store.Vocabulary;
import io.acequia.streaming.listener.ReceiverEvent;
import io.acequia.streaming.listener.ReceiverState;
import io.acequia.streaming.receiver.AckMode;
import io.acequia.streaming.receiver.Delivery;
import io.acequia.streaming.receiver.EndOfSourceException;
import io.acequia.streaming.receiver.Position;
import io.acequia.streaming.receiver.ReceiverDisconnectedException;
import io.acequia.streaming.receiver.Rejected;
import io.acequia.streaming.receiver.ReliableReceiver;
import io.acequia.streaming.receiver.Settlement;
import io.acequia.streaming.receiver.Source;
import io.acequia.streaming.storage.Storage;
import io.acequia.streaming.storage.StorageFullException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A reliable receiver with a log: what is promised to its source, and what a new run finds. */
@Timeout(60)
class LoggedReceiverTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final UUID JOB = UUID.fromString("00000000-0000-0000-0000-00000000000a");

    @TempDir
    private Path directory;

    private final FaultyDisk disk = new FaultyDisk();
    private final BlockingQueue<Step> steps = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
    private final BlockingQueue<ReceiverEvent> events = new LinkedBlockingQueue<>();
    private final BlockingQueue<Integer> reads = new LinkedBlockingQueue<>();
    private final List<Loop<Object>> loops = new ArrayList<>();
    private MemoryBudget memory = new MemoryBudget(1 << 20);
    private ByteSize blockSize = ByteSize.mebibytes(1);
    private ByteSize maxRecord = ByteSize.mebibytes(1);
    private StorageLevel level = StorageLevel.MEMORY_AND_DISK;
    private AckMode ackMode;
    private boolean logged = true;

    @AfterEach
    void stop() {
        disk.heal();
        for (Loop<Object> loop : loops) {
            assertThat(loop.stop(LONG)).isTrue();
            loop.tracker().close();
        }
    }

    @Test
    @DisplayName(
            "R21, R27 a delivery is acknowledged only after its block is forced, which is at once when the source pauses")
    void ackIsWithheldUntilTheBlockIsForced() throws Exception {
        Loop<Object> loop = start();
        disk.holdForces();
        give("a", 0, 1);
        disk.awaitForce();
        assertThat(told).isEmpty();
        disk.letForcesGo();

        assertThat(told.take()).isEqualTo("ack a");
        assertThat(loop.take().all()).containsExactly("a");
    }

    @Test
    void aNewRunFindsWhatNoBatchHasDoneInTheOrderOfReading() throws Exception {
        Loop<Object> first = start();
        give("a", 0, 1);
        give("b", 1, 2);
        acked("a", "b");
        Loop<Object>.Batch done = first.take();
        assertThat(done.all()).containsExactly("a", "b");
        give("c", 2, 3);
        acked("c");
        Loop<Object>.Batch unfinished = first.take();
        give("d", 3, 4);
        acked("d");
        done.ack();
        done.forget();
        assertThat(unfinished.all()).containsExactly("c");
        end(first);

        Loop<Object> second = start();
        Loop<Object>.Batch taken = second.take();
        assertThat(taken.all()).containsExactly("c", "d");
        assertThat(taken.infos())
                .flatExtracting(BlockInfo::positions)
                .extracting(Position::until)
                .containsExactly(3L, 4L);
        give("e", 4, 5);
        acked("e");
        assertThat(second.take().all()).containsExactly("e");
    }

    @Test
    void aLogThatHasLessThanTheDriverKnowsOfIsRefused() throws Exception {
        Loop<Object> first = start();
        give("a", 0, 1);
        acked("a");
        long seq = first.take().infos().get(0).place().seq();
        end(first);

        Loop<Object> same = loop();
        same.tracker().knows(seq);
        same.start();
        same.tracker().awaitBegun(LONG);
        assertThat(same.take().all()).containsExactly("a");
        end(same);

        Loop<Object> less = loop();
        less.tracker().knows(seq + 100);
        less.start();
        assertThatThrownBy(() -> less.tracker().awaitBegun(LONG))
                .hasMessageStartingWith("ACQ-0635 ")
                .hasMessageContaining("ACQ-0595 ");
    }

    @Test
    void whatWasForgottenIsReleasedFromTheLogAndNeverComesBack() throws Exception {
        Loop<Object> loop = start();
        for (int i = 0; i < 50; i++) {
            give("x".repeat(5000) + i, i, i + 1);
            told.take();
            Loop<Object>.Batch batch = loop.take();
            assertThat(batch.records()).isEqualTo(1);
            batch.ack();
            batch.release("batch");
            batch.forget();
        }
        nothing();
        assertThat(disk.files("received/test")).hasSizeLessThan(5);
        end(loop);
        assertThat(start().take().all()).isEmpty();
    }

    @Test
    @DisplayName("R28 a repeated delivery is acknowledged and dropped, also by a new run")
    void aRepeatedDeliveryIsAcknowledgedAndDroppedAlsoByANewRun() throws Exception {
        Loop<Object> first = start();
        give("a", 0, 1);
        acked("a");
        give("a", 0, 1);
        acked("a");
        assertThat(first.take().all()).containsExactly("a");
        end(first);

        Loop<Object> second = start();
        assertThat(second.take().all()).containsExactly("a");
        give("a", 0, 1);
        acked("a");
        give("b", 1, 2);
        acked("b");
        assertThat(second.take().all()).containsExactly("b");
    }

    @Test
    @DisplayName("R28 a repetition of what is not forced yet waits for it")
    void aRepetitionOfWhatIsNotForcedYetWaitsForIt() throws Exception {
        start();
        disk.holdForces();
        give("a", 0, 1);
        give("a", 0, 1);
        disk.awaitForce();
        assertThat(told).isEmpty();
        disk.letForcesGo();
        acked("a", "a");
    }

    @Test
    @DisplayName("R29 an overlapping delivery is cut when its records match one to one")
    void anOverlappingDeliveryIsCutWhenItsRecordsMatchOneToOne() throws Exception {
        Loop<Object> loop = start();
        steps.add(() -> delivery(List.of("0", "1", "2"), "first", new Position("s", 0, 3), List.of()));
        steps.add(() -> delivery(List.of("1", "2", "3", "4"), "second", new Position("s", 1, 5), List.of()));
        steps.add(() -> delivery(List.of("5"), "other", new Position("t", 0, 9), List.of()));
        acked("first", "second", "other");
        assertThat(loop.take().all()).containsExactly("0", "1", "2", "3", "4", "5");
    }

    @Test
    @DisplayName("R29 an overlapping delivery that does not match fails with both ranges")
    void anOverlappingDeliveryThatDoesNotMatchFailsWithBothRanges() throws Exception {
        start();
        steps.add(() -> delivery(List.of("0", "1"), "first", new Position("s", 0, 10), List.of()));
        acked("first");
        steps.add(() -> delivery(List.of("1"), "second", new Position("s", 5, 15), List.of()));
        assertThat(failure(ReceiverState.RETRYING))
                .hasMessageStartingWith("ACQ-0647")
                .hasMessageContaining("[5, 15)")
                .hasMessageContaining("before 10");
    }

    @Test
    void whatWasReadIsForcedBeforeItsConnectionCloses() throws Exception {
        Loop<Object> loop = start();
        give("a", 0, 1);
        steps.add(() -> {
            throw new ReceiverDisconnectedException("gone");
        });
        assertThat(told.take()).isEqualTo("ack a");
        assertThat(told.take()).isEqualTo("close");
        assertThat(loop.take().all()).containsExactly("a");
    }

    @Test
    void onProcessedWaitsForTheBatchAlthoughThereIsALog() throws Exception {
        ackMode = AckMode.ON_PROCESSED;
        Loop<Object> loop = start();
        give("a", 0, 1);
        nothing();
        Loop<Object>.Batch batch = loop.take();
        nothing();
        assertThat(told).isEmpty();
        batch.ack();
        acked("a");
    }

    @Test
    void aFullDiskHoldsTheSourceBackAndLosesNothing() throws Exception {
        Loop<Object> loop = start();
        give("a", 0, 1);
        acked("a");
        disk.fill();
        give("b", 1, 2);
        clock.awaitSleeper();
        assertThat(told).isEmpty();
        assertThat(loop.take().all()).containsExactly("a");
        disk.heal();
        clock.advance(Duration.ofSeconds(2));
        acked("b");
        give("c", 2, 3);
        acked("c");
        assertThat(loop.take().all()).containsExactly("b", "c");
        end(loop);
        assertThat(start().take().all()).containsExactly("a", "b", "c");
    }

    @Test
    void aDiskThatCannotForceEndsTheJobAndNothingIsAcknowledgedAnyMore() throws Exception {
        Loop<Object> loop = start();
        give("a", 0, 1);
        acked("a");
        disk.breakForces();
        give("b", 1, 2);

        assertThat(failure(ReceiverState.FAILED)).hasMessageContaining("EIO");
        assertThatThrownBy(loop::take).hasMessageContaining("ACQ-0635 receiver 'test' cannot store what it reads");
        assertThat(loop.stop(LONG)).isTrue();
        assertThat(told).containsExactly("close");
    }

    @Test
    @DisplayName("R26, R21 a delivery larger than a block is acknowledged once, with its last block")
    void aDeliveryLargerThanABlockIsAcknowledgedOnceWithItsLastBlock() throws Exception {
        blockSize = new ByteSize(1000);
        Loop<Object> loop = start();
        List<Object> many = IntStream.range(0, 100)
                .<Object>mapToObj(i -> "x".repeat(50) + i)
                .toList();
        steps.add(() -> delivery(many, "all", new Position("s", 0, 100), List.of()));
        nothing();
        acked("all");
        Loop<Object>.Batch taken = loop.take();
        assertThat(taken.infos()).hasSizeGreaterThan(5);
        assertThat(taken.all()).isEqualTo(many);
        nothing();
        assertThat(told).isEmpty();
    }

    @Test
    void aRecordLargerThanTheLogTakesIsRejectedAndTheOthersPass() throws Exception {
        maxRecord = new ByteSize(2000);
        Loop<Object> loop = start();
        steps.add(() -> delivery(List.of("a", "b".repeat(5000), "c"), "three", new Position("s", 0, 3), List.of()));
        nothing();
        acked("three");
        Loop<Object>.Batch taken = loop.take();
        assertThat(taken.all()).containsExactly("a", "c");
        assertThat(taken.rejected()).singleElement().satisfies(poison -> {
            assertThat(poison.cause()).hasMessageStartingWith("ACQ-0674");
            assertThat(poison.raw()).hasSize(256);
        });
    }

    @Test
    void whatIsRejectedIsCutToWhatTheLogTakes() throws Exception {
        maxRecord = new ByteSize(2000);
        Loop<Object> loop = start();
        List<Rejected> bad = IntStream.range(0, 9)
                .mapToObj(i -> new Rejected(new byte[3000], "line " + i, new IOException("bad")))
                .toList();
        steps.add(() -> delivery(List.of("a"), "bad", new Position("s", 0, 10), bad));
        nothing();
        acked("bad");
        Loop<Object>.Batch taken = loop.take();
        assertThat(taken.all()).containsExactly("a");
        assertThat(taken.rejected()).hasSize(9).extracting(Rejected::where).contains("line 0", "line 8");
        assertThat(taken.rejected())
                .allSatisfy(poison -> assertThat(poison.raw()).hasSizeLessThanOrEqualTo(256));
    }

    @Test
    @DisplayName("R24 what is rejected is logged with its delivery")
    void whatIsRejectedIsLoggedWithItsDelivery() throws Exception {
        Loop<Object> first = start();
        Rejected bad = new Rejected(new byte[] {1, 2}, "line 7", new IOException("no number"));
        steps.add(() -> delivery(List.of(), "bad", new Position("s", 0, 1), List.of(bad)));
        nothing();
        acked("bad");
        end(first);
        assertThat(start().take().rejected()).singleElement().satisfies(poison -> {
            assertThat(poison.raw()).containsExactly(1, 2);
            assertThat(poison.where()).isEqualTo("line 7");
            assertThat(poison.cause()).hasMessageContaining("no number");
        });
    }

    @Test
    void aSourceThatHasEndedStaysEnded() throws Exception {
        Loop<Object> first = start();
        give("last", 0, 1);
        steps.add(() -> {
            throw new EndOfSourceException();
        });
        assertThat(first.awaitReadingEnded(LONG)).isTrue();
        acked("last");
        end(first);
        reads.clear();

        Loop<Object> second = loop();
        second.start();
        assertThat(second.awaitReadingEnded(LONG)).isTrue();
        assertThat(second.take().all()).containsExactly("last");
        assertThat(reads).isEmpty();
    }

    @Test
    void aClassThatCannotBeLoggedEndsTheJobWithTheLineToAdd() throws Exception {
        start();
        steps.add(() -> delivery(List.of(new Thread()), "thread", null, List.of()));
        assertThat(failure(ReceiverState.FAILED)).hasMessageContaining("java.lang.Thread");
    }

    @Test
    void blocksThatDoNotFitIntoMemoryAreReadFromTheLog() throws Exception {
        memory = new MemoryBudget(1);
        Loop<Object> loop = start();
        give("a", 0, 1);
        acked("a");
        Loop<Object>.Batch batch = loop.take();
        assertThat(batch.all()).containsExactly("a");
        assertThat(batch.all()).as("again").containsExactly("a");
        assertThat(memory.used()).isZero();
    }

    @Test
    void withoutALogTheyGoToDisk() throws Exception {
        logged = false;
        memory = new MemoryBudget(1);
        Loop<Object> loop = start();
        give("a", 0, 1);
        nothing();
        Loop<Object>.Batch batch = loop.take();
        assertThat(batch.all()).containsExactly("a");
        batch.release("batch");
        assertThat(loop.store().size()).isZero();
    }

    @Test
    void withoutDiskTheReceiverWaitsForMemoryAndIsCalledForNoRecords() throws Exception {
        logged = false;
        level = StorageLevel.MEMORY_ONLY;
        memory = new MemoryBudget(100);
        blockSize = new ByteSize(1);
        Loop<Object> loop = start();
        give("x".repeat(40), 0, 1);
        give("y".repeat(40), 1, 2);
        give("z".repeat(40), 2, 3);
        clock.awaitSleeper();
        Loop<Object>.Batch first = loop.take();
        assertThat(first.records()).isEqualTo(1);
        while (reads.take() != 0) {
            clock.awaitSleeper();
            clock.advance(Duration.ofSeconds(1));
        }
        first.ack();
        first.release("batch");
        first.forget();
        clock.advance(Duration.ofSeconds(1));
        Loop<Object>.Batch second = loop.take();
        assertThat(second.all()).containsExactly("y".repeat(40));
    }

    @Test
    void whatAnOldAttemptStillSaysIsRefused() throws Exception {
        ReceiverTracker tracker = new ReceiverTracker(3, "test", 0, e -> {});
        long old = tracker.ask(new DriverChannel.Register(3)).epoch();
        long current = tracker.ask(new DriverChannel.Register(3)).epoch();
        BlockInfo late = new BlockInfo(3, old, 0, 1, 10, List.of(), null);
        DriverChannel.Reply refused = tracker.ask(new DriverChannel.AddBlock(late, List.of()));

        assertThat(refused.accepted()).isFalse();
        assertThat(refused.want()).isEqualTo(DriverChannel.Want.END);
        BlockInfo good = new BlockInfo(3, current, 0, 1, 10, List.of(), null);
        assertThat(tracker.ask(new DriverChannel.AddBlock(good, List.of())).accepted())
                .isTrue();
        assertThat(tracker.take().blocks()).containsExactly(good);
    }

    // ---- the script

    private final HandClock clock = new HandClock();

    private interface Step {
        Delivery<Object> run() throws Exception;
    }

    private Loop<Object> loop() {
        ReceiverSettings settings = new ReceiverSettings(
                Duration.ofMillis(100),
                Duration.ofSeconds(1),
                0,
                Duration.ZERO,
                ByteSize.mebibytes(1),
                Duration.ofMillis(200),
                new ReceiverSettings.Blocks(blockSize, level, 100),
                ackMode,
                logged
                        ? new DataLog(
                                directory.toString(),
                                "received/test",
                                JOB,
                                maxRecord,
                                ByteSize.kibibytes(20),
                                Duration.ofHours(1),
                                new Vocabulary(Set.of(), Map.of(), ""))
                        : null);
        Loop<Object> loop = new Loop<>(
                1, Source.of("test", Scripted::new), settings, 0, clock, Thread::new, events::add, memory, uri -> disk);
        loops.add(loop);
        return loop;
    }

    private Loop<Object> start() throws Exception {
        Loop<Object> loop = loop();
        loop.start();
        loop.tracker().awaitBegun(LONG);
        return loop;
    }

    /** As a process ends: what was logged stays. */
    private void end(Loop<Object> loop) {
        assertThat(loop.stop(LONG)).isTrue();
        loop.tracker().close();
        steps.clear();
        told.clear();
    }

    private void give(String record, long from, long until) {
        steps.add(() -> delivery(List.of(record), record, new Position("s", from, until), List.of()));
    }

    private Delivery<Object> delivery(List<Object> records, String name, Position at, List<Rejected> rejected) {
        Delivery<Object> delivery = Delivery.of(records, new Settlement() {
            @Override
            public void ack() {
                told.add("ack " + name);
            }

            @Override
            public void nack(Throwable cause) {
                told.add("nack " + name);
            }
        });
        return (at == null ? delivery : delivery.at(at)).rejecting(rejected);
    }

    /** The source pauses: a read brings nothing. Returns when it has come back for more. */
    private void nothing() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        steps.add(() -> {
            begun.countDown();
            return Delivery.nothing();
        });
        begun.await();
    }

    private void acked(String... names) throws InterruptedException {
        for (String name : names) {
            String next = told.take();
            while (next.equals("close")) {
                next = told.take();
            }
            assertThat(next).isEqualTo("ack " + name);
        }
    }

    private Throwable failure(ReceiverState state) throws InterruptedException {
        ReceiverEvent event = events.take();
        while (event.state() != state) {
            event = events.take();
        }
        return event.error().orElseThrow();
    }

    private final class Scripted implements ReliableReceiver<Object> {
        @Override
        public void connect() {}

        @Override
        public Delivery<Object> read(int maxRecords, Duration maxWait) throws Exception {
            reads.add(maxRecords);
            if (maxRecords == 0) {
                return Delivery.nothing();
            }
            Step step = steps.poll(20, java.util.concurrent.TimeUnit.MILLISECONDS);
            return step == null ? Delivery.nothing() : step.run();
        }

        @Override
        public void close() {
            told.add("close");
        }
    }

    /** The local disk, until the test wants otherwise. */
    private final class FaultyDisk implements Storage {
        private volatile boolean full;
        private volatile boolean broken;
        private volatile CountDownLatch held = new CountDownLatch(0);
        private final CountDownLatch forcing = new CountDownLatch(1);

        private LocalDisk real() {
            return LocalDisk.at(directory);
        }

        void fill() {
            full = true;
        }

        void breakForces() {
            broken = true;
        }

        void heal() {
            full = false;
            broken = false;
            held.countDown();
        }

        void holdForces() {
            held = new CountDownLatch(1);
        }

        void awaitForce() throws InterruptedException {
            forcing.await();
        }

        void letForcesGo() {
            held.countDown();
        }

        List<String> files(String folder) {
            try {
                return real().list(folder).stream().map(Entry::name).toList();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public Capabilities capabilities() {
            return real().capabilities();
        }

        @Override
        public String uri() {
            return directory.toString();
        }

        @Override
        public Appender create(String name) throws IOException {
            mustHaveSpace();
            Appender real = real().create(name);
            return new Appender() {
                @Override
                public void write(ByteBuffer bytes) throws IOException {
                    mustHaveSpace();
                    real.write(bytes);
                }

                @Override
                public void force() throws IOException {
                    if (held.getCount() > 0) {
                        forcing.countDown();
                    }
                    try {
                        held.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    if (broken) {
                        throw new IOException("EIO");
                    }
                    real.force();
                }

                @Override
                public long length() {
                    return real.length();
                }

                @Override
                public void close() throws IOException {
                    real.close();
                }
            };
        }

        private void mustHaveSpace() throws IOException {
            if (full) {
                throw new StorageFullException("no space", new IOException("ENOSPC"));
            }
        }

        @Override
        public List<Entry> list(String folder) throws IOException {
            return real().list(folder);
        }

        @Override
        public List<String> folders(String folder) throws IOException {
            return real().folders(folder);
        }

        @Override
        public ByteBuffer read(String name, long offset, int length) throws IOException {
            return real().read(name, offset, length);
        }

        @Override
        public void commit(String from, String to) throws IOException {
            real().commit(from, to);
        }

        @Override
        public boolean delete(String name) throws IOException {
            return real().delete(name);
        }

        @Override
        public void force(String name) throws IOException {
            real().force(name);
        }

        @Override
        public void forceFolder(String folder) throws IOException {
            real().forceFolder(folder);
        }

        @Override
        public Optional<Lock> lock(String name) throws IOException {
            return real().lock(name);
        }

        @Override
        public void close() {}
    }
}
