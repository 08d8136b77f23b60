/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.data.Partitioner;
import io.acequia.streaming.data.StorageLevel;
import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.data.Utf8;
import io.acequia.streaming.engine.Dataset;
import io.acequia.streaming.engine.Downstream;
import io.acequia.streaming.engine.StateChange;
import io.acequia.streaming.engine.StateDataset;
import io.acequia.streaming.engine.StateOperator;
import io.acequia.streaming.engine.StateView;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keyed state of the local engine: versions, the way back, time-outs, pages on disk. */
class LocalStateTest {
    private static final Partitioner TWO = Partitioner.hash(2);

    @TempDir
    Path spill;

    private LocalEngine engine = Ops.engine("local[2]");

    @AfterEach
    void close() {
        engine.close();
    }

    private void memory(String size) {
        engine.close();
        engine = Ops.engine("local[2]", "streaming.state.memory", size, "streaming.storage.dir", spill.toString());
    }

    /** What a test does to a key: a value is put, null removes it, a negative one throws. */
    private record Command(Long value, Long due) implements Serializable {}

    /** Does what the commands say, then removes and gives the keys that are due. */
    private record Commanded() implements StateOperator<String, Command, Long, String> {
        @Override
        public void apply(
                TaskContext task,
                Time time,
                Iterator<Tuple2<String, Command>> input,
                StateView<String, Long> state,
                Downstream<String> out)
                throws Exception {
            while (input.hasNext()) {
                Tuple2<String, Command> pair = input.next();
                StateView.Cell<String, Long> cell = state.cell(pair._1());
                Command command = pair._2();
                if (command.value() == null) {
                    cell.remove();
                } else if (command.value() < 0) {
                    throw new IllegalStateException("told to fail");
                } else {
                    cell.put(command.value());
                    if (command.due() != null) {
                        cell.dueAt(new Time(command.due()));
                    }
                }
            }
            Iterator<StateView.Cell<String, Long>> due = state.due(time);
            while (due.hasNext()) {
                StateView.Cell<String, Long> cell = due.next();
                out.accept(cell.key() + "=" + cell.state());
                cell.remove();
            }
        }
    }

    private Dataset<Tuple2<String, Command>> input(List<Tuple2<String, Command>> commands) {
        return engine.parallelize(commands, 3).partitionBy(Tuple2::_1, TWO);
    }

    private List<String> step(StateDataset<String, Long> state, long time, List<Tuple2<String, Command>> commands)
            throws Exception {
        Dataset<String> step = state.step(new Time(time), input(commands), new Commanded());
        return Ops.records(step.settle(StorageLevel.MEMORY_AND_DISK, Ops.job()));
    }

    private static Map<String, Long> asMap(Dataset<Tuple2<String, Long>> dataset) {
        Map<String, Long> map = new TreeMap<>();
        Ops.records(dataset)
                .forEach(pair -> assertThat(map.put(pair._1(), pair._2())).isNull());
        return map;
    }

    private static Tuple2<String, Command> put(String key, long value) {
        return Tuple2.of(key, new Command(value, null));
    }

    private static Tuple2<String, Command> putUntil(String key, long value, long due) {
        return Tuple2.of(key, new Command(value, due));
    }

    private static Tuple2<String, Command> remove(String key) {
        return Tuple2.of(key, new Command(null, null));
    }

    private static Tuple2<String, Command> fail(String key) {
        return Tuple2.of(key, new Command(-1L, null));
    }

    // ---- against a model

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void everyVersionEqualsAMapThatTookTheSameCommands(boolean littleMemory) throws Exception {
        if (littleMemory) {
            memory("64k");
        }
        for (long seed = 1; seed <= (littleMemory ? 2 : 20); seed++) {
            StateDataset<String, Long> state = engine.state("model", TWO);
            new Model(seed, littleMemory ? 5000 : 60).run(state);
            if (littleMemory) {
                assertThat(state.usage().spilledPages()).isPositive();
                assertThat(state.usage().spilledBytes()).isPositive();
            }
            state.close();
        }
        assertThat(filesIn(spill)).isEmpty();
    }

    private final class Model {
        private final Random random;
        private final int keys;
        private final TreeMap<Long, Map<String, Long>> versions = new TreeMap<>();
        private Map<String, Long> now = new TreeMap<>();
        private Map<String, Long> due = new HashMap<>();

