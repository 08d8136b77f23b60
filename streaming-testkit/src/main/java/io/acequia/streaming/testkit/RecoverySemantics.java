/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import static io.acequia.streaming.data.Durations.milliseconds;
import static io.acequia.streaming.data.Durations.seconds;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.BatchFailedException;
import io.acequia.streaming.DStream;
import io.acequia.streaming.DStreamLike;
import io.acequia.streaming.MapWithStateDStream;
import io.acequia.streaming.PairDStream;
import io.acequia.streaming.PairRDD;
import io.acequia.streaming.State;
import io.acequia.streaming.StateSpec;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingConf.FailurePolicy;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.StreamingException;
import io.acequia.streaming.data.Accumulator;
import io.acequia.streaming.data.Partitioner;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.function.VoidFunction;
import io.acequia.streaming.listener.BatchInfo;
import io.acequia.streaming.listener.StreamingListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a program finds when it starts again: the rules of recovery in sections 4 and 7. An engine passes by a subclass that
 * gives its settings. Down-time is the matter of {@link DownTimeSemantics}, changed programs that of {@link UpgradeSemantics},
 * received data that of {@link GuaranteeSemantics}, and when a checkpoint is made that of {@link CheckpointSemantics}.
 *
 * <p><b>Restarts.</b> A restart is a hard stop and a new context in the same JVM: nothing of the old one is told to finish
 * anything. Inputs and what was collected are outside of the program, as a source and a sink would be.
 *
 * <p><b>Equality.</b> A program of twelve batches has every window and every state; it is run once without a stop and without a
 * directory, and then with restarts, crashes and graceful stops at each of its batches. All batches of all its streams must be
 * equal, as multisets, and each output must have run once, but that of a batch in which the program died.
 *
 * <p><b>Traces.</b> Functions leave traces in static fields, since they may be copied; each test clears them.
 */
@Timeout(300)
public abstract class RecoverySemantics extends OperationSemantics {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final int BATCHES = 12;

    /** What an output saw: time and records by partition; tests run one after another. */
    private static final Queue<String> SEEN = new ConcurrentLinkedQueue<>();

    private static final Queue<String> CALLED = new ConcurrentLinkedQueue<>();
    private static final AtomicBoolean DIES = new AtomicBoolean();
    private static final AtomicBoolean WAITS = new AtomicBoolean();
    private static final AtomicInteger INITIAL_READ = new AtomicInteger();

    private Path root = Path.of("");

    @BeforeEach
    void makeDirectory(@TempDir Path temporary) {
        root = temporary;
        SEEN.clear();
        CALLED.clear();
        DIES.set(false);
        WAITS.set(false);
        INITIAL_READ.set(0);
    }

    private TestStreams recoverable(VoidFunction<TestStreams> program) {
        return recoverable(conf(), program);
    }

    private TestStreams recoverable(StreamingConf conf, VoidFunction<TestStreams> program) {
        return TestStreams.every(SECOND, conf, root.resolve("checkpoint"), program);
    }

    // ---- getOrCreate

    @Test
    @DisplayName(
            "getOrCreate runs the factory every time, and the new context takes up what the last one left at start")
    void theFactoryRunsEveryTime() throws Exception {
        String directory = root.resolve("checkpoint").toString();
        ManualClock clock = new ManualClock(START);
        AtomicInteger made = new AtomicInteger();
        ReplayableInput<Integer> input = new ReplayableInput<>("in");
        IntStream.rangeClosed(1, 4).forEach(i -> input.add(List.of(i)));
        for (int run = 1; run <= 2; run++) {
            try (StreamingContext ssc = StreamingContext.getOrCreate(directory, () -> {
                made.incrementAndGet();
                StreamingContext fresh = new StreamingContext(conf(), SECOND, clock);
                fresh.directStream(input)
                        .mapToPair(i -> pair("sum", i))
                        .updateStateByKey(Integer.class, RecoverySemantics::sum)
                        .foreachRDD(rdd -> {
                            SEEN.add(rdd.collect().toString());
                        });
                return fresh;
            })) {
                assertThat(made).hasValue(run);
                assertThat(ssc.isRecovered()).isFalse();
                ssc.start();
                assertThat(ssc.isRecovered()).isEqualTo(run == 2);
                for (int batch = 0; batch < 2; batch++) {
                    clock.advance(SECOND);
                    Time due = Time.of(clock.now());
                    while (!ssc.status().lastCompleted().filter(due::equals).isPresent()) {
                        assertThat(ssc.awaitTerminationOrTimeout(1)).isFalse();
                    }
                }
            }
        }
        assertThat(SEEN).containsExactly("[(sum,1)]", "[(sum,3)]", "[(sum,6)]", "[(sum,10)]");
    }

