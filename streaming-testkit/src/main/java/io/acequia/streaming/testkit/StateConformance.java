/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.acequia.streaming.data.Partitioner;
import io.acequia.streaming.data.StorageLevel;
import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.engine.Dataset;
import io.acequia.streaming.engine.Downstream;
import io.acequia.streaming.engine.Engine;
import io.acequia.streaming.engine.JobInfo;
import io.acequia.streaming.engine.Operator;
import io.acequia.streaming.engine.StateChange;
import io.acequia.streaming.engine.StateDataset;
import io.acequia.streaming.engine.StateOperator;
import io.acequia.streaming.engine.StateView;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
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
 * What every engine must do with settled datasets and keyed state: one test per rule of these sections of
 * {@code docs/engine-contract.md}. An engine passes by saying how it is opened:
 *
 * <pre>{@code
 * class MyStateConformanceTest extends StateConformance {
 *     @Override
 *     protected Engine engine(Map<String, String> settings) {
 *         return ...;
 *     }
 * }
 * }</pre>
 *
 * <p>It should pass in more ways than one: with {@link #copyingFunctions}, and with {@link #littleMemory}, where most of each
 * state is on disk. To make that count, the states of most tests hold {@value #CROWD} keys that the test is not about; when a
 * version is read, it is seen that these are there as they were put, and they are left out of what the test compares.
 *
 * <p>As in {@link ExecutionEngineConformance} functions capture values only, what tasks did is seen in a file that all of them
 * can write to, and two slots are enough.
 */
@Timeout(120)
public abstract class StateConformance {
    private static final int CROWD = 5_000;
    private static final String CROWDED = "crowd-";
    private static final Time START = new Time(1);
    private static final Partitioner TWO = Partitioner.hash(2);
    private static final StorageLevel LEVEL = StorageLevel.MEMORY_AND_DISK;

    @TempDir
    @SuppressWarnings("NullAway.Init") // by JUnit
    Path directory;

    @SuppressWarnings("NullAway.Init") // before each test
    private Engine engine;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private int traces;

    /** For JUnit. */
    protected StateConformance() {}

    /** Opens an engine with two slots or more. The suite closes it. */
    protected abstract Engine engine(Map<String, String> settings) throws Exception;

    /** Settings with which functions are copied for each task, as a cluster would. */
    protected static Map<String, String> copyingFunctions(Map<String, String> settings) {
        return ExecutionEngineConformance.copyingFunctions(settings);
    }

    /** Settings with which keyed state has so little memory that most of it is on disk. */
    protected static Map<String, String> littleMemory(Map<String, String> settings) {
        Map<String, String> little = new HashMap<>(settings);
        little.put("streaming.state.memory", "64k");
        return little;
    }

    /** Settings with which a state of {@value #CROWD} keys goes to disk; for an engine with one memory for everything, that. */
    protected Map<String, String> spillingState(Map<String, String> settings) {
        return littleMemory(settings);
    }

    /** Whether a file in {@code streaming.storage.dir} has state; an engine may have other files there. */
    protected boolean hasState(Path file) {
        return true;
    }

    /** Opens an engine as an application does: by its master URL. */
    protected static Engine open(String master, Map<String, String> settings) {
        return ExecutionEngineConformance.open(master, settings);
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

    // Settled datasets

    @Test
    @DisplayName("E52 settle computes all partitions, once; what came before is not asked again")
    void settleComputesNowAndOnce() throws Exception {
        Trace trace = trace();
        Dataset<Integer> dataset = numbers(6, 3).transform(traced(trace), true);
        Dataset<Integer> derived = dataset.transform(new Operators.Filtering<>(x -> x > 2), true);

        Dataset<Integer> settled = dataset.settle(LEVEL, job());
        assertThat(trace.lines()).containsExactlyInAnyOrder("0", "1", "2", "3", "4", "5");
        for (int round = 0; round < 2; round++) {
            assertThat(all(settled)).containsExactly(List.of(0, 1), List.of(2, 3), List.of(4, 5));
            assertThat(all(derived)).containsExactly(List.of(), List.of(3), List.of(4, 5));
            settled = settled.settle(LEVEL, job());
        }
        assertThat(trace.lines()).hasSize(6);
    }

    @Test
    @DisplayName("E53 settle gives the dataset itself, or one like it when it is persisted with another level")
    void settleGivesTheDatasetOrOneLikeIt() throws Exception {
        for (StorageLevel level : StorageLevel.values()) {
            Trace trace = trace();
            Dataset<Integer> dataset = numbers(6, 2)
                    .partitionBy(x -> x, new Operators.ByRemainder(2))
                    .transform(traced(trace), true)
                    .persist(level);
            Dataset<Integer> settled = dataset.settle(LEVEL, job());
            if (!level.usesDisk()) {
                dataset.unpersist();
            }
            assertThat(settled.partitioner()).contains(new Operators.ByRemainder(2));
            assertThat(all(settled)).as("%s", level).containsExactly(List.of(0, 2, 4), List.of(1, 3, 5));
            assertThat(trace.lines()).as("%s", level).hasSize(6);
        }
        Dataset<Integer> fresh = numbers(6, 2);
        assertThat(fresh.settle(LEVEL, job())).isSameAs(fresh);
    }

    @Test
    @DisplayName("E54 a settled dataset that was unpersisted is not computed again: reading it is refused")
    void aSettledDatasetThatIsGoneCannotBeRead() throws Exception {
        Trace trace = trace();
        Dataset<Integer> settled = numbers(4, 2).transform(traced(trace), true).settle(LEVEL, job());
        Dataset<Integer> derived = settled.transform(new Operators.Mapping<>(x -> x), true);
        settled.unpersist();

        assertRefused(IllegalStateException.class, () -> all(settled));
        assertRefused(IllegalStateException.class, () -> all(derived));
        assertThat(trace.lines()).hasSize(4);
    }

    @Test
    @DisplayName("E55 a level that does not use the disk cannot settle")
    void aLevelWithoutDiskIsRefused() {
        Trace trace = trace();
        Dataset<Integer> dataset = numbers(4, 2).transform(traced(trace), true);
        for (StorageLevel level : StorageLevel.values()) {
            if (!level.usesDisk()) {
                assertThat(assertRefused(IllegalArgumentException.class, () -> dataset.settle(level, job())))
                        .hasMessageContaining(level.name());
            }
        }
        assertThat(trace.lines()).isEmpty();
    }

    @Test
    @DisplayName("E56 a settle that failed keeps what was computed, and can be repeated")
    void aFailedSettleCanBeRepeated() throws Exception {
        Trace trace = trace();
        Dataset<Integer> dataset = numbers(2, 2).transform(new SecondWaitsAndFails(trace), true);
        Future<Throwable> settling = threads.submit(() -> failureOf(() -> dataset.settle(LEVEL, job())));
        trace.await("waits");
        assertThat(some(dataset, 0)).containsExactly(List.of(0));
        trace.add("go");
        assertThat(settling.get()).isNotNull().hasStackTraceContaining("told to fail");

        trace.add(Scripted.MENDED);
        assertThat(all(dataset.settle(LEVEL, job()))).containsExactly(List.of(0), List.of(1));
        assertThat(trace.of("computed")).containsExactlyInAnyOrder("0", "1");
    }

    // Steps

    @Test
    @DisplayName("E57 a new state has no version, whatever its name, and nothing runs before run")
    void aNewStateIsEmptyAndLazy() throws Exception {
        Trace trace = trace();
        StateDataset<String, Long> state = engine.state("twin", TWO);
        StateDataset<String, Long> twin = engine.state("twin", TWO);
        Dataset<String> step = state.step(new Time(10), input(to("a", "put 1")), new Scripted(trace));
        Dataset<Tuple2<String, Long>> version = state.at(new Time(10));
        Dataset<StateChange<String, Long>> changes = state.changes(null, new Time(10));
        assertThat(trace.lines()).isEmpty();
        assertRefused(IllegalStateException.class, () -> all(version));
        assertRefused(IllegalStateException.class, () -> all(changes));
        assertThat(trace.lines()).isEmpty();

        all(step);
        assertThat(flat(version)).containsExactly(Tuple2.of("a", 1L));
        assertThat(flat(changes)).containsExactly(new StateChange<>("a", 1L, null));
        assertThat(twin.newest()).isEmpty();
        assertRefused(IllegalStateException.class, () -> all(twin.at(new Time(10))));
    }

    @Test
    @DisplayName("E58 a partition is stepped once for a time, whatever asks and however often; all see what was pushed")
    void aStepRunsOnce() throws Exception {
        Trace trace = trace();
        StateDataset<String, Long> state = crowded();
        Dataset<String> step = state.step(
                new Time(10), input(to("a", "add 1 see"), to("b", "add 1 see"), to("c", "see")), new Scripted(trace));
        assertThat(all(step.transform(new Operators.Limiting<>(1), true))).hasSize(2);
        assertThat(failureOf(() -> all(step.transform(new Failing<>(), true)))).isNotNull();

        List<Callable<Set<String>>> jobs = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            jobs.add(() -> new HashSet<>(flat(step)));
            jobs.add(() -> new HashSet<>(flat(step.transform(new Operators.Mapping<>(x -> x), false)
                    .partitionBy(x -> x, new Operators.ByRemainder(3)))));
            jobs.add(() -> new HashSet<>(flat(step.settle(LEVEL, job()))));
        }
        for (Future<Set<String>> seen : threads.invokeAll(jobs)) {
            assertThat(seen.get()).containsExactlyInAnyOrder("a=1", "b=1", "c=null");
        }
        assertThat(trace.of("step")).containsExactlyInAnyOrder("10 0", "10 1");
        assertThat(version(state, 10)).isEqualTo(Map.of("a", 1L, "b", 1L));
    }

    @Test
    @DisplayName("E59 results may be of any kind; they are never made by a second step, also when they are gone")
    void releasedResultsAreRefused() throws Exception {
        StateDataset<String, Long> state = crowded();
        StateOperator<String, String, Long, @Nullable List<String>> operator = (task, time, input, view, out) -> {
            StateView.Cell<String, Long> cell = view.cell(keyIn(task.partition(), "of"));
            cell.put(cell.state() == null ? 1L : 2L);
            out.accept(List.of("partition", "" + task.partition()));
            out.accept(nothing());
            out.accept(List.of());
        };
        Dataset<@Nullable List<String>> step = state.step(new Time(10), input(), operator);
        for (int round = 0; round < 2; round++) {
            assertThat(all(step))
                    .containsExactly(
                            Arrays.asList(List.of("partition", "0"), null, List.of()),
                            Arrays.asList(List.of("partition", "1"), null, List.of()));
        }
        step.settle(LEVEL, job()).unpersist();
        assertRefused(IllegalStateException.class, () -> all(step));
        assertThat(version(state, 10)).isEqualTo(Map.of(keyIn(0, "of"), 1L, keyIn(1, "of"), 1L));
    }

    @Test
    @DisplayName(
            "E60 a partition whose step failed stays at the version before and can be stepped again; others stay stepped")
    void aFailedStepIsRolledBack() throws Exception {
        Trace trace = trace();
        StateDataset<String, Long> state = crowded();
        String good = keyIn(0, "good");
        String bad = keyIn(1, "bad");
        String removed = keyIn(1, "removed");
        String due = keyIn(1, "due");
        step(state, 10, to(good, "put 1"), to(bad, "put 1"), to(removed, "put 1 dueAt 30"), to(due, "put 1 dueAt 20"));

        List<Tuple2<String, String>> commands = new ArrayList<>();
        IntStream.range(0, CROWD).forEach(i -> commands.add(to(CROWDED + i, i % 2 == 0 ? "add 0 dueAt 20" : "remove")));
        IntStream.range(0, CROWD).forEach(i -> commands.add(to("new-" + i, "put 5 dueAt 20")));
        IntStream.range(0, CROWD).forEach(i -> commands.add(to(CROWDED + i, "put " + i + " dueAt 100")));
        commands.addAll(List.of(to(good, "add 1"), to(bad, "add 1"), to(bad, "fail"), to(removed, "remove")));
        Dataset<String> step = state.step(new Time(20), input(commands), new Scripted(trace));
        some(step, 0);
        for (int round = 0; round < 2; round++) {
            assertThat(failureOf(() -> step.settle(LEVEL, job()))).isNotNull().hasStackTraceContaining("told to fail");
            assertThat(version(state, 10)).isEqualTo(Map.of(good, 1L, bad, 1L, removed, 1L, due, 1L));
            assertThat(some(state.at(new Time(20)), 0).get(0)).contains(Tuple2.of(good, 2L));
            assertRefused(IllegalStateException.class, () -> some(state.at(new Time(20)), 1));
            assertThat(state.newest()).contains(new Time(10));
        }

        trace.add(Scripted.MENDED);
        assertThat(flat(step.settle(LEVEL, job())))
                .contains("due " + due + "=1")
                .doesNotHaveDuplicates()
                .hasSize(CROWD + 1);
        assertThat(trace.of("step")).containsExactlyInAnyOrder("20 0", "20 1", "20 1", "20 1");
        assertThat(version(state, 20)).isEqualTo(Map.of(good, 2L, bad, 2L));
        assertThat(step(state, 30)).isEmpty();
        assertThat(state.usage().keys()).isEqualTo(CROWD + 2);
    }

    @Test
    @DisplayName(
            "E61 a step that is cancelled while it runs, or when it has just run, counts once when it is run again")
    void aCancelledStepCountsOnce() throws Exception {
        Trace trace = trace();
        StateDataset<String, Long> state = crowded();
        String first = keyIn(0, "of");
        String second = keyIn(1, "of");
        StateOperator<String, String, Long, Integer> operator = (task, time, input, view, out) -> {
            StateView.Cell<String, Long> cell = view.cell(keyIn(task.partition(), "of"));
            cell.put((cell.state() == null ? 0 : cell.state()) + 1);
            IntStream.range(0, CROWD).forEach(i -> {
                try {
                    out.accept(i);
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            if (!trace.lines().contains(Scripted.MENDED)) {
                failWhenTheOtherIsThrough(task, trace);
            }
        };
        Dataset<Integer> step = state.step(new Time(10), input(), operator);
        assertThat(failureOf(() -> all(step))).isNotNull().hasStackTraceContaining("told to fail");

        trace.add(Scripted.MENDED);
        List<Integer> results = IntStream.range(0, CROWD).boxed().toList();
        assertThat(all(step)).containsExactly(results, results);
        assertThat(version(state, 10)).isEqualTo(Map.of(first, 1L, second, 1L));

        Trace blocked = trace();
        Dataset<String> blocking = state.step(
                new Time(20), input(to(first, "add 1 await go"), to(second, "add 1")), new Scripted(blocked));
        JobInfo batch = new JobInfo(Optional.of(new Time(20)), "blocking", "StateConformance", (p, name, n) -> {});
        Future<Throwable> cancelled = threads.submit(() -> failureOf(() -> blocking.settle(LEVEL, batch)));
        blocked.await("waits");
        engine.cancel(new Time(20));
        assertThat(cancelled.get()).isInstanceOf(InterruptedException.class);
        assertThat(version(state, 10)).isEqualTo(Map.of(first, 1L, second, 1L));

        blocked.add("go");
        all(blocking.settle(LEVEL, batch));
        assertThat(version(state, 20)).isEqualTo(Map.of(first, 2L, second, 2L));
    }

    /** Partition 1 fails, and then partition 0 returns though it is cancelled. */
    private static void failWhenTheOtherIsThrough(TaskContext task, Trace trace) throws Exception {
        if (task.partition() == 1) {
            trace.await("through");
            throw new IOException("told to fail");
        }
        trace.add("through");
        while (!task.isCancelled()) {
            Thread.onSpinWait();
        }
    }

    @Test
    @DisplayName("E62 the newest time again gives the same dataset, an earlier time is refused")
    void timesAreInOrder() throws Exception {
        Trace trace = trace();
        StateDataset<String, Long> state = crowded();
        Dataset<String> step = state.step(new Time(20), input(to("a", "add 1")), new Scripted(trace));
        assertThat(state.step(new Time(20), input(to("a", "add 5")), new Scripted(trace)))
                .isSameAs(step);
        all(step);
        assertThat(state.step(new Time(20), input(to("a", "add 7")), new Scripted(trace)))
                .isSameAs(step);
        assertThat(assertRefused(
                        IllegalArgumentException.class,
                        () -> state.step(new Time(15), input(to("a", "add 1")), new Scripted(trace))))
                .hasMessageContaining("15 ms")
                .hasMessageContaining("20 ms");
        assertThat(version(state, 20)).isEqualTo(Map.of("a", 1L));
    }

    @Test
    @DisplayName(
            "E63 the input is placed as the state is, and so are versions and changes; results are placed by nobody")
    void theInputIsPlacedAsTheStateIs() throws Exception {
        Trace trace = trace();
        for (Partitioner by :
                List.of(TWO, Partitioner.hash(3), new Operators.ByRemainder(1), new Operators.AllInOne(3, 2))) {
            StateDataset<String, Long> state = engine.state("placed", by);
            Dataset<Tuple2<String, String>> loose = engine.parallelize(List.of(to("a", "put 1"), to("b", "put 2")), 2);
            assertThat(state.partitioner()).isEqualTo(by);
            for (Dataset<Tuple2<String, String>> wrong :
                    List.of(loose, loose.partitionBy(Tuple2::_1, Partitioner.hash(4)))) {
                assertRefused(
                        IllegalArgumentException.class, () -> state.step(new Time(10), wrong, new Scripted(trace)));
            }
            Dataset<String> step = state.step(new Time(10), loose.partitionBy(Tuple2::_1, by), new Scripted(trace));
            all(step);
            assertThat(step.partitioner()).isEmpty();
            assertThat(state.at(new Time(10)).partitioner()).contains(by);
            assertThat(state.changes(null, new Time(10)).partitioner()).contains(by);
            List<List<Tuple2<String, Long>>> version = all(state.at(new Time(10)));
            assertThat(version.get(by.getPartition("a"))).contains(Tuple2.of("a", 1L));
            assertThat(version.get(by.getPartition("b"))).contains(Tuple2.of("b", 2L));
            state.close();
        }
    }

    @Test
    @DisplayName("E64 newest is the newest time that all partitions were stepped for")
    void newestIsWhatAllPartitionsHave() throws Exception {
        Trace trace = trace();
        StateDataset<String, Long> state = engine.state("newest", TWO);
        assertThat(state.newest()).isEmpty();
        for (long time = 10; time <= 20; time += 10) {
            Dataset<String> step = state.step(new Time(time), input(), new Scripted(trace));
            Optional<Time> before = time == 10 ? Optional.empty() : Optional.of(new Time(10));
            assertThat(state.newest()).isEqualTo(before);
            some(step, 1);
            assertThat(state.newest()).isEqualTo(before);
            some(step, 0);
            assertThat(state.newest()).contains(new Time(time));
        }
    }

    // What a step sees

    @Test
    @DisplayName("E65 what is put and removed is seen at once, and makes the version")
    void whatIsPutAndRemovedIsSeenAtOnce() throws Exception {
        StateDataset<String, Long> state = crowded();
        assertThat(step(state, 10, to("a", "see remove see put 1 see"), to("a", "add 2 see"), to("b", "put 4")))
                .containsExactly("a=null", "a=null", "a=1", "a=3");
        assertThat(version(state, 10)).isEqualTo(Map.of("a", 3L, "b", 4L));

        assertThat(step(state, 20, to("a", "see remove see"), to("a", "see put 7"), to("a", "see"), to("b", "remove")))
                .containsExactly("a=3", "a=null", "a=null", "a=7");
        assertThat(version(state, 20)).isEqualTo(Map.of("a", 7L));
    }

    @Test
    @DisplayName("E66 cells gives each key that has a state once; the cell at hand may be changed")
    void cellsGivesEachKeyOnce() throws Exception {
        StateDataset<String, Long> state = crowded();
        step(state, 10, to("a", "put 1"), to("b", "put 2"), to("c", "put 3"), to("d", "put 4"), to("d", "remove"));
        StateOperator<String, String, Long, String> visiting = (task, time, input, view, out) -> {
            Iterator<StateView.Cell<String, Long>> cells = view.cells();
            while (cells.hasNext()) {
                StateView.Cell<String, Long> cell = cells.next();
                Long value = cell.state();
                out.accept(cell.key());
                if (cell.key().startsWith(CROWDED)) {
                    cell.remove();
                    cell.put(value == null ? -1L : value);
                } else if (cell.key().equals("b")) {
                    cell.remove();
                } else {
                    cell.put(value == null ? -1L : 10 * value);
                }
            }
        };
        assertThat(flat(state.step(new Time(20), input(), visiting).settle(LEVEL, job())))
                .doesNotHaveDuplicates()
                .hasSize(CROWD + 3)
                .contains("a", "b", "c");
        assertThat(version(state, 20)).isEqualTo(Map.of("a", 10L, "c", 30L));
    }

    @Test
    @DisplayName("E67 due gives each key that is due once, and not again before it is said anew; its state stays")
    void dueGivesEachKeyOnce() throws Exception {
        StateDataset<String, Long> state = crowded();
        step(state, 10, to("a", "put 1 dueAt 19"), to("kept", "put 2 dueAt 20"), to("later", "put 3 dueAt 21"));
        assertThat(step(state, 20)).containsExactlyInAnyOrder("due a=1", "due kept=2");
        assertThat(version(state, 20)).isEqualTo(Map.of("kept", 2L, "later", 3L));
        assertThat(step(state, 30, to("kept", "put 4"))).containsExactly("due later=3");
        assertThat(step(state, 40, to("kept", "dueAt 41"))).isEmpty();
        assertThat(step(state, 50)).containsExactly("due kept=4");
        assertThat(step(state, 60, to("soon", "put 1 dueAt 60"))).containsExactly("due soon=1");
        assertThat(version(state, 60)).isEqualTo(Map.of("kept", 4L));
    }

    @Test
    @DisplayName("E68 dueAt takes the place of what was said before, be it earlier or later")
    void aKeyThatIsTouchedAgainIsDueThen() throws Exception {
        StateDataset<String, Long> state = crowded();
        step(state, 10, to("later", "put 1 dueAt 20"), to("earlier", "put 2 dueAt 50"), to("same", "put 3 dueAt 30"));
        assertThat(step(state, 20, to("later", "dueAt 40"), to("earlier", "dueAt 30"), to("same", "put 5 dueAt 30")))
                .isEmpty();
        assertThat(step(state, 30)).containsExactlyInAnyOrder("due earlier=2", "due same=5");
        assertThat(step(state, 40)).containsExactly("due later=1");
        assertThat(step(state, 60)).isEmpty();
    }

    @Test
    @DisplayName("E69 a key that was removed is not due any more, also when it gets a state again")
    void removalForgetsWhenAKeyIsDue() throws Exception {
        StateDataset<String, Long> state = crowded();
        step(state, 10, to("gone", "put 1 dueAt 20"), to("back", "put 2 dueAt 20"), to("other", "put 3 dueAt 20"));
        assertThat(step(state, 15, to("gone", "remove"), to("back", "remove put 4"), to("other", "remove")))
                .isEmpty();
        assertThat(step(state, 20, to("new", "put 5"), to("newer", "put 6"))).isEmpty();
        assertThat(version(state, 20)).isEqualTo(Map.of("back", 4L, "new", 5L, "newer", 6L));
    }

    @Test
    @DisplayName("E70 a null state, a null key, and a due time without a state fail the step")
    void nullFailsTheStep() throws Exception {
        List<StateOperator<String, String, Long, String>> wrongs = List.of(
                (task, time, input, view, out) -> view.cell("a").put(nothing()),
                (task, time, input, view, out) ->
                        view.cell(StateConformance.<String>nothing()).put(1L),
                (task, time, input, view, out) -> view.cell("nobody").dueAt(time));
        for (StateOperator<String, String, Long, String> wrong : wrongs) {
            StateDataset<String, Long> state = crowded();
            step(state, 10, to("a", "put 1"));
            Dataset<String> step = state.step(new Time(20), input(), wrong);
            assertThat(failureOf(() -> all(step))).isNotNull();
            assertThat(version(state, 10)).isEqualTo(Map.of("a", 1L));
            assertThat(state.newest()).contains(new Time(10));
            state.close();
        }
    }

    @Test
    @DisplayName("E71 keys with equal hash codes are different keys")
    void keysWithEqualHashCodesAreDifferent() throws Exception {
        StateDataset<String, Long> state = crowded();
        List<String> keys = new ArrayList<>(List.of("")); // all with the same hash
        for (int length = 0; length < 6; length++) {
            keys = keys.stream()
                    .flatMap(key -> Stream.of(key + "Aa", key + "BB"))
                    .toList();
        }
        Map<String, Long> expected = new TreeMap<>();
        List<Tuple2<String, String>> puts = new ArrayList<>();
        for (String key : keys) {
            puts.add(to(key, "put " + expected.size()));
            expected.put(key, (long) expected.size());
        }
        assertThat(expected).hasSize(64);
        step(state, 10, puts);
        assertThat(version(state, 10)).isEqualTo(expected);

        List<Tuple2<String, String>> removals = new ArrayList<>();
        for (int i = 0; i < keys.size(); i += 3) {
            removals.add(to(keys.get(i), "remove"));
            expected.remove(keys.get(i));
        }
        step(state, 20, removals);
        assertThat(version(state, 20)).isEqualTo(expected);
        assertThat(step(state, 30, to(keys.get(0), "see"), to(keys.get(1), "see")))
                .containsExactly(keys.get(0) + "=null", keys.get(1) + "=1");
    }

    // Versions

    @Test
    @DisplayName("E72 a version is what the steps until then have put and not removed")
    void aVersionEqualsAModel() throws Exception {
        for (long seed = 1; seed <= 3; seed++) {
            Random random = new Random(seed);
            StateDataset<String, Long> state = crowded();
            Map<String, Long> now = new TreeMap<>();
            Map<Long, Map<String, Long>> versions = new TreeMap<>();
            for (long time = 10; time <= 80; time += 10) {
                List<Tuple2<String, String>> commands = new ArrayList<>();
                for (int i = random.nextInt(400); i > 0; i--) {
                    String key = "key-" + random.nextInt(300);
                    if (random.nextInt(3) == 0) {
                        commands.add(to(key, "remove"));
                        now.remove(key);
                    } else {
                        commands.add(to(key, "put " + i));
                        now.put(key, (long) i);
                    }
                }
                step(state, time, commands);
                versions.put(time, new TreeMap<>(now));
            }
            for (long time : List.of(40L, 80L, 10L, 70L, 20L, 60L, 30L, 50L)) {
                assertThat(version(state, time))
                        .as("seed %d, %d ms", seed, time)
                        .isEqualTo(versions.get(time));
            }
            state.close();
        }
    }

    @Test
    @DisplayName("E73 a version that was forgotten is refused; the two newest never are")
    void theTwoNewestVersionsStay() throws Exception {
        StateDataset<String, Long> state = crowded();
        for (long time = 10; time <= 50; time += 10) {
            step(state, time, to("a", "put " + time));
        }
        state.forget(new Time(20));
        for (long time : List.of(50, 40, 30)) {
            assertThat(version(state, time)).isEqualTo(Map.of("a", time));
        }
        state.forget(new Time(1_000));
        for (long time : List.of(40, 50)) {
            assertThat(version(state, time)).isEqualTo(Map.of("a", time));
        }
        for (long missing : List.of(1, 10, 20, 30, 45, 60)) {
            assertThat(assertRefused(IllegalStateException.class, () -> all(state.at(new Time(missing)))))
                    .hasMessageContaining(missing + " ms");
            assertRefused(IllegalStateException.class, () -> all(state.changes(new Time(missing), new Time(50))));
        }
        step(state, 60, to("a", "put 60"));
        assertThat(version(state, 40)).isEqualTo(Map.of("a", 40L));
        assertThat(version(state, 60)).isEqualTo(Map.of("a", 60L));
    }

    @Test
    @DisplayName("E74 who reads a version sees it whole while later steps run")
    void aReaderSeesItsVersion() throws Exception {
        Trace trace = trace();
        StateDataset<String, Long> state = crowded();
        String key = keyIn(0, "a");
        step(state, 10, to(key, "put 1"), to(keyIn(0, "gone"), "put 2"));
        List<Tuple2<String, Long>> before = some(state.at(new Time(10)), 0).get(0);

        Future<List<List<Tuple2<String, Long>>>> reading = threads.submit(
                () -> some(state.at(new Time(10)).transform(new WaitingAtTheFirst<>(trace, "stepped"), true), 0));
        trace.await("waits");
        List<Tuple2<String, String>> commands = new ArrayList<>(List.of(to(keyIn(0, "gone"), "remove")));
        IntStream.range(0, CROWD).forEach(i -> commands.add(to(CROWDED + i, i % 2 == 0 ? "remove" : "put -1")));
        IntStream.range(0, CROWD / 2).forEach(i -> commands.add(to("new-" + i, "put 3")));
        step(state, 20, commands);
        trace.add("stepped");
        assertThat(reading.get().get(0)).containsExactlyInAnyOrderElementsOf(before);

        Trace next = trace();
        Dataset<String> step =
                state.step(new Time(30), input(to(key, "put 5 await go"), to(key, "put 6")), new Scripted(next));
        Future<Dataset<String>> stepping = threads.submit(() -> step.settle(LEVEL, job()));
        next.await("waits");
        Future<List<List<Tuple2<String, Long>>>> meanwhile = threads.submit(() -> some(state.at(new Time(20)), 0));
        next.add("go");
        assertThat(meanwhile.get().get(0)).contains(Tuple2.of(key, 1L));
        stepping.get();
        assertThat(some(state.at(new Time(30)), 0).get(0)).contains(Tuple2.of(key, 6L));
        assertThat(some(state.at(new Time(10)), 0).get(0)).containsExactlyInAnyOrderElementsOf(before);
    }

    @Test
    @DisplayName("E75 changes lead from one version to another, due times too; removals come first")
    void changesLeadFromVersionToVersion() throws Exception {
        StateDataset<String, Long> state = crowded();
        step(state, 10, to("same", "put 1"), to("a", "put 1"), to("b", "put 1"), to("c", "put 1 dueAt 500"));
        step(state, 20, to("a", "remove"), to("b", "remove put 2"), to("d", "put 1 dueAt 600"), to("e", "put 1"));
        step(state, 30, to("d", "dueAt 700"), to("f", "put 1 remove"), to("e", "remove"), to("g", "put 9"));
        step(state, 40, to("a", "put 3"), to("c", "dueAt 800"), to("d", "remove"), to("b", "add 1"));
        step(state, 50);
        List<Long> times = List.of(10L, 20L, 30L, 40L, 50L);
        for (long from : times) {
            for (long until : times.subList(times.indexOf(from), times.size())) {
                Map<String, StateChange<String, Long>> applied = whole(state, from);
                for (List<StateChange<String, Long>> changes : all(state.changes(new Time(from), new Time(until)))) {
                    apply(changes, applied, from + " to " + until);
                }
                assertThat(applied).as("%d to %d", from, until).isEqualTo(whole(state, until));
            }
        }
        assertThat(flat(state.changes(new Time(40), new Time(50)))).isEmpty();
    }

    private static void apply(
            List<StateChange<String, Long>> changes, Map<String, StateChange<String, Long>> state, String which) {
        Set<String> removed = new HashSet<>();
        Set<String> put = new HashSet<>();
        for (StateChange<String, Long> change : changes) {
            assertThat(change.key()).as(which).isNotEqualTo("same").doesNotStartWith(CROWDED);
            if (change.state() == null) {
                assertThat(put).as("%s: states before removals", which).isEmpty();
                assertThat(removed.add(change.key())).as(which).isTrue();
                state.remove(change.key());
            } else {
                assertThat(put.add(change.key())).as(which).isTrue();
                state.put(change.key(), change);
            }
        }
    }

    @Test
    @DisplayName("E76 changes without a start are all of the version, with due times and without removals")
    void changesWithoutAStartAreEverything() throws Exception {
        StateDataset<String, Long> state = crowded();
        step(state, 10, to("a", "put 1 dueAt 100"), to("b", "put 2"), to("c", "put 3"));
        step(state, 20, to("a", "put 4"), to("b", "dueAt 200"), to("c", "remove"));
        step(state, 30, to("a", "dueAt 300"), to("d", "put 5"));
        StateChange<String, Long> b = new StateChange<>("b", 2L, new Time(200));
        assertThat(whole(state, 10).values())
                .containsExactlyInAnyOrder(
                        new StateChange<>("a", 1L, new Time(100)),
                        new StateChange<>("b", 2L, null),
                        new StateChange<>("c", 3L, null));
        assertThat(whole(state, 20).values()).containsExactlyInAnyOrder(new StateChange<>("a", 4L, new Time(100)), b);
        assertThat(whole(state, 30).values())
                .containsExactlyInAnyOrder(
                        new StateChange<>("a", 4L, new Time(300)), b, new StateChange<>("d", 5L, null));
    }

    // What state takes

    @Test
    @DisplayName("E77 what does not fit into memory goes to disk, and is the same")
    void whatDoesNotFitGoesToDisk() throws Exception {
        Path storage = directory.resolve("storage");
        engine.close();
        engine = engine(spillingState(Map.of("streaming.storage.dir", storage.toString())));
        StateDataset<String, Long> state = crowded();
        assertThat(stateIn(storage)).isNotEmpty();
        assertThat(state.usage().spilledPages()).isPositive();
        assertThat(state.usage().spilledBytes()).isPositive();
        for (long time = 10; time <= 30; time += 10) {
            step(state, time, to("a", "add 1 see"), to(CROWDED + time, "add 0 see"));
        }
        assertThat(version(state, 10)).isEqualTo(Map.of("a", 1L));
        assertThat(version(state, 30)).isEqualTo(Map.of("a", 3L));
    }

    @Test
    @DisplayName("E78 usage tells how many keys have a state, and about what they take")
    void usageTellsTheKeys() throws Exception {
        StateDataset<String, Long> state = engine.state("usage", TWO);
        assertThat(state.usage().keys()).isZero();
        assertThat(state.usage().budgetBytes()).isPositive();
        step(state, 10, to("a", "put 1"), to("b", "put 2"), to("c", "put 3 remove"), to("d", "see"));
        assertThat(state.usage().keys()).isEqualTo(2);
        assertThat(state.usage().memoryBytes()).isPositive();
        step(state, 20, to("a", "remove put 1"), to("b", "remove"));
        assertThat(state.usage().keys()).isEqualTo(1);
    }

    @Test
    @DisplayName("E79 close lets go of what a state holds, on disk too, and leaves other states alone")
    void closeLetsGo() throws Exception {
        Path storage = directory.resolve("storage");
        engine.close();
        engine = engine(spillingState(Map.of("streaming.storage.dir", storage.toString())));
        StateDataset<String, Long> other = engine.state("other", TWO);
        step(other, 10, to("a", "put 1"));
        long budget = other.usage().budgetBytes();
        for (int round = 0; round < 2; round++) {
            StateDataset<String, Long> state = crowded();
            assertThat(stateIn(storage)).isNotEmpty();
            state.close();
            assertThat(stateIn(storage)).isEmpty();
            assertThat(other.usage().budgetBytes()).isEqualTo(budget);
        }
        assertThat(flat(other.at(new Time(10)))).containsExactly(Tuple2.of("a", 1L));
    }

    @Test
    @DisplayName("E80 operators of steps are copied, and refused where they are given, as other functions are")
    void operatorsOfStepsAreCopied() throws Exception {
        engine.close();
        engine = engine(copyingFunctions(Map.of()));
        StateDataset<String, Long> state = crowded();
        step(state, 10, to("a", "put 1"));
        Object unsendable = new Object();
        StateOperator<String, String, Long, String> holding =
                (task, time, input, view, out) -> out.accept(unsendable.toString());
        assertThat(assertRefused(IllegalArgumentException.class, () -> state.step(new Time(20), input(), holding)))
                .hasMessageContaining("java.lang.Object");
        assertThat(step(state, 20, to("a", "add 1 see"))).containsExactly("a=2");
        assertThat(version(state, 20)).isEqualTo(Map.of("a", 2L));
    }

    // Shared by the tests

    private static JobInfo job() {
        return new JobInfo(Optional.empty(), "conformance", "StateConformance", (partition, name, n) -> {});
    }

    private Trace trace() {
        return new Trace(directory.resolve("trace-" + traces++).toString());
    }

    private Dataset<Integer> numbers(int count, int partitions) {
        return engine.parallelize(IntStream.range(0, count).boxed().toList(), partitions);
    }

    private static Operator<Integer, Integer> traced(Trace trace) {
        return new Operators.Mapping<>(x -> {
            trace.add("" + x);
            return x;
        });
    }

    private static <T> List<List<T>> all(Dataset<T> dataset) throws Exception {
        return some(dataset, IntStream.range(0, dataset.partitionCount()).toArray());
    }

    private static <T> List<List<T>> some(Dataset<T> dataset, int... partitions) throws Exception {
        return dataset.run(new Operators.Collecting<>(), partitions, job());
    }

    private static <T> List<T> flat(Dataset<T> dataset) throws Exception {
        List<T> records = new ArrayList<>();
        all(dataset).forEach(records::addAll);
        return records;
    }

    private static @Nullable Throwable failureOf(Callable<?> job) {
        try {
            job.call();
            return null;
        } catch (Exception e) {
            return e;
        }
    }

    private static Throwable assertRefused(Class<? extends Exception> type, Callable<?> call) {
        Throwable refused = failureOf(call);
        assertThat(refused).isInstanceOf(type).hasMessageStartingWith("ACQ-");
        return refused == null ? new AssertionError("nothing was refused") : refused;
    }

    @SuppressWarnings("NullAway") // what the test is about
    private static <T> T nothing() {
        return null;
    }

    /** What a step is to do to a key. */
    private static Tuple2<String, String> to(String key, String words) {
        return Tuple2.of(key, words);
    }

    @SafeVarargs
    @SuppressWarnings("varargs") // only read
    private Dataset<Tuple2<String, String>> input(Tuple2<String, String>... commands) {
        return input(List.of(commands));
    }

    private Dataset<Tuple2<String, String>> input(List<Tuple2<String, String>> commands) {
        return engine.parallelize(commands, 1).partitionBy(Tuple2::_1, TWO);
    }

    @SafeVarargs
    @SuppressWarnings("varargs") // only read
    private List<String> step(StateDataset<String, Long> state, long time, Tuple2<String, String>... commands)
            throws Exception {
        return step(state, time, List.of(commands));
    }

    private List<String> step(StateDataset<String, Long> state, long time, List<Tuple2<String, String>> commands)
            throws Exception {
        return flat(state.step(new Time(time), input(commands), new Scripted(trace()))
                .settle(LEVEL, job()));
    }

    /** A key of that name in a partition. */
    private static String keyIn(int partition, String name) {
        return IntStream.range(0, 1_000)
                .mapToObj(i -> name + i)
                .filter(key -> TWO.getPartition(key) == partition)
                .findFirst()
                .orElseThrow();
    }

    /** A state whose first version is a crowd of keys. */
    private StateDataset<String, Long> crowded() throws Exception {
        StateDataset<String, Long> state = engine.state("crowded", TWO);
        StateOperator<String, String, Long, String> crowd = (task, time, input, view, out) -> {
            for (int i = 0; i < CROWD; i++) {
                if (TWO.getPartition(CROWDED + i) == task.partition()) {
                    view.cell(CROWDED + i).put((long) i);
                }
            }
        };
        state.step(START, input(), crowd).settle(LEVEL, job());
        return state;
    }

    /** A version without the crowd. */
    private static Map<String, Long> version(StateDataset<String, Long> state, long time) throws Exception {
        Map<String, Long> version = new TreeMap<>();
        int crowd = 0;
        for (Tuple2<String, Long> pair : flat(state.at(new Time(time)))) {
            if (pair._1().startsWith(CROWDED)) {
                crowd++;
                assertThat(pair._1()).isEqualTo(CROWDED + pair._2());
            } else {
                assertThat(version.put(pair._1(), pair._2())).as(pair._1()).isNull();
            }
        }
        assertThat(crowd).as("keys of the crowd").isEqualTo(CROWD);
        return version;
    }

    /** A version with due times, without the crowd. */
    private static Map<String, StateChange<String, Long>> whole(StateDataset<String, Long> state, long time)
            throws Exception {
        Map<String, StateChange<String, Long>> version = new TreeMap<>();
        int crowd = 0;
        for (StateChange<String, Long> change : flat(state.changes(null, new Time(time)))) {
            assertThat(change.state()).as(change.key()).isNotNull();
            if (change.key().startsWith(CROWDED)) {
                crowd++;
                assertThat(change.due()).as(change.key()).isNull();
            } else {
                assertThat(version.put(change.key(), change)).as(change.key()).isNull();
            }
        }
        assertThat(crowd).as("keys of the crowd").isEqualTo(CROWD);
        return version;
    }

    private List<Path> stateIn(Path directory) throws IOException {
        if (Files.notExists(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile).filter(this::hasState).toList();
        }
    }

    // Operators that do something special

    /** Traces what it passes on; partition 1 waits to go and fails, until it is mended. */
    private record SecondWaitsAndFails(Trace trace) implements Operator<Integer, Integer> {
        @Override
        public Downstream<Integer> attach(TaskContext task, Downstream<Integer> down) {
            return new Operators.Passing<>(down) {
                @Override
                public void accept(Integer record) throws Exception {
                    if (task.partition() == 1 && !trace.lines().contains(Scripted.MENDED)) {
                        trace.add("waits");
                        trace.await("go");
                        throw new IOException("told to fail");
                    }
                    trace.add("computed " + record);
                    down.accept(record);
                }
            };
        }
    }

    /** Fails at the end of a partition. */
    private record Failing<T>() implements Operator<T, T> {
        @Override
        public Downstream<T> attach(TaskContext task, Downstream<T> down) {
            return new Operators.Passing<>(down) {
                @Override
                public void accept(T record) throws Exception {
                    down.accept(record);
                }

                @Override
                public void end() throws Exception {
                    throw new IOException("told to fail");
                }
            };
        }
    }

    /** Holds the first record of a partition until the trace has a line. */
    private record WaitingAtTheFirst<T>(Trace trace, String line) implements Operator<T, T> {
        @Override
        public Downstream<T> attach(TaskContext task, Downstream<T> down) {
            return new Operators.Passing<>(down) {
                private boolean first = true;

                @Override
                public void accept(T record) throws Exception {
                    if (first) {
                        first = false;
                        trace.add("waits");
                        trace.await(line);
                    }
                    down.accept(record);
                }
            };
        }
    }
}
