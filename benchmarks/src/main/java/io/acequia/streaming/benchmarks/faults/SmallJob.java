/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

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
import io.acequia.streaming.listener.BatchInfo;
import io.acequia.streaming.listener.CheckpointInfo;
import io.acequia.streaming.listener.StreamingListener;
import io.acequia.streaming.testkit.ManualClock;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * A small job with a checkpoint directory: it counts numbers by key in keyed state and in a window, with a checkpoint after each batch. What
 * each batch must give follows from its time, so what a restored job gives can be judged without the run before.
 */
final class SmallJob {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final long PATIENCE_SECONDS = 60;
    private static final int WINDOW = 3;
    private static final int KEYS = 5;
    private static final int RECORDS = 3;

    private SmallJob() {}

    /**
     * What a start came to.
     *
     * @param refusal the messages of the refusal, when it was one
     * @param wrong whether a batch gave something else than it must, or nothing
     */
    record Outcome(Optional<String> refusal, boolean wrong) {}

    /** Runs it in a directory for so many batches more, and stops. */
    static Outcome run(Path directory, int from, int batches) throws InterruptedException {
        ManualClock clock = new ManualClock(START.plusSeconds(from));
        Map<String, Map<Integer, Long>> given = new ConcurrentHashMap<>();
        Semaphore completed = new Semaphore(0);
        Semaphore checkpointed = new Semaphore(0);
        StreamingContext context = StreamingContext.getOrCreate(
                directory.toString(), () -> program(clock, given, completed, checkpointed));
        try {
            context.start();
        } catch (RuntimeException e) {
            context.stop(true, false);
            return new Outcome(Optional.of(messages(e)), false);
        }
        boolean ended = true;
        for (int i = 0; i < batches && ended; i++) {
            clock.advance(SECOND);
            ended = completed.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)
                    && checkpointed.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }
        context.stop(true, true);
        boolean wrong = !ended;
        for (int batch = from; batch < from + batches; batch++) {
            wrong |= !expected(0, batch).equals(given.get("counts " + batch));
            wrong |= !expected(Math.max(0, batch - WINDOW + 1), batch).equals(given.get("window " + batch));
        }
        return new Outcome(Optional.empty(), wrong);
    }

    private static StreamingContext program(
            ManualClock clock, Map<String, Map<Integer, Long>> given, Semaphore completed, Semaphore checkpointed) {
        StreamingConf conf = StreamingConf.withoutDefaults()
                .setMaster("local[2]")
                .setAppName("small")
                .set(StreamingConf.PARALLELISM, 2)
                .set(StreamingConf.MULTIPLE_CONTEXTS, true)
                .set(StreamingConf.STOP_ON_SHUTDOWN, false)
                .set(StreamingConf.CHECKPOINT_INTERVAL, SECOND);
        StreamingContext context = new StreamingContext(conf, SECOND, clock);
        PairDStream<Integer, Long> ones =
                context.directStream(new Numbers()).uid("numbers").mapToPair(number -> new Tuple2<>(number, 1L));
        ones.<Long>updateStateByKey((values, state) -> Optional.of(state.orElse(0L) + values.size()))
                .uid("counts")
                .foreachRDD((rdd, time) -> given.put("counts " + numberOf(time), mapOf(rdd.collect())));
        ones.reduceByKeyAndWindow(Long::sum, SECOND.multipliedBy(WINDOW), SECOND)
                .uid("window")
                .foreachRDD((rdd, time) -> given.put("window " + numberOf(time), mapOf(rdd.collect())));
        context.addStreamingListener(new StreamingListener() {
            @Override
            public void onBatchCompleted(BatchInfo batch) {
                completed.release();
            }

            @Override
            public void onCheckpointCompleted(CheckpointInfo checkpoint) {
                checkpointed.release();
            }
        });
        return context;
    }

    private static String messages(Throwable thrown) {
        StringBuilder text = new StringBuilder();
        int depth = 0;
        for (Throwable cause = thrown; cause != null && depth < 20; cause = cause.getCause()) {
            text.append(cause.getMessage()).append('\n');
            depth++;
        }
        return text.toString();
    }

    private static int numberOf(Time batch) {
        return (int) ((batch.milliseconds() - START.toEpochMilli()) / 1000) - 1;
    }

    private static Map<Integer, Long> mapOf(List<Tuple2<Integer, Long>> pairs) {
        Map<Integer, Long> map = new TreeMap<>();
        pairs.forEach(pair -> map.merge(pair._1(), pair._2(), Long::sum));
        return map;
    }

    private static Map<Integer, Long> expected(int from, int until) {
        Map<Integer, Long> map = new TreeMap<>();
        for (int batch = from; batch <= until; batch++) {
            records(batch).forEach(number -> map.merge(number, 1L, Long::sum));
        }
        return map;
    }

    private static List<Integer> records(int batch) {
        List<Integer> records = new ArrayList<>();
        for (int i = 0; i < RECORDS; i++) {
            records.add((batch * RECORDS + i) % KEYS);
        }
        return records;
    }

    /** The numbers of each batch follow from its own number. */
    private record Numbers() implements DirectSource<Integer> {
        @Override
        public String name() {
            return "numbers";
        }

        @Override
        public SplitPlanner<Integer> newPlanner(PlannerContext context) {
            return new SplitPlanner<>() {
                private int next = context.restored().map(Integer::parseInt).orElse(0);

                @Override
                public Plan<Integer> plan(Time batch, long maxRecords) {
                    return new Plan<>(List.of(new OneBatch(next++)), String.valueOf(next));
                }

                @Override
                public Split<Integer> split(String range) {
                    return new OneBatch(Integer.parseInt(range));
                }
            };
        }
    }

    private record OneBatch(int batch) implements Split<Integer> {
        @Override
        public SplitReader<Integer> open(TaskContext task) {
            return new SplitReader<>() {
                private boolean read;

                @Override
                public List<Integer> next() {
                    List<Integer> some = read ? List.of() : records(batch);
                    read = true;
                    return some;
                }

                @Override
                public void close() {}
            };
        }

        @Override
        public String describe() {
            return "batch " + batch;
        }

        @Override
        public String range() {
            return String.valueOf(batch);
        }

        @Override
        public OptionalLong recordCount() {
            return OptionalLong.of(RECORDS);
        }
    }
}
