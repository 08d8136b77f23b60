/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import static io.acequia.streaming.data.Durations.milliseconds;
import static io.acequia.streaming.data.Durations.seconds;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.acequia.streaming.State;
import io.acequia.streaming.StateSpec;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingConf.DownTimePolicy;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.function.VoidFunction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What becomes of the batches that a program missed while it was down: rules S7.25 to S7.28. Each program runs for some batches,
 * is stopped hard, the clock moves, and it runs again under a policy; which batches ran is read from an output. An engine passes
 * by a subclass that gives its settings.
 */
@Timeout(120)
public abstract class DownTimeSemantics extends OperationSemantics {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private Path root = Path.of("");
    private Path in = root;

    @BeforeEach
    void makeDirectories(@TempDir Path temporary) throws IOException {
        root = temporary;
        in = Files.createDirectory(root.resolve("in"));
    }

    private TestStreams under(DownTimePolicy policy, VoidFunction<TestStreams> program) {
        return TestStreams.every(
                SECOND,
                conf().set(StreamingConf.DOWN_TIME_POLICY, policy),
                root.resolve("checkpoint " + policy),
                program);
    }

    private TestStreams files(DownTimePolicy policy) {
        return under(policy, s -> s.collect("lines", s.context().textFileStream(in.toString())));
    }

