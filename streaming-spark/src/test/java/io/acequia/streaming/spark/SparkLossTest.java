/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.data.Accumulator;
import io.acequia.streaming.data.Partitioner;
import io.acequia.streaming.data.StorageLevel;
import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.engine.Dataset;
import io.acequia.streaming.engine.Downstream;
import io.acequia.streaming.engine.Engine;
import io.acequia.streaming.engine.EngineProvider;
import io.acequia.streaming.engine.JobInfo;
import io.acequia.streaming.engine.Operator;
import io.acequia.streaming.engine.Roots;
import io.acequia.streaming.engine.StateDataset;
import io.acequia.streaming.function.Function;
import io.acequia.streaming.internal.operator.ListOperator;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.spark.ShuffleDependency;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.rdd.RDD;
import org.apache.spark.shuffle.FetchFailedException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is lost with a machine, lost here by hand: what is told of it, what counts, and what the engine remembers of how data was made. */
@Timeout(60)
class SparkLossTest {
    private static final JobInfo JOB = new JobInfo(Optional.empty(), "test", "here", (partition, name, n) -> {});

    @TempDir
    Path directory;

    private Engine engine;

    @BeforeEach
    void open() {
        engine = new SparkEngineProvider()
                .open(
                        "spark-local[2]",
                        new EngineProvider.Settings("loss", Map.of(), Set.of(), Map.of(), StreamClock.system()));
    }

    @AfterEach
    void close() {
        engine.close();
    }

    private static <T> List<T> all(Dataset<T> dataset) throws Exception {
        int[] partitions = IntStream.range(0, dataset.partitionCount()).toArray();
        return dataset.run(new ListOperator<>(), partitions, JOB).stream()
                .flatMap(List::stream)
                .toList();
    }

    /** Errors of the function pass as they are. */
    private static Operator<Integer, Integer> map(Function<Integer, Integer> f) {
        return (task, down) -> new Downstream<>() {
            @Override
            public void begin() throws Exception {
                down.begin();
            }

            @Override
            public void accept(Integer record) throws Exception {
                down.accept(f.call(record));
            }

            @Override
            public boolean wantsMore() {
                return down.wantsMore();
            }

            @Override
            public void end() throws Exception {
                down.end();
            }

            @Override
            public void close() {
                down.close();
            }
        };
    }

    private static void loseAllThatIsKept() {
        SparkContext.getOrCreate().getPersistentRDDs().keys().foreach(id -> {
            SparkEnv.get().blockManager().master().removeRdd((Integer) id, true);
            return null;
        });
    }

    private static RDD<?> rdd(Dataset<?> dataset) {
        return ((JavaRDD<?>) dataset.unwrap(JavaRDD.class)).rdd();
    }

    private static int depth(RDD<?> rdd) {
        int deepest = 0;
        for (var each : scala.jdk.javaapi.CollectionConverters.asJava(rdd.dependencies())) {
            deepest = Math.max(deepest, depth(each.rdd()));
        }
        return 1 + deepest;
    }

    @Test
    void aChainOfSettledDatasetsDoesNotGrowAndCannotBeMadeAgain() throws Exception {
        Dataset<Integer> last = engine.parallelize(List.of(1, 2, 3), 2);
        Dataset<Integer> before = last;
        for (int batch = 0; batch < 50; batch++) {
            before = last;
            last = last.transform(map(x -> x + 1), false).settle(StorageLevel.MEMORY_AND_DISK, JOB);
        }
        assertThat(all(last)).containsExactly(51, 52, 53);
        assertThat(depth(rdd(last))).isEqualTo(1);

        loseAllThatIsKept();
        Dataset<Integer> lost = last;
        assertThatThrownBy(() -> all(lost)).hasMessageContaining("ACQ-2693");
        before.unpersist();
        Dataset<Integer> gone = before;
        assertThatThrownBy(() -> all(gone)).hasMessageContaining("ACQ-0526");
    }

