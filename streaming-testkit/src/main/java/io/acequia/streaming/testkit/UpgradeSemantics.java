/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import static io.acequia.streaming.data.Durations.seconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.DStream;
import io.acequia.streaming.PairDStream;
import io.acequia.streaming.StateMismatchException;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingException;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.function.Function;
import io.acequia.streaming.function.Function2;
import io.acequia.streaming.function.VoidFunction;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Twelve edits of a program between two runs, and what becomes of its state: it goes on, starts empty, is divided anew, or the
 * start is refused with a text that names the uids. What must never happen is that a state goes on under another operator, or
 * is dropped without a word. An engine passes by a subclass that gives its settings.
 *
 * <p>Each test runs the first version for two batches and stops it gracefully, so that there is a checkpoint, and goes on with the
 * second one. A refused start must leave what there is: the first version can go on after it. As long as there is no checkpoint,
 * every version makes its state of all batches of the journal.
 *
 * <p>Two versions of a class under one name are made by {@link RenamedClass}: the class loader of the thread that defines the
 * program knows one version at a time.
 *
 * <p>The class is long because it is one list: an edit, its outcome, and nothing else; a reader of the guide finds the row of the table here.
 */
@Timeout(120)
public abstract class UpgradeSemantics extends OperationSemantics {
    /** The version of the class of the state that the program uses now. */
    private static volatile Class<?> version = Visit1.class;

    private Path root = Path.of("");

    @BeforeEach
    void makeDirectory(@TempDir Path temporary) {
        root = temporary;
    }

    private TestStreams first(VoidFunction<TestStreams> program) {
        return TestStreams.every(SECOND, conf(), root.resolve("checkpoint"), program);
    }

    private static Optional<Integer> sum(List<Integer> values, Optional<Integer> sum) {
        return Optional.of(values.stream().reduce(sum.orElse(0), Integer::sum));
    }

    private static PairDStream<String, Integer> sums(DStream<String> words) {
        return words.mapToPair(word -> pair(word, 1)).updateStateByKey(Integer.class, UpgradeSemantics::sum);
    }

    private static PairDStream<String, Integer> sums(DStream<String> words, String uid) {
        return sums(words).uid(uid);
    }

    private static VoidFunction<TestStreams> one(String uid) {
        return s -> s.collect("out", sums(s.input("in"), uid));
    }

    private static void twoBatches(TestStreams t) {
        t.add("in", "a", "b").add("in", "a").add("in", "a", "c").advance(2).stopAndRestart();
    }

    /** The start is refused so, and the version before it still goes on. */
    private static void assertRefused(
            TestStreams t, ThrowingCallable restart, VoidFunction<TestStreams> before, String... texts) {
        assertThatThrownBy(restart).isInstanceOf(StreamingException.class).satisfies(refusal -> {
            assertThat(refusal.getMessage()).startsWith("ACQ-");
            for (String text : texts) {
                assertThat(refusal).hasMessageContaining(text);
            }
        });
        t.restart(before).advance(1);
        assertBatch(t.last("out")).contains(pair("a", 3));
    }

    @Test
    @DisplayName("edit 1: a stateless operator before a state with a uid: the state goes on")
    void aStatelessOperatorIsAdded() {
        try (TestStreams t = first(one("sums"))) {
            twoBatches(t);
            t.restart(s -> s.collect(
                            "out",
                            sums(
                                    s.<String>input("in")
                                            .filter(word -> !word.equals("c"))
                                            .map(word -> word.toLowerCase(Locale.ROOT)),
                                    "sums")))
                    .advance(1);
            assertBatch(t.last("out")).containsExactlyInAnyOrder(pair("a", 3), pair("b", 1));
        }
    }

    @Test
    @DisplayName("edit 2: an operator with state is added: it starts empty, the other goes on")
    void aStateIsAdded() {
        try (TestStreams t = first(one("sums"))) {
            twoBatches(t);
            t.restart(s -> {
                        DStream<String> in = s.input("in");
                        s.collect("out", sums(in, "sums"));
                        s.collect("more", sums(in.map(word -> word + word), "more"));
                    })
                    .advance(1);
            assertBatch(t.last("out")).containsExactlyInAnyOrder(pair("a", 3), pair("b", 1), pair("c", 1));
            assertBatch(t.last("more")).containsExactlyInAnyOrder(pair("aa", 1), pair("cc", 1));
        }
    }

