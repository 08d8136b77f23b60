/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.BatchContext;
import io.acequia.streaming.DStream;
import io.acequia.streaming.ErrorPolicy;
import io.acequia.streaming.Output;
import io.acequia.streaming.PairDStream;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingConf.BacklogPolicy;
import io.acequia.streaming.StreamingConf.FailurePolicy;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.StreamingContext.ContextState;
import io.acequia.streaming.StreamingContext.StopReport;
import io.acequia.streaming.data.Durations;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.function.VoidFunction;
import io.acequia.streaming.listener.BatchInfo;
import io.acequia.streaming.listener.OutputInfo;
import io.acequia.streaming.listener.StreamingListener;
import io.acequia.streaming.listener.StreamingStarted;
import io.acequia.streaming.listener.StreamingStopped;
import io.acequia.streaming.receiver.Records;
import io.acequia.streaming.receiver.Source;
import io.acequia.streaming.receiver.UnreliableReceiver;
import java.io.Serializable;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The lifecycle rules of section 7: what is allowed when, how a context stops, and what listeners see. An engine subclasses it.
 *
 * <p><b>Start.</b> The pairs of states; every definition that must be refused once the context runs or has stopped; a second
 * context beside the first.
 *
 * <p><b>Stop.</b> Stops that are refused (they would wait for themselves), stops without anything to do, and what a graceful
 * and a hard one make of records that were received and batches that wait. A stop has its deadline in the time of the
 * machine; everything else is in the time of the test.
 *
 * <p><b>Listeners.</b> What they are told and in which order, and that one of them cannot harm another.
 *
 * <p>Signals and the log need a process of their own and are tested beside the concrete suites.
 */
@Timeout(60)
public abstract class LifecycleSemantics {
    private static final Duration SECOND = Durations.seconds(1);

    /** The settings under test: the engine is the master. */
    protected StreamingConf conf() {
        return TestStreams.defaults();
    }

    private TestStreams program() {
        return program(conf());
    }

    private static TestStreams program(StreamingConf conf) {
        return TestStreams.every(SECOND, conf, s -> s.collect("out", s.<Integer>input("in")));
    }

    // ---- the states

    @Test
    void thePairsOfStatesAreThoseOfTheLifecycle() {
        Map<ContextState, Set<ContextState>> next = new EnumMap<>(ContextState.class);
        next.put(ContextState.INITIALIZED, Set.of(ContextState.ACTIVE, ContextState.STOPPED));
        next.put(ContextState.ACTIVE, Set.of(ContextState.STOPPING));
        next.put(ContextState.STOPPING, Set.of(ContextState.STOPPED));
        next.put(ContextState.STOPPED, Set.of());

        int pairs = 0;
        for (ContextState from : ContextState.values()) {
            for (ContextState to : ContextState.values()) {
                assertThat(from.canBecome(to))
                        .as(from + " to " + to)
                        .isEqualTo(next.getOrDefault(from, Set.of()).contains(to));
                pairs++;
            }
        }
        assertThat(pairs).isEqualTo(16);
    }

    @Test
    void aContextShowsItsState() {
        TestStreams t = program();
        assertThat(t.context().state()).isEqualTo(ContextState.INITIALIZED);
        assertThat(t.context().status().state()).isEqualTo("INITIALIZED");
        t.context().start();
        assertThat(t.context().state()).isEqualTo(ContextState.ACTIVE);
        assertThat(t.context().status().startedAt()).contains(t.clock().now());
        t.close();
        assertThat(t.context().state()).isEqualTo(ContextState.STOPPED);
        assertThat(t.context().status().state()).isEqualTo("STOPPED");
    }

    // ---- start

    @Test
    @DisplayName("S7.1 a definition after start or after stop is refused, naming the state")
    void definitionsAreRefusedAfterStartAndAfterStop() {
        Definitions d = new Definitions();
        TestStreams t = TestStreams.every(SECOND, conf(), d::define);
        for (ContextState state : List.of(ContextState.ACTIVE, ContextState.STOPPED)) {
            if (state == ContextState.ACTIVE) {
                t.context().start();
            } else {
                t.close();
            }
            d.operations(t.context()).forEach((name, operation) -> assertThatThrownBy(operation::run)
                    .as(name + " while " + state)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(state.name()));
        }
    }

