/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.ErrorPolicy;
import io.acequia.streaming.InputDStream;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.StreamingException;
import io.acequia.streaming.data.ByteSize;
import io.acequia.streaming.data.Durations;
import io.acequia.streaming.data.StorageLevel;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.direct.DirectSource;
import io.acequia.streaming.direct.Plan;
import io.acequia.streaming.direct.PlannerContext;
import io.acequia.streaming.direct.SplitPlanner;
import io.acequia.streaming.function.Function0;
import io.acequia.streaming.listener.BatchInfo;
import io.acequia.streaming.listener.ContextStatus.SourceStatus;
import io.acequia.streaming.listener.ReceiverState;
import io.acequia.streaming.listener.StreamingListener;
import io.acequia.streaming.receiver.AckMode;
import io.acequia.streaming.receiver.Delivery;
import io.acequia.streaming.receiver.EndOfSourceException;
import io.acequia.streaming.receiver.Receiver;
import io.acequia.streaming.receiver.Records;
import io.acequia.streaming.receiver.Rejected;
import io.acequia.streaming.receiver.ReliableReceiver;
import io.acequia.streaming.receiver.Source;
import io.acequia.streaming.receiver.UnreliableReceiver;
import java.nio.file.Path;
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
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What becomes of received data, and how fast it may come: parts of sections 5, 6 and 8 of the semantics. An engine passes by
 * a subclass that gives its settings.
 *
 * <p><b>Time.</b> Every context stands on a manual clock. A receiver that has used up its rate waits in that clock, and so does the
 * timer, so a test waits until all of them do and then moves time: what was read at any moment is known. It moves in steps
 * of a tenth of a batch, since what is read at the very time of a batch may be in this one or in the next.
 *
 * <p><b>Load.</b> An output that takes long advances the clock by what it takes, so a slow output needs no time; one that must
 * be slow for certain waits at a gate. Nothing here asserts how fast something real is.
 *
 * <p><b>State.</b> Sources are made anew for each attempt and may be copied, so what they count is static, and each test sets it
 * anew: the suite can be repeated in one process.
 */
@Timeout(120)
public abstract class ReceiverSemantics extends OperationSemantics {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final Duration TENTH = Durations.milliseconds(100);
    /** What a receiver reads at the very time of a batch may be in this one or in the next: steps make that little. */
    private static final int STEPS = 10;

    // ---- received data

    @Test
    @DisplayName(
            "S5.19 blocks hold the bytes of text, however it is asked for: each reading of a batch makes its Strings anew")
    void blocksHoldTheBytesOfText() throws Exception {
        List<String> once = new ArrayList<>();
        List<String> again = new ArrayList<>();
        try (Peer peer = new Peer();
                TestStreams t = program(s -> s.context()
                        .socketTextStream(peer.host(), peer.port())
                        .foreachRDD(rdd -> {
                            once.addAll(rdd.collect());
                            again.addAll(rdd.collect());
                        }))) {
            t.context().start();
            peer.accept().send("één\n");
            Watch.awaitReceived(t.context(), 1, 0);
            t.advance(1);

            assertThat(once).containsExactly("één").isEqualTo(again);
            assertThat(once.get(0)).isNotSameAs(again.get(0));
        }
    }

    @Test
    @DisplayName(
            "S5.24 a replicated level is accepted for received data, and its log is the replica: a new run reads it")
    void theLogIsTheReplicaOfReceivedData(@TempDir Path directory) throws Exception {
        BlockingQueue<String> seen = new LinkedBlockingQueue<>();
        try (StreamingContext first = logged(directory, seen, new ManualClock(START))) {
            first.start();
            HandedReceiver.hand("a");
            HandedReceiver.hand("b");
            first.stop();
        }
        assertThat(seen).isEmpty();
        ManualClock clock = new ManualClock(START.plusSeconds(3600));
        try (StreamingContext second = logged(directory, seen, clock)) {
            second.start();
            clock.advance(SECOND);
            assertThat(seen.take()).isEqualTo("a");
            assertThat(seen.take()).isEqualTo("b");
            Watch.awaitReceived(second, 0, 0);
        }
    }

