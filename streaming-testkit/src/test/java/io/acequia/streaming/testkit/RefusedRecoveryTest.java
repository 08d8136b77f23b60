/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.PairDStream;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.direct.DirectSource;
import io.acequia.streaming.direct.Plan;
import io.acequia.streaming.direct.PlannerContext;
import io.acequia.streaming.direct.Split;
import io.acequia.streaming.direct.SplitPlanner;
import io.acequia.streaming.direct.SplitReader;
import io.acequia.streaming.internal.checkpoint.Checkpoints;
import io.acequia.streaming.internal.checkpoint.Manifest;
import io.acequia.streaming.internal.checkpoint.Manifest.Owner;
import io.acequia.streaming.internal.store.LocalDisk;
import io.acequia.streaming.listener.BatchInfo;
import io.acequia.streaming.listener.StreamingListener;
import io.acequia.streaming.receiver.Records;
import io.acequia.streaming.receiver.Source;
import io.acequia.streaming.receiver.UnreliableReceiver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a job does not take up, and what it says. */
@Timeout(120)
class RefusedRecoveryTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    @TempDir
    Path dir;

    private final ManualClock clock = new ManualClock(Instant.parse("2026-01-01T00:00:00Z"));
    private final ReplayableInput<String> words = new ReplayableInput<>("words");
    private final Map<Long, List<Object>> seen = new ConcurrentSkipListMap<>();

    private StreamingContext context(Duration interval, StreamingConf conf, Consumer<StreamingContext> program) {
        return StreamingContext.getOrCreate(dir.toString(), () -> {
            StreamingContext context = new StreamingContext(conf, interval, clock);
            program.accept(context);
            return context;
        });
    }

    private StreamingContext context(Consumer<StreamingContext> program) {
        return context(SECOND, conf(), program);
    }

    private static StreamingConf conf() {
        return TestStreams.defaults().set(StreamingConf.CHECKPOINT_INTERVAL, SECOND);
    }

    private PairDStream<String, Integer> ones(StreamingContext context) {
        return context.directStream(words).uid("words").mapToPair(word -> new Tuple2<>(word, 1));
    }

    private void counts(StreamingContext context) {
        ones(context)
                .<Integer>updateStateByKey((values, state) -> java.util.Optional.of(state.orElse(0) + values.size()))
                .uid("counts")
                .foreachRDD((rdd, time) -> seen.put(time.milliseconds(), List.copyOf(rdd.collect())));
    }

    private void window(StreamingContext context, int seconds) {
        ones(context)
                .reduceByKeyAndWindow((a, b) -> a + b, Duration.ofSeconds(seconds), SECOND)
                .uid("window")
                .foreachRDD(rdd -> rdd.count());
    }

    private void run(StreamingContext context, int batches) throws InterruptedException {
        CountDownLatch done = new CountDownLatch(batches);
        Semaphore each = new Semaphore(0);
        context.addStreamingListener(new StreamingListener() {
            @Override
            public void onBatchCompleted(BatchInfo batch) {
                done.countDown();
                each.release();
            }
        });
        context.start();
        for (int i = 0; i < batches; i++) {
            clock.advance(SECOND);
            each.acquire();
        }
        done.await();
    }

    /** A first run with three batches and checkpoints. */
    private void before(Consumer<StreamingContext> program) throws InterruptedException {
        words.add(List.of("a", "b"));
        words.add(List.of("a"));
        words.add(List.of("c"));
        StreamingContext first = context(program);
        run(first, 3);
        first.stop(Duration.ofSeconds(20));
        assertThat(dir.resolve("checkpoints")).isNotEmptyDirectory();
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> content = Files.walk(folder)) {
            for (Path path : content.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private void assertRefused(StreamingContext context, String code) {
        assertThatThrownBy(context::start).hasMessageContaining(code + " ");
        context.stop();
    }

    @Test
    void theSameProgramGoesOn() throws Exception {
        before(this::counts);
        StreamingContext again = context(this::counts);
        run(again, 1);
        again.stop();
        List<List<Object>> all = new ArrayList<>(seen.values());
        assertThat(all.get(all.size() - 1))
                .containsExactlyInAnyOrder(new Tuple2<>("a", 2), new Tuple2<>("b", 1), new Tuple2<>("c", 1));
    }

    @Test
    void aJournalThatIsOlderThanTheCheckpointIsRefused() throws Exception {
        before(this::counts);
        delete(dir.resolve("journal"));
        assertRefused(context(this::counts), "ACQ-1036");
    }

    @Test
    void anotherIntervalIsRefused() throws Exception {
        before(this::counts);
        assertRefused(context(Duration.ofSeconds(2), conf(), this::counts), "ACQ-1037");
    }

    @Test
    void anotherParallelismIsRefused() throws Exception {
        before(this::counts);
        assertRefused(context(SECOND, conf().set(StreamingConf.PARALLELISM, 5), this::counts), "ACQ-1038");
        StreamingContext allowed = context(
                SECOND, conf().set(StreamingConf.PARALLELISM, 5).set(StreamingConf.RESCALE, true), this::counts);
        run(allowed, 1);
        allowed.stop();
        assertThat(seen.values())
                .last()
                .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.LIST)
                .hasSize(3);
    }

    @Test
    void parallelismDoesNotChangeWhileABatchIsPending() throws Exception {
        StreamingContext failing = context(this::fails);
        failing.start();
        clock.advance(SECOND);
        assertThatThrownBy(failing::awaitTermination).hasMessageContaining("no output today");
        assertRefused(
                context(SECOND, conf().set(StreamingConf.PARALLELISM, 5).set(StreamingConf.RESCALE, true), this::fails),
                "ACQ-1045");
    }

    private void fails(StreamingContext context) {
        ones(context).foreachRDD(rdd -> {
            throw new IllegalStateException("no output today");
        });
    }

    @Test
    void stateWithoutAPlaceIsRefused() throws Exception {
        before(this::counts);
        assertRefused(context(context -> ones(context).foreachRDD(rdd -> rdd.count())), "ACQ-1039");
    }

    @Test
    void anotherWindowIsRefusedHoweverOftenItIsTried() throws Exception {
        before(context -> window(context, 2));
        for (int i = 0; i < 4; i++) {
            assertRefused(context(context -> window(context, 3)), "ACQ-1040");
        }
        StreamingContext right = context(context -> window(context, 2));
        run(right, 1);
        assertThat(right.isRecovered()).isTrue();
        right.stop();
    }

    @Test
    void aCheckpointThatLacksWhatItPromisesIsRefused() throws Exception {
        before(context -> window(context, 2));
        UUID job = UUID.fromString(Files.readString(dir.resolve("job")).trim());
        try (LocalDisk disk = LocalDisk.at(dir)) {
            Checkpoints checkpoints = new Checkpoints(disk, job);
            Manifest real = checkpoints.list().get(0).manifest().orElseThrow();
            List<Owner> owners = new ArrayList<>();
            for (Owner owner : real.owners()) {
                List<Time> times = new ArrayList<>(owner.times());
                times.add(new Time(1));
                owners.add(
                        new Owner(owner.uid(), owner.kind(), owner.operation(), owner.shape(), times, owner.pieces()));
            }
            checkpoints.commit(new Manifest(
                    job,
                    real.name(),
                    real.time(),
                    real.beginning(),
                    real.base(),
                    real.increments(),
                    real.journal(),
                    real.app(),
                    real.positions(),
                    owners,
                    real.values()));
        }
        assertRefused(context(context -> window(context, 2)), "ACQ-1041");
    }

    private record OldTotal(int n) {}

    private record NewTotal(int n) {}

    private record NexTotal(int n, int more) {}

    private record NeyTotal(long n) {}

    private void totals(StreamingContext context) {
        ones(context)
                .<OldTotal>updateStateByKey((values, state) -> java.util.Optional.of(
                        new OldTotal(state.map(OldTotal::n).orElse(0) + values.size())))
                .uid("totals")
                .foreachRDD((rdd, time) -> seen.put(time.milliseconds(), List.copyOf(rdd.collect())));
    }

    private void newTotals(StreamingContext context) {
        ones(context)
                .<NewTotal>updateStateByKey((values, state) -> java.util.Optional.of(
                        new NewTotal(state.map(NewTotal::n).orElse(0) + values.size())))
                .uid("totals")
                .foreachRDD((rdd, time) -> seen.put(time.milliseconds(), List.copyOf(rdd.collect())));
    }

    @Test
    void stateOfAClassThatWasRenamedIsRefusedUntilTheNewNameIsGiven() throws Exception {
        String now = OldTotal.class.getName();
        String gone = now.replace("OldTotal", "XxxTotal");
        before(this::totals);
        RenamedInCheckpoints.rewrite(dir, "OldTotal", "XxxTotal");

        StreamingContext refused = context(this::newTotals);
        assertThatThrownBy(refused::start)
                .hasStackTraceContaining("ACQ-1119 checkpoints/cp-")
                .hasStackTraceContaining("what is kept for 'totals' (")
                .hasStackTraceContaining("ACQ-0542 ")
                .hasStackTraceContaining("conf.registerRenamed(\"" + gone + "\"");
        refused.stop();
        StreamingContext mapped = context(SECOND, conf().registerRenamed(gone, NewTotal.class), this::newTotals);
        run(mapped, 1);
        mapped.stop();
        assertThat(seen.values())
                .last()
                .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.LIST)
                .containsExactlyInAnyOrder(
                        new Tuple2<>("a", new NewTotal(2)),
                        new Tuple2<>("b", new NewTotal(1)),
                        new Tuple2<>("c", new NewTotal(1)));
    }

    @Test
    void stateOfAClassThatHasOtherFieldsIsRefused() throws Exception {
        before(this::totals);
        for (String changed : List.of("NexTotal", "NeyTotal")) {
            RenamedInCheckpoints.rewrite(dir, "OldTotal", changed);
            StreamingContext refused = context(this::newTotals);
            assertThatThrownBy(refused::start)
                    .hasStackTraceContaining("what is kept for 'totals' (")
                    .hasStackTraceContaining("ACQ-0543 ")
                    .hasStackTraceContaining(changed + " had other fields when they were written");
            refused.stop();
            RenamedInCheckpoints.rewrite(dir, changed, "OldTotal");
        }
        assertThat(List.of(new NexTotal(1, 2), new NeyTotal(3))).hasSize(2);
        assertThatThrownBy(() -> conf().registerRenamed("a.B", NexTotal.class).registerRenamed("a.B", NeyTotal.class))
                .hasMessageStartingWith("ACQ-0594 ");
    }

    @Test
    void aFactoryMustMakeANewContext() {
        assertThatThrownBy(() -> StreamingContext.getOrCreate(dir.toString(), () -> {
                    throw new IOException("no network");
                }))
                .hasMessageStartingWith("ACQ-1042 ")
                .hasMessageContaining("no network");
        assertThatThrownBy(() -> StreamingContext.getOrCreate(dir.toString(), () -> {
                    throw new IllegalStateException("as it is");
                }))
                .hasMessage("as it is");
        StreamingContext stopped = new StreamingContext(conf(), SECOND, clock);
        stopped.stop();
        assertThatThrownBy(() -> StreamingContext.getOrCreate(dir.toString(), () -> stopped))
                .hasMessageStartingWith("ACQ-1043 the factory gave a context that is STOPPED");
    }

    /** A source of one record, in its first batch, which cannot be taken up. */
    private record Forgetful(boolean saysRanges) implements DirectSource<String> {
        @Override
        public String name() {
            return "forgetful";
        }

        @Override
        public SplitPlanner<String> newPlanner(PlannerContext context) {
            Queue<Split<String>> left = new ArrayDeque<>(List.of(saysRanges ? new Ranged() : new Unranged()));
            return (batch, maxRecords) ->
                    new Plan<>(Stream.ofNullable(left.poll()).toList(), "0");
        }
    }

    private interface One extends Split<String> {
        @Override
        default SplitReader<String> open(TaskContext task) {
            return new SplitReader<>() {
                private boolean read;

                @Override
                public List<String> next() {
                    List<String> records = read ? List.of() : List.of("x");
                    read = true;
                    return records;
                }

                @Override
                public void close() {}
            };
        }

        @Override
        default String describe() {
            return "one";
        }

        @Override
        default OptionalLong recordCount() {
            return OptionalLong.of(1);
        }
    }

    private record Unranged() implements One {}

    private record Ranged() implements One {
        @Override
        public String range() {
            return "one";
        }
    }

    private StreamingContext forgetful(boolean saysRanges) {
        return context(
                SECOND,
                TestStreams.defaults().set(StreamingConf.CHECKPOINT_INTERVAL, Duration.ofHours(1)),
                context -> context.directStream(new Forgetful(saysRanges))
                        .uid("one")
                        .foreachRDD(rdd -> rdd.count()));
    }

    @Test
    void aSourceThatDoesNotSayItsRangesFailsWithACheckpointDirectory() throws Exception {
        StreamingContext context = forgetful(false);
        context.start();
        clock.advance(SECOND);
        assertThatThrownBy(() -> context.awaitTerminationOrTimeout(Duration.ofSeconds(60)))
                .hasStackTraceContaining("ACQ-0171 " + Unranged.class.getName());
        context.stop();
    }

    @Test
    void aSourceThatCannotMakeItsRangesAgainIsRefusedWhenItMust() throws Exception {
        StreamingContext first = forgetful(true);
        run(first, 2);
        first.stop();
        StreamingContext second = forgetful(true);
        assertThatThrownBy(second::start).hasStackTraceContaining("ACQ-0172 ");
        second.stop();
    }

    /** Gives one record each time that it may. */
    private record Drops() implements Source<String> {
        private static final Semaphore MAY = new Semaphore(0);

        @Override
        public String name() {
            return "drops";
        }

        @Override
        public UnreliableReceiver<String> newReceiver() {
            return new UnreliableReceiver<>() {
                @Override
                public void connect() {}

                @Override
                public Records<String> read(int maxRecords, Duration maxWait) throws InterruptedException {
                    boolean one = MAY.tryAcquire(10, java.util.concurrent.TimeUnit.MILLISECONDS);
                    return Records.of(one ? List.of("drop") : List.of());
                }

                @Override
                public void close() {}
            };
        }
    }

    private StreamingContext drops(List<Long> counts) {
        return context(
                SECOND,
                TestStreams.defaults()
                        .set(StreamingConf.SERIALIZE_CLOSURES, false)
                        .set(StreamingConf.CHECKPOINT_INTERVAL, Duration.ofHours(1)),
                context -> context.receiverStream(new Drops())
                        .uid("drops")
                        .dataLog(true)
                        .foreachRDD(rdd -> {
                            synchronized (counts) {
                                counts.add(rdd.count());
                            }
                        }));
    }

    @Test
    void aBatchWhoseLoggedBlocksAreGoneIsRefused() throws Exception {
        List<Long> counts = new ArrayList<>();
        StreamingContext first = drops(counts);
        Drops.MAY.release();
        Semaphore completed = new Semaphore(0);
        first.addStreamingListener(new StreamingListener() {
            @Override
            public void onBatchCompleted(BatchInfo batch) {
                completed.release();
            }
        });
        first.start();
        long received = 0;
        while (received == 0) {
            clock.advance(SECOND);
            completed.acquire();
            synchronized (counts) {
                received = counts.stream().mapToLong(Long::longValue).sum();
            }
        }
        first.stop();
        delete(dir.resolve("received"));
        StreamingContext second = drops(counts);
        assertThatThrownBy(second::start).hasMessageContaining("ACQ-1033 record ");
        second.stop();
    }
}
