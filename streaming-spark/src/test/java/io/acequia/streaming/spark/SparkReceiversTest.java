/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.data.StorageLevel;
import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.engine.Block;
import io.acequia.streaming.engine.BlockInfo;
import io.acequia.streaming.engine.Dataset;
import io.acequia.streaming.engine.DriverChannel;
import io.acequia.streaming.engine.Engine;
import io.acequia.streaming.engine.EngineProvider;
import io.acequia.streaming.engine.ReceiverTask;
import io.acequia.streaming.internal.ingest.ReceiverTracker;
import io.acequia.streaming.storage.Storage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A receiver as a task of Spark: it reaches the driver, its blocks are read by tasks, and only the newest attempt counts. */
@Timeout(60)
class SparkReceiversTest {
    private static final Duration SOON = Duration.ofSeconds(30);

    private Engine engine;

    @BeforeEach
    void open() {
        engine = new SparkEngineProvider()
                .open(
                        "spark-local[3]",
                        new EngineProvider.Settings("receivers", Map.of(), Set.of(), Map.of(), StreamClock.system()));
    }

    @AfterEach
    void close() {
        engine.close();
    }

    /** Adds a block, a second one as a zombie of the attempt before would, and ends. */
    private record Zombie(int streamId) implements ReceiverTask<String> {
        @Override
        public void run(Host<String> host) {
            try {
                long first =
                        host.driver().ask(new DriverChannel.Register(streamId)).epoch();
                long second =
                        host.driver().ask(new DriverChannel.Register(streamId)).epoch();
                add(host, first, "late");
                add(host, second, "in time");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private void add(Host<String> host, long epoch, String record) throws IOException {
            BlockInfo block = new BlockInfo(streamId, epoch, 0, 1, 10, List.of(), null);
            host.keep(block, List.of(List.of(record)), StorageLevel.MEMORY_AND_DISK_SER_2);
            DriverChannel.Reply reply = host.driver().ask(new DriverChannel.AddBlock(block, List.of()));
            if (reply.accepted() != record.equals("in time")) {
                throw new IllegalStateException(record + " was accepted: " + reply.accepted());
            }
        }

        @Override
        public Block<String> logged(BlockInfo block, Storage storage) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Optional<String> log() {
            return Optional.empty();
        }
    }

    @Test
    void aLateBlockOfAZombieIsRefusedAndTheOtherIsReadByTasks() throws Exception {
        ReceiverTracker tracker = new ReceiverTracker(7, "zombie", 0, event -> {});
        Zombie task = new Zombie(7);
        ReceiverTask.Running running = engine.launch(task, tracker, StreamClock.system());

        assertThat(running.awaitEnd(SOON)).isTrue();
        List<BlockInfo> blocks = tracker.take().blocks();
        assertThat(blocks).hasSize(1);
        Block<String> block = engine.block(task, blocks.get(0));
        Dataset<String> records = engine.fromBlocks(List.of(List.of(block)));
        assertThat(Collected.all(records)).containsExactly("in time");

        engine.release(blocks.get(0), "RDD of batch 7");
        assertThatThrownBy(() -> Collected.all(records)).hasMessageContaining("ACQ-0638 RDD of batch 7 was released");
        running.close();
    }

    /** Its first run loses the driver, as one whose letters get no answer does. */
    private record Losing(int streamId) implements ReceiverTask<String> {
        private static final AtomicInteger RUNS = new AtomicInteger();

        @Override
        public void run(Host<String> host) {
            try {
                host.driver().ask(new DriverChannel.Register(streamId));
                if (RUNS.incrementAndGet() == 1) {
                    throw new IOException("no answer");
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public Block<String> logged(BlockInfo block, Storage storage) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Optional<String> log() {
            return Optional.empty();
        }
    }

    @Test
    void aReceiverThatLosesTheDriverIsRunAnewWithAnEpochOfItsOwn() throws Exception {
        ReceiverTracker tracker = new ReceiverTracker(8, "losing", 0, event -> {});
        ReceiverTask.Running running = engine.launch(new Losing(8), tracker, StreamClock.system());

        assertThat(running.awaitEnd(SOON)).isTrue();
        assertThat(Losing.RUNS).hasValue(2);
        assertThat(tracker.ask(new DriverChannel.Register(8)).epoch()).isEqualTo(3);
        running.close();
    }

    /** Reports until the driver wants it to end. */
    private record Idle(int streamId) implements ReceiverTask<String> {
        @Override
        public void run(Host<String> host) {
            try {
                long epoch =
                        host.driver().ask(new DriverChannel.Register(streamId)).epoch();
                DriverChannel.Want want = DriverChannel.Want.READ;
                while (want != DriverChannel.Want.END) {
                    want = host.driver()
                            .ask(new DriverChannel.Report(streamId, epoch, DriverChannel.Counts.NONE, null))
                            .want();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public Block<String> logged(BlockInfo block, Storage storage) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Optional<String> log() {
            return Optional.empty();
        }
    }

    @Test
    void receiversThatLeaveNoCoreForBatchesAreRefusedWithTheNumbers() {
        List<ReceiverTask.Running> running = new ArrayList<>();
        for (int stream = 0; stream < 2; stream++) {
            ReceiverTracker tracker = new ReceiverTracker(stream, "idle", 0, event -> {});
            running.add(engine.launch(new Idle(stream), tracker, StreamClock.system()));
        }

        assertThatThrownBy(() -> engine.launch(
                        new Idle(2), new ReceiverTracker(2, "idle", 0, event -> {}), StreamClock.system()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("ACQ-2686")
                .hasMessageContaining("3 receivers")
                .hasMessageContaining("there are 3")
                .hasMessageContaining("4 cores");
        running.forEach(ReceiverTask.Running::close);
    }

    /** What is in a dataset. */
    private static final class Collected {
        static <T> List<T> all(Dataset<T> dataset) throws Exception {
            return new ArrayList<>(
                    dataset.<org.apache.spark.api.java.JavaRDD<T>>unwrap(rdd()).collect());
        }

        @SuppressWarnings({"unchecked", "rawtypes"})
        private static <T> Class<org.apache.spark.api.java.JavaRDD<T>> rdd() {
            return (Class) org.apache.spark.api.java.JavaRDD.class;
        }
    }
}