    private StreamingContext logged(Path directory, BlockingQueue<String> seen, ManualClock clock) {
        StreamingContext context = new StreamingContext(conf(), SECOND, clock);
        context.checkpoint(directory.toString());
        context.receiverStream(HandedReceiver.source(), StorageLevel.MEMORY_AND_DISK_SER_2)
                .foreachRDD(rdd -> {
                    seen.addAll(rdd.collect());
                });
        return context;
    }

    @Test
    @DisplayName("S5.24 one context at a time has a checkpoint directory")
    void oneContextAtATimeHasACheckpointDirectory(@TempDir Path directory) {
        try (StreamingContext first = logged(directory, new LinkedBlockingQueue<>(), new ManualClock(START));
                StreamingContext second = logged(directory, new LinkedBlockingQueue<>(), new ManualClock(START))) {
            first.start();
            assertThatThrownBy(second::start)
                    .isInstanceOf(StreamingException.class)
                    .hasMessageContaining("ACQ-1030")
                    .hasMessageContaining("another context");
        }
    }

    @Test
    @DisplayName("S6.6 received blocks beyond the memory go to disk, and every record arrives, in order")
    void blocksBeyondTheMemoryGoToDisk() throws Exception {
        assertArrival(StorageLevel.MEMORY_AND_DISK, 200);
    }

    @Test
    @DisplayName("S6.6 with a level without disk the receiver waits for memory, and every record arrives, in order")
    void withoutDiskTheReceiverWaits() throws Exception {
        assertArrival(StorageLevel.MEMORY_ONLY, 200);
    }

    private void assertArrival(StorageLevel level, int records) throws Exception {
        StreamingConf small = conf().set(StreamingConf.STORAGE_MEMORY, ByteSize.kibibytes(8))
                .set(StreamingConf.BLOCK_SIZE, ByteSize.kibibytes(2))
                .set(StreamingConf.SOURCE_BUFFER, ByteSize.mebibytes(1));
        List<String> seen = Collections.synchronizedList(new ArrayList<>());
        ManualClock clock = new ManualClock(START);
        try (StreamingContext context = new StreamingContext(small, SECOND, clock)) {
            Watch watch = Watch.on(context);
            Numbered.next = 0;
            Numbered.end = records;
            context.receiverStream(Source.of("numbered", Numbered::new), level).foreachRDD(rdd -> {
                seen.addAll(rdd.collect());
            });
            context.start();
            for (int batch = 1; seen.size() < records; batch++) {
                clock.advance(SECOND);
                watch.batch(batch);
            }
        }
        assertThat(seen)
                .hasSize(records)
                .isEqualTo(
                        IntStream.range(0, records).mapToObj(Numbered::record).toList());
    }

    @Test
    @DisplayName(
            "ackMode is refused on an unreliable receiver, at once where the source declares it, else when it connects")
    void ackModeIsRefusedOnAnUnreliableReceiver() throws Exception {
        ManualClock clock = new ManualClock(START);
        try (StreamingContext context = new StreamingContext(conf(), SECOND, clock)) {
            InputDStream<String> lines = context.socketTextStream("127.0.0.1", 9);
            assertThatThrownBy(() -> lines.ackMode(AckMode.ON_PROCESSED)).hasMessageContaining("ACQ-0925");
        }
        try (StreamingContext context = new StreamingContext(conf(), SECOND, clock)) {
            Watch watch = Watch.on(context);
            context.receiverStream(HandedReceiver.source())
                    .ackMode(AckMode.ON_PROCESSED)
                    .foreachRDD(rdd -> {});
            context.start();
            watch.receiver(ReceiverState.FAILED, 1);
            clock.advance(SECOND);
            assertThatThrownBy(context::awaitTermination).hasMessageContaining("ACQ-0646");
        }
    }