        Model(long seed, int keys) {
            this.random = new Random(seed);
            this.keys = keys;
        }

        void run(StateDataset<String, Long> state) throws Exception {
            for (long time = 10; time <= 150; time += 10) {
                List<Tuple2<String, Command>> commands = commands(time);
                if (random.nextInt(4) == 0) {
                    failThenRepeat(state, time, commands);
                }
                List<String> fired = step(state, time, commands);
                assertThat(fired).containsExactlyInAnyOrderElementsOf(take(time, commands));
                versions.put(time, new TreeMap<>(now));
                if (random.nextInt(3) == 0) {
                    Long last = versions.floorKey(time - 10L * random.nextInt(1, 5));
                    if (last != null) {
                        state.forget(new Time(last));
                        versions.headMap(Math.min(last, time - 20), true).clear();
                    }
                }
                check(state);
            }
        }

        private List<Tuple2<String, Command>> commands(long time) {
            List<Tuple2<String, Command>> commands = new ArrayList<>();
            int count = random.nextInt(keys);
            for (int i = 0; i < count; i++) {
                String key = "key-" + random.nextInt(keys);
                commands.add(
                        switch (random.nextInt(4)) {
                            case 0 -> remove(key);
                            case 1 -> putUntil(key, random.nextInt(5), time + random.nextInt(60));
                            default -> put(key, random.nextInt(5));
                        });
            }
            return commands;
        }

        /** A step that fails leaves the version before; the failing input is another one than that of the repetition. */
        private void failThenRepeat(
                StateDataset<String, Long> state, long time, List<Tuple2<String, Command>> commands) {
            List<Tuple2<String, Command>> failing = new ArrayList<>(commands);
            failing.add(fail("key-0"));
            failing.add(fail("key-1"));
            Time at = new Time(time);
            StatePartition<String, Long> partition = ((LocalState<String, Long>) state).partition(0);
            List<Tuple2<String, Command>> mine = failing.stream()
                    .filter(pair -> TWO.getPartition(pair._1()) == 0
                            || pair._2().value() != null && pair._2().value() < 0)
                    .toList();
            LocalTask task = new LocalTask(Ops.newJob(), 0);
            assertThatThrownBy(() -> partition.step(at, new Commanded(), mine.iterator(), task))
                    .hasMessage("told to fail");
            check(state);
        }

        private List<String> take(long time, List<Tuple2<String, Command>> commands) {
            for (Tuple2<String, Command> command : commands) {
                if (command._2().value() == null) {
                    now.remove(command._1());
                    due.remove(command._1());
                } else {
                    now.put(command._1(), command._2().value());
                    if (command._2().due() != null) {
                        due.put(command._1(), command._2().due());
                    }
                }
            }
            List<String> fired = new ArrayList<>();
            due.entrySet().removeIf(entry -> {
                if (entry.getValue() > time) {
                    return false;
                }
                fired.add(entry.getKey() + "=" + now.remove(entry.getKey()));
                return true;
            });
            return fired;
        }

        private void check(StateDataset<String, Long> state) {
            versions.forEach((time, expected) -> {
                assertThat(asMap(state.at(new Time(time)))).isEqualTo(expected);
                assertThat(applied(Map.of(), state.changes(null, new Time(time))))
                        .isEqualTo(expected);
                versions.headMap(time).forEach((from, before) -> assertThat(
                                applied(before, state.changes(new Time(from), new Time(time))))
                        .isEqualTo(expected));
            });
            if (!versions.isEmpty()) {
                assertThat(state.usage().keys()).isEqualTo(now.size());
            }
        }
    }

    /** What a map is after these changes. */
    private static Map<String, Long> applied(Map<String, Long> before, Dataset<StateChange<String, Long>> changes) {
        Map<String, Long> after = new TreeMap<>(before);
        for (StateChange<String, Long> change : Ops.records(changes)) {
            if (change.state() == null) {
                after.remove(change.key());
            } else {
                after.put(change.key(), change.state());
            }
        }
        return after;
    }