    @Test
    @DisplayName("edit 2: windows are added beside a window: they begin empty, the other goes on")
    void windowsAreAddedBesideAnother() {
        try (TestStreams t = first(s -> s.collect("out", s.<String>input("in").window(seconds(4))))) {
            twoBatches(t);
            t.restart(s -> {
                        DStream<String> in = s.input("in");
                        PairDStream<String, Integer> pairs = in.mapToPair(word -> pair(word, 1));
                        s.collect("out", in.window(seconds(4)));
                        s.collect("more", in.map(word -> word + word).window(seconds(4)));
                        s.collect("sums", pairs.reduceByKeyAndWindow(Integer::sum, seconds(4), SECOND));
                        s.collect(
                                "kept",
                                pairs.mapValues(n -> n)
                                        .reduceByKeyAndWindow(Integer::sum, (a, b) -> a - b, seconds(4), SECOND));
                    })
                    .advance(1);
            assertBatch(t.last("out")).containsExactlyInAnyOrder("a", "b", "a", "a", "c");
            assertBatch(t.last("more")).containsExactlyInAnyOrder("aa", "cc");
            assertBatch(t.last("sums")).containsExactlyInAnyOrder(pair("a", 1), pair("c", 1));
            assertBatch(t.last("kept")).containsExactlyInAnyOrder(pair("a", 1), pair("c", 1));
            t.add("in", "d").add("in").add("in").add("in", "e").advance(4);
            assertBatch(t.last("out")).containsExactlyInAnyOrder("d", "e");
            assertBatch(t.last("sums")).containsExactlyInAnyOrder(pair("d", 1), pair("e", 1));
        }
    }

    private static VoidFunction<TestStreams> two(String left, String right) {
        return s -> {
            DStream<String> in = s.input("in");
            s.collect("out", sums(in, left));
            s.collect("double", sums(in.map(word -> word + word), right));
        };
    }

    @Test
    @DisplayName("edit 3: an operator with state is removed: refused, unless allowDroppedState names it")
    void aStateIsRemoved() {
        try (TestStreams t = first(two("sums", "doubles"))) {
            twoBatches(t);
            assertThatThrownBy(() -> t.restart(one("sums")))
                    .isInstanceOf(StateMismatchException.class)
                    .hasMessageStartingWith("ACQ-")
                    .hasMessageContaining("doubles")
                    .hasMessageContaining("allowDroppedState")
                    .satisfies(e -> assertThat(((StateMismatchException) e).droppedUids())
                            .containsExactly("doubles"));
            assertThatThrownBy(() -> t.restart(s -> {
                        s.context().allowDroppedState("another");
                        one("sums").call(s);
                    }))
                    .isInstanceOf(StateMismatchException.class);
            t.restart(s -> {
                        s.context().allowDroppedState("doubles");
                        one("sums").call(s);
                    })
                    .advance(1);
            assertBatch(t.last("out")).containsExactlyInAnyOrder(pair("a", 3), pair("b", 1), pair("c", 1));
        }
    }

    @Test
    @DisplayName(
            "without a checkpoint there is no state to lose: a version makes its state of all batches of the journal")
    void withoutACheckpointAStateIsMadeOfTheJournal() {
        try (TestStreams t = first(one("sums"))) {
            t.add("in", "a", "b").add("in", "a").add("in", "a", "c").advance(2);
            t.restart(one("renamed")).advance(1);
            assertBatch(t.last("out")).containsExactlyInAnyOrder(pair("a", 3), pair("b", 1), pair("c", 1));
        }
    }

    @Test
    @DisplayName("edit 3: a state that was given up is gone: an operator of its uid starts empty later")
    void aStateThatWasGivenUpIsGone() {
        try (TestStreams t = first(two("sums", "doubles"))) {
            twoBatches(t);
            t.restart(s -> {
                        s.context().allowDroppedState("doubles");
                        one("sums").call(s);
                    })
                    .advance(1);
            t.add("in", "z").stopAndRestart().restart(two("sums", "doubles")).advance(1);
            assertBatch(t.last("double")).containsExactly(pair("zz", 1));
        }
    }

