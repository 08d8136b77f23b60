/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.data.Accumulator;
import io.acequia.streaming.data.Broadcast;
import io.acequia.streaming.data.Partitioner;
import io.acequia.streaming.data.StorageLevel;
import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.direct.Split;
import io.acequia.streaming.direct.SplitReader;
import io.acequia.streaming.engine.Block;
import io.acequia.streaming.engine.Dataset;
import io.acequia.streaming.engine.Downstream;
import io.acequia.streaming.engine.Engine;
import io.acequia.streaming.engine.EngineProvider;
import io.acequia.streaming.engine.JobInfo;
import io.acequia.streaming.engine.Operator;
import io.acequia.streaming.engine.Operator2;
import io.acequia.streaming.engine.OperatorException;
import io.acequia.streaming.engine.StorageTask;
import io.acequia.streaming.function.Function;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What every engine must do: one test per rule of {@code docs/engine-contract.md}. An engine passes by saying how it is
 * opened:
 *
 * <pre>{@code
 * class MyEngineConformanceTest extends ExecutionEngineConformance {
 *     @Override
 *     protected Engine engine(Map<String, String> settings) {
 *         return ...;
 *     }
 * }
 * }</pre>
 *
 * <p>Tasks may run in other JVMs, so functions capture values only, never the test. What tasks did is seen in their results,
 * in counts and accumulators, and in the lines of a {@link Trace}, a file in a temporary directory that all tasks must be
 * able to write to; checkpoints go there too. The engine needs two slots at least.
 *
 * <p>What a failed task left behind is compared in a way that allows an engine to try again: as many closed as attached,
 * never an end.
 */
@Timeout(60)
public abstract class ExecutionEngineConformance {
    private static final Time BATCH = new Time(1_000);
    private static final Time OTHER_BATCH = new Time(2_000);

    /** Reached by tasks in the same JVM only; elsewhere there is no dataset at all. */
    private static volatile @Nullable Dataset<Integer> reachable;

    @TempDir
    @SuppressWarnings("NullAway.Init") // by JUnit
    Path directory;

    @SuppressWarnings("NullAway.Init") // before each test
    private Engine engine;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private int traces;

    /** For JUnit. */
    protected ExecutionEngineConformance() {}

    /** Opens an engine with two slots or more. The suite closes it. */
    protected abstract Engine engine(Map<String, String> settings) throws Exception;

    /** Settings with which functions are copied for each task, as a cluster would. */
    protected static Map<String, String> copyingFunctions(Map<String, String> settings) {
        Map<String, String> copying = new HashMap<>(settings);
        copying.put("streaming.test.serialize.closures", "true");
        return copying;
    }

    /** Opens an engine as an application does: by its master URL. */
    protected static Engine open(String master, Map<String, String> settings) {
        for (EngineProvider provider : ServiceLoader.load(EngineProvider.class)) {
            if (provider.accepts(master)) {
                return provider.open(
                        master,
                        new EngineProvider.Settings("conformance", settings, Set.of(), Map.of(), StreamClock.system()));
            }
        }
        throw new AssertionError("no engine on the class path serves " + master);
    }

    @BeforeEach
    void openEngine() throws Exception {
        engine = engine(Map.of());
        engine.awaitReady(Duration.ofSeconds(30));
    }

    @AfterEach
    void closeEngine() {
        threads.shutdownNow();
        engine.close();
    }

    // Chains

    @Test
    @DisplayName("E1 nothing runs before run")
    void nothingRunsBeforeRun() throws Exception {
        Trace trace = trace();
        Dataset<Integer> made = numbers(20, 4).transform(traced(trace), true);
        Dataset<Integer> placed = made.partitionBy(x -> x, new Operators.ByRemainder(3));
        placed.zip(placed, new Operators.Alternating<>(), true)
                .union(List.of(made))
                .coalesce(2)
                .persist(StorageLevel.MEMORY_ONLY)
                .unpersist()
                .checkpoint(directory.resolve("lazy").toUri());
        placed.partitionCount();
        placed.partitioner();

        assertThat(trace.lines()).isEmpty();

        all(placed);
        assertThat(trace.lines()).hasSize(20);
    }

    @Test
    @DisplayName("E2 operators of a chain are fused: a record is through before the next one is read")
    void aRecordIsThroughTheChainBeforeTheNextOneIsRead() throws Exception {
        Trace trace = trace();
        Dataset<Integer> chain =
                numbers(3, 1).transform(traced(trace, "first "), true).transform(traced(trace, "second "), true);

        assertThat(all(chain)).containsExactly(List.of(0, 1, 2));
        assertThat(trace.lines()).containsExactly("first 0", "second 0", "first 1", "second 1", "first 2", "second 2");
    }

    @Test
    @DisplayName("E3 transform keeps partitions and their order; placement only when told")
    void transformKeepsPartitionsAndOrder() throws Exception {
        Dataset<Integer> placed = numbers(10, 2).partitionBy(x -> x, new Operators.ByRemainder(3));
        Operator<Integer, Integer> twice = new Operators.FlatMapping<>(x -> List.of(x, x));

        Dataset<Integer> keeping = placed.transform(twice, true);
        assertThat(all(keeping))
                .containsExactly(List.of(0, 0, 3, 3, 6, 6, 9, 9), List.of(1, 1, 4, 4, 7, 7), List.of(2, 2, 5, 5, 8, 8));
        assertThat(keeping.partitioner()).isEqualTo(placed.partitioner());
        assertThat(placed.transform(twice, false).partitioner()).isEmpty();
    }

    @Test
    @DisplayName("E4 a stage is attached, begun, ended and closed once per task, in this order")
    void aStageBeginsEndsAndClosesOnce() throws Exception {
        Trace trace = trace();
        Dataset<Integer> chain = numbers(2, 1)
                .transform(new Watching<>(trace, "first"), true)
                .transform(new Watching<>(trace, "second"), true);
        all(chain);

        assertThat(trace.of("first")).containsExactly("attach", "begin", "accept", "accept", "end", "close");
        assertThat(trace.of("second")).containsExactly("attach", "begin", "accept", "accept", "end", "close");
    }

