/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import static io.acequia.streaming.data.Durations.milliseconds;
import static io.acequia.streaming.data.Durations.seconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.DStream;
import io.acequia.streaming.DStreamLike;
import io.acequia.streaming.PairDStream;
import io.acequia.streaming.RDD;
import io.acequia.streaming.data.Durations;
import io.acequia.streaming.data.Partitioner;
import io.acequia.streaming.data.StorageLevel;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.data.Tuple2;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Which batches a window holds, when it comes, and what may stand before and behind it: section 3 of the semantics, and what
 * section 1 says of windows. How values are combined is the matter of {@link WindowByKeySemantics}. An engine passes by a
 * subclass that gives its settings.
 *
 * <p>Batches are a second long, and most inputs carry one number a batch, that of the batch, so that a window can be read off
 * its records. All operations over windows stand in {@link #everyWindow}; whoever adds one adds it there, so that it is held
 * against the rules of time and against the one law of all windows: an operation over a window gives what the same operation
 * without a window gives for the records of the window. With an inverse function that holds but for keys that stay with the
 * neutral element, which the test of the law drops.
 *
 * <p>The order of records is part of the rule where no shuffle is: a window holds its batches in the order of time, and the
 * records of a batch in theirs. What must not be computed twice counts its calls in {@link #CALLS}.
 */
@Timeout(120)
public abstract class WindowSemantics extends OperationSemantics {
    /** How often a function was called in tasks; tests run one after another. */
    private static final AtomicInteger CALLS = new AtomicInteger();

    @BeforeEach
    void forget() {
        CALLS.set(0);
    }

    /** An operation over windows, and the same operation over the records of a batch. */
    private record Windowed(OverWindow windowed, OverBatch plain) {}

    private interface OverWindow {
        DStreamLike<?, ?, ?> of(DStream<Integer> in, Duration length, Duration slide);
    }

    private interface OverBatch {
        DStreamLike<?, ?, ?> of(DStream<Integer> in);
    }

    /** Each form of each operation over windows; with an inverse function, what is neutral is dropped. */
    private static Map<String, Windowed> everyWindow() {
        Partitioner p = new Operators.ByRemainder(4);
        Map<String, Windowed> all = new LinkedHashMap<>();
        all.put("window", new Windowed((in, length, slide) -> in.window(length, slide), in -> in));
        all.put(
                "window of pairs",
                new Windowed((in, length, slide) -> keyed(in).window(length, slide), WindowSemantics::keyed));
        all.put("countByWindow", new Windowed((in, length, slide) -> in.countByWindow(length, slide), DStream::count));
        Windowed reduced = new Windowed(
                (in, length, slide) -> in.reduceByWindow(Integer::sum, length, slide), in -> in.reduce(Integer::sum));
        all.put("reduceByWindow", reduced);
        all.put(
                "reduceByWindow with inverse",
                new Windowed(
                        (in, length, slide) -> in.reduceByWindow(Integer::sum, WindowSemantics::minus, length, slide)
                                .filter(n -> n != 0),
                        reduced.plain()));
        all.put(
                "countByValueAndWindow",
                new Windowed((in, length, slide) -> in.countByValueAndWindow(length, slide), DStream::countByValue));
        all.put(
                "countByValueAndWindow in 3",
                new Windowed((in, length, slide) -> in.countByValueAndWindow(length, slide, 3), DStream::countByValue));
        OverBatch grouped = in -> keyed(in).groupByKey();
        all.put(
                "groupByKeyAndWindow",
                new Windowed((in, length, slide) -> keyed(in).groupByKeyAndWindow(length, slide), grouped));
        all.put(
                "groupByKeyAndWindow in 3",
                new Windowed((in, length, slide) -> keyed(in).groupByKeyAndWindow(length, slide, 3), grouped));
        all.put(
                "groupByKeyAndWindow placed",
                new Windowed((in, length, slide) -> keyed(in).groupByKeyAndWindow(length, slide, p), grouped));
        OverBatch summed = in -> keyed(in).reduceByKey(Integer::sum);
        all.put(
                "reduceByKeyAndWindow",
                new Windowed(
                        (in, length, slide) -> keyed(in).reduceByKeyAndWindow(Integer::sum, length, slide), summed));
        all.put(
                "reduceByKeyAndWindow in 3",
                new Windowed(
                        (in, length, slide) -> keyed(in).reduceByKeyAndWindow(Integer::sum, length, slide, 3), summed));
        all.put(
                "reduceByKeyAndWindow placed",
                new Windowed(
                        (in, length, slide) -> keyed(in).reduceByKeyAndWindow(Integer::sum, length, slide, p), summed));
        all.put(
                "reduceByKeyAndWindow with inverse",
                new Windowed(
                        (in, length, slide) -> keyed(in)
                                .reduceByKeyAndWindow(Integer::sum, WindowSemantics::minus, length, slide)
                                .filter(WindowSemantics::isLeft),
                        summed));
        all.put(
                "reduceByKeyAndWindow with inverse in 3",
                new Windowed(
                        (in, length, slide) -> keyed(in)
                                .reduceByKeyAndWindow(
                                        Integer::sum,
                                        WindowSemantics::minus,
                                        length,
                                        slide,
                                        3,
                                        WindowSemantics::isLeft),
                        summed));
        all.put(
                "reduceByKeyAndWindow with inverse placed",
                new Windowed(
                        (in, length, slide) -> keyed(in)
                                .reduceByKeyAndWindow(
                                        Integer::sum,
                                        WindowSemantics::minus,
                                        length,
                                        slide,
                                        p,
                                        WindowSemantics::isLeft),
                        summed));
        return all;
    }

    private static PairDStream<Integer, Integer> keyed(DStream<Integer> numbers) {
        return numbers.mapToPair(n -> pair(n % 3, n));
    }

    private static int minus(int whole, int left) {
        return whole - left;
    }

    private static boolean isLeft(Tuple2<Integer, Integer> sum) {
        return sum._2() != 0;
    }

    // ---- the law of all windows

    @Test
    @DisplayName(
            "S1.6 S1.8 every operation over a window gives what it gives for the records of that window, in each form")
    void anOperationOverAWindowIsTheOperationOverItsRecords() {
        for (List<Integer> window : List.of(
                List.of(1, 1),
                List.of(3, 1),
                List.of(4, 2),
                List.of(3, 2),
                List.of(5, 5),
                List.of(2, 3),
                List.of(1, 4))) {
            int length = window.get(0);
            int slide = window.get(1);
            try (TestStreams t = program(s -> {
                DStream<Integer> in = s.input("in");
                DStream<Integer> direct = s.input("windows");
                everyWindow().forEach((name, operation) -> {
                    s.collect(name, operation.windowed().of(in, seconds(length), seconds(slide)));
                    s.collect("plain " + name, operation.plain().of(direct));
                });
            })) {
                List<List<Integer>> batches = List.of(
                        List.of(1, 2, 3, 2),
                        List.of(2),
                        List.of(),
                        List.of(4, 4),
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of(7, 1, 1, 8, 9),
                        List.of(1, 6),
                        List.of(5));
                for (int n = 1; n <= batches.size(); n++) {
                    boolean due = n % slide == 0;
                    t.add("in", batches.get(n - 1).toArray());
                    t.add("windows", due ? flat(batches.subList(Math.max(0, n - length), n)) : new Object[0]);
                    t.advance(1);

                    for (String name : everyWindow().keySet()) {
                        assertThat(t.batches(name)).as("%s of %s", name, window).hasSize(n / slide);
                        if (due) {
                            List<Object> expected = t.last("plain " + name);
                            assertBatch(t.last(name))
                                    .as("%s of %s after %s batches", name, window, n)
                                    .containsExactlyInAnyOrderElementsOf(expected);
                        }
                    }
                }
            }
        }
    }

    private static Object[] flat(List<List<Integer>> batches) {
        return batches.stream().flatMap(List::stream).toArray();
    }

    @Test
    @DisplayName("S1.10 merged batches leave out times, and every window over them still holds what came in its time")
    void windowsOverMergedBatchesLoseNothing() throws InterruptedException {
        for (List<Integer> window : List.of(List.of(3, 1), List.of(4, 2), List.of(3, 2), List.of(4, 4))) {
            Duration length = seconds(window.get(0));
            Duration slide = seconds(window.get(1));
            for (Map.Entry<String, Windowed> operation : everyWindow().entrySet()) {
                String what = operation.getKey() + " of " + window;
                Windowed forms = operation.getValue();
                Map<Time, List<Object>> plain = new ConcurrentSkipListMap<>();
                Map<Time, List<Object>> windowed = new ConcurrentSkipListMap<>();
                try (MergedBatches<Integer> merged = new MergedBatches<>(conf(), (context, in) -> {
                    keep(plain, forms.plain().of(in.window(length, slide)));
                    keep(windowed, forms.windowed().of(in, length, slide));
                })) {
                    merged.batchOf(List.of(1));
                    merged.batchOf(List.of(2), List.of(3));
                    merged.batchOf(List.of(4));
                    merged.batchOf(List.of(5), List.of(6), List.of(7));
                    merged.batchOf(List.of(8));
                    merged.batchOf(List.of(9));
                    merged.batchOf(List.of(10), List.of(11));
                    merged.batchOf(List.of(12));
                    merged.finish();
                }

                assertThat(windowed).as(what).isNotEmpty().hasSameSizeAs(plain);
                windowed.forEach((time, records) -> assertThat(records)
                        .as("%s at %s", what, time)
                        .containsExactlyInAnyOrderElementsOf(plain.getOrDefault(time, List.of())));
                if (operation.getKey().equals("window") && window.equals(List.of(4, 2))) {
                    assertThat(windowed)
                            .containsExactly(
                                    Map.entry(MergedBatches.time(4), List.of(1, 2, 3, 4)),
                                    Map.entry(MergedBatches.time(8), List.of(5, 6, 7, 8)),
                                    Map.entry(MergedBatches.time(12), List.of(9, 10, 11, 12)));
                }
            }
        }
    }

    private static void keep(Map<Time, List<Object>> kept, DStreamLike<?, ?, ?> stream) {
        stream.foreachRDD((rdd, time) -> kept.put(time, new ArrayList<>(rdd.collect())));
    }

    // ---- time

    @Test
    @DisplayName("S1.6 a window at t holds the batches in (t − length, t]: the one at its beginning is out")
    void aWindowIsOpenAtItsBeginning() {
        Map<Time, List<Time>> seen = new ConcurrentHashMap<>();
        try (TestStreams t = program(s -> s.<Integer>input("in")
                .transform((rdd, time) -> rdd.map(n -> time))
                .window(seconds(3))
                .foreachRDD((rdd, time) -> seen.put(time, rdd.collect())))) {
            Time start = now(t);
            for (int n = 1; n <= 6; n++) {
                t.add("in", n);
            }
            t.advance(6);

            Time at = start.plus(seconds(5));
            assertThat(seen).hasSize(6);
            assertThat(seen.get(at)).containsExactly(start.plus(seconds(3)), start.plus(seconds(4)), at);
            seen.forEach((time, times) -> assertThat(times)
                    .allMatch(t1 -> t1.compareTo(time.minus(seconds(3))) > 0)
                    .allMatch(t1 -> t1.compareTo(time) <= 0));
        }
    }

    @Test
    @DisplayName("S1.5 a window comes at the multiples of its slide after the start, and at no other time")
    void aWindowComesAtItsSlide() {
        List<Time> times = new ArrayList<>();
        List<DStream<Integer>> streams = new ArrayList<>();
        try (TestStreams t = program(s -> {
            DStream<Integer> window = s.<Integer>input("in").window(seconds(4), seconds(2));
            DStream<Integer> behind = window.map(n -> n + 1);
            behind.foreachRDD((rdd, time) -> times.add(time));
            streams.add(window);
            streams.add(behind);
        })) {
            Time start = now(t);
            t.advance(6);

            assertThat(streams).allMatch(stream -> stream.slideDuration().equals(seconds(2)));
            assertThat(times).containsExactly(start.plus(seconds(2)), start.plus(seconds(4)), start.plus(seconds(6)));
            assertThatThrownBy(() -> streams.get(0).compute(start.plus(seconds(5))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("ACQ-1005");
        }
    }

    @Test
    @DisplayName("S1.7 a length or a slide that is no positive multiple of the parent's slide is refused where it is"
            + " written, naming all three")
    void durationsThatDoNotFitAreRefused() {
        List<List<Duration>> misfits = List.of(
                List.of(milliseconds(1500), SECOND),
                List.of(seconds(2), milliseconds(1500)),
                List.of(milliseconds(500), milliseconds(500)),
                List.of(Duration.ZERO, SECOND),
                List.of(seconds(2), Duration.ZERO),
                List.of(seconds(-2), SECOND),
                List.of(seconds(2), seconds(-1)));
        try (TestStreams t = program(s -> s.input("any"))) {
            DStream<Integer> in = t.input("in");
            everyWindow().forEach((name, operation) -> {
                for (List<Duration> misfit : misfits) {
                    assertMisfit(
                            () -> operation.windowed().of(in, misfit.get(0), misfit.get(1)),
                            name,
                            misfit.get(0),
                            misfit.get(1),
                            SECOND);
                }
            });
            Duration odd = milliseconds(2500);
            PairDStream<Integer, Integer> pairs = keyed(in);
            assertMisfit(() -> in.window(odd), "window", odd, SECOND, SECOND);
            assertMisfit(() -> pairs.window(odd), "window", odd, SECOND, SECOND);
            assertMisfit(() -> pairs.groupByKeyAndWindow(odd), "group", odd, SECOND, SECOND);
            assertMisfit(() -> pairs.reduceByKeyAndWindow(Integer::sum, odd), "reduce", odd, SECOND, SECOND);
        }
    }

    @Test
    @DisplayName("S1.7 over a window the parent's slide is that of the window, not the batch interval")
    void theSlideOfAWindowIsTheMeasureOfTheNext() {
        try (TestStreams t = program(s -> s.input("any"))) {
            DStream<Integer> everyTwo = t.<Integer>input("in").window(seconds(4), seconds(2));
            everyWindow().forEach((name, operation) -> {
                assertMisfit(
                        () -> operation.windowed().of(everyTwo, seconds(3), seconds(2)),
                        name,
                        seconds(3),
                        seconds(2),
                        seconds(2));
                assertMisfit(
                        () -> operation.windowed().of(everyTwo, seconds(4), seconds(5)),
                        name,
                        seconds(4),
                        seconds(5),
                        seconds(2));
                assertThat(operation
                                .windowed()
                                .of(everyTwo, seconds(2), seconds(6))
                                .slideDuration())
                        .as(name)
                        .isEqualTo(seconds(6));
            });
        }
    }

    private static void assertMisfit(
            Runnable operation, String name, Duration length, Duration slide, Duration parentsSlide) {
        assertThatThrownBy(operation::run)
                .as("%s of %s every %s", name, length, slide)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("ACQ-0927")
                .hasMessageContainingAll(Durations.text(length), Durations.text(slide), Durations.text(parentsSlide));
    }

    @Test
    @DisplayName("S1.8 partial windows come at start-up: from the first slide on, with what is there")
    void partialWindowsComeAtStartUp() {
        assertThat(batchesOf((DStream<Integer> in) -> in.window(seconds(100)), List.of(1), List.of(2), List.of(3)))
                .containsExactly(List.of(1), List.of(1, 2), List.of(1, 2, 3));
        assertThat(batchesOf(
                        (DStream<Integer> in) -> in.window(seconds(100), seconds(2)),
                        List.of(1),
                        List.of(2),
                        List.of(3),
                        List.of(4)))
                .containsExactly(List.of(1, 2), List.of(1, 2, 3, 4));
        assertThat(batchesOf(
                        (DStream<Integer> in) -> in.countByWindow(seconds(100), SECOND), List.of(1), List.of(2, 3)))
                .containsExactly(List.of(1L), List.of(3L));
    }

    @Test
    @DisplayName("S3.1 the slide of a window is that of its parent, unless it is given")
    void theSlideDefaultsToThatOfTheParent() {
        try (TestStreams t = program(s -> s.input("any"))) {
            DStream<Integer> in = t.input("in");
            for (DStream<Integer> parent : List.of(in, in.window(seconds(6), seconds(3)))) {
                Duration slide = parent.slideDuration();
                PairDStream<Integer, Integer> pairs = keyed(parent);

                assertThat(parent.window(seconds(6)).slideDuration()).isEqualTo(slide);
                assertThat(pairs.window(seconds(6)).slideDuration()).isEqualTo(slide);
                assertThat(pairs.groupByKeyAndWindow(seconds(6)).slideDuration())
                        .isEqualTo(slide);
                assertThat(pairs.reduceByKeyAndWindow(Integer::sum, seconds(6)).slideDuration())
                        .isEqualTo(slide);
            }
        }
        assertThat(batchesOf((DStream<Integer> in) -> in.window(seconds(2)), List.of(1), List.of(2), List.of(3)))
                .containsExactly(List.of(1), List.of(1, 2), List.of(2, 3));
    }

    @Test
    @DisplayName("S1.6 a slide longer than the window leaves out what lies between two windows")
    void aSlideMayBeLongerThanTheWindow() {
        List<List<Integer>> seven = numbers(1, 7);

        assertThat(windows(in -> in.window(seconds(1), seconds(3)), seven)).containsExactly(List.of(3), List.of(6));
        assertThat(windows(in -> in.window(seconds(2), seconds(3)), seven))
                .containsExactly(List.of(2, 3), List.of(5, 6));
        assertThat(windows(in -> in.reduceByWindow(Integer::sum, seconds(2), seconds(3)), seven))
                .containsExactly(List.of(5), List.of(11));
        assertThat(windows(
                        in -> in.reduceByWindow(Integer::sum, WindowSemantics::minus, seconds(2), seconds(3)), seven))
                .containsExactly(List.of(5), List.of(11));
    }

    /** Batches with a number each. */
    private static List<List<Integer>> numbers(int from, int to) {
        return IntStream.rangeClosed(from, to).mapToObj(List::of).toList();
    }

    private <R> List<List<R>> windows(
            java.util.function.Function<DStream<Integer>, DStreamLike<R, ?, ?>> operation, List<List<Integer>> in) {
        return batchesOf((DStream<Integer> left, DStream<Integer> right) -> operation.apply(left), in, List.of());
    }

    // ---- what is kept for a window

    @Test
    @DisplayName("S3.2 the parent is kept for its window: a record is computed once, however many windows it is in")
    void aRecordIsComputedOnceForAllItsWindows() {
        try (TestStreams t = program(s -> {
            DStream<Integer> parent = s.<Integer>input("in").map(WindowSemantics::counted);
            s.collect("five", parent.window(seconds(5)));
            s.collect("three", parent.window(seconds(3), seconds(3)));
        })) {
            for (int n = 1; n <= 9; n++) {
                t.add("in", n, n);
            }
            t.advance(9);

            assertThat(t.last("five")).containsExactly(5, 5, 6, 6, 7, 7, 8, 8, 9, 9);
            assertThat(t.last("three")).containsExactly(7, 7, 8, 8, 9, 9);
            assertThat(CALLS).hasValue(2 * 9);
        }
    }

    private static int counted(int n) {
        CALLS.incrementAndGet();
        return n;
    }

    @Test
    @DisplayName("S3.2 the parent's batches are remembered as long as a window needs them, and no longer")
    void theParentIsRememberedForItsWindow() {
        List<DStream<Integer>> parents = new ArrayList<>();
        try (TestStreams t = program(s -> {
            DStream<Integer> parent = s.<Integer>input("in").map(n -> n);
            parents.add(parent);
            s.collect("out", parent.window(seconds(5)));
        })) {
            Time start = now(t);
            for (int n = 1; n <= 12; n++) {
                t.add("in", n);
            }
            t.advance(12);

            assertThat(parents.get(0).slice(start.plus(seconds(8)), start.plus(seconds(12))).stream()
                            .map(RDD::collect))
                    .containsExactly(List.of(8), List.of(9), List.of(10), List.of(11), List.of(12));
            assertThatThrownBy(() -> parents.get(0).compute(start.plus(seconds(2))))
                    .hasMessageContaining("ACQ-1006");
        }
    }

    @Test
    @DisplayName("S3.2 received records, which no source gives a second time, stay in their window")
    void receivedRecordsStayInTheirWindow() throws InterruptedException {
        try (TestStreams t = program(s -> {
            DStream<String> received = s.context().receiverStream(HandedReceiver.source());
            s.collect("window", received.window(seconds(3)));
            s.collect("joined", received.reduceByWindow(String::concat, seconds(3), SECOND));
        })) {
            t.advance(1);
            HandedReceiver.hand("a");
            t.advance(1);
            HandedReceiver.hand("b");
            t.advance(4);

            assertThat(t.batches("window"))
                    .containsExactly(
                            List.of(), List.of("a"), List.of("a", "b"), List.of("a", "b"), List.of("b"), List.of());
            assertThat(t.batches("joined"))
                    .containsExactly(List.of(), List.of("a"), List.of("ab"), List.of("ab"), List.of("b"), List.of());
        }
    }

    // ---- before and behind a window

    @Test
    @DisplayName("S1.6 a window over a windowed stream holds its batches, which are windows")
    void aWindowOverAWindow() {
        assertThat(windows(in -> in.window(seconds(2), seconds(2)).window(seconds(4)), numbers(1, 6)))
                .containsExactly(List.of(1, 2), List.of(1, 2, 3, 4), List.of(3, 4, 5, 6));
        assertThat(windows(in -> in.window(seconds(2), seconds(2)).window(seconds(4), seconds(4)), numbers(1, 8)))
                .containsExactly(List.of(1, 2, 3, 4), List.of(5, 6, 7, 8));
        assertThat(windows(in -> in.window(seconds(2)).window(seconds(2)), numbers(1, 4)))
                .containsExactly(List.of(1), List.of(1, 1, 2), List.of(1, 2, 2, 3), List.of(2, 3, 3, 4));
        assertThat(windows(
                        in -> in.reduceByWindow(Integer::sum, seconds(2), seconds(2))
                                .reduceByWindow(Integer::sum, WindowSemantics::minus, seconds(4), seconds(2)),
                        numbers(1, 6)))
                .containsExactly(List.of(3), List.of(10), List.of(18));
    }

    @Test
    @DisplayName("S1.6 a window over a union holds the batches of both streams")
    void aWindowOverAUnion() {
        List<List<Integer>> out = batchesOf(
                (DStream<Integer> left, DStream<Integer> right) ->
                        left.union(right).window(seconds(2)),
                List.of(List.of(1), List.of(2), List.of()),
                List.of(List.of(10), List.of(), List.of(30)));

        assertBatch(out.get(0)).containsExactlyInAnyOrder(1, 10);
        assertBatch(out.get(1)).containsExactlyInAnyOrder(1, 10, 2);
        assertBatch(out.get(2)).containsExactlyInAnyOrder(2, 30);
    }

    @Test
    @DisplayName("S2.5 two windows are joined at the same batch time, each with what it holds then")
    void twoWindowsAreJoined() {
        List<List<Tuple2<String, Tuple2<String, String>>>> out = batchesOf(
                (DStream<String> left, DStream<String> right) -> left.mapToPair(word -> pair(word, "left"))
                        .window(seconds(3))
                        .join(right.mapToPair(word -> pair(word, "right")).window(seconds(2))),
                List.of(List.of("a"), List.of(), List.of("b"), List.of()),
                List.of(List.of(), List.of("a"), List.of(), List.of("b")));

        assertThat(out)
                .containsExactly(
                        List.of(),
                        List.of(pair("a", pair("left", "right"))),
                        List.of(pair("a", pair("left", "right"))),
                        List.of(pair("b", pair("left", "right"))));
    }

    @Test
    @DisplayName("S2.8 windows of different slides cannot be combined")
    void windowsOfDifferentSlidesAreRefused() {
        try (TestStreams t = program(s -> s.input("any"))) {
            DStream<Integer> in = t.input("in");
            DStream<Integer> everyTwo = in.window(seconds(2), seconds(2));

            assertThatThrownBy(() -> in.union(everyTwo))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("ACQ-0916");
            assertThatThrownBy(() -> keyed(everyTwo).join(keyed(in)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("ACQ-0916");
        }
    }

    @Test
    @DisplayName("S1.6 a window over a state stream holds the states of its batches")
    void aWindowOverAStateStream() {
        List<List<Tuple2<String, Integer>>> out = batchesOf(
                (DStream<String> in) -> in.mapToPair(word -> pair(word, 1))
                        .updateStateByKey(WindowSemantics::running)
                        .window(seconds(2)),
                List.of("a"),
                List.of("a", "b"),
                List.of());

        assertThat(out.get(0)).containsExactly(pair("a", 1));
        assertThat(out.get(1)).containsExactlyInAnyOrder(pair("a", 1), pair("a", 2), pair("b", 1));
        assertThat(out.get(2)).containsExactlyInAnyOrder(pair("a", 2), pair("b", 1), pair("a", 2), pair("b", 1));
    }

    private static Optional<Integer> running(List<Integer> values, Optional<Integer> state) {
        return Optional.of(values.stream().reduce(state.orElse(0), Integer::sum));
    }

    @Test
    @DisplayName("S3.2 a window can be persisted at any level, and read by several outputs")
    void aWindowCanBePersisted() {
        for (StorageLevel level : List.of(StorageLevel.MEMORY_ONLY_SER, StorageLevel.DISK_ONLY)) {
            try (TestStreams t = program(s -> {
                DStream<Integer> window =
                        s.<Integer>input("in").window(seconds(2)).persist(level);
                s.collect("out", window);
                s.collect("negative", window.map(n -> -n));
            })) {
                t.add("in", 1).add("in", 2).add("in", 3).advance(3);

                assertThat(t.batches("out")).containsExactly(List.of(1), List.of(1, 2), List.of(2, 3));
                assertThat(t.batches("negative")).containsExactly(List.of(-1), List.of(-1, -2), List.of(-2, -3));
            }
        }
    }

    // ---- worked examples

    @Test
    @DisplayName("S3.8 window(2,1)")
    void exampleOfWindow() {
        assertThat(batchesOf(
                        (DStream<Integer> in) -> in.window(seconds(2), seconds(1)),
                        List.of(0),
                        List.of(1),
                        List.of(2),
                        List.of(3),
                        List.of(4),
                        List.of(5)))
                .containsExactly(List.of(0), List.of(0, 1), List.of(1, 2), List.of(2, 3), List.of(3, 4), List.of(4, 5));
    }

    @Test
    @DisplayName("S3.9 window(4,2)")
    void exampleOfSlidingWindow() {
        assertThat(batchesOf(
                        (DStream<Integer> in) -> in.window(seconds(4), seconds(2)),
                        List.of(0),
                        List.of(1),
                        List.of(2),
                        List.of(3),
                        List.of(4),
                        List.of(5)))
                .containsExactly(List.of(0, 1), List.of(0, 1, 2, 3), List.of(2, 3, 4, 5));
    }
}