    /** A program, and everything that could still be added to it. */
    private static final class Definitions {
        private final AtomicReference<DStream<Integer>> plain = new AtomicReference<>();
        private final AtomicReference<PairDStream<Integer, Integer>> pairs = new AtomicReference<>();
        private final AtomicReference<Output> output = new AtomicReference<>();

        void define(TestStreams s) {
            DStream<Integer> in = s.input("in");
            plain.set(in);
            pairs.set(in.mapToPair(x -> new Tuple2<>(x, x)));
            output.set(in.foreachRDD(rdd -> {}));
        }

        Map<String, Runnable> operations(StreamingContext ssc) {
            DStream<Integer> in = Objects.requireNonNull(plain.get());
            PairDStream<Integer, Integer> keyed = Objects.requireNonNull(pairs.get());
            Output out = Objects.requireNonNull(output.get());
            Map<String, Runnable> all = new LinkedHashMap<>();
            all.put("map", () -> in.map(x -> x));
            all.put("filter", () -> in.filter(x -> true));
            all.put("flatMap", () -> in.flatMap(x -> List.of(x).iterator()));
            all.put("mapPartitions", () -> in.mapPartitions(rows -> rows));
            all.put("glom", in::glom);
            all.put("repartition", () -> in.repartition(2));
            all.put("union", () -> in.union(in));
            all.put("reduce", () -> in.reduce(Integer::sum));
            all.put("count", in::count);
            all.put("countByValue", in::countByValue);
            all.put("transform", () -> in.transform(rdd -> rdd));
            all.put("transformWith", () -> in.transformWith(in, (a, b, time) -> a.union(b)));
            all.put("reduceByKey", () -> keyed.reduceByKey(Integer::sum));
            all.put("groupByKey", keyed::groupByKey);
            all.put("join", () -> keyed.join(keyed));
            all.put("mapValues", () -> keyed.mapValues(x -> x));
            all.put("persist", in::persist);
            all.put("uid", () -> in.uid("other"));
            all.put("name", () -> in.name("other"));
            all.put("onError", () -> keyed.onError(ErrorPolicy.skip()));
            all.put("print", in::print);
            all.put("foreachRDD", () -> in.foreachRDD(rdd -> {}));
            all.put("foreachPartition", () -> in.foreachPartition("other", (key, rows) -> {}));
            all.put("saveAsTextFiles", () -> in.saveAsTextFiles("prefix"));
            all.put("output uid", () -> out.uid("other"));
            all.put("output onError", () -> out.onError(FailurePolicy.stop()));
            all.put("socketTextStream", () -> ssc.socketTextStream("localhost", 1));
            all.put("rawSocketStream", () -> ssc.rawSocketStream("localhost", 1));
            all.put("textFileStream", () -> ssc.textFileStream("in"));
            all.put("queueStream", () -> ssc.queueStream(new ConcurrentLinkedQueue<>()));
            all.put("receiverStream", () -> ssc.receiverStream(Source.of("fed", Fed::new)));
            all.put("directStream", () -> ssc.directStream(new ReplayableInput<>("replayed")));
            all.put("context union", () -> ssc.union(List.of(in)));
            all.put(
                    "context transform",
                    () -> ssc.transform(
                            List.of(in), (rdds, time) -> ssc.batchContext().<Integer>emptyRDD()));
            all.put("remember", () -> ssc.remember(SECOND));
            all.put("checkpoint", () -> ssc.checkpoint("directory"));
            return all;
        }
    }

    @Test
    @DisplayName("S7.2 start twice has no effect")
    void startTwiceHasNoEffect() {
        try (TestStreams t = program()) {
            t.context().start();
            t.add("in", 1).advance(1);
            t.context().start();
            t.add("in", 2).advance(1);

            assertThat(t.<Integer>batches("out")).containsExactly(List.of(1), List.of(2));
            assertThat(t.context().state()).isEqualTo(ContextState.ACTIVE);
        }
    }

    @Test
    @DisplayName("S7.3 start after stop is refused, whether the context ran before or not")
    void startAfterStopIsRefused() {
        for (boolean ran : List.of(true, false)) {
            TestStreams t = program();
            if (ran) {
                t.context().start();
            }
            t.close();

            assertThatThrownBy(() -> t.context().start())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("STOPPED");
        }
    }