    @Test
    @DisplayName("edit 4: a uid is renamed: refused, naming both")
    void aUidIsRenamed() {
        try (TestStreams t = first(one("old name"))) {
            twoBatches(t);
            assertRefused(t, () -> t.restart(one("new name")), one("old name"), "old name", "new name");
        }
    }

    @Test
    @DisplayName("edit 5: two operators with uids change places: each goes on")
    void twoOperatorsWithUidsAreSwapped() {
        try (TestStreams t = first(two("sums", "doubles"))) {
            twoBatches(t);
            t.restart(s -> {
                        DStream<String> in = s.input("in");
                        s.collect("double", sums(in.map(word -> word + word), "doubles"));
                        s.collect("out", sums(in, "sums"));
                    })
                    .advance(1);
            assertBatch(t.last("out")).containsExactlyInAnyOrder(pair("a", 3), pair("b", 1), pair("c", 1));
            assertBatch(t.last("double")).containsExactlyInAnyOrder(pair("aa", 3), pair("bb", 1), pair("cc", 1));
        }
    }

    @Test
    @DisplayName("edit 6: two operators without uids that could be taken for each other are refused at the first start")
    void twoOperatorsWithoutUidsAreRefused() {
        try (TestStreams t = first(s -> {
            DStream<String> in = s.input("in");
            s.collect("out", sums(in));
            s.collect("other", sums(in));
        })) {
            assertThatThrownBy(() -> t.advance(1))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("ACQ-0910")
                    .hasMessageContaining("uid");
        }
    }

    @Test
    @DisplayName("edit 6: two operators without uids over different streams change places: each goes on, never crossed")
    void twoOperatorsWithoutUidsAreSwapped() {
        try (TestStreams t = first(s -> {
            s.collect("out", sums(s.input("in")));
            s.collect("other", sums(s.input("more")));
        })) {
            t.add("more", "x").add("more", "x").add("more", "x");
            twoBatches(t);
            t.restart(s -> {
                        s.collect("other", sums(s.input("more")));
                        s.collect("out", sums(s.input("in")));
                    })
                    .advance(1);
            assertBatch(t.last("out")).containsExactlyInAnyOrder(pair("a", 3), pair("b", 1), pair("c", 1));
            assertBatch(t.last("other")).containsExactly(pair("x", 3));
        }
    }

    // ---- the class of a state

    private static Class<?> named(Class<?> original, String name) {
        return new RenamedClass(original, Visit1.class.getName().replace("Visit1", name)).type();
    }

    private static Object visit(Class<?> type, Object pages) throws ReflectiveOperationException {
        RecordComponent[] components = type.getRecordComponents();
        var constructor = type.getDeclaredConstructors()[0];
        constructor.setAccessible(true);
        Object first = components[0].getType() == String.class ? String.valueOf(pages) : pages;
        return components.length == 1 ? constructor.newInstance(first) : constructor.newInstance(first, 0);
    }

    private static int pages(Object visit) throws ReflectiveOperationException {
        var accessor = visit.getClass().getDeclaredMethod("pages");
        accessor.setAccessible(true);
        return Integer.parseInt(String.valueOf(accessor.invoke(visit)));
    }

    private static Optional<Object> counted(List<Integer> values, Optional<Object> state)
            throws ReflectiveOperationException {
        int before = state.isPresent() ? pages(state.get()) : 0;
        return Optional.of(visit(version, before + values.size()));
    }

    @SuppressWarnings("unchecked") // the class of the state is known at run time alone
    private static void visits(TestStreams s) {
        Function2<List<Integer>, Optional<Object>, Optional<Object>> function = UpgradeSemantics::counted;
        Function<Object, Integer> pages = UpgradeSemantics::pages;
        s.collect(
                "out",
                s.<String>input("in")
                        .mapToPair(word -> pair(word, 1))
                        .updateStateByKey((Class<Object>) version, function)
                        .uid("visits")
                        .mapValues(pages));
    }