    @Test
    @DisplayName(
            "an error that cannot be sent to the driver arrives as text, and so does the cause of a rejected record")
    void anErrorThatCannotBeSentArrivesAsText() throws Exception {
        ManualClock clock = new ManualClock(START);
        try (StreamingContext context = new StreamingContext(conf(), SECOND, clock)) {
            Watch watch = Watch.on(context);
            context.receiverStream(Source.<Integer>of("odd", Odd::new))
                    .onPoison(ErrorPolicy.fail())
                    .foreachRDD(rdd -> {});
            context.start();
            assertThat(watch.receiver(ReceiverState.RETRYING, 1).error())
                    .hasValueSatisfying(e -> assertThat(e).hasMessageContaining("broken"));
            clock.advance(SECOND);
            assertThatThrownBy(context::awaitTermination).hasStackTraceContaining("undecodable");
        }
    }

    @Test
    @DisplayName("a context can stop by itself when every source has ended, and has processed all of it by then")
    void aContextStopsWhenEverySourceHasEnded() throws Exception {
        ManualClock clock = new ManualClock(START);
        List<Integer> seen = Collections.synchronizedList(new ArrayList<>());
        StreamingConf conf = conf().set(StreamingConf.STOP_WHEN_SOURCES_END, true);
        try (StreamingContext context = new StreamingContext(conf, SECOND, clock)) {
            for (String name : List.of("first", "second")) {
                context.receiverStream(Source.<Integer>of(name, Bounded::new)).foreachRDD(rdd -> {
                    seen.addAll(rdd.collect());
                });
            }
            Watch watch = Watch.on(context);
            context.start();
            watch.receiver(ReceiverState.STOPPED, 2);
            clock.advance(SECOND);
            context.awaitTermination();
        }
        assertThat(seen).containsExactly(1, 2, 3, 1, 2, 3);
    }

    // ---- rates

    @Test
    @DisplayName("S8.1 a source brings no more than its limit, in any batch, and no less where it could")
    void theLimitHoldsInEveryBatch() throws Exception {
        List<Long> batches = flood(conf().set(StreamingConf.RECEIVER_MAX_RATE, 1000L), 20, Flood::new);

        assertThat(batches).allMatch(records -> records <= 120);
        assertThat(sum(batches)).isBetween(1800L, 2100L);
    }

    @Test
    @DisplayName("S8.6 the limit applies to reliable receivers too")
    void theLimitHoldsForReliableReceivers() throws Exception {
        List<Long> batches = flood(conf().set(StreamingConf.RECEIVER_MAX_RATE, 1000L), 20, ReliableFlood::new);

        assertThat(batches).allMatch(records -> records <= 120);
        assertThat(sum(batches)).isBetween(1800L, 2100L);
    }

    @Test
    @DisplayName("S8.8 several receivers share a limit, and never exceed it together")
    void severalReceiversShareALimit() throws Exception {
        List<Long> batches = flood(
                conf().set(StreamingConf.RECEIVER_MAX_RATE_TOTAL, 1000L),
                20,
                Flood::new,
                Flood::new,
                ReliableFlood::new);

        assertThat(batches).allMatch(records -> records <= 120);
        assertThat(sum(batches)).isBetween(1700L, 2100L);
    }

