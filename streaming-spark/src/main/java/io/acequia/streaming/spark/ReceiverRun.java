/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import io.acequia.streaming.data.StorageLevel;
import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.engine.BlockInfo;
import io.acequia.streaming.engine.DriverChannel;
import io.acequia.streaming.engine.ReceiverTask;
import io.acequia.streaming.internal.store.Storages;
import io.acequia.streaming.storage.Storage;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.spark.api.java.function.VoidFunction;
import org.jspecify.annotations.Nullable;

/** The task of a receiver: runs it where Spark has put it, until it ends. */
final class ReceiverRun<T> implements VoidFunction<Integer> {
    private static final long serialVersionUID = 1;
    private static final long BEAT_MILLIS = 100;

    private final String launch;
    private final ReceiverTask<T> task;
    private final int blocksOf;

    /** {@code blocksOf} is the number of the stream among all of this Spark. */
    ReceiverRun(String launch, ReceiverTask<T> task, int blocksOf) {
        this.launch = launch;
        this.task = task;
        this.blocksOf = blocksOf;
    }

    @Override
    public void call(Integer nothing) {
        SparkReceiver<?> here = Launches.here(launch);
        Host host = new Host(here);
        try {
            task.run(host);
        } finally {
            host.end();
        }
    }

    private final class Host implements ReceiverTask.Host<T> {
        private final @Nullable SparkReceiver<?> here;
        private final DriverChannel driver;
        private @Nullable ScheduledExecutorService beats;
        private ReceiverTask.@Nullable Control control;

        Host(@Nullable SparkReceiver<?> here) {
            this.here = here;
            this.driver = new ToDriver(launch, ReceiverPlugin::ask, StreamClock.system());
        }

        @Override
        public DriverChannel driver() {
            return driver;
        }

        /** That of the context where it is at hand, else that of the machine. */
        @Override
        public StreamClock clock() {
            return here == null ? StreamClock.system() : here.clock();
        }

        @Override
        public Storage storage(String uri) throws IOException {
            return Storages.open(uri);
        }

        /** What is in the log need not be kept: it is there for all machines. */
        @Override
        public boolean keep(BlockInfo block, List<? extends List<T>> records, StorageLevel level) {
            return SparkBlock.keep(blocksOf, block, records, level) || block.place() != null;
        }

        /** A driver in another JVM cannot call: so the receiver asks every so often. */
        @Override
        public void control(ReceiverTask.Control handle) {
            control = handle;
            if (here != null) {
                here.controlledBy(handle);
                return;
            }
            ScheduledExecutorService made = Executors.newSingleThreadScheduledExecutor();
            made.scheduleWithFixedDelay(handle::beat, BEAT_MILLIS, BEAT_MILLIS, TimeUnit.MILLISECONDS);
            beats = made;
        }

        void end() {
            if (beats != null) {
                beats.shutdownNow();
            }
            if (here == null && control != null) {
                control.close();
            }
        }
    }
}