    /** Runs two batches with one class of state, and gives what a restart with another one does. */
    private void withVisits(Class<?> before, Class<?> after, VoidFunction<TestStreams> then) throws Exception {
        ClassLoader own = Thread.currentThread().getContextClassLoader();
        try {
            use(before);
            try (TestStreams t = TestStreams.every(
                    SECOND, withClass(before), root.resolve("checkpoint"), UpgradeSemantics::visits)) {
                twoBatches(t);
                use(after);
                then.call(t);
            }
        } finally {
            Thread.currentThread().setContextClassLoader(own);
        }
    }

    private static void use(Class<?> visit) {
        version = visit;
        Thread.currentThread().setContextClassLoader(visit.getClassLoader());
    }

    private void restart(TestStreams t, Class<?> visit) {
        t.restart(SECOND, withClass(visit), UpgradeSemantics::visits);
    }

    /** Functions are not copied: a copy is made with the class loader of the program, which knows no version. */
    private StreamingConf withClass(Class<?> visit) {
        return conf().registerClasses(visit).set(StreamingConf.SERIALIZE_CLOSURES, false);
    }

    @Test
    @DisplayName("edit 7: the class of a state is renamed: refused, naming the state and both classes")
    void theClassOfAStateIsRenamed() throws Exception {
        Class<?> before = named(Visit1.class, "VisitA");
        Class<?> after = named(Visit1.class, "VisitB");
        withVisits(before, after, t -> {
            assertThatThrownBy(() -> restart(t, after))
                    .isInstanceOf(StateMismatchException.class)
                    .hasMessageContaining("'visits'")
                    .hasMessageContaining("VisitA")
                    .hasMessageContaining("VisitB")
                    .hasMessageContaining("registerRenamed");
            use(before);
            restart(t, before);
            t.advance(1);
            assertBatch(t.last("out")).containsExactlyInAnyOrder(pair("a", 3), pair("b", 1), pair("c", 1));
        });
    }

    @Test
    @DisplayName("edit 8: a state gets one more field: refused, naming the class and what to do")
    void aStateGetsOneMoreField() throws Exception {
        assertRefusedWithFields(named(Visit1.class, "VisitC"), named(Visit2.class, "VisitC"));
    }

    @Test
    @DisplayName("edit 9: a field of a state gets another type: refused, naming the class and what to do")
    void aFieldGetsAnotherType() throws Exception {
        assertRefusedWithFields(named(Visit1.class, "VisitD"), named(Visit3.class, "VisitD"));
    }

    private void assertRefusedWithFields(Class<?> before, Class<?> after) throws Exception {
        withVisits(before, after, t -> {
            assertThatThrownBy(() -> restart(t, after))
                    .hasMessageContaining("ACQ-0543")
                    .hasMessageContaining(before.getName())
                    .hasMessageContaining("registerCodec");
            use(before);
            restart(t, before);
            t.advance(1);
            assertBatch(t.last("out")).containsExactlyInAnyOrder(pair("a", 3), pair("b", 1), pair("c", 1));
        });
    }

    @Test
    @DisplayName("edit 9: a state of a built-in type becomes another one: refused, naming both")
    void aBuiltInStateGetsAnotherType() {
        try (TestStreams t = first(one("sums"))) {
            twoBatches(t);
            assertRefused(
                    t,
                    () -> t.restart(s -> s.collect(
                            "out",
                            s.<String>input("in")
                                    .mapToPair(word -> pair(word, 1L))
                                    .updateStateByKey(
                                            Long.class,
                                            (values, state) -> Optional.of(state.orElse(0L) + values.size()))
                                    .uid("sums"))),
                    one("sums"),
                    "sums",
                    "Integer",
                    "Long");
        }
    }

    // ---- partitions and durations

    @Test
    @DisplayName("edit 10: another number of partitions: the state is divided anew, and equal")
    void theNumberOfPartitionsChanges() {
        Function<Integer, VoidFunction<TestStreams>> in = n -> s -> {
            PairDStream<String, Integer> sums = s.<String>input("in")
                    .mapToPair(word -> pair(word, 1))
                    .updateStateByKey(UpgradeSemantics::sum, n)
                    .uid("sums");
            s.collect("out", sums);
            s.collect("partitions", sums.glom());
        };
        try (TestStreams t = first(call(in, 2))) {
            twoBatches(t);
            for (int n : List.of(5, 1, 3)) {
                t.add("in", "a").restart(call(in, n)).advance(1);
                assertThat(t.last("partitions")).hasSize(n);
            }
            assertBatch(t.last("out")).containsExactlyInAnyOrder(pair("a", 5), pair("b", 1), pair("c", 1));
        }
    }

