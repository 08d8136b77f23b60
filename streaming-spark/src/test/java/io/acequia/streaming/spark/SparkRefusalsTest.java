/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.data.Partitioner;
import io.acequia.streaming.data.StorageLevel;
import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.engine.Block;
import io.acequia.streaming.engine.BlockInfo;
import io.acequia.streaming.engine.Dataset;
import io.acequia.streaming.engine.DriverChannel;
import io.acequia.streaming.engine.Engine;
import io.acequia.streaming.engine.EngineProvider;
import io.acequia.streaming.engine.JobInfo;
import io.acequia.streaming.engine.ReceiverTask;
import io.acequia.streaming.engine.StateDataset;
import io.acequia.streaming.internal.ingest.ReceiverTracker;
import io.acequia.streaming.storage.Storage;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaRDD;
import org.junit.jupiter.api.Test;

/** What the Spark engine alone refuses. */
class SparkRefusalsTest {
    private static Engine open(String master) {
        return new SparkEngineProvider()
                .open(
                        master,
                        new EngineProvider.Settings("refusals", Map.of(), Set.of(), Map.of(), StreamClock.system()));
    }

    @Test
    void aMasterThatIsMalformedIsRefused() {
        assertThat(new SparkEngineProvider().accepts("spark-local[0]")).isTrue();
        assertThat(new SparkEngineProvider().accepts("local[2]")).isFalse();
        for (String master : List.of("spark-local[0]", "spark-local", "spark-local[x]")) {
            assertThatThrownBy(() -> open(master))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("ACQ-2680 master '" + master + "'");
        }
    }

    @Test
    void aSecondMasterInOneJvmIsRefused() {
        try (Engine first = open("spark-local[2]");
                Engine same = open("spark-local[2]")) {
            assertThat(same.capabilities()).isEqualTo(first.capabilities());
            assertThatThrownBy(() -> open("spark-local[3]"))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("ACQ-2681")
                    .hasMessageContaining("local[3]")
                    .hasMessageContaining("local[2]");
        }
    }

    @Test
    void kryoAsTheSerializerOfSparkIsRefused() {
        System.setProperty("spark.serializer", "org.apache.spark.serializer.KryoSerializer");
        try {
            assertThatThrownBy(() -> open("spark-local[2]"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("ACQ-2694 spark.serializer=org.apache.spark.serializer.KryoSerializer")
                    .hasMessageContaining("leave the setting out");
        } finally {
            System.clearProperty("spark.serializer");
        }
        try (Engine engine = open("spark-local[2]")) {
            assertThat(engine.capabilities()).isNotNull();
        }
    }

    @Test
    void aDirectoryThatCannotBeWrittenIsRefused() {
        try (Engine engine = open("spark-local[2]")) {
            Dataset<Integer> dataset = engine.parallelize(List.of(1), 1);

            assertThatThrownBy(() -> dataset.checkpoint(URI.create("file:///proc/nowhere")))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("ACQ-2684")
                    .hasMessageContaining("file:///proc/nowhere");
        }
    }

    @Test
    void aClusterWithoutExecutorsIsNamedWithTheTime() {
        assertThat(Cluster.notReady("spark://one:7077", Duration.ofSeconds(9), 5))
                .hasMessageContaining("ACQ-2685")
                .hasMessageContaining("spark://one:7077")
                .hasMessageContaining("9000 ms")
                .hasMessageContaining("5 cores");
    }

    @Test
    @SuppressWarnings("try") // closed before its time, to see what that leaves
    void aContextOfTheProgramIsLeftRunningAndNeedsThePluginForReceivers() throws Exception {
        try (AutoClosing own = new AutoClosing(
                        new SparkContext(new SparkConf().setMaster("local[3]").setAppName("own")));
                Engine engine = open("spark-local[3]")) {
            assertThatThrownBy(() -> engine.launch(
                            new Silent(1), new ReceiverTracker(1, "silent", 0, event -> {}), StreamClock.system()))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("ACQ-2688")
                    .hasMessageContaining(ReceiverPlugin.class.getName());
            engine.close();
            assertThat(own.context.isStopped()).isFalse();
        }
    }

    private record AutoClosing(SparkContext context) implements AutoCloseable {
        @Override
        public void close() {
            context.stop();
        }
    }

    @Test
    void aBlockThatIsNowhereIsNamed() throws Exception {
        try (Engine engine = open("spark-local[2]")) {
            BlockInfo info = new BlockInfo(4, 1, 5, 3, 10, List.of(), null);
            Dataset<String> records = engine.fromBlocks(List.of(List.of(engine.block(new Silent(4), info))));

            assertThatThrownBy(() -> rdd(records).collect())
                    .hasMessageContaining("ACQ-2687 block 5 of stream 4 of 3 records");
        }
    }

    @Test
    void aLayerOfStateThatIsLostIsNamed() throws Exception {
        try (Engine engine = open("spark-local[2]")) {
            StateDataset<String, Integer> state = engine.state("sums", Partitioner.hash(1));
            Dataset<Tuple2<String, Integer>> input =
                    engine.parallelize(List.of(Tuple2.of("a", 1)), 1).partitionBy(Tuple2::_1, Partitioner.hash(1));
            state.<Integer, Integer>step(new Time(10), input, (task, time, pairs, view, out) -> {
                        while (pairs.hasNext()) {
                            Tuple2<String, Integer> pair = pairs.next();
                            view.cell(pair._1()).put(pair._2());
                        }
                    })
                    .settle(
                            StorageLevel.MEMORY_AND_DISK,
                            new JobInfo(Optional.empty(), "test", "here", (partition, name, n) -> {}));
            assertThat(rdd(state.at(new Time(10))).collect()).containsExactly(Tuple2.of("a", 1));

            SparkContext spark = SparkContext.getOrCreate();
            spark.getPersistentRDDs().keys().foreach(id -> {
                org.apache.spark.SparkEnv.get().blockManager().master().removeRdd((Integer) id, true);
                return null;
            });
            assertThatThrownBy(() -> rdd(state.at(new Time(10))).collect())
                    .hasMessageContaining("ACQ-2689")
                    .hasMessageContaining("'sums' as of batch 10 ms");
        }
    }

    @Test
    void aReceiverThatNobodyLaunchedIsToEnd() throws Exception {
        try (Engine engine = open("spark-local[2]")) {
            assertThat(engine.capabilities().distributed()).isFalse();
            DriverChannel.Reply reply = new ToDriver("nobody", ReceiverPlugin::ask, StreamClock.system())
                    .ask(new DriverChannel.Register(1));
            assertThat(reply.accepted()).isFalse();
            assertThat(reply.want()).isEqualTo(DriverChannel.Want.END);
        }
    }

    @SuppressWarnings("unchecked")
    private static <T> JavaRDD<T> rdd(Dataset<T> dataset) {
        return (JavaRDD<T>) dataset.unwrap(JavaRDD.class);
    }

    private record Silent(int streamId) implements ReceiverTask<String> {
        @Override
        public void run(Host<String> host) {}

        @Override
        public Block<String> logged(BlockInfo block, Storage storage) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Optional<String> log() {
            return Optional.empty();
        }
    }
}