    @Test
    void aDatasetThatIsInFilesForgetsHowItWasMade() throws Exception {
        for (boolean kept : List.of(false, true)) {
            Dataset<Integer> chain = engine.parallelize(List.of(1, 2, 3), 2);
            for (int step = 0; step < 5; step++) {
                chain = chain.transform(map(x -> x + 1), false).partitionBy(x -> x, Partitioner.hash(2));
            }
            if (kept) {
                chain.persist(StorageLevel.MEMORY_ONLY);
            }
            chain.checkpoint(directory.toUri());
            assertThat(depth(rdd(chain))).isGreaterThan(5);
            assertThat(all(chain)).containsExactlyInAnyOrder(6, 7, 8);
            assertThat(depth(rdd(chain))).isEqualTo(1);
            loseAllThatIsKept();
            assertThat(all(chain)).containsExactlyInAnyOrder(6, 7, 8);
            assertThat(rdd(chain).getStorageLevel().useMemory()).isEqualTo(kept);
        }
    }

    @Test
    void aStageThatRunsAgainDoesNotCountAgain() throws Exception {
        Accumulator<Integer> sum = engine.accumulator("sum", 0, Integer::sum);
        Dataset<Integer> shuffled = engine.parallelize(List.of(1, 2, 3, 4), 2)
                .transform(
                        map(x -> {
                            sum.add(1);
                            return x;
                        }),
                        false)
                .partitionBy(x -> x, Partitioner.hash(2));
        int shuffle = shuffleOf(rdd(shuffled));
        Dataset<Integer> loses = shuffled.transform(
                map(x -> {
                    if (TaskContext.get().stageAttemptNumber() == 0) {
                        throw Roots.asIs(new FetchFailedException(
                                SparkEnv.get().blockManager().blockManagerId(), shuffle, -1, 0, 0, "lost", null));
                    }
                    return x;
                }),
                false);

        assertThat(all(loses)).containsExactlyInAnyOrder(1, 2, 3, 4);
        assertThat(sum.value()).isEqualTo(4);
    }

    private static int shuffleOf(RDD<?> rdd) {
        for (var each : scala.jdk.javaapi.CollectionConverters.asJava(rdd.dependencies())) {
            return each instanceof ShuffleDependency<?, ?, ?> shuffle ? shuffle.shuffleId() : shuffleOf(each.rdd());
        }
        throw new AssertionError("no shuffle");
    }

    /** In a union the task of a partition of state has another number. */
    @Test
    void keysAreCountedByThePartitionOfTheState() throws Exception {
        StateDataset<String, Integer> state = engine.state("sums", Partitioner.hash(1));
        Dataset<Integer> all = engine.parallelize(List.of(7), 1).union(List.of(step(state, 10, "a", "b")));

        assertThat(all(all)).containsExactlyInAnyOrder(7, 1, 1);
        assertThat(state.usage().keys()).isEqualTo(2);
        assertThat(state.newest()).contains(new Time(10));
    }

    /** What it kept is gone before the driver has looked: then it must not be taken for one that was never made. */
    @Test
    void aStepThatATaskHasMadeIsMadeOnceAlsoWhenItIsLost() throws Exception {
        StateDataset<String, Integer> state = engine.state("sums", Partitioner.hash(1));
        step(state, 10, "a");
        assertThat(state.newest()).isEmpty();
        SparkState<String, Integer> own = (SparkState<String, Integer>) state;
        own.told(new SparkState.Told(own.number(), 10, 0), 1);

        assertThat(state.newest()).contains(new Time(10));
        assertThatThrownBy(() -> all(step(state, 20, "a")))
                .hasMessageContaining("ACQ-2689")
                .hasMessageContaining("'sums' as of batch 10 ms");
    }

    private Dataset<Integer> step(StateDataset<String, Integer> state, long time, String... keys) {
        Dataset<Tuple2<String, Integer>> input = engine.parallelize(
                        Arrays.stream(keys).map(key -> Tuple2.of(key, 1)).toList(), 1)
                .partitionBy(Tuple2::_1, Partitioner.hash(1));
        return state.step(new Time(time), input, (task, at, pairs, view, out) -> {
            while (pairs.hasNext()) {
                Tuple2<String, Integer> pair = pairs.next();
                view.cell(pair._1()).put(pair._2());
                out.accept(pair._2());
            }
        });
    }
}
