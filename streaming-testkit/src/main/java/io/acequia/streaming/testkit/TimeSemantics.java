/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.BatchContext;
import io.acequia.streaming.DStream;
import io.acequia.streaming.RDD;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingConf.BacklogPolicy;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.data.Durations;
import io.acequia.streaming.data.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When batches are and what they hold: section 1 of the semantics. An engine passes by a subclass that gives its settings. */
@Timeout(60)
public abstract class TimeSemantics extends OperationSemantics {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    /** A batch as it ran. */
    private record Ran(Time time, List<?> records) {}

    @Test
    @DisplayName("S1.1 an interval that is not above 0, or finer than a millisecond, is refused")
    void refusesAnIntervalThatIsNone() {
        List<Duration> refused = List.of(Duration.ZERO, Duration.ofSeconds(-1), Duration.ofNanos(1_500_000));
        try (BatchContext batch = new BatchContext(conf())) {
            for (Duration interval : refused) {
                assertThatThrownBy(() -> new StreamingContext(conf(), interval))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("ACQ-1012")
                        .hasMessageContaining(interval.toString());
                assertThatThrownBy(() -> new StreamingContext(batch, interval))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("ACQ-1012");
            }
        }
    }

    @Test
    @DisplayName("S1.1 the interval is the same for all streams of a context")
    void theIntervalIsFixedPerContext() {
        try (TestStreams t =
                program(s -> s.collect("out", s.<Integer>input("in").map(n -> n + 1)))) {
            DStream<Integer> stream = t.input("other");

            assertThat(t.context().batchInterval()).isEqualTo(SECOND);
            assertThat(stream.slideDuration()).isEqualTo(SECOND);
            assertThat(stream.map(n -> n + 1).reduce(Integer::sum).slideDuration())
                    .isEqualTo(SECOND);
        }
    }