    @Test
    @DisplayName(
            "S8.7 S8.8 S1.12 back-pressure begins with its initial rate, follows the batches and the queue, shows its"
                    + " terms, and is never 0")
    void backPressureFollowsTheBatches() throws Exception {
        long capacity = 500;
        StreamingConf conf = conf().set(StreamingConf.BACKPRESSURE_ENABLED, true)
                .set(StreamingConf.BACKPRESSURE_INITIAL_RATE, 5000L);
        ManualClock clock = new ManualClock(START);
        List<Long> limits = new ArrayList<>();
        try (StreamingContext context = new StreamingContext(conf, TENTH, clock)) {
            BlockingQueue<BatchInfo> done = new LinkedBlockingQueue<>();
            context.addStreamingListener(new StreamingListener() {
                @Override
                public void onBatchCompleted(BatchInfo b) {
                    done.add(b);
                }
            });
            context.receiverStream(Source.of("flood", Flood::new)).foreachRDD(rdd -> {
                clock.advance(Duration.ofNanos(rdd.count() * 1_000_000_000L / capacity));
            });
            context.start();
            assertThat(source(context).limit()).hasValue(5000);
            while (limits.size() < 100) {
                if (context.status().batchesQueued() == 0) {
                    // The timer, and the receiver, which has read what it may.
                    clock.awaitWaiters(2);
                    clock.advance(TENTH.dividedBy(STEPS));
                }
                if (done.poll(1, TimeUnit.MILLISECONDS) != null) {
                    limits.add(source(context).limit().orElseThrow());
                }
            }
            assertThat(source(context).rateTerms())
                    .hasValueSatisfying(terms -> assertThat(terms.rate()).isGreaterThanOrEqualTo(100));
        }
        assertThat(limits).allMatch(limit -> limit >= 100);
        assertThat(limits.subList(90, 100)).allMatch(limit -> limit <= capacity * 12 / 10);
    }

    @Test
    @DisplayName("S1.12 what waits in the queue is taken off the rate")
    void theQueueIsTakenOffTheRate() throws Exception {
        StreamingConf conf = conf().set(StreamingConf.BACKPRESSURE_ENABLED, true)
                .set(StreamingConf.BACKPRESSURE_INITIAL_RATE, 1000L);
        ManualClock clock = new ManualClock(START);
        CountDownLatch gate = new CountDownLatch(1);
        try (StreamingContext context = new StreamingContext(conf, TENTH, clock)) {
            Watch watch = Watch.on(context);
            context.receiverStream(Source.of("flood", Flood::new)).foreachRDD(rdd -> {
                gate.await();
                clock.advance(Durations.milliseconds(1));
            });
            context.start();
            for (int step = 0; step < 4 * STEPS; step++) {
                clock.awaitWaiters(2);
                clock.advance(TENTH.dividedBy(STEPS));
            }
            // All four are planned before the gate opens: one that is planned later has not waited.
            clock.awaitWaiters(2);
            gate.countDown();
            watch.batch(4);
            assertThat(source(context).rateTerms())
                    .hasValueSatisfying(terms -> assertThat(terms.integral()).isPositive());
        }
    }

    @Test
    @DisplayName("S8.2 a direct source is told the limit of a batch and that of each partition")
    void aDirectSourceIsToldItsLimits() throws Exception {
        Told.PER_PARTITION.clear();
        Told.MOST.clear();
        Told told = new Told();
        ManualClock clock = new ManualClock(START);
        StreamingConf conf =
                conf().set(StreamingConf.RECEIVER_MAX_RATE, 30L).set(StreamingConf.DIRECT_MAX_RATE_PER_PARTITION, 7L);
        try (StreamingContext context = new StreamingContext(conf, TENTH, clock)) {
            Watch watch = Watch.on(context);
            context.directStream(told).foreachRDD(rdd -> {});
            context.start();
            clock.advance(TENTH);
            watch.batch(1);
        }
        assertThat(Told.PER_PARTITION).containsExactly(7L);
        assertThat(Told.MOST).startsWith(3L);
    }