    @Test
    @DisplayName("E5 after a failure there is no end, and every stage that was attached is closed once")
    void everyStageIsClosedAfterAFailure() {
        for (String failing : List.of("attach", "begin", "accept", "end", "nothing")) {
            Trace trace = trace();
            Dataset<Integer> chain = numbers(10, 1)
                    .transform(new Watching<>(trace, "before"), true)
                    .transform(new Failing<>(failing), true)
                    .transform(new Watching<>(trace, "after"), true);
            Dataset<Integer> zipped = chain.zip(chain, new Operators.Alternating<>(), true);

            for (Dataset<Integer> dataset : List.of(chain, zipped)) {
                boolean fails = !failing.equals("nothing");
                assertThat(failureOf(() -> all(dataset)) != null)
                        .as("failing in %s", failing)
                        .isEqualTo(fails);
                for (String stage : List.of("before", "after")) {
                    List<String> lines = trace.of(stage);
                    assertThat(Collections.frequency(lines, "close"))
                            .as("%s, failing in %s: %s", stage, failing, lines)
                            .isEqualTo(Collections.frequency(lines, "attach"));
                }
                assertThat(trace.of("after").contains("end")).isNotEqualTo(fails);
            }
        }
    }

    @Test
    @DisplayName("E6 wantsMore ends a partition early: nothing more is read, the rest of the protocol stays")
    void wantsMoreEndsAPartitionEarly() throws Exception {
        Trace trace = trace();
        Dataset<Integer> limited = numbers(100, 2)
                .transform(traced(trace), true)
                .coalesce(1)
                .transform(new Watching<>(trace, "stage"), true)
                .transform(new Operators.Limiting<>(3), true);

        assertThat(all(limited)).containsExactly(List.of(0, 1, 2));
        assertThat(trace.lines().stream().filter(line -> !line.startsWith("stage")))
                .containsExactly("0", "1", "2");
        assertThat(trace.of("stage")).containsExactly("attach", "begin", "accept", "accept", "accept", "end", "close");
    }

    @Test
    @DisplayName("E7 what a stage pushes in begin and in end goes through the stages after it")
    void whatIsPushedInBeginAndEndGoesOn() throws Exception {
        Dataset<Integer> chain = numbers(4, 2)
                .transform(new Operators.Heading<>(100), false)
                .transform(new Operators.Folding<Integer, Integer>(0, Integer::sum), false)
                .transform(new Operators.Mapping<>(x -> x + 1000), false);

        assertThat(all(chain)).containsExactly(List.of(1101), List.of(1105));
    }

    // Placing