    @Test
    @DisplayName("getOrCreate sets the directory: the factory may set the same one, and no other")
    void getOrCreateSetsTheDirectory() {
        String directory = root.resolve("checkpoint").toString();
        AtomicInteger made = new AtomicInteger();
        StreamingContext same = StreamingContext.getOrCreate(directory, () -> {
            StreamingContext fresh = new StreamingContext(conf(), SECOND);
            fresh.checkpoint(directory);
            made.incrementAndGet();
            return fresh;
        });
        same.stop();
        assertThat(made).hasValue(1);

        List<StreamingContext> others = new ArrayList<>();
        assertThatThrownBy(() -> StreamingContext.getOrCreate(directory, () -> {
                    StreamingContext fresh = new StreamingContext(conf(), SECOND);
                    others.add(fresh);
                    fresh.checkpoint(root.resolve("other").toString());
                    return fresh;
                }))
                .hasMessageContaining("ACQ-0912")
                .hasMessageContaining("other");
        others.forEach(StreamingContext::stop);
    }

    @Test
    @DisplayName("isRecovered is false at the first start, and true from the second start on")
    void isRecoveredTellsWhetherSomethingWasTakenUp() {
        try (TestStreams t = recoverable(s -> s.collect("out", s.input("in")))) {
            assertThat(t.context().isRecovered()).isFalse();
            t.add("in", 1).advance(2);
            assertThat(t.context().isRecovered()).isFalse();
            t.restart();
            assertThat(t.context().isRecovered()).isTrue();
            t.stopAndRestart();
            assertThat(t.context().isRecovered()).isTrue();
        }
    }