    private static VoidFunction<TestStreams> call(Function<Integer, VoidFunction<TestStreams>> programs, int n) {
        try {
            return programs.call(n);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    @DisplayName(
            "edit 10: another default parallelism: refused, naming both; with rescale the state is divided anew, and equal")
    void theDefaultParallelismChanges() {
        try (TestStreams t = first(one("sums"))) {
            twoBatches(t);
            StreamingConf more = conf().set(StreamingConf.PARALLELISM, 3);
            assertThatThrownBy(() -> t.restart(SECOND, more, one("sums")))
                    .isInstanceOf(StreamingException.class)
                    .hasMessageStartingWith("ACQ-")
                    .hasMessageContaining("parallelism is 3")
                    .hasMessageContaining("was 2")
                    .hasMessageContaining("streaming.parallelism.rescale");
            t.restart(SECOND, more.set(StreamingConf.RESCALE, true), one("sums"))
                    .advance(1);
            assertThat(t.context().batchContext().defaultParallelism()).isEqualTo(3);
            assertBatch(t.last("out")).containsExactlyInAnyOrder(pair("a", 3), pair("b", 1), pair("c", 1));
        }
    }

    @Test
    @DisplayName(
            "edit 11: another batch interval: refused, naming both, or the batches are aligned anew and the state goes on")
    void theBatchIntervalChanges() {
        try (TestStreams t = first(one("sums"))) {
            twoBatches(t);
            Duration other = seconds(2);
            try {
                t.restart(other, conf(), one("sums"));
            } catch (StreamingException refusal) {
                assertThat(refusal).hasMessageContaining("1s").hasMessageContaining("2s");
                t.restart(SECOND, conf(), one("sums"));
            }
            t.advance(1);
            assertBatch(t.last("out")).containsExactlyInAnyOrder(pair("a", 3), pair("b", 1), pair("c", 1));
        }
    }

    private static VoidFunction<TestStreams> windowed(int length, int slide) {
        return s -> s.collect(
                "out",
                s.<String>input("in")
                        .mapToPair(word -> pair(word, 1))
                        .reduceByKeyAndWindow(Integer::sum, (sum, left) -> sum - left, seconds(length), seconds(slide))
                        .uid("window"));
    }

    @Test
    @DisplayName(
            "edit 12: another length or slide of a window: refused, naming the window, or rebuilt from what is there")
    void theWindowChanges() {
        for (List<Integer> other : List.of(List.of(5, 1), List.of(3, 1), List.of(4, 2))) {
            try (TestStreams t = TestStreams.every(SECOND, conf(), root.resolve("window " + other), windowed(4, 1))) {
                t.add("in", "a", "b")
                        .add("in", "a")
                        .add("in", "a", "c")
                        .add("in")
                        .advance(2)
                        .stopAndRestart();
                try {
                    t.restart(windowed(other.get(0), other.get(1)));
                } catch (StreamingException refusal) {
                    assertThat(refusal.getMessage()).startsWith("ACQ-").contains("window");
                    t.restart(windowed(4, 1));
                }
                t.advance(other.get(1) == 1 ? 1 : 2);
                assertBatch(t.last("out"))
                        .as("window %s", other)
                        .containsExactlyInAnyOrder(pair("a", 3), pair("b", 1), pair("c", 1));
            }
        }
    }

    @Test
    @DisplayName("a refused start says the uid that a state without a name would have, and leaves the directory free")
    void aRefusedStartLeavesTheDirectoryFree() {
        try (TestStreams t = first(s -> s.collect("out", sums(s.input("in"))))) {
            twoBatches(t);
            Tuple2<String, Integer> three = pair("a", 3);
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> t.restart(s -> s.collect("out", s.<String>input("in"))))
                        .isInstanceOf(StateMismatchException.class)
                        .hasMessageContaining("updateStateByKey");
            }
            t.restart(s -> s.collect("out", sums(s.input("in")))).advance(1);
            assertBatch(t.last("out")).contains(three);
        }
    }
}