    private void deleteFiles() {
        try {
            for (Path file : filesIn(spill)) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Path> filesIn(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    // ---- steps

    @Test
    void aStepRunsOnceHoweverOftenItIsAsked() throws Exception {
        StateDataset<String, Long> state = engine.state("once", TWO);
        Dataset<String> step = state.step(new Time(10), input(List.of(put("a", 1))), new Commanded());
        assertThat(state.step(new Time(10), input(List.of(put("a", 2))), new Commanded()))
                .isSameAs(step);
        Ops.partitions(step);
        Ops.partitions(step.settle(StorageLevel.MEMORY_AND_DISK, Ops.job()));
        assertThat(asMap(state.at(new Time(10)))).isEqualTo(Map.of("a", 1L));
        assertThat(state.newest()).contains(new Time(10));
    }

    @Test
    void whatAStepGaveIsGivenAgainUntilItIsKeptAndNeverMadeAgain() throws Exception {
        StateDataset<String, Long> state = engine.state("gone", TWO);
        Dataset<String> step = state.step(new Time(10), input(List.of(putUntil("a", 1, 10))), new Commanded());
        Ops.partitions(step);
        step.unpersist();
        assertThat(Ops.records(step)).containsExactly("a=1");
        step.settle(StorageLevel.MEMORY_AND_DISK, Ops.job());
        LocalTask task = new LocalTask(Ops.newJob(), 0);
        StatePartition<String, Long> partition = ((LocalState<String, Long>) state).partition(0);
        assertThatIllegalStateException()
                .isThrownBy(() -> partition.step(
                        new Time(10), new Commanded(), Collections.<Tuple2<String, Command>>emptyIterator(), task))
                .withMessageStartingWith("ACQ-0530 what the step of state 'gone' for batch 10 ms gave is gone");
    }

    @Test
    void aStepWhoseTaskWasCancelledBeforeItsResultsWereKeptGivesThemToWhoAsksAgain() throws Exception {
        StateDataset<String, Long> state = engine.state("cancelled", TWO);
        Set<Integer> stepped = ConcurrentHashMap.newKeySet();
        StateOperator<String, Command, Long, Integer> manyResults = (task, time, input, view, out) -> {
            assertThat(stepped.add(task.partition())).isTrue();
            view.cell("of " + task.partition()).put(1L);
            for (int i = 0; i < 3000; i++) {
                out.accept(i);
            }
            engine.cancel(new Time(10));
            Thread.interrupted();
        };
        Dataset<Integer> step = state.step(new Time(10), input(List.of()), manyResults);
        for (int partition = 0; partition < 2; partition++) {
            int[] one = {partition};
            assertThatThrownBy(() -> step.run(Ops.collect(), one, Ops.batch(new Time(10))))
                    .isInstanceOf(InterruptedException.class);
        }
        assertThat(Ops.partitions(step)).containsExactly(Ops.numbers(3000), Ops.numbers(3000));
        assertThat(stepped).containsExactlyInAnyOrder(0, 1);
        assertThat(asMap(state.at(new Time(10)))).isEqualTo(Map.of("of 0", 1L, "of 1", 1L));
    }

    @Test
    void aStepThatFailsForAPageThatCannotBeWrittenIsRolledBackAllTheSame() throws Exception {
        memory("64k");
        StateDataset<String, Object> state = engine.state("unwritable", Partitioner.hash(1));
        int keys = 8 * StatePages.ENTRIES;
        putEach(state, 10, keys, i -> i);
        AtomicBoolean mended = new AtomicBoolean();
        IntFunction<Object> value = i -> mended.get() || i < keys / 2 ? -i : new Unwritable();
        assertThatThrownBy(() -> putEach(state, 20, keys + 5, value))
                .hasStackTraceContaining(Unwritable.class.getName());
        assertThat(Ops.records(state.at(new Time(10)))).hasSize(keys).allSatisfy(pair -> assertThat("key-" + pair._2())
                .isEqualTo(pair._1()));
        assertThat(state.usage().keys()).isEqualTo(keys);
        mended.set(true);
        putEach(state, 20, keys + 5, value);
        assertThat(Ops.records(state.at(new Time(20)))).hasSize(keys + 5).allSatisfy(pair -> assertThat(
                        "key" + (pair._2().equals(0) ? "-0" : pair._2()))
                .isEqualTo(pair._1()));
        assertThat(Ops.records(state.at(new Time(10)))).hasSize(keys);
    }

    private void putEach(StateDataset<String, Object> state, long time, int keys, IntFunction<Object> value)
            throws Exception {
        StateOperator<String, Command, Object, String> puts = (task, at, input, view, out) -> {
            for (int i = 0; i < keys; i++) {
                StateView.Cell<String, Object> cell = view.cell("key-" + i);
                cell.remove();
                cell.put(value.apply(i));
            }
        };
        Dataset<Tuple2<String, Command>> nothing =
                engine.parallelize(List.<Tuple2<String, Command>>of(), 1).partitionBy(Tuple2::_1, Partitioner.hash(1));
        state.step(new Time(time), nothing, puts).settle(StorageLevel.MEMORY_AND_DISK, Ops.job());
    }

    /** No page that holds one can be written. */
    private static final class Unwritable {}

    @Test
    void stepsAreInTheOrderOfTimeAndTheirInputIsPlacedAsTheStateIs() throws Exception {
        StateDataset<String, Long> state = engine.state("order", TWO);
        step(state, 20, List.of(put("a", 1)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> step(state, 10, List.of()))
                .withMessageStartingWith("ACQ-0568 state 'order' cannot be stepped for batch 10 ms");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> state.step(new Time(30), engine.parallelize(List.of(put("a", 1)), 2), new Commanded()))
                .withMessageStartingWith("ACQ-0569 the input of state 'order' is placed by nothing");
    }

    @Test
    void onlyAKeyWithAStateCanBeDue() {
        StateDataset<String, Long> state = engine.state("due", TWO);
        StateOperator<String, Command, Long, String> wrong =
                (task, time, input, view, out) -> view.cell("nobody").dueAt(time);
        assertThatIllegalStateException()
                .isThrownBy(() -> Ops.partitions(state.step(new Time(10), input(List.of()), wrong)))
                .withMessageStartingWith("ACQ-0566 key nobody of state 'due' has no state");
    }

    @Test
    void aKeyThatIsTouchedAgainIsDueLaterAndFiresOnce() throws Exception {
        StateDataset<String, Long> state = engine.state("touched", TWO);
        step(state, 10, List.of(putUntil("a", 1, 30), putUntil("b", 1, 20)));
        assertThat(step(state, 20, List.of(putUntil("a", 2, 50)))).containsExactly("b=1");
        assertThat(step(state, 30, List.of())).isEmpty();
        assertThat(step(state, 60, List.of())).containsExactly("a=2");
        assertThat(step(state, 70, List.of())).isEmpty();
    }

    // ---- versions

    @Test
    void aForgottenVersionCannotBeReadAndTheTwoNewestAlwaysCan() throws Exception {
        StateDataset<String, Long> state = engine.state("versions", TWO);
        for (long time = 10; time <= 40; time += 10) {
            step(state, time, List.of(put("a", time)));
        }
        state.forget(new Time(100));
        assertThat(asMap(state.at(new Time(40)))).isEqualTo(Map.of("a", 40L));
        assertThat(asMap(state.at(new Time(30)))).isEqualTo(Map.of("a", 30L));
        for (long missing : new long[] {20, 35, 50}) {
            assertThatIllegalStateException()
                    .isThrownBy(() -> asMap(state.at(new Time(missing))))
                    .withMessageStartingWith("ACQ-0567 state 'versions' has no version of batch " + missing
                            + " ms: it has" + " those from ");
        }
    }

    @Test
    void aReaderSeesItsVersionWhileOthersStep() throws Exception {
        StateDataset<String, Long> state = engine.state("reader", Partitioner.hash(1));
        List<Tuple2<String, Command>> first = new ArrayList<>();
        for (int i = 0; i < 3 * StatePages.ENTRIES; i++) {
            first.add(put("key-" + i, 1));
        }
        stepAlone(state, 10, first);
        Iterator<Tuple2<String, Long>> reading =
                ((LocalState<String, Long>) state).partition(0).read(new Time(10), new LocalTask(Ops.newJob(), 0));
        Map<String, Long> seen = new HashMap<>();
        for (int i = 0; i < 10; i++) {
            Tuple2<String, Long> pair = reading.next();
            seen.put(pair._1(), pair._2());
        }
        List<Tuple2<String, Command>> second = new ArrayList<>();
        first.forEach(pair -> second.add(pair._1().endsWith("7") ? remove(pair._1()) : put(pair._1(), 2)));
        second.add(put("new", 2));
        stepAlone(state, 20, second);
        reading.forEachRemaining(
                pair -> assertThat(seen.put(pair._1(), pair._2())).isNull());
        assertThat(seen).hasSize(first.size()).allSatisfy((key, value) -> assertThat(value)
                .isEqualTo(1));
    }

    private void stepAlone(StateDataset<String, Long> state, long time, List<Tuple2<String, Command>> commands) {
        Ops.partitions(state.step(
                new Time(time),
                engine.parallelize(commands, 1).partitionBy(Tuple2::_1, Partitioner.hash(1)),
                new Commanded()));
    }

    @Test
    void anObjectThatIsChangedInPlaceIsWrittenWhenItIsPutAgain() {
        memory("64k");
        StateDataset<String, List<Integer>> state = engine.state("in place", Partitioner.hash(1));
        StateOperator<String, Integer, List<Integer>, Boolean> growing = (task, time, input, view, out) -> {
            while (input.hasNext()) {
                Tuple2<String, Integer> pair = input.next();
                StateView.Cell<String, List<Integer>> cell = view.cell(pair._1());
                List<Integer> list = cell.state() == null ? new ArrayList<>() : cell.state();
                list.add(pair._2());
                cell.put(list);
            }
        };
        List<Tuple2<String, Integer>> all = new ArrayList<>();
        for (int i = 0; i < 4 * StatePages.ENTRIES; i++) {
            all.add(Tuple2.of("key-" + i, i));
        }
        for (long time = 10; time <= 30; time += 10) {
            Ops.partitions(state.step(
                    new Time(time), engine.parallelize(all, 1).partitionBy(Tuple2::_1, Partitioner.hash(1)), growing));
        }
        assertThat(state.usage().spilledPages()).isPositive();
        assertThat(Ops.records(state.at(new Time(30)))).hasSize(all.size()).allSatisfy(pair -> assertThat(pair._2())
                .hasSize(3));
        assertThat(Ops.records(state.changes(new Time(20), new Time(30)))).hasSize(all.size());
    }

    @Test
    void pagesWithoutAKeyTakeNothing() throws Exception {
        memory("64k");
        StateDataset<String, Long> state = engine.state("shrinking", TWO);
        step(state, 10, manyKeys());
        List<Tuple2<String, Command>> removals = new ArrayList<>();
        manyKeys().forEach(pair -> removals.add(remove(pair._1())));
        step(state, 20, removals);
        assertThat(state.usage())
                .isEqualTo(new StateDataset.Usage(0, 0, state.usage().budgetBytes(), 0, 0));
        assertThat(asMap(state.at(new Time(10)))).hasSize(20_000);
        step(state, 30, List.of(put("again", 1)));
        assertThat(asMap(state.at(new Time(30)))).isEqualTo(Map.of("again", 1L));
    }

    // ---- what is kept

    @Test
    void aSliceOfTextPinsNoBlock() {
        StateDataset<Utf8, Utf8> state = engine.state("text", Partitioner.hash(1));
        Utf8 line = Utf8.of("a long line of text");
        Utf8 word = line.splitOn((byte) ' ').next();
        StateOperator<Utf8, Utf8, Utf8, Boolean> keeping = (task, time, input, view, out) -> {
            StateView.Cell<Utf8, Utf8> cell = view.cell(word);
            cell.put(word);
            out.accept(cell.state() != word);
        };
        Dataset<Tuple2<Utf8, Utf8>> nothing =
                engine.parallelize(List.<Tuple2<Utf8, Utf8>>of(), 1).partitionBy(Tuple2::_1, Partitioner.hash(1));
        assertThat(Ops.records(state.step(new Time(10), nothing, keeping))).containsExactly(true);
        assertThat(Ops.records(state.at(new Time(10)))).containsExactly(Tuple2.of(word, word));
    }

    @Test
    void aPageThatIsGoneFromTheDiskIsTold() throws Exception {
        memory("1m");
        StateDataset<String, Long> state = engine.state("lost", TWO);
        step(state, 10, manyKeys());
        assertThat(state.usage().memoryBytes())
                .isLessThanOrEqualTo(state.usage().budgetBytes());
        deleteFiles();
        assertThatThrownBy(() -> asMap(state.at(new Time(10))))
                .hasMessageStartingWith("ACQ-0528 a page of keyed state cannot be read back from ");
    }

    @Test
    void aPageThatCannotBeWrittenIsTold() throws Exception {
        memory("1m");
        StateDataset<String, Long> state = engine.state("full", TWO);
        step(state, 10, manyKeys());
        Path directory = Objects.requireNonNull(filesIn(spill).get(0).getParent());
        deleteFiles();
        Files.delete(directory);
        Files.createFile(directory);
        List<Tuple2<String, Command>> more = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            more.add(put("other-" + i, i));
        }
        assertThatThrownBy(() -> step(engine.state("more", TWO), 20, more))
                .hasMessageStartingWith("ACQ-0529 keyed state is larger than its memory and cannot go to disk: ");
    }

    @Test
    void aStateThatCannotBePutBackIsNeverUsedAgain() throws Exception {
        memory("64k");
        StateDataset<String, Long> state = engine.state("broken", Partitioner.hash(1));
        stepAlone(state, 10, manyKeys());
        StatePartition<String, Long> partition = ((LocalState<String, Long>) state).partition(0);
        List<Tuple2<String, Command>> failing = new ArrayList<>();
        manyKeys().forEach(pair -> failing.add(put(pair._1(), 7)));
        failing.add(fail("key-0"));
        Iterator<Tuple2<String, Command>> thenDeleting = failing.iterator();
        Iterator<Tuple2<String, Command>> input = new Iterator<>() {
            @Override
            public boolean hasNext() {
                return thenDeleting.hasNext();
            }

            @Override
            public Tuple2<String, Command> next() {
                Tuple2<String, Command> next = thenDeleting.next();
                if (next._2().value() < 0) {
                    deleteFiles();
                }
                return next;
            }
        };
        LocalTask task = new LocalTask(Ops.newJob(), 0);
        assertThatThrownBy(() -> partition.step(new Time(20), new Commanded(), input, task))
                .hasMessageStartingWith("ACQ-0528 a page of keyed state cannot be read back from ");
        assertThatIllegalStateException()
                .isThrownBy(() -> asMap(state.at(new Time(10))))
                .withMessageStartingWith("ACQ-0593 state 'broken' is broken");
    }

    private static List<Tuple2<String, Command>> manyKeys() {
        List<Tuple2<String, Command>> many = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            many.add(put("key-" + i, i));
        }
        return many;
    }

    // ---- settled datasets

    @Test
    void aSettledDatasetIsComputedOnceAndThenOnlyRead() throws Exception {
        List<Integer> computed = Collections.synchronizedList(new ArrayList<>());
        Dataset<Integer> dataset = engine.parallelize(Ops.numbers(10), 2)
                .transform(
                        Ops.<Integer, Integer>map(n -> {
                            computed.add(n);
                            return n;
                        }),
                        false);
        Dataset<Integer> settled = dataset.settle(StorageLevel.MEMORY_AND_DISK, Ops.job());
        assertThat(settled).isSameAs(dataset);
        assertThat(computed).hasSize(10);
        assertThat(Ops.records(settled)).containsExactlyElementsOf(Ops.numbers(10));
        assertThat(computed).hasSize(10);
        settled.unpersist();
        assertThatIllegalStateException()
                .isThrownBy(() -> Ops.records(settled))
                .withMessageStartingWith("ACQ-0526 partition ");
    }

    @Test
    void aDatasetThatIsPersistedOtherwiseIsSettledBesides() throws Exception {
        Dataset<Integer> dataset = engine.parallelize(Ops.numbers(10), 2).persist(StorageLevel.MEMORY_ONLY);
        Dataset<Integer> settled = dataset.settle(StorageLevel.MEMORY_AND_DISK, Ops.job());
        dataset.unpersist();
        assertThat(Ops.records(settled)).containsExactlyElementsOf(Ops.numbers(10));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> engine.parallelize(Ops.numbers(1), 1).settle(StorageLevel.MEMORY_ONLY, Ops.job()))
                .withMessageStartingWith("ACQ-0527 a dataset cannot be settled with level MEMORY_ONLY");
    }
}
