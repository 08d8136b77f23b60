/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import static io.acequia.streaming.data.Durations.seconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.BatchFailedException;
import io.acequia.streaming.DStream;
import io.acequia.streaming.PairDStream;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingConf.FailurePolicy;
import io.acequia.streaming.data.Partitioner;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.function.VoidFunction;
import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * How the values of a window are combined, with and without an inverse function: the second part of section 3 of the
 * semantics. Which batches a window holds is the matter of {@link WindowSemantics}. An engine passes by a subclass that gives
 * its settings.
 *
 * <p>Three kinds of test stand here. Results are compared value by value, most of them with sums; where the order in which
 * values are merged matters, the values are letters and the function joins them, so that a window can be read. Costs are
 * calls of a function, counted in {@link #CALLS}, and compared with what a window that is reduced anew at every slide would
 * need, so that the limit can be seen to be one. Failures are a call that throws, {@link #BROKEN_CALL}, moved through the
 * batches: whichever call it is, the retried batch and all later ones must be as if nothing had been.
 *
 * <p>Shuffles give no order among keys, so keys are compared in any order; the values of a key stand in the order of time.
 */
@Timeout(120)
public abstract class WindowByKeySemantics extends OperationSemantics {
    /** How often a function was called in tasks; tests run one after another. */
    private static final AtomicInteger CALLS = new AtomicInteger();

    /** The call that throws; 0 for none. */
    private static final AtomicInteger BROKEN_CALL = new AtomicInteger();

    @BeforeEach
    void forget() {
        CALLS.set(0);
        BROKEN_CALL.set(0);
    }

    private static PairDStream<String, Integer> ones(DStream<String> words) {
        return words.mapToPair(word -> pair(word, 1));
    }

    private static int minus(int whole, int left) {
        return whole - left;
    }

    // ---- what comes out

    @Test
    @DisplayName("S3.3 with an inverse function a window is the previous one without what left and with what came")
    void theWindowIsThePreviousOneAndTheChange() {
        Function<DStream<String>, PairDStream<String, String>> everySecond = in -> in.keyBy(word -> "k")
                .reduceByKeyAndWindow(String::concat, WindowByKeySemantics::withoutStart, seconds(3), SECOND);
        Function<DStream<String>, PairDStream<String, String>> everyTwo = in -> in.keyBy(word -> "k")
                .reduceByKeyAndWindow(String::concat, WindowByKeySemantics::withoutStart, seconds(4), seconds(2));

        assertThat(valuesOf(everySecond, "1", "2", "3", "4", "5", "6"))
                .containsExactly("1", "12", "123", "234", "345", "456");
        assertThat(valuesOf(everyTwo, "1", "2", "3", "4", "5", "6", "7", "8"))
                .containsExactly("12", "1234", "3456", "5678");
    }

    @Test
    @DisplayName("S3.7 without an inverse function values are merged in the order of time, so f need not commute")
    void valuesAreMergedInTheOrderOfTime() {
        for (List<Integer> window : List.of(List.of(3, 1), List.of(4, 2), List.of(3, 2), List.of(7, 1))) {
            Duration length = seconds(window.get(0));
            Duration slide = seconds(window.get(1));
            List<String> expected = new ArrayList<>();
            String all = "abcdefghijklmnopqrst";
            for (int n = window.get(1); n <= all.length(); n += window.get(1)) {
                expected.add(all.substring(Math.max(0, n - window.get(0)), n));
            }

            assertThat(valuesOf(
                            in -> in.keyBy(word -> "k").reduceByKeyAndWindow(String::concat, length, slide),
                            all.split("")))
                    .as("%s", window)
                    .containsExactlyElementsOf(expected);
            assertThat(valuesOf(
                            in -> in.reduceByWindow(String::concat, length, slide)
                                    .keyBy(word -> "k"),
                            all.split("")))
                    .as("%s", window)
                    .containsExactlyElementsOf(expected);
        }
    }

    /** The value of the only key of each window, for batches of a word each. */
    private List<String> valuesOf(Function<DStream<String>, PairDStream<String, String>> operation, String... words) {
        List<List<Tuple2<String, String>>> batches = batchesOf(
                (DStream<String> left, DStream<String> right) -> operation.apply(left),
                Arrays.stream(words).map(List::of).toList(),
                List.of());
        assertThat(batches).allSatisfy(batch -> assertThat(batch).hasSize(1));
        return batches.stream().map(batch -> batch.get(0)._2()).toList();
    }

    private static String withoutStart(String whole, String left) {
        assertThat(whole).startsWith(left);
        return whole.substring(left.length());
    }

    @Test
    @DisplayName("S3.3 the groups of a window are serializable lists of its values in the order of time")
    void groupsAreInTheOrderOfTime() {
        List<List<Tuple2<Integer, Iterable<String>>>> out = batchesOf(
                (DStream<String> in) -> in.keyBy(String::length).groupByKeyAndWindow(seconds(2)),
                List.of("a", "b", "cc"),
                List.of("d"),
                List.of("ee"),
                List.of());

        assertBatch(out.get(0)).containsExactlyInAnyOrder(pair(1, List.of("a", "b")), pair(2, List.of("cc")));
        assertBatch(out.get(1)).containsExactlyInAnyOrder(pair(1, List.of("a", "b", "d")), pair(2, List.of("cc")));
        assertBatch(out.get(2)).containsExactlyInAnyOrder(pair(1, List.of("d")), pair(2, List.of("ee")));
        assertBatch(out.get(3)).containsExactly(pair(2, List.of("ee")));
        assertThat(out.get(1))
                .allSatisfy(
                        group -> assertThat(group._2()).isInstanceOf(List.class).isInstanceOf(Serializable.class));
    }

    @Test
    @DisplayName("S3.3 countByWindow gives one number for each window, 0 for an empty one")
    void countByWindowAlwaysGivesANumber() {
        assertThat(batchesOf(
                        (DStream<String> in) -> in.countByWindow(seconds(2), SECOND),
                        List.of(),
                        List.of("a", "b", "a"),
                        List.of("c"),
                        List.of(),
                        List.of(),
                        List.of("d")))
                .containsExactly(List.of(0L), List.of(3L), List.of(4L), List.of(1L), List.of(0L), List.of(1L));
    }

    @Test
    @DisplayName(
            "S3.4 reduceByWindow gives nothing for an empty window; with inverse the neutral value once it had one")
    void reduceByWindowOfNothing() {
        assertThat(batchesOf(
                        (DStream<Integer> in) -> in.reduceByWindow(Integer::sum, seconds(2), SECOND),
                        List.of(),
                        List.of(1, 2),
                        List.of(),
                        List.of(),
                        List.of(5)))
                .containsExactly(List.of(), List.of(3), List.of(3), List.of(), List.of(5));
        assertThat(batchesOf(
                        (DStream<Integer> in) ->
                                in.reduceByWindow(Integer::sum, WindowByKeySemantics::minus, seconds(2), SECOND),
                        List.of(),
                        List.of(1, 2),
                        List.of(),
                        List.of(),
                        List.of(5)))
                .containsExactly(List.of(), List.of(3), List.of(3), List.of(0), List.of(5));
    }

    @Test
    @DisplayName("S3.4 with a filter function a key is dropped when the filter says no, and may come again")
    void theFilterDropsKeys() {
        for (Function<DStream<String>, PairDStream<String, Integer>> form :
                List.<Function<DStream<String>, PairDStream<String, Integer>>>of(
                        in -> ones(in).reduceByKeyAndWindow(
                                        Integer::sum,
                                        WindowByKeySemantics::minus,
                                        seconds(2),
                                        SECOND,
                                        3,
                                        sum -> sum._2() != 0),
                        in -> ones(in).reduceByKeyAndWindow(
                                        Integer::sum,
                                        WindowByKeySemantics::minus,
                                        seconds(2),
                                        SECOND,
                                        Partitioner.hash(2),
                                        sum -> sum._2() != 0))) {
            List<List<Tuple2<String, Integer>>> out = batchesOf(
                    (DStream<String> in) -> form.apply(in),
                    List.of("a"),
                    List.of("a", "b"),
                    List.of(),
                    List.of(),
                    List.of("a"),
                    List.of());

            assertThat(out.get(0)).containsExactly(pair("a", 1));
            assertThat(out.get(1)).containsExactlyInAnyOrder(pair("a", 2), pair("b", 1));
            assertThat(out.get(2)).containsExactlyInAnyOrder(pair("a", 1), pair("b", 1));
            assertThat(out.get(3)).isEmpty();
            assertThat(out.get(4)).containsExactly(pair("a", 1));
            assertThat(out.get(5)).containsExactly(pair("a", 1));
        }
    }

    @Test
    @DisplayName("S3.5 countByValueAndWindow drops what no longer occurs, with the default parallelism and in 3")
    void countByValueAndWindowDropsZero() {
        for (Function<DStream<String>, PairDStream<String, Long>> form :
                List.<Function<DStream<String>, PairDStream<String, Long>>>of(
                        in -> in.countByValueAndWindow(seconds(2), SECOND),
                        in -> in.countByValueAndWindow(seconds(2), SECOND, 3))) {
            assertThat(batchesOf(
                            (DStream<String> in) -> form.apply(in),
                            List.of("a", "a"),
                            List.of(),
                            List.of(),
                            List.of("a")))
                    .containsExactly(List.of(pair("a", 2L)), List.of(pair("a", 2L)), List.of(), List.of(pair("a", 1L)));
        }
    }

    // ---- forms

    @Test
    @DisplayName("S3.3 the forms of a window by key place its keys: by default, in a number of partitions, by a"
            + " partitioner")
    void theFormsPlaceTheKeys() {
        Partitioner p = new Operators.ByRemainder(4);
        Duration length = seconds(2);
        forms(in -> List.of(
                in.groupByKeyAndWindow(length, SECOND),
                in.groupByKeyAndWindow(length, SECOND, 3),
                in.groupByKeyAndWindow(length, SECOND, p)));
        forms(in -> List.of(
                in.reduceByKeyAndWindow(Integer::sum, length, SECOND),
                in.reduceByKeyAndWindow(Integer::sum, length, SECOND, 3),
                in.reduceByKeyAndWindow(Integer::sum, length, SECOND, p)));
        forms(in -> List.of(
                in.reduceByKeyAndWindow(Integer::sum, WindowByKeySemantics::minus, length, SECOND),
                in.reduceByKeyAndWindow(Integer::sum, WindowByKeySemantics::minus, length, SECOND, 3, sum -> true),
                in.reduceByKeyAndWindow(Integer::sum, WindowByKeySemantics::minus, length, SECOND, p, sum -> true)));
    }

    @Test
    @DisplayName("S3.5 countByValueAndWindow has the partitions asked for")
    void countByValueAndWindowPlacesItsKeys() {
        try (TestStreams t = program(s -> {
            DStream<Integer> in = s.input("in");
            s.collect("by default", in.countByValueAndWindow(seconds(2), SECOND).glom());
            s.collect("in 3", in.countByValueAndWindow(seconds(2), SECOND, 3).glom());
        })) {
            t.add("in", 1, 2, 3).add("in", 4).advance(2);

            assertThat(t.last("by default")).hasSize(t.context().batchContext().defaultParallelism());
            assertThat(t.last("in 3")).hasSize(3);
        }
    }

    /** The forms: by default, in 3 partitions, and by a partitioner of 4 that places by remainder. */
    private void forms(Function<PairDStream<Integer, Integer>, List<PairDStream<Integer, ?>>> operation) {
        List<Integer> partitions = Collections.synchronizedList(new ArrayList<>());
        List<String> names = List.of("by default", "in 3", "placed");
        try (TestStreams t = program(s -> {
            PairDStream<Integer, Integer> pairs = s.<Integer>input("in").mapToPair(n -> pair(n, n));
            List<PairDStream<Integer, ?>> forms = operation.apply(pairs);
            for (int i = 0; i < forms.size(); i++) {
                s.collect(names.get(i), forms.get(i));
                forms.get(i).foreachRDD(rdd -> {
                    partitions.add(rdd.getNumPartitions());
                });
            }
            s.collect("partitions", forms.get(2).glom());
        })) {
            t.add("in", 1, 2, 3, 5).add("in", 6, 5).advance(2);

            assertThat(partitions.subList(0, 3))
                    .containsExactly(t.context().batchContext().defaultParallelism(), 3, 4);
            assertBatch(t.last("by default")).hasSize(5);
            for (String form : names) {
                assertBatch(t.last(form)).containsExactlyInAnyOrderElementsOf(t.<Object>last("by default"));
            }
            List<List<Tuple2<Integer, ?>>> placed = t.last("partitions");
            for (int partition = 0; partition < 4; partition++) {
                int here = partition;
                assertThat(placed.get(partition)).allMatch(pair -> pair._1() % 4 == here);
            }
        }
    }

    // ---- what it costs

    @Test
    @DisplayName("S3.7 without an inverse function three calls a slide are enough, in windows of 10 slides and of 100")
    void threeCallsASlideAreEnough() {
        int slides = 250;
        for (int length : List.of(10, 100)) {
            CALLS.set(0);
            run(slides, in -> ones(in).reduceByKeyAndWindow(WindowByKeySemantics::sum, seconds(length)), length);

            assertThat(CALLS).hasValueLessThanOrEqualTo(3 * slides);
            assertThat(callsIfReducedAnew(slides, length)).isGreaterThan(3 * slides);

            CALLS.set(0);
            run(
                    slides,
                    in -> in.map(word -> 1)
                            .reduceByWindow(WindowByKeySemantics::sum, seconds(length), SECOND)
                            .keyBy(n -> "a"),
                    length);

            assertThat(CALLS).hasValueLessThanOrEqualTo(3 * slides);
        }
    }

    @Test
    @DisplayName("S3.7 with a slide of ten batches, two calls a batch and one for the window are enough")
    void twoCallsABatchAreEnoughWithALongerSlide() {
        int batches = 250;
        int length = 100;
        run(batches, in -> ones(in).reduceByKeyAndWindow(WindowByKeySemantics::sum, seconds(length), seconds(10)), 100);

        assertThat(CALLS).hasValueLessThanOrEqualTo(2 * batches + batches / 10);
    }

    @Test
    @DisplayName("S3.3 with an inverse function two calls a slide are enough, in windows of 10 slides and of 100")
    void twoCallsASlideAreEnoughWithAnInverse() {
        int slides = 250;
        for (int length : List.of(10, 100)) {
            CALLS.set(0);
            run(
                    slides,
                    in -> ones(in).reduceByKeyAndWindow(
                                    WindowByKeySemantics::sum,
                                    WindowByKeySemantics::difference,
                                    seconds(length),
                                    SECOND),
                    length);

            assertThat(CALLS).hasValueLessThanOrEqualTo(2 * slides);
            assertThat(callsIfReducedAnew(slides, length)).isGreaterThan(2 * slides);
        }
    }

    /** Gives each batch the word "a" and compares the last window with {@code expected}. */
    private void run(int batches, Function<DStream<String>, PairDStream<String, Integer>> operation, int expected) {
        try (TestStreams t = program(s -> s.collect("out", operation.apply(s.input("in"))))) {
            for (int i = 0; i < batches; i++) {
                t.add("in", "a").advance(1);
            }
            assertThat(t.last("out")).containsExactly(pair("a", expected));
        }
    }

    /** What it would take to combine the values of each window from the first to the last. */
    private static int callsIfReducedAnew(int slides, int length) {
        return IntStream.rangeClosed(1, slides)
                .map(n -> Math.min(n, length) - 1)
                .sum();
    }

    private static int sum(int a, int b) {
        if (CALLS.incrementAndGet() == BROKEN_CALL.get()) {
            throw new IllegalStateException("call " + CALLS + " is broken");
        }
        return a + b;
    }

    private static int difference(int whole, int left) {
        return sum(whole, -left);
    }

    // ---- what goes wrong

    @Test
    @DisplayName("S3.6 a key that leaves and is not there is an error that suggests inconsistent hashCode and equals")
    void aKeyThatIsNotThereIsAnError() {
        try (TestStreams t = program(s -> s.collect(
                "out",
                s.<String>input("in")
                        .mapToPair(word -> pair(new Fickle(word), 1))
                        .reduceByKeyAndWindow(
                                Integer::sum,
                                WindowByKeySemantics::minus,
                                seconds(1),
                                SECOND,
                                new Operators.AllInOne(1, 0),
                                sum -> true)))) {
            t.add("in", "a").advance(1);

            assertThatThrownBy(() -> t.advance(1))
                    .isInstanceOf(BatchFailedException.class)
                    .hasStackTraceContaining("ACQ-0712")
                    .hasStackTraceContaining("fickle a")
                    .hasStackTraceContaining("hashCode")
                    .hasStackTraceContaining("equals");
        }
    }

    /** A key that is equal to itself and yet never has the same hash again. */
    private static final class Fickle implements Serializable {
        private static final AtomicInteger HASHES = new AtomicInteger();
        private final String name;

        Fickle(String name) {
            this.name = name;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Fickle fickle && fickle.name.equals(name);
        }

        @Override
        public int hashCode() {
            return HASHES.incrementAndGet();
        }

        @Override
        public String toString() {
            return "fickle " + name;
        }
    }

    @Test
    @DisplayName("S3.3 a null key in a window with an inverse function fails its batch and names the operation")
    @SuppressWarnings("NullAway") // a null key is the point
    void aNullKeyIsRefusedWithAnInverse() {
        try (TestStreams t = program(s -> s.collect(
                "out",
                s.<String>input("in")
                        .mapToPair(word -> pair(word.isEmpty() ? null : word, 1))
                        .reduceByKeyAndWindow(Integer::sum, WindowByKeySemantics::minus, seconds(2), SECOND)))) {
            t.add("in", "a").add("in", "a", "").advance(1);

            assertThatThrownBy(() -> t.advance(1))
                    .isInstanceOf(BatchFailedException.class)
                    .hasStackTraceContaining("ACQ-0711")
                    .hasStackTraceContaining("reduceByKeyAndWindow");
        }
    }

    @Test
    @DisplayName("S3.7 without an inverse function a null key is a key, as it is without a window")
    @SuppressWarnings("NullAway") // a null key is the point
    void aNullKeyIsAKeyWithoutInverse() {
        Map<String, List<Object>> out = new HashMap<>();
        try (TestStreams t = program(s -> {
            PairDStream<String, Integer> pairs =
                    s.<String>input("in").mapToPair(word -> pair(word.isEmpty() ? null : word, 1));
            pairs.reduceByKeyAndWindow(Integer::sum, seconds(2)).foreachRDD(rdd -> {
                out.put("reduced", new ArrayList<>(rdd.collect()));
            });
            pairs.groupByKeyAndWindow(seconds(2)).foreachRDD(rdd -> {
                out.put("grouped", new ArrayList<>(rdd.collect()));
            });
        })) {
            t.add("in", "a", "").add("in", "").advance(2);
        }

        assertThat(out.get("reduced")).containsExactlyInAnyOrder(pair("a", 1), pair(null, 2));
        assertThat(out.get("grouped")).containsExactlyInAnyOrder(pair("a", List.of(1)), pair(null, List.of(1, 1)));
    }

    @Test
    @DisplayName(
            "S7.11 a function that throws leaves the window as it was: whichever call it is, the batch then is right")
    void aFunctionThatThrowsLeavesTheWindowAsItWas() {
        assertWhole(
                s -> s.collect("out", ones(s.input("in")).reduceByKeyAndWindow(WindowByKeySemantics::sum, seconds(3))));
    }

    @Test
    @DisplayName("S7.11 a function that throws leaves the window as it was, also with an inverse function")
    void aFunctionThatThrowsLeavesTheWindowAsItWasWithAnInverse() {
        assertWhole(s -> s.collect(
                "out",
                ones(s.input("in"))
                        .reduceByKeyAndWindow(
                                WindowByKeySemantics::sum, WindowByKeySemantics::difference, seconds(3), SECOND)));
    }

    private void assertWhole(VoidFunction<TestStreams> program) {
        List<Map<String, Integer>> expected = runOverKeys(conf(), program);
        int calls = CALLS.get();
        assertThat(calls).isGreaterThan(10);
        FailurePolicy twice = FailurePolicy.retry(1, Duration.ZERO, FailurePolicy.Kind.STOP);
        for (int broken = 1; broken <= calls; broken++) {
            CALLS.set(0);
            BROKEN_CALL.set(broken);

            assertThat(runOverKeys(conf().set(StreamingConf.FAILURE_POLICY, twice), program))
                    .as("call %s of %s is broken", broken, calls)
                    .isEqualTo(expected);
            assertThat(CALLS).hasValueGreaterThan(calls);
        }
    }

    private List<Map<String, Integer>> runOverKeys(StreamingConf conf, VoidFunction<TestStreams> program) {
        try (TestStreams t = TestStreams.every(SECOND, conf, program)) {
            t.add("in", "a", "b", "c", "d", "e")
                    .add("in", "a", "b", "c", "d")
                    .add("in", "a", "b", "c", "e")
                    .add("in", "a", "f")
                    .add("in")
                    .add("in", "b", "f")
                    .advance(6);
            List<Map<String, Integer>> batches = new ArrayList<>();
            for (List<Tuple2<String, Integer>> batch : t.<Tuple2<String, Integer>>batches("out")) {
                Map<String, Integer> sums = new HashMap<>();
                batch.forEach(sum -> sums.put(sum._1(), sum._2()));
                batches.add(sums);
            }
            return batches;
        }
    }

    // ---- worked examples

    @Test
    @DisplayName("S3.10 reduceByKeyAndWindow(+, 2, 1)")
    void exampleOfReduceByKeyAndWindow() {
        assertThat(batchesOf(
                        (DStream<String> in) -> ones(in).reduceByKeyAndWindow(Integer::sum, seconds(2), seconds(1)),
                        List.of("a"),
                        List.of("a"),
                        List.of(),
                        List.of()))
                .containsExactly(List.of(pair("a", 1)), List.of(pair("a", 2)), List.of(pair("a", 1)), List.of());
    }

    @Test
    @DisplayName("S3.4 S3.11 the same with inverse, no filter: the key stays with the neutral element")
    void exampleOfReduceByKeyAndWindowWithInverse() {
        assertThat(batchesOf(
                        (DStream<String> in) -> ones(in).reduceByKeyAndWindow(
                                        Integer::sum, WindowByKeySemantics::minus, seconds(2), seconds(1)),
                        List.of("a"),
                        List.of("a"),
                        List.of(),
                        List.of()))
                .containsExactly(
                        List.of(pair("a", 1)), List.of(pair("a", 2)), List.of(pair("a", 1)), List.of(pair("a", 0)));
    }

    @Test
    @DisplayName("S3.12 countByValueAndWindow(2,1)")
    void exampleOfCountByValueAndWindow() {
        List<List<Tuple2<String, Long>>> out = batchesOf(
                (DStream<String> in) -> in.countByValueAndWindow(seconds(2), seconds(1)),
                List.of("a"),
                List.of("b", "b"),
                List.of("a", "b"));

        assertThat(out.get(0)).containsExactly(pair("a", 1L));
        assertThat(out.get(1)).containsExactlyInAnyOrder(pair("a", 1L), pair("b", 2L));
        assertThat(out.get(2)).containsExactlyInAnyOrder(pair("a", 1L), pair("b", 3L));
    }
}