    @SafeVarargs
    private static List<Long> flood(
            StreamingConf conf, int batches, Function0<? extends Receiver<Integer>>... receivers) throws Exception {
        ManualClock clock = new ManualClock(START);
        List<Long> counts = new ArrayList<>();
        try (StreamingContext context = new StreamingContext(conf, TENTH, clock)) {
            Watch watch = Watch.on(context);
            for (int i = 0; i < receivers.length; i++) {
                context.receiverStream(Source.<Integer>of("flood " + i, receivers[i]))
                        .foreachRDD(rdd -> {});
            }
            context.start();
            for (int batch = 1; batch <= batches; batch++) {
                for (int step = 0; step < STEPS; step++) {
                    clock.awaitWaiters(1 + receivers.length);
                    clock.advance(TENTH.dividedBy(STEPS));
                }
                counts.add(watch.batch(batch).numRecords());
            }
        }
        return counts;
    }

    private static long sum(List<Long> counts) {
        return counts.stream().mapToLong(Long::longValue).sum();
    }

    private static SourceStatus source(StreamingContext context) {
        return context.status().sources().get(0);
    }

    /** Brings whatever it may. */
    private static final class Flood implements UnreliableReceiver<Integer> {
        @Override
        public void connect() {}

        @Override
        public Records<Integer> read(int maxRecords, Duration maxWait) {
            return Records.of(Collections.nCopies(maxRecords, 1));
        }

        @Override
        public void close() {}
    }

    private static final class ReliableFlood implements ReliableReceiver<Integer> {
        @Override
        public void connect() {}

        @Override
        public Delivery<Integer> read(int maxRecords, Duration maxWait) {
            return Delivery.of(Collections.nCopies(maxRecords, 1), () -> {});
        }

        @Override
        public void close() {}
    }

    /** Fails with errors that hold what cannot be serialized. */
    private static final class Odd implements UnreliableReceiver<Integer> {
        private boolean given;

        @Override
        public void connect() {}

        @Override
        public Records<Integer> read(int maxRecords, Duration maxWait) throws Exception {
            if (given) {
                throw new Unsendable("broken");
            }
            given = true;
            return Records.<Integer>nothing()
                    .rejecting(List.of(new Rejected(new byte[] {1}, "here", new Unsendable("undecodable"))));
        }

        @Override
        public void close() {}
    }

    private static final class Unsendable extends Exception {
        private static final long serialVersionUID = 1;

        @SuppressWarnings("unused") // carried along
        private final Object held = new Object();

        Unsendable(String message) {
            super(message);
        }
    }

    /** Brings three records and ends. */
    private static final class Bounded implements UnreliableReceiver<Integer> {
        private boolean given;

        @Override
        public void connect() {}

        @Override
        public Records<Integer> read(int maxRecords, Duration maxWait) throws EndOfSourceException {
            if (given) {
                throw new EndOfSourceException();
            }
            given = true;
            return Records.of(List.of(1, 2, 3));
        }

        @Override
        public void close() {}
    }

    /** Brings numbered records of about 1 KB, one at a time. */
    private static final class Numbered implements UnreliableReceiver<String> {
        private static volatile int next;
        private static volatile int end;

        static String record(int number) {
            return "x".repeat(500) + number;
        }

        @Override
        public void connect() {}

        @Override
        public Records<String> read(int maxRecords, Duration maxWait) {
            if (next == end || maxRecords == 0) {
                Thread.onSpinWait();
                return Records.nothing();
            }
            return Records.of(List.of(record(next++)));
        }

        @Override
        public void close() {}
    }

    /** Remembers what its planner was told. */
    private static final class Told implements DirectSource<Integer> {
        private static final Queue<Long> PER_PARTITION = new ConcurrentLinkedQueue<>();
        private static final Queue<Long> MOST = new ConcurrentLinkedQueue<>();

        @Override
        public String name() {
            return "told";
        }

        @Override
        public SplitPlanner<Integer> newPlanner(PlannerContext context) {
            PER_PARTITION.add(context.maxRatePerPartition());
            return new SplitPlanner<>() {
                @Override
                public Plan<Integer> plan(Time batch, long maxRecords) {
                    MOST.add(maxRecords);
                    return new Plan<>(List.of(), "");
                }

                @Override
                public void completed(Time batch) {}

                @Override
                public void close() {}
            };
        }
    }
}