    @Test
    @DisplayName(
            "S7.4 a second context is refused, naming where the first was started, and may start once that has stopped")
    void aSecondContextIsRefused() {
        StreamingConf alone = conf().set(StreamingConf.MULTIPLE_CONTEXTS, false);
        try (TestStreams first = program(alone);
                TestStreams second = program(alone)) {
            first.context().start();

            assertThatThrownBy(() -> second.context().start())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("started at LifecycleSemantics.java:")
                    .hasMessageContaining("streaming.contexts.multiple");
            assertThat(second.context().state()).isEqualTo(ContextState.INITIALIZED);

            first.context().stop();
            second.add("in", 1).advance(1);
            assertThat(second.<Integer>last("out")).containsExactly(1);
        }
    }

    @Test
    @DisplayName("S7.4 streaming.contexts.multiple = true lets several contexts run")
    void severalContextsRunWhenAllowed() {
        StreamingConf several = conf().set(StreamingConf.MULTIPLE_CONTEXTS, true);
        try (TestStreams first = program(several);
                TestStreams second = program(several)) {
            first.add("in", 1).advance(1);
            second.add("in", 2).advance(1);

            assertThat(first.<Integer>last("out")).containsExactly(1);
            assertThat(second.<Integer>last("out")).containsExactly(2);
        }
    }

    @Test
    void theActiveContextCanBeFound() {
        assertThat(StreamingContext.active()).isEmpty();
        try (TestStreams t = program()) {
            assertThat(StreamingContext.active()).isEmpty();
            t.context().start();
            assertThat(StreamingContext.active()).containsSame(t.context());
        }
        assertThat(StreamingContext.active()).isEmpty();
    }

    @Test
    @DisplayName("S7.5 start without an output operation is an error, after which one may be added")
    void startWithoutOutputIsRefused() {
        try (TestStreams t =
                TestStreams.every(SECOND, conf(), s -> s.input("in").map(x -> x))) {
            assertThatThrownBy(() -> t.context().start())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("no output operation: nothing would run");
            assertThat(t.context().state()).isEqualTo(ContextState.INITIALIZED);

            t.collect("late", t.input("other"));
            t.add("other", 1).advance(1);
            assertThat(t.last("late")).containsExactly(1);
        }
    }

    // ---- stop

    @Test
    @DisplayName("S7.6 stop before start is allowed and leaves nothing")
    void stopBeforeStartIsAllowed() throws InterruptedException {
        TestStreams t = program();
        StopReport report = t.context().stop();

        assertThat(report.complete()).isTrue();
        assertThat(t.context().state()).isEqualTo(ContextState.STOPPED);
        assertThat(t.context().awaitTerminationOrTimeout(1)).isTrue();
    }

    @Test
    @DisplayName("S7.6 stop twice is allowed; the second may still stop the batch context")
    void theSecondStopMayStopTheBatchContext() {
        TestStreams t = program();
        t.add("in", 1).advance(1);
        BatchContext batch = t.context().batchContext();

        StopReport first = t.context().stop(false);
        assertThat(batch.parallelize(List.of(1, 2, 3)).count()).isEqualTo(3);

        assertThat(t.context().stop(true)).isEqualTo(first);
        assertThatThrownBy(() -> batch.parallelize(List.of(1, 2, 3)).count()).isInstanceOf(IllegalStateException.class);
    }

    @Test
    @DisplayName("S7.6 a context over a batch context of the program leaves it running unless asked")
    void stopLeavesTheBatchContextOfTheProgram() {
        try (BatchContext batch = new BatchContext(conf())) {
            try (StreamingContext ssc = new StreamingContext(batch, SECOND)) {
                assertThat(ssc.state()).isEqualTo(ContextState.INITIALIZED);
            }
            assertThat(batch.parallelize(List.of(1, 2, 3)).count()).isEqualTo(3);
        }
    }

    @Test
    @DisplayName("S7.7 stop inside a listener is refused")
    void stopInsideAListenerIsRefused() throws Exception {
        BlockingQueue<Throwable> refused = new LinkedBlockingQueue<>();
        try (TestStreams t = program()) {
            t.context().addStreamingListener(new StreamingListener() {
                @Override
                public void onBatchCompleted(BatchInfo b) {
                    refused.add(thrownBy(() -> t.context().stop()));
                }
            });
            t.advance(1);

            assertThat(refused.take()).isInstanceOf(IllegalStateException.class).hasMessageContaining("listener");
            assertThat(t.context().state()).isEqualTo(ContextState.ACTIVE);
            t.advance(1);
        }
    }