    /** Moves a file in that was modified so many milliseconds after the start. */
    private void file(String name, long modifiedMs) throws IOException {
        Path outside = root.resolve("outside");
        Files.write(outside, (name + "\n").getBytes(UTF_8));
        Files.setLastModifiedTime(outside, FileTime.from(START.plusMillis(modifiedMs)));
        Files.move(outside, in.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }

    /** The batches of an output by their second. */
    private static Map<Integer, List<Object>> bySecond(TestStreams t, String name) {
        Map<Integer, List<Object>> batches = new TreeMap<>();
        List<Time> times = new ArrayList<>(t.runs(name).keySet());
        for (int i = 0; i < times.size(); i++) {
            Duration since = Duration.between(START, times.get(i).instant());
            batches.put((int) since.toSeconds(), t.batches(name).get(i));
        }
        return batches;
    }

    private static void assertEachRanOnce(TestStreams t, String name) {
        assertThat(t.runs(name).values()).containsOnly(1);
    }

    @Test
    @DisplayName("S7.25 replay runs every missed time, and a file comes in the batch of its time")
    void replayRunsEveryMissedTime() throws Exception {
        try (TestStreams t = files(DownTimePolicy.REPLAY)) {
            file("first", 500);
            t.advance(1);
            file("second", 2_500);
            file("third", 3_500);
            t.restart(milliseconds(4_400)).advance(1);

            assertThat(bySecond(t, "lines"))
                    .isEqualTo(Map.of(
                            1,
                            List.of("first"),
                            2,
                            List.of(),
                            3,
                            List.of("second"),
                            4,
                            List.of("third"),
                            5,
                            List.of(),
                            6,
                            List.of()));
            assertEachRanOnce(t, "lines");
        }
    }

    @Test
    @DisplayName("S7.26 skip-empty runs the missed times for which a file source has data")
    void skipEmptyRunsWhatHasData() throws Exception {
        try (TestStreams t = files(DownTimePolicy.SKIP_EMPTY)) {
            file("first", 500);
            t.advance(1);
            file("second", 2_500);
            file("third", 5_500);
            t.restart(milliseconds(6_400)).advance(1);

            assertThat(bySecond(t, "lines"))
                    .isEqualTo(Map.of(1, List.of("first"), 3, List.of("second"), 6, List.of("third"), 8, List.of()));
            assertEachRanOnce(t, "lines");
        }
    }

    @Test
    @DisplayName("S7.26 skip-empty is the default, and runs the missed times for which a direct source has data")
    void skipEmptyAsksDirectSources() {
        GrowingInput<Integer> growing = new GrowingInput<>();
        try (TestStreams t = TestStreams.every(
                SECOND,
                conf(),
                root.resolve("checkpoint"),
                s -> s.collect("numbers", s.context().directStream(growing)))) {
            growing.add(List.of(1));
            t.advance(1);
            growing.add(List.of(2, 3));
            t.restart(seconds(5)).advance(1);

            assertThat(bySecond(t, "numbers")).isEqualTo(Map.of(1, List.of(1), 2, List.of(2, 3), 7, List.of()));
        }
    }

    @Test
    @DisplayName("S7.26 skip-empty runs the missed times at which a window changes: what left it is seen to leave")
    void skipEmptyRunsWhatChangesAWindow() throws Exception {
        try (TestStreams t = under(DownTimePolicy.SKIP_EMPTY, s -> {
            var lines = s.context().textFileStream(in.toString());
            s.collect("window", lines.window(seconds(3)));
            s.collect(
                    "counts",
                    lines.mapToPair(line -> pair(line, 1))
                            .reduceByKeyAndWindow(Integer::sum, (sum, left) -> sum - left, seconds(3), SECOND));
        })) {
            file("first", 500);
            t.advance(1);
            t.restart(seconds(20)).advance(1);

            Map<Integer, List<Object>> windows = bySecond(t, "window");
            assertThat(windows)
                    .containsEntry(1, List.of("first"))
                    .containsEntry(4, List.of())
                    .containsEntry(22, List.of());
            windows.forEach(
                    (second, records) -> assertThat(records).isEqualTo(second <= 3 ? List.of("first") : List.of()));
            assertThat(windows.keySet()).as("when nothing changes any more").noneMatch(s -> s > 8 && s < 22);
            bySecond(t, "counts").forEach((second, counts) -> assertThat(counts)
                    .containsExactly(pair("first", second <= 3 ? 1 : 0)));
            assertEachRanOnce(t, "window");
        }
    }

    @Test
    @DisplayName("S7.26 skip-empty runs the missed times at which a window over windows changes")
    void skipEmptyRunsWhatChangesAWindowOverWindows() throws Exception {
        try (TestStreams t = under(
                DownTimePolicy.SKIP_EMPTY,
                s -> s.collect(
                        "outer",
                        s.context()
                                .textFileStream(in.toString())
                                .window(seconds(3))
                                .window(seconds(4))))) {
            file("first", 500);
            t.advance(1);
            t.restart(seconds(20)).advance(1);

            Map<Integer, Integer> sizes = new TreeMap<>();
            bySecond(t, "outer").forEach((second, records) -> sizes.put(second, records.size()));
            assertThat(sizes)
                    .containsAllEntriesOf(Map.of(1, 1, 2, 2, 3, 3, 4, 3, 5, 2, 6, 1, 7, 0))
                    .containsEntry(22, 0);
            assertThat(sizes.keySet()).as("when nothing changes any more").noneMatch(s -> s > 11 && s < 22);
        }
    }

    @Test
    @DisplayName("S7.27 merge gives all that waits to one batch at the last missed time")
    void mergeGivesAllToOneBatch() throws Exception {
        try (TestStreams t = files(DownTimePolicy.MERGE)) {
            file("first", 500);
            t.advance(1);
            file("second", 2_500);
            file("third", 3_500);
            t.restart(milliseconds(4_400)).advance(1);

            Map<Integer, List<Object>> lines = bySecond(t, "lines");
            assertThat(lines.keySet()).containsExactly(1, 5, 6);
            assertBatch(List.copyOf(lines.getOrDefault(5, List.of()))).containsExactlyInAnyOrder("second", "third");
            assertThat(lines).containsEntry(6, List.of());
        }
    }

    @Test
    @DisplayName(
            "S7.27 merge with a state: the merged batch is one step, and the batch of the journal is not merged into it")
    void mergeLeavesTheJournalAlone() {
        GrowingInput<Integer> growing = new GrowingInput<>();
        try (TestStreams t = under(
                DownTimePolicy.MERGE,
                s -> s.collect(
                        "steps",
                        s.context()
                                .directStream(growing)
                                .mapToPair(i -> pair("sum", i))
                                .updateStateByKey((List<Integer> values, Optional<Integer> steps) ->
                                        Optional.of(steps.orElse(0) + 1))))) {
            growing.add(List.of(1));
            t.advance(2);
            growing.add(List.of(2));
            t.crashDuringNextBatch();
            growing.add(List.of(3));
            t.restart(seconds(5)).advance(1);

            Map<Integer, List<Object>> steps = bySecond(t, "steps");
            assertThat(steps.keySet()).containsExactly(1, 2, 3, 8, 9);
            assertThat(steps).containsEntry(8, List.of(pair("sum", 4))).containsEntry(9, List.of(pair("sum", 5)));
        }
    }

    private static String told(String key, Optional<Integer> value, State<Integer> state) {
        if (state.isTimingOut()) {
            return key + " is idle";
        }
        state.update(1);
        return key;
    }

    @Test
    @DisplayName(
            "S7.28 time-outs that were due in the down-time fire once, in the first batch that runs when they are due")
    void timeoutsFireOnce() {
        for (DownTimePolicy policy : DownTimePolicy.values()) {
            try (TestStreams t = under(
                    policy,
                    s -> s.collect(
                            "told",
                            s.<String>input("in")
                                    .mapToPair(word -> pair(word, 1))
                                    .mapWithState(StateSpec.function(DownTimeSemantics::told)
                                            .timeout(seconds(3)))))) {
                t.add("in", "a", "b").add("in", "b").advance(2);
                t.restart(milliseconds(8_300)).advance(3);

                Map<Integer, List<Object>> told = bySecond(t, "told");
                for (String key : List.of("a", "b")) {
                    int due = key.equals("a") ? 4 : 5;
                    List<Integer> idle = told.entrySet().stream()
                            .filter(batch -> batch.getValue().contains(key + " is idle"))
                            .map(Map.Entry::getKey)
                            .toList();
                    int first = told.keySet().stream()
                            .filter(second -> second >= due)
                            .findFirst()
                            .orElseThrow();
                    assertThat(idle).as("%s under %s", key, policy).containsExactly(first);
                }
            }
        }
    }

    @Test
    @DisplayName("S7.28 limits apply to each batch that was missed")
    void limitsApplyToEachBatch() {
        for (DownTimePolicy policy : List.of(DownTimePolicy.REPLAY, DownTimePolicy.SKIP_EMPTY)) {
            GrowingInput<Integer> growing = new GrowingInput<>();
            try (TestStreams t = under(
                    policy,
                    s -> s.collect("numbers", s.context().directStream(growing).maxRate(4)))) {
                t.advance(1);
                List<Integer> numbers = IntStream.range(0, 14).boxed().toList();
                growing.add(numbers);
                t.restart(seconds(6)).advance(1);

                List<Integer> all = new ArrayList<>();
                t.<Integer>batches("numbers").forEach(batch -> {
                    assertThat(batch).hasSizeLessThanOrEqualTo(4);
                    all.addAll(batch);
                });
                assertThat(all).isEqualTo(numbers);
            }
        }
    }

    @Test
    @DisplayName("S7.25 states and windows after down-time under replay are those of a run that was never down")
    void replayEqualsTheUninterruptedRun() {
        VoidFunction<TestStreams> program = s -> {
            var pairs = s.<Tuple2<String, Integer>>input("in").mapToPair(pair -> pair);
            s.collect(
                    "window", pairs.reduceByKeyAndWindow(Integer::sum, (sum, left) -> sum - left, seconds(3), SECOND));
            s.collect(
                    "state",
                    pairs.updateStateByKey((List<Integer> values, Optional<Integer> state) ->
                            Optional.of(state.orElse(0) * 2 + values.size())));
        };
        try (TestStreams down = under(DownTimePolicy.REPLAY, program);
                TestStreams plain = TestStreams.every(SECOND, conf(), program)) {
            for (TestStreams t : List.of(down, plain)) {
                t.add("in", pair("a", 1), pair("b", 1))
                        .add("in", pair("b", 2))
                        .add("in")
                        .add("in", pair("a", 5));
            }
            down.advance(2).restart(seconds(7)).advance(3);
            plain.advance(12);
            for (String name : List.of("window", "state")) {
                assertThat(down.batches(name)).hasSize(12);
                for (int batch = 0; batch < 12; batch++) {
                    assertBatch(down.batches(name).get(batch))
                            .as("batch %s of %s", batch + 1, name)
                            .containsExactlyInAnyOrderElementsOf(
                                    plain.batches(name).get(batch));
                }
            }
        }
    }
}
