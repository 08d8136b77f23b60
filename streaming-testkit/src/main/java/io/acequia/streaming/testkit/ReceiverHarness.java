/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import io.acequia.streaming.data.ByteSize;
import io.acequia.streaming.data.StorageLevel;
import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.engine.Block;
import io.acequia.streaming.engine.BlockInfo;
import io.acequia.streaming.engine.DriverChannel;
import io.acequia.streaming.internal.ingest.DataLog;
import io.acequia.streaming.internal.ingest.ReceiverSettings;
import io.acequia.streaming.internal.ingest.ReceiverTracker;
import io.acequia.streaming.internal.ingest.Reception;
import io.acequia.streaming.internal.store.BlockStore;
import io.acequia.streaming.internal.store.LocalDisk;
import io.acequia.streaming.internal.store.MemoryBudget;
import io.acequia.streaming.internal.store.Vocabulary;
import io.acequia.streaming.listener.ReceiverEvent;
import io.acequia.streaming.listener.ReceiverState;
import io.acequia.streaming.storage.Storage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs a source as a context would, but for the batches, which the harness takes as fast as they come: under the real
 * supervisor, on a thread of its own, with or without a data log. The {@link Mode} makes life hard for it. Every call of a
 * receiver is checked against {@code docs/receiver-contract.md}, and what is wrong is thrown by the next method of the harness.
 *
 * <pre>{@code
 * try (ReceiverHarness<Message> harness = ReceiverHarness.of(system, Mode.CUT_BEFORE_ACK).start()) {
 *     harness.publish(List.of("a", "b", "c"));
 *     harness.awaitReceived(3);
 * }
 * }</pre>
 *
 * <p><b>Threads.</b> For one thread, that of the test, which takes the batches while it waits in a method; so nothing is taken
 * between two calls. Cuts happen on the receiver's thread, at the call that the mode names.
 *
 * <p><b>Time.</b> Waits end at news, and with an {@code AssertionError} after the {@link #patience}, 30 seconds of the machine by
 * default. The receiver lives in the time of the machine too, but in {@link Mode#SLOW_CLOCK}.
 *
 * <p><b>What survives.</b> Closing the receiver and starting it anew keeps the log; without one, what was read is taken first.
 *
 * @param <T> type of the records
 */
public final class ReceiverHarness<T> implements AutoCloseable {
    private static final StreamClock MACHINE = StreamClock.system();
    private static final Duration PAUSE = Duration.ofMillis(10);
    private static final Duration SLOW_STEP = Duration.ofMillis(5);
    private static final ByteSize BUFFER = ByteSize.mebibytes(64);

    private final ExternalSystem<T> system;
    private final Mode mode;
    private final Observations seen = new Observations();
    private final ObservedSource<T> source;
    private final ManualClock slow = new ManualClock(Instant.parse("2026-01-01T00:00:00Z"));
    private Duration patience = Duration.ofSeconds(30);
    private ByteSize buffer = BUFFER;
    private @Nullable Path logFolder;
    private Set<Class<?>> recordClasses = Set.of();

    private @Nullable Running running;
    private boolean stopped;
    private boolean holding;
    private @Nullable Throwable giveUp;
    private volatile boolean noSpace;

    /** What is done to the receiver. */
    public enum Mode {
        /** Nothing. */
        PLAIN,
        /** Each record is a block of its own. */
        ONE_RECORD_BLOCKS,
        /** Every second time, blocks cannot be stored. */
        STORE_FULL_EVERY_SECOND_CALL,
        /** The connection breaks just before the source is told that a delivery is safe. */
        CUT_BEFORE_ACK,
        /** The connection breaks just after the source was told that a delivery is safe. */
        CUT_AFTER_ACK,
        /** The system cannot be reached while the receiver connects. */
        CUT_DURING_CONNECT,
        /** The receiver is closed in the middle of a read, and another one takes over. */
        CLOSE_DURING_READ,
        /** The clock of the context hardly moves. */
        SLOW_CLOCK;

        /** Whether faults of this mode cost the connection, so that records may come again. */
        public boolean breaksConnections() {
            return this == CUT_BEFORE_ACK
                    || this == CUT_AFTER_ACK
                    || this == CUT_DURING_CONNECT
                    || this == CLOSE_DURING_READ;
        }
    }

    private ReceiverHarness(ExternalSystem<T> system, Mode mode) {
        this.system = system;
        this.mode = mode;
        this.source = new ObservedSource<>(system, mode, seen);
    }

    /** A harness for the source of a system; it does not close the system. */
    public static <T> ReceiverHarness<T> of(ExternalSystem<T> system, Mode mode) {
        return new ReceiverHarness<>(system, mode);
    }

    /**
     * With a data log, so that deliveries are acknowledged when they are forced to it, not when their batch is done.
     *
     * @param folder of this test alone
     * @param classes of the records, as far as the log does not know them by itself
     */
    public ReceiverHarness<T> withLog(Path folder, Set<Class<?>> classes) {
        logFolder = beforeStart(folder);
        recordClasses = Set.copyOf(classes);
        return this;
    }

    /** How long a wait may take; 30 seconds by default. */
    public ReceiverHarness<T> patience(Duration atMost) {
        patience = beforeStart(atMost);
        return this;
    }

    /** How much may wait for a batch before reading is held back; 64 MiB by default. */
    public ReceiverHarness<T> buffer(ByteSize most) {
        buffer = beforeStart(most);
        return this;
    }

    private <V> V beforeStart(V value) {
        if (running != null) {
            throw new IllegalStateException("ACQ-2062 the harness was started: set it up before");
        }
        return value;
    }

    /** Lets so many faults of the mode happen, each to a receiver of its own, at the next call that the mode names. */
    public ReceiverHarness<T> arm(int faults) {
        source.arm(faults);
        return this;
    }

    /** Starts the receiver; returns at once. */
    public ReceiverHarness<T> start() {
        if (running != null) {
            throw new IllegalStateException("ACQ-2063 the harness was started before: make a new one");
        }
        running = new Running();
        return this;
    }

    /** Publishes records, as {@link ExternalSystem#publish} does. */
    public void publish(List<String> payloads) throws Exception {
        system.publish(payloads);
    }

    /** Takes no batch until {@link #resume()}: without a log nothing is acknowledged meanwhile, with one nothing is let go. */
    public void hold() {
        holding = true;
    }

    /** Takes batches again. */
    public void resume() {
        holding = false;
    }

    /** The log has no space, until told otherwise. */
    public void noSpace(boolean none) {
        noSpace = none;
    }

    /** The next batch that has records is given up for this reason. */
    public void giveUpNextBatch(Throwable why) {
        giveUp = why;
    }

    /** Waits until batches took so many different records; all that they took, in order, with what came again. */
    public List<String> awaitReceived(int records) throws InterruptedException {
        await(records + " records received", () -> new HashSet<>(seen.received()).size() >= records);
        return received();
    }

    /** What batches took so far, in order, with what came again. */
    public List<String> received() {
        seen.check();
        return seen.received();
    }

    /** What the batches took that were given up. */
    public List<String> givenUp() {
        return seen.givenUp();
    }

    /** Waits until the receiver has read so many different records. */
    public List<String> awaitRead(int records) throws InterruptedException {
        await(records + " records read", () -> new HashSet<>(seen.read()).size() >= records);
        return seen.read();
    }

    /** How often the receiver was connected so far. */
    public int connections() {
        return (int) seen.count(ReceiverState.ACTIVE);
    }

    /** Waits until the receiver was connected so many times. */
    public void awaitConnections(int times) throws InterruptedException {
        await("connected " + times + " times", () -> connections() >= times);
    }

    /**
     * Waits until a fault that was armed has happened, and the receiver is connected again; those that have not happened by then
     * will not. A source that connects late may not notice that it was cut while it connected.
     */
    public void awaitFaults() throws InterruptedException {
        await("a fault of " + mode, source::hasFaulted);
        source.disarm();
        await("connected again", this::isActive);
    }

    /** Cuts the connection, until the receiver has noticed and is connected anew. */
    public void reconnect() throws Exception {
        AtomicInteger atCut = new AtomicInteger(connections());
        await("connected anew after a cut", () -> connections() > atCut.get() || isActive() && cutAndHeal(atCut));
        await("connected", this::isActive);
    }

    /** Closes the receiver as a crash would, and starts anew: what no batch took and no log holds is gone. */
    public void crash() {
        started().end(false);
        stopped = false;
        running = new Running();
    }

    /** An active receiver may be about to connect anew already: what counts is a connection after the cut. */
    private boolean cutAndHeal(AtomicInteger atCut) {
        try {
            system.cut();
            atCut.set(connections());
            system.heal();
            return false;
        } catch (Exception e) {
            throw new AssertionError("the system could not be cut and healed: " + e, e);
        }
    }

    private boolean isActive() {
        ReceiverEvent last = seen.lastEvent();
        return last != null && last.state() == ReceiverState.ACTIVE;
    }

    /** Waits until the receiver has ended by itself, as at the end of its source. */
    public void awaitEnd() throws InterruptedException {
        Running last = started();
        await("the receiver ended", () -> !last.host.isAlive());
        stopped = true;
        takeBatch();
        seen.check();
    }

    /** Stops as a context does that is told to finish: reads no more, processes and settles the rest. */
    public void stop() throws InterruptedException {
        started().tracker.stopReading();
        awaitEnd();
    }

    /** Waits until something is so; batches are taken meanwhile. */
    public void await(String what, BooleanSupplier so) throws InterruptedException {
        long until = MACHINE.nanoTime() + patience.toNanos();
        while (true) {
            long version = seen.version();
            Running before = running;
            boolean ended = before != null && !stopped && !before.host.isAlive();
            turn();
            seen.check();
            if (so.getAsBoolean()) {
                return;
            }
            if (ended && running == before) {
                throw new AssertionError("the receiver has ended before: " + what + "; " + seen);
            }
            if (MACHINE.nanoTime() - until >= 0) {
                throw new AssertionError("waited " + patience + " for: " + what + "; " + seen);
            }
            seen.await(version, PAUSE);
        }
    }

    /** Ends the receiver, and throws what was wrong. Again has no effect. */
    @Override
    public void close() {
        Running last = running;
        if (last != null && !last.closed) {
            last.end(false);
        }
        seen.check();
    }

    Observations seen() {
        return seen;
    }

    private void turn() {
        if (mode == Mode.SLOW_CLOCK) {
            slow.advance(SLOW_STEP);
        }
        if (running != null && source.takeCloseDuringRead()) {
            running.end(logFolder == null);
            running = new Running();
        }
        if (!holding) {
            takeBatch();
        }
    }

    private void takeBatch() {
        if (running != null) {
            running.takeBatch();
        }
    }

    private Running started() {
        if (running == null) {
            throw new IllegalStateException("ACQ-2064 the harness was not started: call start() first");
        }
        return running;
    }

    private ReceiverSettings settings() {
        ReceiverSettings.Blocks blocks = new ReceiverSettings.Blocks(
                mode == Mode.ONE_RECORD_BLOCKS ? new ByteSize(1) : ByteSize.mebibytes(1),
                StorageLevel.MEMORY_AND_DISK,
                10_000);
        return new ReceiverSettings(
                Duration.ofMillis(1),
                Duration.ofMillis(4),
                0,
                Duration.ZERO,
                buffer,
                Duration.ofMillis(20),
                blocks,
                null,
                logFolder == null ? null : log(logFolder));
    }

    private DataLog log(Path folder) {
        return new DataLog(
                folder.toString(),
                "received/harness",
                new UUID(0, 1),
                ByteSize.mebibytes(64),
                ByteSize.mebibytes(1),
                Duration.ofMinutes(10),
                new Vocabulary(recordClasses, Map.of(), ""));
    }

    /** One receiver task, from its start to its end, with its driver's side. */
    private final class Running {
        private final Reception<T> task = new Reception<>(1, source, settings());
        private final ReceiverTracker tracker = new ReceiverTracker(1, source.name(), 0, seen::event);
        private final BlockStore blocks = new BlockStore(
                new MemoryBudget(BUFFER.bytes()),
                Path.of(System.getProperty("java.io.tmpdir")),
                new Vocabulary(recordClasses, Map.of(), "").serializer());
        private final HostedReceiver<T> host;
        private boolean forceFails;
        private boolean closed;

        Running() {
            List<HostedReceiver<T>> launched = new ArrayList<>();
            tracker.start(task, (sent, driver) -> {
                launched.add(new HostedReceiver<>(
                        sent,
                        watched(driver),
                        mode == Mode.SLOW_CLOCK ? slow : MACHINE,
                        blocks,
                        this::storage,
                        mode == Mode.STORE_FULL_EVERY_SECOND_CALL));
                return launched.get(0);
            });
            host = launched.get(0);
            host.start();
        }

        /** A block that comes with a place in the log was forced: what can be read there is safe. */
        private DriverChannel watched(DriverChannel driver) {
            return message -> {
                if (message instanceof DriverChannel.AddBlock added
                        && added.block().place() != null) {
                    seen.safe(payloads(task.logged(added.block(), storage(logUri()))));
                }
                DriverChannel.Reply reply = driver.ask(message);
                seen.changed();
                return reply;
            };
        }

        private String logUri() {
            return task.log().orElseThrow();
        }

        private Storage storage(String uri) {
            return FullAtTimes.storage(LocalDisk.at(Path.of(uri)), () -> {
                forceFails = mode == Mode.STORE_FULL_EVERY_SECOND_CALL && !forceFails;
                return noSpace || forceFails;
            });
        }

        void takeBatch() {
            if (closed) {
                return;
            }
            ReceiverTracker.Taken taken;
            try {
                taken = tracker.take();
            } catch (IOException e) {
                throw new UncheckedIOException("of the log of the harness", e);
            }
            List<String> payloads = new ArrayList<>();
            for (BlockInfo info : taken.blocks()) {
                payloads.addAll(payloads(blocks.block(info, () -> task.logged(info, storage(logUri())))));
                blocks.release(info, "harness");
            }
            Throwable failure = payloads.isEmpty() ? null : giveUp;
            if (failure == null) {
                seen.safe(payloads);
                seen.received(payloads);
            } else {
                giveUp = null;
                seen.givenUp(payloads);
            }
            if (!taken.blocks().isEmpty()) {
                tracker.settle(taken, failure);
                tracker.forget(taken);
            }
        }

        private List<String> payloads(Block<T> block) {
            List<T> records = new ArrayList<>();
            block.iterator().forEachRemaining(records::add);
            return source.payloads(records);
        }

        void end(boolean takingTheRest) {
            if (!tracker.stop(patience)) {
                seen.wrong("R5 the receiver did not let its thread go within " + patience + ": " + host.whereabouts());
            }
            if (takingTheRest) {
                takeBatch();
            }
            closed = true;
            tracker.close();
            blocks.close();
        }
    }
}