    @Test
    @DisplayName("E8 partitionBy places every record where the partitioner says, once")
    void everyRecordIsPlacedWhereThePartitionerSays() throws Exception {
        Partitioner partitioner = Partitioner.hash(5);
        Dataset<Integer> placed = numbers(200, 4).partitionBy(x -> "key" + x % 50, partitioner);

        List<List<Integer>> partitions = all(placed);
        assertThat(placed.partitionCount()).isEqualTo(5);
        assertThat(placed.partitioner()).contains(partitioner);
        assertThat(partitions.stream().flatMap(List::stream))
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 200).boxed().toList());
        for (int p = 0; p < 5; p++) {
            int partition = p;
            assertThat(partitions.get(p)).allMatch(x -> partitioner.getPartition("key" + x % 50) == partition);
        }
    }

    @Test
    @DisplayName("E9 a placed partition is in order of the partitions before, and of arrival within each")
    void aPlacedPartitionIsInOrder() throws Exception {
        Dataset<Integer> placed = engine.parallelize(List.of(9, 8, 7, 6, 5, 4, 3, 2, 1, 0), 3)
                .partitionBy(x -> x, new Operators.ByRemainder(2));

        assertThat(all(placed)).containsExactly(List.of(8, 6, 4, 2, 0), List.of(9, 7, 5, 3, 1));
    }

    @Test
    @DisplayName("E10 partitionBy is the dataset itself when an equal partitioner placed it")
    void placingTwiceIsPlacingOnce() {
        Dataset<Integer> placed = numbers(10, 2).partitionBy(x -> x, new Operators.ByRemainder(3));

        assertThat(placed.partitionBy(x -> x, new Operators.ByRemainder(3))).isSameAs(placed);
        assertThat(placed.partitionBy(x -> x, new Operators.ByRemainder(4))).isNotSameAs(placed);
    }

    @Test
    @DisplayName("E11 a partition number outside of the partitions fails the job and names it")
    void aWrongPartitionNumberIsRefused() {
        for (int wrong : new int[] {-1, 3}) {
            Dataset<Integer> misplaced = numbers(4, 2).partitionBy(x -> x, new Operators.AllInOne(3, wrong));

            assertThat(failureOf(() -> all(misplaced)))
                    .isNotNull()
                    .hasMessageContaining("ACQ-")
                    .hasMessageContaining(String.valueOf(wrong));
        }
        assertThatThrownBy(() -> numbers(4, 2).partitionBy(x -> x, new Operators.AllInOne(0, 0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("ACQ-");
    }

    @Test
    @DisplayName("E12 the side before a shuffle runs once for all jobs that read it")
    void aShuffleIsComputedOnce() throws Exception {
        Trace trace = trace();
        Dataset<Integer> placed =
                numbers(20, 4).transform(traced(trace), true).partitionBy(x -> x, new Operators.ByRemainder(3));

        assertThat(some(placed, 1)).containsExactly(List.of(1, 4, 7, 10, 13, 16, 19));
        assertThat(all(placed)).hasSize(3);
        assertThat(trace.lines()).hasSize(20);
    }

    // Several datasets

    @Test
    @DisplayName("E13 zip needs the same number of partitions and pairs those with the same number")
    void zipPairsPartitions() throws Exception {
        Dataset<Integer> left = numbers(6, 3);
        Dataset<Integer> right = engine.parallelize(List.of(10, 20, 30), 3);

        assertThat(all(left.zip(right, new Operators.Alternating<>(), false)))
                .containsExactly(List.of(0, 10, 1), List.of(2, 20, 3), List.of(4, 30, 5));
        assertThatThrownBy(() -> left.zip(numbers(6, 2), new Operators.Alternating<>(), false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("3")
                .hasMessageContaining("2");
    }

    @Test
    @DisplayName("E14 zip reads only what the operator pulls, and closes both sides")
    void zipReadsWhatIsPulled() throws Exception {
        Trace trace = trace();
        Dataset<Integer> left =
                numbers(50, 1).transform(traced(trace), true).transform(new Watching<>(trace, "left"), true);
        Dataset<Integer> right = numbers(50, 1).transform(traced(trace, "right "), true);

        assertThat(all(left.zip(right, new FirstOfLeft<>(2), false))).containsExactly(List.of(0, 1));
        assertThat(trace.lines().stream().filter(line -> !line.startsWith("left")))
                .containsExactly("0", "1");
        assertThat(trace.of("left")).containsExactly("attach", "begin", "accept", "accept", "close");
    }

    @Test
    @DisplayName("E15 zip keeps the placement of the left side when told")
    void zipKeepsPlacementWhenTold() {
        Dataset<Integer> left = numbers(6, 3).partitionBy(x -> x, new Operators.ByRemainder(3));
        Dataset<Integer> right = numbers(6, 3);

        assertThat(left.zip(right, new Operators.Alternating<>(), true).partitioner())
                .isEqualTo(left.partitioner());
        assertThat(left.zip(right, new Operators.Alternating<>(), false).partitioner())
                .isEmpty();
        assertThat(right.zip(left, new Operators.Alternating<>(), true).partitioner())
                .isEmpty();
    }

    @Test
    @DisplayName("E16 union is the partitions of this dataset and then those of the others, placed by nobody")
    void unionKeepsTheOrderOfDatasets() throws Exception {
        Dataset<Integer> placed = numbers(4, 2).partitionBy(x -> x, new Operators.ByRemainder(2));
        Dataset<Integer> union = placed.union(List.of(engine.parallelize(List.of(7), 1), placed));

        assertThat(all(union)).containsExactly(List.of(0, 2), List.of(1, 3), List.of(7), List.of(0, 2), List.of(1, 3));
        assertThat(union.partitioner()).isEmpty();
    }

    @Test
    @DisplayName("E17 coalesce reads even runs of neighbours in order; to as many or more it is the dataset itself")
    void coalesceReadsNeighbours() throws Exception {
        Dataset<Integer> five = numbers(10, 5);

        assertThat(all(five.coalesce(2))).containsExactly(List.of(0, 1, 2, 3), List.of(4, 5, 6, 7, 8, 9));
        assertThat(five.coalesce(5)).isSameAs(five);
        assertThat(five.coalesce(6)).isSameAs(five);
        assertThat(five.partitionBy(x -> x, new Operators.ByRemainder(3))
                        .coalesce(2)
                        .partitioner())
                .isEmpty();
        assertThatThrownBy(() -> five.coalesce(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("ACQ-");
    }

    @Test
    @DisplayName("E18 datasets of two engines cannot be combined")
    void datasetsOfTwoEnginesCannotBeCombined() throws Exception {
        try (Engine other = engine(Map.of())) {
            Dataset<Integer> foreign = other.parallelize(List.of(1, 2), 2);

            assertThatThrownBy(() -> numbers(4, 2).zip(foreign, new Operators.Alternating<>(), false))
                    .hasMessageContaining("ACQ-");
            assertThatThrownBy(() -> numbers(4, 2).union(List.of(foreign))).hasMessageContaining("ACQ-");
        }
    }

    @Test
    @DisplayName("E19 records may be null")
    void recordsMayBeNull() throws Exception {
        List<@Nullable Integer> records = Arrays.asList(null, 1, null, 2);
        Dataset<@Nullable Integer> nulls = engine.parallelize(records, 2)
                .transform(new Operators.Mapping<>(x -> x), true)
                .partitionBy(x -> x, new Operators.ByRemainder(1));
        for (StorageLevel level : StorageLevel.values()) {
            nulls.persist(level);
            assertThat(all(nulls)).as("%s", level).isEqualTo(List.of(records));
            assertThat(all(nulls)).as("%s, again", level).isEqualTo(List.of(records));
            nulls.unpersist();
        }
        assertThat(all(nulls.zip(nulls, new Operators.RightFirst<>(), true)).get(0))
                .hasSize(8)
                .containsNull();
    }

    // Running

    @Test
    @DisplayName("E20 run computes the named partitions alone and gives their results in the order of their names")
    void runComputesTheNamedPartitions() throws Exception {
        Trace trace = trace();
        Dataset<Integer> dataset = numbers(16, 8).transform(traced(trace), true);

        assertThat(some(dataset, 5, 1)).containsExactly(List.of(10, 11), List.of(2, 3));
        assertThat(trace.lines()).containsExactlyInAnyOrder("10", "11", "2", "3");
        assertThat(some(dataset)).isEmpty();
        assertThat(trace.lines()).hasSize(4);
    }

    @Test
    @DisplayName("E21 run refuses partitions that are not there, and operators that give not one result")
    void runRefusesWhatItCannotAnswer() {
        Dataset<Integer> dataset = numbers(4, 2);

        assertThatThrownBy(() -> some(dataset, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("2");
        assertThatThrownBy(() -> some(dataset, -1)).isInstanceOf(IllegalArgumentException.class);
        for (int results : new int[] {0, 2}) {
            assertThatThrownBy(() -> dataset.run(new Operators.Limiting<>(results), new int[] {0}, job()))
                    .hasMessageContaining("ACQ-");
        }
    }

    @Test
    @DisplayName("E22 a task knows its partition, batch and output")
    void aTaskKnowsItself() throws Exception {
        List<String> selves = numbers(4, 3)
                .run(new Describing<>(), new int[] {2, 0}, new JobInfo(Optional.of(BATCH), "out-7", "here", NO_COUNTS));

        assertThat(selves).containsExactly("2 out-7 Optional[1000 ms] false", "0 out-7 Optional[1000 ms] false");
        assertThat(numbers(4, 1).run(new Describing<>(), new int[] {0}, job()))
                .containsExactly("0 conformance Optional.empty false");
    }

    @Test
    @DisplayName("E23 what a function threw ends the job as it is")
    void aFailureComesOutAsItIs() {
        Dataset<Integer> failing = numbers(4, 2).transform(new FailingFunction(), true);

        for (Dataset<Integer> dataset : List.of(failing, failing.partitionBy(x -> x, Partitioner.hash(2)))) {
            assertThatThrownBy(() -> all(dataset)).isInstanceOfSatisfying(OperatorException.class, thrown -> {
                assertThat(thrown.operator()).isEqualTo("map");
                assertThat(thrown.callSite()).isEqualTo("App.java:7");
                assertThat(thrown.partition()).isEqualTo(1);
                assertThat(thrown.getCause()).isInstanceOf(IOException.class).hasMessage("no more");
            });
        }
    }

    @Test
    @DisplayName("E24 the first failure wins; the other tasks of the job see that they are cancelled")
    void theFirstFailureWins() {
        Trace trace = trace();
        Dataset<Integer> dataset = numbers(2, 2).transform(new FirstWaitsSecondFails(trace), true);

        assertThatThrownBy(() -> all(dataset)).hasMessageContaining("second failed");
        assertThat(trace.lines()).contains("first saw it");
    }

    @Test
    @DisplayName("E25 the engine goes on after a failed job, and the dataset can be run again")
    void aFailedJobCanRunAgain() throws Exception {
        Trace trace = trace();
        Dataset<Integer> dataset = numbers(4, 2)
                .transform(new FailingWithout(trace), true)
                .partitionBy(x -> x, new Operators.ByRemainder(2))
                .persist(StorageLevel.MEMORY_ONLY);

        assertThat(failureOf(() -> all(dataset))).isNotNull();
        trace.add("mended");
        assertThat(all(dataset)).containsExactly(List.of(0, 2), List.of(1, 3));
    }

    @Test
    @DisplayName("E26 cancel ends the jobs of that batch alone and wakes functions that block")
    void cancelEndsTheJobsOfABatch() throws Exception {
        Trace trace = trace();
        Trace otherTrace = trace();
        Future<String> job = blocking(trace, BATCH);
        Future<String> other = blocking(otherTrace, OTHER_BATCH);
        await(job, () -> trace.lines().contains("blocks"));
        await(other, () -> otherTrace.lines().contains("blocks"));

        engine.cancel(BATCH);
        assertThat(job.get()).isEqualTo("interrupted");
        assertThat(trace.lines()).contains("woken");
        assertThat(other).isNotDone();
        assertThat(otherTrace.lines()).doesNotContain("woken");

        engine.cancel(OTHER_BATCH);
        assertThat(other.get()).isEqualTo("interrupted");
        assertThat(all(numbers(2, 2))).containsExactly(List.of(0), List.of(1));
    }

    @Test
    @DisplayName("E27 an interrupt of the calling thread ends its job")
    void anInterruptEndsTheJob() throws Exception {
        Trace trace = trace();
        Future<String> job = blocking(trace, BATCH);
        await(job, () -> trace.lines().contains("blocks"));

        threads.shutdownNow();
        assertThat(job.get()).isEqualTo("interrupted");
    }

    @Test
    @DisplayName("E28 run inside of a task is refused")
    void aNestedRunIsRefused() {
        reachable = numbers(4, 2);
        try {
            assertThat(failureOf(() -> all(numbers(1, 1).transform(new RunningInside(), true))))
                    .isNotNull()
                    .hasMessageContaining("ACQ-");
        } finally {
            reachable = null;
        }
    }

    // What tasks tell

    @Test
    @DisplayName("E29 counts are told once per task that succeeded, on the thread that runs the job")
    void countsAreToldOnce() throws Exception {
        List<String> told = new ArrayList<>();
        Thread caller = Thread.currentThread();
        JobInfo job = new JobInfo(Optional.empty(), "counts", "here", (partition, name, n) -> {
            assertThat(Thread.currentThread()).isSameAs(caller);
            told.add(partition + " " + name + " " + n);
        });
        numbers(10, 3)
                .transform(new Counting<>("seen", Integer.MAX_VALUE), true)
                .run(new Operators.Collecting<>(), new int[] {0, 1, 2}, job);

        assertThat(told)
                .containsExactlyInAnyOrder(
                        "0 seen 3", "0 records 3", "1 seen 3", "1 records 3", "2 seen 4", "2 records 4");

        told.clear();
        assertThat(failureOf(() -> numbers(10, 3)
                        .transform(new Counting<>("seen", 4), true)
                        .run(new Operators.Collecting<>(), new int[] {0, 1, 2}, job)))
                .isNotNull();
        assertThat(told).doesNotHaveDuplicates().noneMatch(line -> line.startsWith("2"));
    }

    @Test
    @DisplayName("E30 an accumulator counts tasks that succeeded, once; outside of tasks it adds at once")
    void accumulatorsCountSuccessfulTasks() throws Exception {
        Accumulator<Long> sum = engine.accumulator("sum", 0L, Long::sum);
        Dataset<Integer> adding = numbers(10, 3)
                .transform(
                        new Operators.Mapping<>(x -> {
                            sum.add((long) x);
                            return x;
                        }),
                        true);

        all(adding);
        assertThat(sum.value()).isEqualTo(45);
        some(adding, 0);
        assertThat(sum.value()).isEqualTo(48);
        sum.add(2L);
        assertThat(sum.value()).isEqualTo(50);
        assertThat(sum.name()).isEqualTo("sum");

        Dataset<Integer> failing = adding.coalesce(1).transform(new Failing<>("end"), true);
        assertThat(failureOf(() -> all(failing))).isNotNull();
        assertThat(sum.value()).isEqualTo(50);
        sum.reset();
        assertThat(sum.value()).isZero();
    }

    @Test
    @DisplayName("E31 a broadcast value is seen by every task until it is unpersisted")
    void aBroadcastIsSeenByTasks() throws Exception {
        Broadcast<List<String>> words = engine.broadcast(List.of("zero", "one", "two"));
        Dataset<String> spelled = numbers(3, 3)
                .transform(new Operators.Mapping<>(x -> words.value().get(x)), false);

        assertThat(words.value()).containsExactly("zero", "one", "two");
        assertThat(all(spelled)).containsExactly(List.of("zero"), List.of("one"), List.of("two"));
        words.unpersist();
        assertThatThrownBy(words::value).isInstanceOf(IllegalStateException.class);
        assertThat(failureOf(() -> all(spelled))).isNotNull();
    }

    // What is kept

    @Test
    @DisplayName("E32 a persisted partition is computed once at every level, and read the same again")
    void aPersistedPartitionIsComputedOnce() throws Exception {
        for (StorageLevel level : StorageLevel.values()) {
            Trace trace = trace();
            Dataset<String> kept = numbers(30, 3)
                    .transform(traced(trace), true)
                    .transform(new Operators.Mapping<>(x -> "record " + x), true)
                    .partitionBy(x -> x, Partitioner.hash(2))
                    .transform(new Operators.Filtering<>(x -> true), true);
            List<List<String>> expected = all(kept);

            assertThat(kept.persist(level)).isSameAs(kept);
            Dataset<String> after = kept.transform(new Operators.Mapping<>(x -> x), true);
            for (int round = 0; round < 3; round++) {
                assertThat(all(kept)).as("%s", level).isEqualTo(expected);
                assertThat(all(after)).as("%s", level).isEqualTo(expected);
            }
            assertThat(trace.lines()).as("%s", level).hasSize(30);
        }
    }

    @Test
    @DisplayName("E33 what does not fit into memory goes to disk or, at a level without disk, is computed again")
    void whatDoesNotFitGoesToDiskOrIsComputedAgain() throws Exception {
        engine.close();
        engine = engine(Map.of(
                "streaming.storage.memory",
                "16B",
                "streaming.storage.dir",
                directory.resolve("spill").toString()));
        for (StorageLevel level : StorageLevel.values()) {
            Trace trace = trace();
            Dataset<Integer> kept =
                    numbers(300, 3).transform(traced(trace), true).persist(level);
            List<List<Integer>> first = all(kept);

            assertThat(all(kept)).as("%s", level).isEqualTo(first);
            assertThat(trace.lines()).as("%s", level).hasSize(level.usesDisk() ? 300 : 600);
        }
    }

    @Test
    @DisplayName("E34 persist at the same level again changes nothing, at another it is refused")
    void aLevelIsChangedByUnpersistingFirst() {
        Dataset<Integer> kept = numbers(4, 2).persist(StorageLevel.MEMORY_ONLY);

        assertThat(kept.persist(StorageLevel.MEMORY_ONLY)).isSameAs(kept);
        assertThatThrownBy(() -> kept.persist(StorageLevel.DISK_ONLY))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("MEMORY_ONLY")
                .hasMessageContaining("DISK_ONLY");
        assertThat(kept.unpersist().persist(StorageLevel.DISK_ONLY)).isSameAs(kept);
    }

    @Test
    @DisplayName("E35 after unpersist a partition is computed again; datasets made from it go on")
    void unpersistedIsComputedAgain() throws Exception {
        Trace trace = trace();
        Dataset<Integer> kept = numbers(6, 2).transform(traced(trace), true).persist(StorageLevel.MEMORY_ONLY);
        Dataset<Integer> derived = kept.transform(new Operators.Filtering<>(x -> x > 2), true);
        all(kept);

        assertThat(kept.unpersist()).isSameAs(kept);
        assertThat(all(derived)).containsExactly(List.of(), List.of(3, 4, 5));
        assertThat(trace.lines()).hasSize(12);
        assertThat(kept.unpersist()).isSameAs(kept);
    }

    @Test
    @DisplayName("E36 a partition that ended early is not kept as if it were whole")
    void aPartitionThatEndedEarlyIsNotKeptAsWhole() throws Exception {
        Dataset<Integer> kept = numbers(20, 2).persist(StorageLevel.MEMORY_ONLY);
        Dataset<Integer> written = numbers(20, 2).transform(new Operators.Mapping<>(x -> x), true);
        written.checkpoint(directory.resolve("early").toUri());
        List<List<Integer>> whole = all(numbers(20, 2));

        for (Dataset<Integer> dataset : List.of(kept, written)) {
            assertThat(all(dataset.transform(new Operators.Limiting<>(1), true)))
                    .containsExactly(List.of(0), List.of(10));
            assertThat(all(dataset.zip(dataset, new FirstOfLeft<>(1), true))).containsExactly(List.of(0), List.of(10));
            assertThat(all(dataset)).isEqualTo(whole);
        }
    }

    @Test
    @DisplayName("E37 a kept partition that was lost is computed again")
    void aLostPartitionIsComputedAgain() throws Exception {
        Path storage = directory.resolve("storage");
        engine.close();
        engine = engine(Map.of("streaming.storage.dir", storage.toString()));
        Trace trace = trace();
        Dataset<Integer> kept = numbers(6, 2).transform(traced(trace), true).persist(StorageLevel.DISK_ONLY);
        List<List<Integer>> before = all(kept);

        List<Path> lost = filesIn(storage);
        assertThat(lost).isNotEmpty();
        for (Path file : lost) {
            Files.delete(file);
        }
        assertThat(all(kept)).isEqualTo(before);
        assertThat(trace.lines()).hasSize(12);
        assertThat(all(kept)).isEqualTo(before);
        assertThat(trace.lines()).hasSize(12);
    }

    @Test
    @DisplayName(
            "E38 checkpoint writes each partition when it is first computed, and then the parent is not asked again")
    void aCheckpointForgetsTheLineage() throws Exception {
        Path files = directory.resolve("checkpoint");
        Trace trace = trace();
        Dataset<Integer> parent = numbers(9, 3).transform(traced(trace), true);
        Dataset<Integer> written = parent.transform(new Operators.Mapping<>(x -> x * 2), false);
        written.checkpoint(files.toUri());
        assertThat(filesIn(files)).isEmpty();

        assertThat(some(written, 1)).containsExactly(List.of(6, 8, 10));
        assertThat(trace.lines()).containsExactly("3", "4", "5");
        for (int round = 0; round < 2; round++) {
            assertThat(all(written)).containsExactly(List.of(0, 2, 4), List.of(6, 8, 10), List.of(12, 14, 16));
            assertThat(trace.lines()).hasSize(9);
        }
        assertThat(filesIn(files)).isNotEmpty();
        assertThat(all(written.persist(StorageLevel.MEMORY_ONLY).coalesce(1)).get(0))
                .hasSize(9);
        assertThat(all(written.unpersist())).hasSize(3);
        assertThat(trace.lines()).hasSize(9);
    }

    @Test
    @DisplayName("E39 a dataset that is persisted and checkpointed is computed once for both")
    void persistAndCheckpointComputeOnce() throws Exception {
        for (StorageLevel level : StorageLevel.values()) {
            Trace trace = trace();
            Dataset<Integer> both = numbers(6, 2).transform(traced(trace), true).persist(level);
            both.checkpoint(directory.resolve("both-" + level).toUri());

            assertThat(all(both)).as("%s", level).containsExactly(List.of(0, 1, 2), List.of(3, 4, 5));
            assertThat(all(both.unpersist())).as("%s", level).containsExactly(List.of(0, 1, 2), List.of(3, 4, 5));
            assertThat(trace.lines()).as("%s", level).hasSize(6);
        }
    }

    // Where data comes from

    @Test
    @DisplayName("E40 parallelize cuts a list into even runs of neighbours")
    void parallelizeCutsEvenly() throws Exception {
        assertThat(all(numbers(10, 4)))
                .containsExactly(List.of(0, 1), List.of(2, 3, 4), List.of(5, 6), List.of(7, 8, 9));
        assertThat(all(numbers(1, 3))).containsExactly(List.of(), List.of(), List.of(0));
        assertThat(all(numbers(0, 2))).containsExactly(List.of(), List.of());
        assertThat(numbers(10, 4).partitioner()).isEmpty();
        assertThatThrownBy(() -> numbers(10, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("ACQ-");
    }

    @Test
    @DisplayName("E41 each group of blocks is a partition, its blocks in order")
    void aGroupOfBlocksIsAPartition() throws Exception {
        Block<Integer> one = new Operators.Received<>(List.of(1, 2));
        Block<Integer> none = new Operators.Received<>(List.of());
        Block<Integer> other = new Operators.Received<>(List.of(3));

        assertThat(all(engine.fromBlocks(List.of(List.of(other, none, one), List.of(), List.of(one)))))
                .containsExactly(List.of(3, 1, 2), List.of(), List.of(1, 2));
        assertThat(all(engine.<Integer>fromBlocks(List.of()))).isEmpty();
    }

    @Test
    @DisplayName("E42 splits are opened in the task, one after the other, and closed in any case")
    void splitsAreOpenedInTheTaskAndClosed() throws Exception {
        Trace trace = trace();
        Split<Integer> a = new TracedSplit(trace, "a", List.of(1, 2));
        Split<Integer> b = new TracedSplit(trace, "b", List.of(3));
        Dataset<Integer> dataset = engine.fromSplits(List.of(List.of(a, b), List.of()));
        assertThat(trace.lines()).isEmpty();

        assertThat(all(dataset)).containsExactly(List.of(1, 2, 3), List.of());
        assertThat(trace.lines()).containsExactly("a opened", "a closed", "b opened", "b closed");

        assertThat(all(dataset.transform(new Operators.Limiting<>(1), true))).containsExactly(List.of(1), List.of());
        assertThat(trace.lines().subList(4, 6)).containsExactly("a opened", "a closed");

        assertThat(failureOf(() -> all(dataset.transform(new Failing<>("accept"), true))))
                .isNotNull();
        assertThat(trace.count(" closed")).isEqualTo(trace.count(" opened"));
    }

    @Test
    @DisplayName("E43 wrap and unwrap refuse types they do not know and name those they do")
    void wrapAndUnwrapNameTheTypes() {
        assertThatThrownBy(() -> engine.wrap(new StringBuilder()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("ACQ-")
                .hasMessageContaining("java.lang.StringBuilder");
        assertThatThrownBy(() -> numbers(2, 1).unwrap(StringBuilder.class))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("ACQ-")
                .hasMessageContaining("java.lang.StringBuilder");
    }

    // The engine

    @Test
    @DisplayName("E44 defaultParallelism is the setting, and without it at least one")
    void defaultParallelismIsTheSetting() throws Exception {
        assertThat(engine.defaultParallelism()).isPositive();
        assertThat(engine.capabilities().slots()).isGreaterThan(1);
        assertThat(engine.capabilities().leastInterval()).isPositive();
        try (Engine three = engine(Map.of("streaming.parallelism", "3"))) {
            assertThat(three.defaultParallelism()).isEqualTo(3);
        }
    }

    @Test
    @DisplayName("E45 plans grows with chains of a shape not seen before, and with no other")
    void plansGrowsWithNewShapesAlone() throws Exception {
        all(filtered(3));
        long before = engine.plans();
        all(filtered(3));
        all(filtered(4));
        assertThat(engine.plans()).isEqualTo(before);

        all(filtered(3).transform(new Operators.Limiting<>(1), true));
        assertThat(engine.plans()).isGreaterThan(before);
    }

    @Test
    @DisplayName("E46 jobs of several threads agree, and what they share is computed once")
    void jobsOfSeveralThreadsAgree() throws Exception {
        Trace beforeShuffle = trace();
        Trace beforeKept = trace();
        Dataset<Integer> shared = numbers(40, 4)
                .transform(traced(beforeShuffle), true)
                .partitionBy(x -> x, new Operators.ByRemainder(3))
                .transform(traced(beforeKept), true)
                .persist(StorageLevel.MEMORY_AND_DISK);
        Dataset<Integer> doubled = shared.zip(shared, new Operators.Alternating<>(), true);
        List<Callable<List<List<Integer>>>> jobs = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            jobs.add(() -> all(shared));
            jobs.add(() -> all(doubled.coalesce(1)));
        }

        List<Future<List<List<Integer>>>> results = threads.invokeAll(jobs);
        for (int i = 0; i < results.size(); i += 2) {
            assertThat(results.get(i).get()).isEqualTo(results.get(0).get());
            assertThat(results.get(i + 1).get()).isEqualTo(results.get(1).get());
        }
        assertThat(results.get(0).get().get(0)).startsWith(0, 3, 6, 9).hasSize(14);
        assertThat(beforeShuffle.lines()).hasSize(40);
        assertThat(beforeKept.lines()).hasSize(40);
    }

    @Test
    @DisplayName("E47 functions that are copied for each task give the same results")
    void copiedFunctionsGiveTheSameResults() throws Exception {
        for (Map<String, String> settings : List.of(Map.<String, String>of(), copyingFunctions(Map.of()))) {
            for (long seed = 1; seed <= 20; seed++) {
                try (Engine fresh = engine(settings)) {
                    RandomGraphs.graph(seed).run(fresh, directory.resolve(settings.size() + " " + seed));
                }
            }
        }
    }

    @Test
    @DisplayName("E48 when functions are copied, one that cannot be sent is refused where it is given, with the class")
    void aFunctionThatCannotBeSentIsRefused() throws Exception {
        try (Engine copying = engine(copyingFunctions(Map.of()))) {
            StringHolder unsendable = new StringHolder();
            Function<Integer, Integer> function = x -> x + unsendable.text.length();

            assertThatThrownBy(() ->
                            copying.parallelize(List.of(1), 1).transform(new Operators.Mapping<>(function), false))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("ACQ-")
                    .hasMessageContaining(StringHolder.class.getName());
        }
    }

    @Test
    @DisplayName("E49 close ends running jobs, may be called again, and refuses jobs after it")
    void closeEndsEverything() throws Exception {
        Trace trace = trace();
        Dataset<Integer> dataset = numbers(4, 2);
        Future<String> job = blocking(trace, BATCH);
        await(job, () -> trace.lines().contains("blocks"));

        engine.close();
        assertThat(job.get()).isEqualTo("interrupted");
        engine.close();
        assertThat(failureOf(() -> all(dataset))).isNotNull().hasMessageContaining("ACQ-");
    }

    // Shared by the tests

    private static final JobInfo.TaskCounts NO_COUNTS = (partition, name, n) -> {};

    private static JobInfo job() {
        return new JobInfo(Optional.empty(), "conformance", "ExecutionEngineConformance", NO_COUNTS);
    }

    @Test
    @DisplayName("E81 an operator may hold the same in each task")
    void operatorsMayHoldTheSameInEachTask() throws Exception {
        List<List<Long>> limits =
                all(numbers(3, 3).transform(new InTask<>((task, number) -> task.operatorMemory()), true));

        assertThat(limits).allSatisfy(one -> assertThat(one).isEqualTo(limits.get(0)));
        assertThat(limits.get(0).get(0)).isPositive();
    }

    @Test
    @DisplayName("E82 records that were put aside are read in their order, as often as asked")
    void recordsAreReadFromAsideAsOftenAsAsked() throws Exception {
        assertThat(all(numbers(1, 1).transform(new InTask<>(ExecutionEngineConformance::readTwice), true)))
                .containsExactly(List.of("[a, null, b] [a, null, b]"));
    }

    /** One reader is in the middle while the other one begins. */
    private static String readTwice(StorageTask task, Integer number) {
        try (StorageTask.Aside<String> aside =
                task.putAside(Arrays.asList("a", null, "b").iterator())) {
            List<String> first = new ArrayList<>();
            List<String> second = new ArrayList<>();
            Iterator<String> one = aside.open();
            first.add(one.next());
            aside.open().forEachRemaining(second::add);
            one.forEachRemaining(first::add);
            return first + " " + second;
        }
    }

    @Test
    @DisplayName("E83 a record that cannot be serialized cannot be put aside")
    void whatCannotBeSerializedIsNotPutAside() throws Exception {
        assertThat(all(numbers(1, 1).transform(new InTask<>(ExecutionEngineConformance::refused), true)))
                .containsExactly(List.of("refused, then [1]"));
    }

    private static String refused(StorageTask task, Integer number) {
        try (StorageTask.Aside<Thread> aside =
                task.putAside(List.of(Thread.currentThread()).iterator())) {
            return "taken: " + aside;
        } catch (IllegalArgumentException e) {
            try (StorageTask.Aside<Integer> aside = task.putAside(List.of(1).iterator())) {
                List<Integer> read = new ArrayList<>();
                aside.open().forEachRemaining(read::add);
                return "refused, then " + read;
            }
        }
    }

    private Dataset<Integer> numbers(int count, int partitions) {
        return engine.parallelize(IntStream.range(0, count).boxed().toList(), partitions);
    }

    private Dataset<Integer> filtered(int bound) {
        return numbers(10, 2).transform(new Operators.Filtering<>(x -> x > bound), true);
    }

    private static <T> List<List<T>> all(Dataset<T> dataset) throws Exception {
        return some(dataset, IntStream.range(0, dataset.partitionCount()).toArray());
    }

    private static <T> List<List<T>> some(Dataset<T> dataset, int... partitions) throws Exception {
        return dataset.run(new Operators.Collecting<>(), partitions, job());
    }

    private static @Nullable Throwable failureOf(Callable<?> job) {
        try {
            job.call();
            return null;
        } catch (Exception e) {
            return e;
        }
    }

    /** A job whose task blocks until it is interrupted; gives how it ended. */
    private Future<String> blocking(Trace trace, Time batch) {
        Dataset<Integer> dataset = numbers(1, 1).transform(new Blocking<>(trace), true);
        return threads.submit(() -> {
            try {
                dataset.run(
                        new Operators.Collecting<>(),
                        new int[] {0},
                        new JobInfo(Optional.of(batch), "blocking", "here", NO_COUNTS));
                return "ended";
            } catch (InterruptedException e) {
                return "interrupted";
            }
        });
    }

    /** Waits until the job has come so far; fails when it ends before. */
    private static void await(Future<?> job, Callable<Boolean> condition) throws Exception {
        while (!condition.call()) {
            try {
                throw new AssertionError("the job ended early: " + job.get(5, TimeUnit.MILLISECONDS));
            } catch (ExecutionException e) {
                throw new AssertionError("the job ended early", e);
            } catch (TimeoutException e) {
                // look again
            }
        }
    }

    private Trace trace() {
        return new Trace(directory.resolve("trace-" + traces++).toString());
    }

    private static Operator<Integer, Integer> traced(Trace trace) {
        return traced(trace, "");
    }

    private static Operator<Integer, Integer> traced(Trace trace, String prefix) {
        return new Operators.Mapping<>(x -> {
            trace.add(prefix + x);
            return x;
        });
    }

    private static List<Path> filesIn(Path directory) throws IOException {
        if (Files.notExists(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    private static final class StringHolder {
        final String text = "text";
    }

    // Operators that do something special

    /** Traces what is done with it. */
    private record Watching<T>(Trace trace, String name) implements Operator<T, T> {
        @Override
        public Downstream<T> attach(TaskContext task, Downstream<T> down) throws Exception {
            trace.add(name + " attach");
            return new Operators.Passing<>(down) {
                @Override
                public void begin() throws Exception {
                    trace.add(name + " begin");
                    down.begin();
                }

                @Override
                public void accept(T record) throws Exception {
                    trace.add(name + " accept");
                    down.accept(record);
                }

                @Override
                public void end() throws Exception {
                    trace.add(name + " end");
                    down.end();
                }

                @Override
                public void close() {
                    try {
                        trace.add(name + " close");
                    } catch (IOException e) {
                        throw new AssertionError("the trace cannot be written", e);
                    }
                    down.close();
                }
            };
        }
    }

    /** Fails in the call of that name; an end that fails, fails before it is passed on. */
    private record Failing<T>(String call) implements Operator<T, T> {
        @Override
        public Downstream<T> attach(TaskContext task, Downstream<T> down) throws Exception {
            failIn("attach");
            return new Operators.Passing<>(down) {
                @Override
                public void begin() throws Exception {
                    failIn("begin");
                    down.begin();
                }

                @Override
                public void accept(T record) throws Exception {
                    failIn("accept");
                    down.accept(record);
                }

                @Override
                public void end() throws Exception {
                    failIn("end");
                    down.end();
                }
            };
        }

        private void failIn(String where) throws IOException {
            if (where.equals(call)) {
                throw new IOException("failed in " + where);
            }
        }
    }

    /** Fails in partition 1, as an operation of the program would. */
    private record FailingFunction() implements Operator<Integer, Integer> {
        @Override
        public Downstream<Integer> attach(TaskContext task, Downstream<Integer> down) {
            return new Operators.Passing<>(down) {
                @Override
                public void accept(Integer record) throws Exception {
                    if (task.partition() == 1) {
                        throw new OperatorException("map", "App.java:7", task, new IOException("no more"));
                    }
                    down.accept(record);
                }
            };
        }
    }

    /** Partition 0 waits until it is cancelled; partition 1 fails once the other waits. */
    private record FirstWaitsSecondFails(Trace trace) implements Operator<Integer, Integer> {
        @Override
        public Downstream<Integer> attach(TaskContext task, Downstream<Integer> down) {
            return new Operators.Passing<>(down) {
                @Override
                public void accept(Integer record) throws Exception {
                    if (task.partition() == 0) {
                        trace.add("first waits");
                        while (!task.isCancelled()) {
                            Thread.onSpinWait();
                        }
                        trace.add("first saw it");
                        throw new InterruptedException("first was cancelled");
                    }
                    while (!trace.lines().contains("first waits")) {
                        Thread.onSpinWait();
                    }
                    throw new IOException("second failed");
                }
            };
        }
    }

    /** Fails as long as the trace is empty. */
    private record FailingWithout(Trace trace) implements Operator<Integer, Integer> {
        @Override
        public Downstream<Integer> attach(TaskContext task, Downstream<Integer> down) {
            return new Operators.Passing<>(down) {
                @Override
                public void accept(Integer record) throws Exception {
                    if (record == 3 && trace.lines().isEmpty()) {
                        throw new IOException("not yet");
                    }
                    down.accept(record);
                }
            };
        }
    }

    /** Blocks until the task is interrupted. */
    private record Blocking<T>(Trace trace) implements Operator<T, T> {
        @Override
        public Downstream<T> attach(TaskContext task, Downstream<T> down) {
            return new Operators.Passing<>(down) {
                @Override
                public void accept(T record) throws Exception {
                    trace.add("blocks");
                    try {
                        new CountDownLatch(1).await();
                    } catch (InterruptedException e) {
                        trace.add("woken");
                        throw e;
                    }
                }
            };
        }
    }

    /** Does inside of a task what only the driver may do. */
    private record RunningInside() implements Operator<Integer, Integer> {
        @Override
        public Downstream<Integer> attach(TaskContext task, Downstream<Integer> down) {
            return new Operators.Passing<>(down) {
                @Override
                public void accept(Integer record) throws Exception {
                    Dataset<Integer> dataset = reachable;
                    if (dataset == null) {
                        throw new IllegalStateException("ACQ- no dataset can be reached from here at all");
                    }
                    all(dataset);
                    down.accept(record);
                }
            };
        }
    }

    /** Counts each record; fails when a partition has so many, or more. */
    private record Counting<T>(String name, int most) implements Operator<T, T> {
        @Override
        public Downstream<T> attach(TaskContext task, Downstream<T> down) {
            return new Operators.Passing<>(down) {
                private int seen;

                @Override
                public void accept(T record) throws Exception {
                    task.count(name, 1);
                    if (++seen >= most) {
                        throw new IOException("too many");
                    }
                    down.accept(record);
                }
            };
        }
    }

    /** What a task knows of itself. */
    private record Describing<T>() implements Operator<T, String> {
        @Override
        public Downstream<T> attach(TaskContext task, Downstream<String> down) {
            return new Operators.Passing<>(down) {
                @Override
                public void accept(T record) {}

                @Override
                public void end() throws Exception {
                    down.accept(
                            task.partition() + " " + task.output() + " " + task.batchTime() + " " + task.isCancelled());
                    down.end();
                }
            };
        }
    }

    /** What a record becomes where the task is at hand. */
    private interface WithTask<T, R> extends Serializable {
        R call(StorageTask task, T record);
    }

    private record InTask<T, R>(WithTask<T, R> function) implements Operator<T, R> {
        @Override
        public Downstream<T> attach(TaskContext task, Downstream<R> down) {
            return new Operators.Passing<>(down) {
                @Override
                public void accept(T record) throws Exception {
                    down.accept(function.call((StorageTask) task, record));
                }
            };
        }
    }

    /** Pulls so many from the left and nothing from the right. */
    private record FirstOfLeft<T>(int count) implements Operator2<T, T, T> {
        @Override
        public void apply(TaskContext task, Iterator<T> left, Iterator<T> right, Downstream<T> out) throws Exception {
            for (int i = 0; i < count; i++) {
                out.accept(left.next());
            }
        }
    }

    private record TracedSplit(Trace trace, String name, List<Integer> records) implements Split<Integer> {
        @Override
        public SplitReader<Integer> open(TaskContext task) throws IOException {
            trace.add(name + " opened");
            return new SplitReader<>() {
                private int next;

                @Override
                public List<Integer> next() {
                    return next < records.size() ? List.of(records.get(next++)) : List.of();
                }

                @Override
                public void close() {
                    try {
                        trace.add(name + " closed");
                    } catch (IOException e) {
                        throw new AssertionError("the trace cannot be written", e);
                    }
                }
            };
        }

        @Override
        public String describe() {
            return name;
        }

        @Override
        public OptionalLong recordCount() {
            return OptionalLong.of(records.size());
        }
    }
}