    @Test
    @DisplayName("S1.2 batch times are multiples of the interval since the epoch, whenever the context starts")
    void batchTimesAreMultiplesOfTheInterval() throws InterruptedException {
        Duration interval = Durations.seconds(7);
        WatchedClock clock = new WatchedClock(START.plusMillis(300));
        BlockingQueue<Time> times = new LinkedBlockingQueue<>();
        try (StreamingContext context = new StreamingContext(conf(), interval, clock)) {
            context.queueStream(new ConcurrentLinkedQueue<RDD<Integer>>()).foreachRDD((rdd, time) -> times.add(time));
            context.start();
            List<Time> ran = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                clock.advance(interval);
                ran.add(times.take());
            }

            assertThat(ran).allMatch(time -> time.isMultipleOf(interval));
            assertThat(ran.get(0))
                    .isGreaterThan(Time.of(START))
                    .isLessThanOrEqualTo(Time.of(START).plus(interval));
            assertThat(ran)
                    .containsExactly(
                            ran.get(0),
                            ran.get(0).plus(interval),
                            ran.get(0).plus(interval).plus(interval));
        }
    }

    @Test
    @DisplayName("S1.3 the interval may be 1 ms")
    void theIntervalMayBeAMillisecond() {
        Duration millisecond = Durations.milliseconds(1);
        List<Time> times = Collections.synchronizedList(new ArrayList<>());
        try (TestStreams t = TestStreams.every(millisecond, conf(), s -> s.<Integer>input("in")
                .reduce(Integer::sum)
                .foreachRDD((rdd, time) -> {
                    rdd.collect();
                    times.add(time);
                }))) {
            Time start = now(t);
            t.advance(50);

            assertThat(times).hasSize(50);
            assertThat(times.get(0)).isEqualTo(start.plus(millisecond));
            assertThat(times.get(49)).isEqualTo(start.plus(Durations.milliseconds(50)));
        }
    }

    @Test
    @DisplayName("S1.4 a batch holds what arrived after the one before, up to its time")
    void aBatchHoldsWhatArrivedInItsInterval() throws InterruptedException {
        WatchedClock clock = new WatchedClock(START);
        BlockingQueue<List<String>> batches = new LinkedBlockingQueue<>();
        try (StreamingContext context = new StreamingContext(conf(), SECOND, clock)) {
            context.receiverStream(HandedReceiver.source()).foreachRDD(rdd -> batches.add(rdd.collect()));
            context.start();

            HandedReceiver.hand("at the start");
            clock.advance(Durations.milliseconds(999));
            HandedReceiver.hand("just in time");
            clock.advance(Durations.milliseconds(1));
            assertThat(batches.take()).containsExactly("at the start", "just in time");

            clock.advance(Durations.milliseconds(1));
            HandedReceiver.hand("too late for the first");
            clock.advance(Durations.milliseconds(999));
            assertThat(batches.take()).containsExactly("too late for the first");

            clock.advance(SECOND);
            assertThat(batches.take()).isEmpty();
        }
    }

    @Test
    @DisplayName("S1.5 a stream yields a batch at every multiple of its slide after the start, and at no other time")
    void batchesComeAfterTheStartAndOnlyThen() {
        List<Time> times = Collections.synchronizedList(new ArrayList<>());
        List<DStream<Integer>> streams = new ArrayList<>();
        try (TestStreams t = program(s -> {
            DStream<Integer> doubled = s.<Integer>input("in").map(n -> 2 * n);
            doubled.foreachRDD((rdd, time) -> times.add(time));
            streams.add(doubled);
            s.context().remember(Durations.seconds(10));
        })) {
            Time start = now(t);
            t.advance(3);

            assertThat(times)
                    .containsExactly(
                            start.plus(SECOND), start.plus(Durations.seconds(2)), start.plus(Durations.seconds(3)));
            for (Time other : List.of(start, start.minus(SECOND), start.plus(Durations.milliseconds(1500)))) {
                assertThatThrownBy(() -> streams.get(0).compute(other))
                        .as("the batch at %s", other)
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("ACQ-1005");
            }
        }
    }

    @Test
    @DisplayName("S1.5 a context that starts between two batch times has its first batch at the next one")
    void theFirstBatchIsTheNextTime() throws InterruptedException {
        WatchedClock clock = new WatchedClock(START.plusMillis(999));
        BlockingQueue<Time> times = new LinkedBlockingQueue<>();
        try (StreamingContext context = new StreamingContext(conf(), SECOND, clock)) {
            context.queueStream(new ConcurrentLinkedQueue<RDD<Integer>>()).foreachRDD((rdd, time) -> times.add(time));
            context.start();
            clock.advance(Durations.milliseconds(1));

            assertThat(times.take()).isEqualTo(Time.of(START.plusSeconds(1)));
        }
    }

    @Test
    @DisplayName("S1.9 batches whose time was missed run in time order, each of them")
    void missedBatchesRunInOrder() {
        List<Time> times = Collections.synchronizedList(new ArrayList<>());
        try (TestStreams t = program(s -> s.<Integer>input("in").foreachRDD((rdd, time) -> times.add(time)))) {
            Time start = now(t);
            t.advance(1);
            t.clock().advance(Durations.seconds(5));
            t.advance(1);

            List<Time> expected = new ArrayList<>();
            for (int i = 1; i <= 7; i++) {
                expected.add(start.plus(Durations.seconds(i)));
            }
            assertThat(times).containsExactlyElementsOf(expected);
        }
    }

    @Test
    @DisplayName("S1.9 batches that wait for a slow one run after it, in time order")
    void batchesBehindASlowOneRunInOrder() throws InterruptedException {
        try (Backlog backlog = new Backlog(conf())) {
            backlog.due(4);
            backlog.finishFirst();

            assertThat(backlog.take(4).stream().map(Ran::time))
                    .containsExactly(backlog.time(1), backlog.time(2), backlog.time(3), backlog.time(4));
        }
    }

    @Test
    @DisplayName("S1.10 under the policy queue, slow batches wait one by one, each with what had come by its time")
    void queuedBatchesStayApart() throws InterruptedException {
        try (Backlog backlog = new Backlog(conf().set(StreamingConf.BACKLOG_POLICY, BacklogPolicy.QUEUE))) {
            backlog.due(4);
            backlog.finishFirst();

            assertThat(backlog.take(4))
                    .containsExactly(
                            new Ran(backlog.time(1), List.of(1)),
                            new Ran(backlog.time(2), List.of(2)),
                            new Ran(backlog.time(3), List.of(3)),
                            new Ran(backlog.time(4), List.of(4)));
        }
    }

    @Test
    @DisplayName("S1.10 under the policy merge, batches that would wait become one at the newest of their times")
    void mergedBatchesBecomeOne() throws InterruptedException {
        try (Backlog backlog = new Backlog(conf().set(StreamingConf.BACKLOG_POLICY, BacklogPolicy.MERGE))) {
            backlog.due(4);
            backlog.finishFirst();

            assertThat(backlog.take(2))
                    .containsExactly(new Ran(backlog.time(1), List.of(1)), new Ran(backlog.time(4), List.of(2, 3, 4)));
            backlog.due(1);
            assertThat(backlog.take(1)).containsExactly(new Ran(backlog.time(5), List.of(5)));
        }
    }

    @Test
    @DisplayName("S1.10 no more than streaming.backlog.max batches wait, and what is beyond runs later")
    void theBacklogIsBounded() throws InterruptedException {
        AtomicInteger longest = new AtomicInteger();
        try (Backlog backlog = new Backlog(conf().set(StreamingConf.BACKLOG_MAX, 2))) {
            backlog.sampleInto(longest);
            backlog.due(3);
            backlog.clock.advance(Durations.seconds(17));
            backlog.finishFirst();

            assertThat(backlog.take(20).stream().map(Ran::time)).isSorted().doesNotHaveDuplicates();
            assertThat(longest).as("batches that run or wait").hasValue(3);
        }
    }

    @Test
    @DisplayName("S1.11 the status says how many batches wait or run")
    void theStatusKnowsTheQueue() throws InterruptedException {
        try (Backlog backlog = new Backlog(conf())) {
            assertThat(backlog.context.status().batchesQueued()).isZero();

            backlog.due(4);
            assertThat(backlog.context.status().batchesQueued()).isEqualTo(4);

            backlog.finishFirst();
            backlog.context.stop(false, true);
            assertThat(backlog.context.status().batchesQueued()).isZero();
            assertThat(backlog.context.status().batchesCompleted()).isEqualTo(4);
        }
    }

    /** A context whose first batch takes as long as the test wants, while a number arrives for each batch. */
    private static final class Backlog implements AutoCloseable {
        private final WatchedClock clock = new WatchedClock(START);
        private final Queue<RDD<Integer>> queue = new ConcurrentLinkedQueue<>();
        private final BlockingQueue<Ran> ran = new LinkedBlockingQueue<>();
        private final CountDownLatch firstRuns = new CountDownLatch(1);
        private final CountDownLatch firstMayEnd = new CountDownLatch(1);
        private final StreamingContext context;
        private volatile AtomicInteger longest = new AtomicInteger();
        private int due;

        Backlog(StreamingConf conf) {
            context = new StreamingContext(conf, SECOND, clock);
            context.queueStream(queue, false).foreachRDD((rdd, time) -> {
                firstRuns.countDown();
                firstMayEnd.await();
                longest.accumulateAndGet(context.status().batchesQueued(), Math::max);
                ran.add(new Ran(time, rdd.collect()));
            });
            context.start();
        }

        /** So many more batches, each with its number, are due; the first one runs before the others are. */
        void due(int batches) throws InterruptedException {
            for (int i = 0; i < batches; i++) {
                due++;
                queue.add(context.batchContext().parallelize(List.of(due), 1));
                clock.advance(SECOND);
                clock.awaitAsked(time(due + 1).instant());
                firstRuns.await();
            }
        }

        void sampleInto(AtomicInteger most) {
            longest = most;
        }

        void finishFirst() {
            firstMayEnd.countDown();
        }

        List<Ran> take(int batches) throws InterruptedException {
            List<Ran> taken = new ArrayList<>();
            for (int i = 0; i < batches; i++) {
                taken.add(ran.take());
            }
            return taken;
        }

        Time time(int batch) {
            return Time.of(START.plusSeconds(batch));
        }

        @Override
        public void close() {
            context.stop();
        }
    }
}