    @Test
    @DisplayName("S5.17 a queue stream is refused with a checkpoint directory, by getOrCreate too")
    void aQueueStreamIsRefused() {
        List<StreamingContext> made = new ArrayList<>();
        assertThatThrownBy(() ->
                        StreamingContext.getOrCreate(root.resolve("checkpoint").toString(), () -> {
                            StreamingContext fresh = new StreamingContext(conf(), SECOND);
                            made.add(fresh);
                            fresh.queueStream(new ConcurrentLinkedQueue<>()).foreachRDD(rdd -> {});
                            return fresh;
                        }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("ACQ-0913")
                .hasMessageContaining("queueStream");
        made.forEach(StreamingContext::stop);
    }

    // ---- a pending batch

    /** Shows what each partition holds, and dies when told. */
    private static void show(DStreamLike<?, ?, ?> stream, String name) {
        stream.foreachRDD((rdd, time) -> {
                    SEEN.add(name + " " + time + " " + rdd.glom().collect());
                    if (DIES.getAndSet(false)) {
                        throw new InternalError("of the test");
                    }
                })
                .uid(name);
    }

    private static void die(TestStreams t) {
        DIES.set(true);
        assertThatThrownBy(() -> t.advance(1)).isInstanceOf(BatchFailedException.class);
    }

    @Test
    @DisplayName(
            "S7.10 a pending batch is replayed at the same time, with the same records in the same partitions and order")
    void aPendingBatchIsReplayedAsItWas() {
        GrowingInput<String> growing = new GrowingInput<>();
        List<VoidFunction<TestStreams>> programs = List.of(
                s -> show(s.input("in"), "input"),
                s -> show(s.context().directStream(growing), "growing"),
                s -> show(s.<String>input("in").map(word -> word + "!"), "map"),
                s -> show(s.<String>input("in").repartition(3), "repartition"),
                s -> show(
                        s.<String>input("in")
                                .mapToPair(word -> pair(word, word))
                                .groupByKey(3),
                        "groupByKey"));
        for (int i = 0; i < programs.size(); i++) {
            SEEN.clear();
            try (TestStreams t = TestStreams.every(SECOND, conf(), root.resolve("pending " + i), programs.get(i))) {
                String[] words = {"to", "be", "or", "not", "to", "be", "that", "is"};
                if (i != 1) {
                    t.add("in", (Object[]) words);
                }
                if (i == 1) {
                    growing.add(List.of(words));
                }
                die(t);
                if (i == 1) {
                    growing.add(List.of("a", "later", "word"));
                } else {
                    t.add("in", "another", "batch");
                }
                t.restart().advance(1);

                List<String> seen = List.copyOf(SEEN);
                assertThat(seen).as("program %s", i).hasSize(3);
                assertThat(seen.get(1)).isEqualTo(seen.get(0)).contains("to").doesNotContain("later");
                assertThat(seen.get(2)).contains(i == 1 ? "later" : "another");
            }
        }
    }

    @Test
    @DisplayName(
            "S7.10 as long as a batch is pending the default parallelism stays: its outputs are named by partition")
    void aPendingBatchKeepsItsPartitions() {
        VoidFunction<TestStreams> program =
                s -> show(s.<Integer>input("in").mapToPair(i -> pair(i, 1)).reduceByKey(Integer::sum), "sums");
        StreamingConf two = conf().set(StreamingConf.PARALLELISM, 2).set(StreamingConf.RESCALE, true);
        StreamingConf three = conf().set(StreamingConf.PARALLELISM, 3).set(StreamingConf.RESCALE, true);
        try (TestStreams t = recoverable(two, program)) {
            t.add("in", 1, 2, 3, 4, 5, 6, 7);
            die(t);
            assertThatThrownBy(() -> t.restart(SECOND, three, program))
                    .isInstanceOf(StreamingException.class)
                    .hasMessageContaining("ACQ-1045");
            t.restart(SECOND, two, program).stopAndRestart();
            t.restart(SECOND, three, program).advance(1);

            List<String> seen = List.copyOf(SEEN);
            assertThat(seen).hasSize(3);
            assertThat(seen.get(1)).isEqualTo(seen.get(0));
        }
    }

    @Test
    @DisplayName("S7.10 outputs of a pending batch that were done are not repeated; the one that was not is")
    void outputsThatWereDoneAreNotRepeated() {
        try (TestStreams t = recoverable(s -> {
            DStream<Integer> in = s.input("in");
            s.collect("first", in);
            s.collect("second", in.map(i -> 2 * i));
            s.collect("third", in.map(i -> 3 * i));
        })) {
            t.add("in", 1).add("in", 2).add("in", 3).advance(1);
            t.crashDuringNextBatch().advance(1);

            assertThat(t.runs("first").values()).containsExactly(1, 1, 1);
            assertThat(t.runs("second").values()).containsExactly(1, 1, 1);
            assertThat(t.runs("third").values()).containsExactly(1, 2, 1);
            assertThat(t.<Integer>batches("third")).containsExactly(List.of(3), List.of(6), List.of(9));
        }
    }

    @Test
    @DisplayName("S7.10 S7.12 an output that failed under continue is not repeated when its batch is")
    void outputsThatFailedUnderContinueAreNotRepeated() {
        try (TestStreams t = recoverable(s -> {
            DStream<Integer> in = s.input("in");
            in.foreachRDD((rdd, time) -> {
                        CALLED.add("passes " + rdd.collect());
                        throw new IllegalStateException("of the test");
                    })
                    .uid("passes")
                    .onError(FailurePolicy.keepGoing());
            s.collect("last", in);
        })) {
            t.add("in", 1).add("in", 2).add("in", 3).advance(1);
            t.crashDuringNextBatch().advance(1);

            assertThat(CALLED).containsExactly("passes [1]", "passes [2]", "passes [3]");
            assertThat(t.runs("last").values()).containsExactly(1, 2, 1);
        }
    }

    @Test
    @DisplayName("S7.24 all batches of the journal are replayed in their order, before any new one")
    void theBatchesOfTheJournalComeFirst() throws Exception {
        CountDownLatch planned = new CountDownLatch(3);
        try (TestStreams t = recoverable(s -> s.<Integer>input("in")
                .foreachRDD((rdd, time) -> {
                    CALLED.add(time.milliseconds() / 1000 % 60 + " " + rdd.collect());
                    if (WAITS.get()) {
                        new CountDownLatch(1).await();
                    }
                })
                .uid("out"))) {
            t.add("in", 1).add("in", 2).add("in", 3).add("in", 4);
            WAITS.set(true);
            t.context().addStreamingListener(new StreamingListener() {
                @Override
                public void onBatchSubmitted(BatchInfo b) {
                    planned.countDown();
                }
            });
            t.context().start();
            for (int batch = 0; batch < 3; batch++) {
                t.clock().awaitWaiters(1);
                t.clock().advance(SECOND);
            }
            planned.await();
            while (CALLED.isEmpty()) {
                assertThat(t.context().awaitTerminationOrTimeout(1)).isFalse();
            }
            t.context().stop();
            WAITS.set(false);
            t.restart().advance(1);

            assertThat(CALLED).containsExactly("1 [1]", "1 [1]", "2 [2]", "3 [3]", "4 [4]");
        }
    }

    // ---- windows and state, at every batch

    private static Optional<Integer> sum(List<Integer> values, Optional<Integer> sum) {
        return Optional.of(values.stream().reduce(sum.orElse(0), Integer::sum));
    }

    /** Loses one in each batch, and goes at 0. */
    private static Optional<Integer> fading(List<Integer> values, Optional<Integer> sum) {
        return sum(values, sum).map(left -> left - 1).filter(left -> left > 0);
    }

    private static String visits(String key, Optional<Integer> value, State<Integer> state) {
        if (state.isTimingOut()) {
            return key + " is idle after " + state.get();
        }
        int sum = state.getOption().orElse(0) + value.orElse(0);
        state.update(sum);
        return key + "=" + sum;
    }

    private static PairRDD<String, Integer> initial(TestStreams s) {
        return s.context()
                .batchContext()
                .parallelizePairs(List.of(pair("a", 10), pair("old", 3)), 2)
                .mapValues(value -> {
                    INITIAL_READ.incrementAndGet();
                    return value;
                });
    }

    /** Every window and every state. */
    private static void everything(TestStreams s) {
        DStream<Tuple2<String, Integer>> in = s.input("in");
        PairDStream<String, Integer> pairs = in.mapToPair(pair -> pair);
        Duration three = seconds(3);
        Duration two = seconds(2);
        Map<String, DStreamLike<?, ?, ?>> streams = new LinkedHashMap<>();
        streams.put("window", in.window(three));
        streams.put("sliding window", in.window(seconds(4), two));
        streams.put("countByWindow", in.countByWindow(three, SECOND));
        streams.put("reduceByWindow", in.map(Tuple2::_2).reduceByWindow(Math::max, three, SECOND));
        streams.put("groupByKeyAndWindow", pairs.groupByKeyAndWindow(three, SECOND));
        streams.put("reduceByKeyAndWindow", pairs.reduceByKeyAndWindow(Math::max, three));
        streams.put("inverse", pairs.reduceByKeyAndWindow(Integer::sum, (sum, left) -> sum - left, seconds(4), two));
        streams.put(
                "filtered",
                pairs.reduceByKeyAndWindow(
                        Integer::sum, (sum, left) -> sum - left, three, SECOND, 3, pair -> pair._2() != 0));
        streams.put("countByValueAndWindow", pairs.map(Tuple2::_1).countByValueAndWindow(three, SECOND));
        PairDStream<String, Integer> sums = pairs.updateStateByKey(Integer.class, RecoverySemantics::sum);
        streams.put("updateStateByKey", sums);
        streams.put(
                "updateStateByKey from initial",
                pairs.updateStateByKey(RecoverySemantics::fading, Partitioner.hash(3), initial(s)));
        MapWithStateDStream<String, Integer, Integer, String> visits =
                pairs.mapWithState(StateSpec.function(RecoverySemantics::visits)
                        .initialState(initial(s))
                        .timeout(milliseconds(2_500)));
        streams.put("mapWithState", visits);
        streams.put("window of state", sums.window(two));
        streams.forEach((name, stream) -> {
            stream.uid(name);
            s.collect(name, stream);
        });
        s.collect("stateSnapshots", visits.stateSnapshots());
    }

    private static void content(TestStreams t) {
        t.add("in", pair("a", 1), pair("b", 2), pair("c", 3));
        t.add("in", pair("b", 5));
        t.add("in");
        t.add("in", pair("a", 7), pair("d", 1));
        t.add("in");
        t.add("in");
        t.add("in");
        t.add("in", pair("b", 4), pair("a", 2));
        t.add("in", pair("e", 9));
        t.add("in", pair("b", 1));
        t.add("in");
        t.add("in", pair("a", 3), pair("c", 8));
    }

    private static final List<String> STREAMS = List.of(
            "window",
            "sliding window",
            "countByWindow",
            "reduceByWindow",
            "groupByKeyAndWindow",
            "reduceByKeyAndWindow",
            "inverse",
            "filtered",
            "countByValueAndWindow",
            "updateStateByKey",
            "updateStateByKey from initial",
            "mapWithState",
            "window of state",
            "stateSnapshots");

    private void assertEqualsTheUninterruptedRun(TestStreams t, String what) {
        try (TestStreams plain = TestStreams.every(SECOND, conf(), RecoverySemantics::everything)) {
            content(plain);
            plain.advance(BATCHES);
            for (String stream : STREAMS) {
                List<List<Object>> expected = plain.batches(stream);
                List<List<Object>> actual = t.batches(stream);
                assertThat(actual).as("%s, %s", stream, what).hasSameSizeAs(expected);
                for (int batch = 0; batch < expected.size(); batch++) {
                    assertBatch(actual.get(batch))
                            .as("batch %s of %s, %s", batch + 1, stream, what)
                            .containsExactlyInAnyOrderElementsOf(expected.get(batch));
                }
            }
        }
    }

    private static void assertEachOutputRanOnce(TestStreams t, String what) {
        for (String stream : STREAMS) {
            assertThat(t.runs(stream).values()).as("%s, %s", stream, what).containsOnly(1);
        }
    }

    private List<StreamingConf> intervals() {
        return List.of(
                conf(),
                conf().set(StreamingConf.CHECKPOINT_INTERVAL, seconds(1)),
                conf().set(StreamingConf.CHECKPOINT_INTERVAL, seconds(4)));
    }

    private TestStreams everything(int which, String name) {
        TestStreams t = TestStreams.every(
                SECOND, intervals().get(which), root.resolve(name + which), RecoverySemantics::everything);
        content(t);
        return t;
    }

    @Test
    @DisplayName("S4.13 S7.24 windows and states are those of a run without a stop when it is killed after every batch")
    void killedAfterEveryBatch() {
        for (int which = 0; which < 3; which++) {
            try (TestStreams t = everything(which, "killed ")) {
                for (int batch = 1; batch <= BATCHES; batch++) {
                    t.advance(1).restart();
                }
                assertEqualsTheUninterruptedRun(t, "killed after each batch");
                assertEachOutputRanOnce(t, "killed after each batch");
            }
        }
    }

    @Test
    @DisplayName("S4.13 S7.24 windows and states are those of a run without a stop when it is killed after one batch")
    void killedAfterOneBatch() {
        for (int batch = 1; batch < BATCHES; batch++) {
            String what = "killed after " + batch;
            try (TestStreams t = everything(batch % 3, what + " ")) {
                t.advance(batch).restart().advance(BATCHES - batch);
                assertEqualsTheUninterruptedRun(t, what);
                assertEachOutputRanOnce(t, what);
            }
        }
    }

    @Test
    @DisplayName(
            "S4.13 S7.10 windows and states are those of a run without a stop when it dies in the middle of every batch")
    void diedInEveryBatch() {
        for (int which = 0; which < 3; which++) {
            try (TestStreams t = everything(which, "died ")) {
                for (int batch = 1; batch <= BATCHES; batch++) {
                    t.crashDuringNextBatch();
                }
                assertEqualsTheUninterruptedRun(t, "died in each batch");
                assertThat(t.runs("stateSnapshots").values()).hasSize(BATCHES).containsOnly(2);
                assertThat(t.runs("window").values()).hasSize(BATCHES).containsOnly(1);
            }
        }
    }

    @Test
    @DisplayName("S4.13 S7.31 windows and states are those of a run without a stop when it is stopped gracefully")
    void stoppedAfterEveryBatch() {
        for (int which = 0; which < 2; which++) {
            try (TestStreams t = everything(which, "stopped ")) {
                for (int batch = 1; batch <= BATCHES; batch++) {
                    t.advance(1).stopAndRestart();
                }
                assertEqualsTheUninterruptedRun(t, "stopped after each batch");
                assertEachOutputRanOnce(t, "stopped after each batch");
            }
        }
    }

    @Test
    @DisplayName("an initial state is read at the first start only, once there is a checkpoint")
    void theInitialStateIsNotReadAgain() {
        try (TestStreams t = everything(1, "initial ")) {
            t.advance(2).stopAndRestart();
            int read = INITIAL_READ.get();
            t.advance(2).stopAndRestart().advance(2);
            assertThat(read).isPositive();
            assertThat(INITIAL_READ).hasValue(read);
        }
    }

    // ---- accumulators

    @Test
    @DisplayName("an accumulator comes back by its name with what the checkpoint has of it, and counts no batch twice")
    void accumulatorsComeBackByName() {
        List<Accumulator<Long>> made = Collections.synchronizedList(new ArrayList<>());
        try (TestStreams t = recoverable(s -> {
            Accumulator<Long> records = s.context().batchContext().longAccumulator("records");
            Accumulator<Long> other = s.context().batchContext().longAccumulator("other");
            made.add(records);
            made.add(other);
            s.<Integer>input("in")
                    .foreachRDD(rdd -> rdd.foreach(i -> records.add((long) i)))
                    .uid("counted");
            s.collect("last", s.<Integer>input("more"));
        })) {
            t.add("in", 1, 2).add("in", 3).add("in", 4).add("in", 5).advance(1);
            t.stopAndRestart().advance(1);
            assertThat(made.get(2).value()).isEqualTo(6);
            t.stopAndRestart().restart().advance(1);
            assertThat(made.get(6).value()).as("after a kill").isEqualTo(10);
            t.stopAndRestart().advance(1);
            assertThat(made.get(8).value()).isEqualTo(15);
            assertThat(made.get(9).value()).isZero();
        }
    }

    // ---- files

    @Test
    @DisplayName("S5.8 a file is taken once over restarts, also when it was taken by a batch that is repeated")
    void aFileIsTakenOnceOverRestarts() throws Exception {
        Path in = Files.createDirectory(root.resolve("in"));
        try (TestStreams t = recoverable(s -> s.collect("lines", s.context().textFileStream(in.toString())))) {
            for (int batch = 1; batch <= 6; batch++) {
                file(in, t, "file" + batch, batch * 1000L - 500);
                switch (batch % 3) {
                    case 0 -> t.advance(1).restart();
                    case 1 -> t.crashDuringNextBatch();
                    default -> t.advance(1).stopAndRestart();
                }
            }
            t.advance(2);
            assertThat(t.<String>batches("lines"))
                    .containsExactly(
                            List.of("file1"),
                            List.of("file2"),
                            List.of("file3"),
                            List.of("file4"),
                            List.of("file5"),
                            List.of("file6"),
                            List.of(),
                            List.of());
        }
    }

    /** Moves a file in that was modified so many milliseconds after the first start. */
    private void file(Path in, TestStreams t, String name, long modifiedMs) throws IOException {
        Path outside = root.resolve("outside");
        Files.write(outside, (name + "\n").getBytes(UTF_8));
        Files.setLastModifiedTime(outside, FileTime.from(START.plusMillis(modifiedMs)));
        Files.move(outside, in.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }
}
