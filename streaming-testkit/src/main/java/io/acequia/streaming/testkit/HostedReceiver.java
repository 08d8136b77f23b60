/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import io.acequia.streaming.data.StorageLevel;
import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.engine.BlockInfo;
import io.acequia.streaming.engine.DriverChannel;
import io.acequia.streaming.engine.ReceiverTask;
import io.acequia.streaming.internal.store.BlockStore;
import io.acequia.streaming.storage.Storage;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A receiver task on a thread of the test, as an engine would run it. */
final class HostedReceiver<T> implements ReceiverTask.Host<T>, ReceiverTask.Running {
    private final DriverChannel driver;
    private final StreamClock clock;
    private final BlockStore blocks;
    private final Storages storages;
    private final boolean fullEverySecondTime;
    private final Thread thread;
    private boolean full;
    private volatile ReceiverTask.@Nullable Control control;

    /** Where storage comes from. */
    interface Storages {
        Storage open(String uri) throws IOException;
    }

    HostedReceiver(
            ReceiverTask<T> task,
            DriverChannel driver,
            StreamClock clock,
            BlockStore blocks,
            Storages storages,
            boolean fullEverySecondTime) {
        this.driver = driver;
        this.clock = clock;
        this.blocks = blocks;
        this.storages = storages;
        this.fullEverySecondTime = fullEverySecondTime;
        this.thread = Executors.defaultThreadFactory().newThread(() -> task.run(this));
        thread.setName("harness-receiver");
        thread.setDaemon(true);
    }

    HostedReceiver<T> start() {
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
    public synchronized boolean keep(BlockInfo block, List<? extends List<T>> records, StorageLevel level)
            throws IOException {
        full = fullEverySecondTime && !full;
        return !full && blocks.keep(block, records, level);
    }

    @Override
    public void control(ReceiverTask.Control handle) {
        control = handle;
    }

    @Override
    public void beat() {
        ReceiverTask.Control running = control;
        if (running != null) {
            running.beat();
        }
    }

    @Override
    public void flush() throws IOException {
        ReceiverTask.Control running = control;
        if (running != null) {
            running.flush();
        }
    }

    @Override
    public void close() {
        ReceiverTask.Control running = control;
        if (running != null) {
            running.close();
        }
    }

    @Override
    public boolean awaitEnd(Duration atMost) throws InterruptedException {
        thread.join(Math.max(1, atMost.toMillis()));
        return !thread.isAlive();
    }

    boolean isAlive() {
        return thread.isAlive();
    }

    @Override
    public String whereabouts() {
        return "thread '" + thread.getName() + "' at\n    "
                + Arrays.stream(thread.getStackTrace()).map(Object::toString).collect(Collectors.joining("\n    "));
    }
}