    @Test
    @DisplayName("S7.7 stop inside a batch is refused: in an output, in a transform and in the tasks on every worker")
    void stopInsideABatchIsRefused() {
        List<Throwable> refused = Collections.synchronizedList(new ArrayList<>());
        try (TestStreams t = TestStreams.every(SECOND, conf().set(StreamingConf.SERIALIZE_CLOSURES, false), s -> {
            DStream<Integer> in = s.input("in");
            s.collect("transformed", in.transform(rdd -> {
                refused.add(thrownBy(() -> s.context().stop()));
                return rdd;
            }));
            in.map(new StopsEverywhere()::call).foreachRDD(rdd -> {
                refused.add(thrownBy(() -> s.context().stop()));
                rdd.count();
            });
        })) {
            t.add("in", 1, 2).advance(1);
            refused.addAll(StopsEverywhere.REFUSED);

            assertThat(refused).hasSize(4).allSatisfy(e -> assertThat(e)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("batch"));
            assertThat(t.context().state()).isEqualTo(ContextState.ACTIVE);
        }
    }

    /** Two tasks meet, so they are on two threads, and each tries to stop the context. */
    private static final class StopsEverywhere implements Serializable {
        private static final CyclicBarrier BOTH = new CyclicBarrier(2);
        private static final List<Throwable> REFUSED = Collections.synchronizedList(new ArrayList<>());

        Integer call(Integer record) throws Exception {
            BOTH.await(20, TimeUnit.SECONDS);
            REFUSED.add(thrownBy(() -> StreamingContext.active().orElseThrow().stop()));
            return record;
        }
    }

