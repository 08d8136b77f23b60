/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.local;

import io.acequia.streaming.data.StorageLevel;
import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.engine.BlockInfo;
import io.acequia.streaming.engine.DriverChannel;
import io.acequia.streaming.engine.Engine;
import io.acequia.streaming.engine.ReceiverTask;
import io.acequia.streaming.internal.store.BlockStore;
import io.acequia.streaming.storage.Storage;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A receiver on a thread of this JVM: the driver reaches it at once. */
final class LocalReceiver<T> implements ReceiverTask.Host<T>, ReceiverTask.Running {
    private final DriverChannel driver;
    private final StreamClock clock;
    private final BlockStore blocks;
    private final Engine engine;
    private final Thread thread;
    private volatile ReceiverTask.@Nullable Control control;

    LocalReceiver(ReceiverTask<T> task, DriverChannel driver, StreamClock clock, BlockStore blocks, Engine engine) {
        this.driver = driver;
        this.clock = clock;
        this.blocks = blocks;
        this.engine = engine;
        this.thread = new Thread(() -> task.run(this), "acequia-receiver-" + task.streamId());
        thread.setDaemon(true);
    }

    LocalReceiver<T> start() {
        thread.start();
        return this;
    }

    // ---- for the task

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
        return engine.storage(uri);
    }

    @Override
    public boolean keep(BlockInfo block, List<? extends List<T>> records, StorageLevel level) throws IOException {
        return blocks.keep(block, records, level);
    }

    @Override
    public void control(ReceiverTask.Control handle) {
        control = handle;
    }

    // ---- for the driver

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

    @Override
    public String whereabouts() {
        return "thread '" + thread.getName() + "' at\n    "
                + Arrays.stream(thread.getStackTrace()).map(Object::toString).collect(Collectors.joining("\n    "));
    }
}
