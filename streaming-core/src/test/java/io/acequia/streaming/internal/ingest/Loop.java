/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.ingest;

import io.acequia.streaming.data.StorageLevel;
import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.engine.Block;
import io.acequia.streaming.engine.BlockInfo;
import io.acequia.streaming.engine.DriverChannel;
import io.acequia.streaming.engine.ReceiverTask;
import io.acequia.streaming.internal.store.BlockStore;
import io.acequia.streaming.internal.store.LocalDisk;
import io.acequia.streaming.internal.store.MemoryBudget;
import io.acequia.streaming.internal.store.RecordSerializer;
import io.acequia.streaming.listener.ContextStatus.SourceStatus;
import io.acequia.streaming.listener.ReceiverEvent;
import io.acequia.streaming.receiver.Rejected;
import io.acequia.streaming.receiver.Source;
import io.acequia.streaming.storage.Storage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;

/** A receiver on a thread of the test, with its driver's side: what a context would put together. */
final class Loop<T> {
    private final Reception<T> task;
    private final StreamClock clock;
    private final ThreadFactory threads;
    private final ReceiverTracker tracker;
    private final BlockStore blocks;
    private final Storages storages;

    /** Where storage comes from. */
    interface Storages {
        Storage open(String uri) throws IOException;
    }

    Loop(
            int streamId,
            Source<T> source,
            ReceiverSettings settings,
            double rate,
            StreamClock clock,
            ThreadFactory threads,
            Consumer<ReceiverEvent> events) {
        this(
                streamId,
                source,
                settings,
                rate,
                clock,
                threads,
                events,
                new MemoryBudget(1 << 20),
                uri -> LocalDisk.at(Path.of(uri)));
    }

    Loop(
            int streamId,
            Source<T> source,
            ReceiverSettings settings,
            double rate,
            StreamClock clock,
            ThreadFactory threads,
            Consumer<ReceiverEvent> events,
            MemoryBudget memory,
            Storages storages) {
        this.task = new Reception<>(streamId, source, settings);
        this.clock = clock;
        this.threads = threads;
        this.tracker = new ReceiverTracker(streamId, source.name(), rate, events);
        this.blocks =
                new BlockStore(memory, Path.of(System.getProperty("java.io.tmpdir")), new RecordSerializer(Set.of()));
        this.storages = storages;
    }

    /** What a batch took. */
    final class Batch {
        private final ReceiverTracker.Taken taken;

        private Batch(ReceiverTracker.Taken taken) {
            this.taken = taken;
        }

        List<Block<T>> blocks() {
            return taken.blocks().stream()
                    .map(info -> blocks.block(info, () -> task.logged(info, storage())))
                    .toList();
        }

        List<BlockInfo> infos() {
            return taken.blocks();
        }

        List<T> all() {
            List<T> all = new ArrayList<>();
            blocks().forEach(block -> block.iterator().forEachRemaining(all::add));
            return all;
        }

        List<Rejected> rejected() {
            return taken.rejected();
        }

        long records() {
            return taken.records();
        }

        void ack() {
            tracker.settle(taken, null);
        }

        void nack(Throwable cause) {
            tracker.settle(taken, cause);
        }

        void release(String who) {
            taken.blocks().forEach(info -> blocks.release(info, who));
        }

        void forget() {
            tracker.forget(taken);
        }
    }

    private Storage storage() {
        try {
            return storages.open(task.log().orElseThrow());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    ReceiverTracker tracker() {
        return tracker;
    }

    BlockStore store() {
        return blocks;
    }

    void start() {
        tracker.start(task, (launched, driver) -> new OnThread(driver).start());
    }

    Batch take() {
        try {
            return new Batch(tracker.take());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void stopReading() {
        tracker.stopReading();
    }

    boolean awaitReadingEnded(Duration atMost) throws InterruptedException {
        return tracker.awaitReadingEnded(atMost);
    }

    boolean stop(Duration atMost) {
        return tracker.stop(atMost);
    }

    SourceStatus status() {
        return tracker.status(Optional.empty());
    }

    long idleAlarms() {
        return tracker.idleAlarms();
    }

    private final class OnThread implements ReceiverTask.Host<T>, ReceiverTask.Running {
        private final DriverChannel driver;
        private final Thread thread;
        private volatile ReceiverTask.Control control;

        OnThread(DriverChannel driver) {
            this.driver = driver;
            this.thread = threads.newThread(() -> task.run(this));
        }

        OnThread start() {
            thread.start();
            return this;
        }

        @Override
        public DriverChannel driver() {
            return driver;
        }

        @Override
        public StreamClock clock() {
            return clock;
        }

        @Override
        public Storage storage(String uri) throws IOException {
            return storages.open(uri);
        }

        @Override
        public boolean keep(BlockInfo block, List<? extends List<T>> records, StorageLevel level) throws IOException {
            return blocks.keep(block, records, level);
        }

        @Override
        public void control(ReceiverTask.Control handle) {
            control = handle;
        }

        @Override
        public void beat() {
            if (control != null) {
                control.beat();
            }
        }

        @Override
        public void flush() throws IOException {
            if (control != null) {
                control.flush();
            }
        }

        @Override
        public void close() {
            if (control != null) {
                control.close();
            }
        }

        @Override
        public boolean awaitEnd(Duration atMost) throws InterruptedException {
            thread.join(Math.max(1, atMost.toMillis()));
            return !thread.isAlive();
        }

        @Override
        public String whereabouts() {
            return thread.getName() + Arrays.toString(thread.getStackTrace());
        }
    }
}