    private static Throwable thrownBy(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException e) {
            return e;
        }
        return new AssertionError("was not refused");
    }

    @Test
    @DisplayName("S7.16 awaitTerminationOrTimeout gives false while running and true once stopped")
    void awaitTerminationTellsWhetherTheContextHasStopped() throws InterruptedException {
        TestStreams t = program();
        assertThat(t.context().awaitTerminationOrTimeout(1)).isFalse();
        t.advance(1);
        assertThat(t.context().awaitTerminationOrTimeout(1)).isFalse();
        assertThat(t.context().awaitTerminationOrTimeout(Duration.ofMillis(1))).isFalse();
        t.close();
        assertThat(t.context().awaitTerminationOrTimeout(1)).isTrue();
        t.context().awaitTermination();
    }

    @Test
    void theContextStopsByItselfAfterSoManyBatches() throws InterruptedException {
        TestStreams t = program(conf().set(StreamingConf.STOP_AFTER_BATCHES, 2L));
        t.add("in", 1).add("in", 2).add("in", 3).advance(2);
        t.context().awaitTermination();

        assertThat(t.<Integer>batches("out")).containsExactly(List.of(1), List.of(2));
        assertThat(t.context().status().batchesCompleted()).isEqualTo(2);
        assertThat(t.context().state()).isEqualTo(ContextState.STOPPED);
        assertThat(t.context().stop().complete()).isTrue();
    }

    @Test
    @DisplayName(
            "S7.30 a graceful stop ends the reading, then gives all that was received a batch, then closes the engine")
    void aGracefulStopProcessesWhatWasReceived() throws InterruptedException {
        Fed.restart(1, 2, 3);
        List<String> happened = Fed.HAPPENED;
        TestStreams t = TestStreams.every(SECOND, conf(), s -> s.context()
                .receiverStream(Source.of("fed", Fed::new))
                .foreachRDD(rdd -> {
                    happened.add("batch of " + rdd.collect());
                }));
        t.context().start();
        Watch.awaitReceived(t.context(), 3, 0);
        BatchContext batch = t.context().batchContext();
        StopReport report = t.context().stop(true, true);

        assertThat(happened.stream().filter(each -> !each.equals("read")))
                .as("one batch, which has everything")
                .containsExactly("batch of [1, 2, 3]");
        assertThat(happened.get(happened.size() - 1))
                .as("no read after the batch")
                .startsWith("batch");
        assertThat(report.complete()).isTrue();
        assertThat(report.batchesLeft()).isZero();
        assertThat(report.blocksLeft()).isZero();
        assertThat(report.recordsLeft()).isZero();
        assertThatThrownBy(() -> batch.parallelize(List.of(1)).count()).isInstanceOf(IllegalStateException.class);
    }

    @Test
    @DisplayName("S7.30 a hard stop reports what was received and no batch took")
    void aHardStopReportsWhatWasReceived() throws InterruptedException {
        Fed.restart(1, 2, 3);
        TestStreams t = TestStreams.every(
                SECOND, conf(), s -> s.collect("out", s.context().receiverStream(Source.of("fed", Fed::new))));
        t.context().start();
        Watch.awaitReceived(t.context(), 3, 0);
        StopReport report = t.context().stop(true, false);

        assertThat(report.complete()).isFalse();
        assertThat(report.recordsLeft()).isEqualTo(3);
        assertThat(report.blocksLeft()).isPositive();
        assertThat(t.batches("out")).isEmpty();
    }

    @Test
    @DisplayName("S7.30 a graceful stop finishes the batches that wait")
    void aGracefulStopFinishesTheBatchesThatWait() throws InterruptedException {
        CountDownLatch planned = new CountDownLatch(1);
        TestStreams t = TestStreams.every(SECOND, conf(), s -> {
            DStream<Integer> in = s.input("in");
            in.foreachRDD(rdd -> planned.await());
            s.collect("out", in);
        });
        t.add("in", 1).add("in", 2).add("in", 3);
        Watch watch = Watch.on(t.context());
        t.context().start();
        for (int batch = 1; batch <= 3; batch++) {
            t.clock().advance(SECOND);
            while (t.context().status().batchesQueued() < batch) {
                assertThat(t.context().awaitTerminationOrTimeout(1)).isFalse();
            }
        }
        planned.countDown();
        StopReport report = t.context().stop(true, true);

        assertThat(t.<Integer>batches("out")).containsExactly(List.of(1), List.of(2), List.of(3));
        assertThat(watch.batch(3).failure()).isEmpty();
        assertThat(report.complete()).isTrue();
    }

    @Test
    @DisplayName("S7.32 on the deadline a graceful stop becomes a hard one, and the report says what was left")
    void onTheDeadlineAGracefulStopBecomesAHardOne() throws InterruptedException {
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        BlockingQueue<String> ends = new LinkedBlockingQueue<>();
        TestStreams t = TestStreams.every(SECOND, conf(), s -> s.input("in").foreachRDD(rdd -> {
            running.countDown();
            try {
                never.await();
            } catch (InterruptedException e) {
                ends.add("interrupted");
                throw e;
            }
        }));
        t.context().start();
        t.clock().advance(SECOND);
        running.await();
        StopReport report = t.context().stop(Duration.ofMillis(50));

        assertThat(report.complete()).isFalse();
        assertThat(report.batchesLeft()).isEqualTo(1);
        assertThat(report.took()).isGreaterThanOrEqualTo(Duration.ofMillis(50));
        assertThat(ends.take()).isEqualTo("interrupted");
        assertThat(t.context().state()).isEqualTo(ContextState.STOPPED);
        t.context().awaitTermination();
    }

    @Test
    @DisplayName(
            "S7.29 under streaming.backlog.policy = merge, slow batches become one at the last missed time, with all the data")
    void slowBatchesAreMerged() throws InterruptedException {
        Fed.restart(1);
        StreamingConf merging = conf().set(StreamingConf.BACKLOG_POLICY, BacklogPolicy.MERGE);
        WatchedClock clock = new WatchedClock(Instant.parse("2026-01-01T00:00:00Z"));
        CountDownLatch caughtUp = new CountDownLatch(1);
        BlockingQueue<String> ran = new LinkedBlockingQueue<>();
        StreamingContext ssc = new StreamingContext(merging, SECOND, clock);
        try (ssc) {
            ssc.receiverStream(Source.of("fed", Fed::new)).foreachRDD((rdd, time) -> {
                ran.add(time.instant() + " " + rdd.collect());
                caughtUp.await();
            });
            ssc.start();
            Watch.awaitReceived(ssc, 1, 0);
            nextBatchIsDue(clock);
            assertThat(ran.take()).isEqualTo("2026-01-01T00:00:01Z [1]");
            for (int record = 2; record <= 4; record++) {
                Fed.WAITING.add(List.of(record));
                Watch.awaitReceived(ssc, record, 0);
                nextBatchIsDue(clock);
            }
            caughtUp.countDown();

            assertThat(ran.take()).isEqualTo("2026-01-01T00:00:04Z [2, 3, 4]");
        }
        assertThat(ran).isEmpty();
    }

    private static void nextBatchIsDue(WatchedClock clock) throws InterruptedException {
        clock.advance(SECOND);
        clock.awaitAsked(clock.now().plus(SECOND));
    }

    /** A source that brings what the test says, and writes down when it is read. */
    private static final class Fed implements UnreliableReceiver<Integer> {
        private static final BlockingQueue<List<Integer>> WAITING = new LinkedBlockingQueue<>();
        private static final List<String> HAPPENED = Collections.synchronizedList(new ArrayList<>());

        static void restart(Integer... records) {
            WAITING.clear();
            HAPPENED.clear();
            WAITING.add(List.of(records));
        }

        @Override
        public void connect() {}

        @Override
        public Records<Integer> read(int maxRecords, Duration maxWait) throws InterruptedException {
            HAPPENED.add("read");
            List<Integer> records = WAITING.poll(maxWait.toMillis(), TimeUnit.MILLISECONDS);
            return records == null ? Records.nothing() : Records.of(records);
        }

        @Override
        public void close() {}
    }

    // ---- listeners

    @Test
    void listenersSeeEverythingInOrderAndTheStopLast() {
        List<String> seen = Collections.synchronizedList(new ArrayList<>());
        TestStreams t = program();
        t.context().addStreamingListener(new Told(seen));
        t.advance(2);
        t.close();

        List<String> batch = List.of("submitted", "batch started", "output started", "output completed", "completed");
        List<String> all = new ArrayList<>(List.of("started"));
        all.addAll(batch);
        all.addAll(batch);
        all.add("stopped");
        assertThat(seen).containsExactlyElementsOf(all);
    }

    @Test
    void aListenerThatThrowsHarmsNoOther() throws InterruptedException {
        for (VoidFunction<String> bad : List.<VoidFunction<String>>of(
                text -> {
                    throw new IllegalStateException(text);
                },
                text -> {
                    throw new AssertionError(text);
                })) {
            List<String> seen = Collections.synchronizedList(new ArrayList<>());
            TestStreams t = program();
            t.context().addStreamingListener(new StreamingListener() {
                @Override
                public void onBatchStarted(BatchInfo b) {
                    thrown(bad);
                }
            });
            t.context().addStreamingListener(new Told(seen));
            t.add("in", 1).context().start();
            t.clock().advance(SECOND);
            while (t.context().status().batchesCompleted() < 1) {
                assertThat(t.context().awaitTerminationOrTimeout(1)).isFalse();
            }
            StopReport report = t.context().stop(true, true);

            assertThat(report.complete()).isTrue();
            assertThat(seen).contains("batch started", "completed").endsWith("stopped");
        }
    }

    private static void thrown(VoidFunction<String> bad) {
        try {
            bad.call("a listener of the test throws");
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aRemovedListenerIsToldNothing() {
        List<String> seen = Collections.synchronizedList(new ArrayList<>());
        TestStreams t = program();
        Told told = new Told(seen);
        t.context().addStreamingListener(told);
        t.context().removeStreamingListener(told);
        t.advance(1);
        t.close();

        assertThat(seen).isEmpty();
    }

    private record Told(List<String> seen) implements StreamingListener {
        @Override
        public void onStreamingStarted(StreamingStarted e) {
            seen.add("started");
        }

        @Override
        public void onBatchSubmitted(BatchInfo b) {
            seen.add("submitted");
        }

        @Override
        public void onBatchStarted(BatchInfo b) {
            seen.add("batch started");
        }

        @Override
        public void onOutputOperationStarted(OutputInfo o) {
            seen.add("output started");
        }

        @Override
        public void onOutputOperationCompleted(OutputInfo o) {
            seen.add("output completed");
        }

        @Override
        public void onBatchCompleted(BatchInfo b) {
            seen.add("completed");
        }

        @Override
        public void onStreamingStopped(StreamingStopped e) {
            seen.add("stopped");
        }
    }
}
