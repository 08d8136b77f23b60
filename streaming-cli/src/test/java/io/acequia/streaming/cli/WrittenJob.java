/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import io.acequia.streaming.PairDStream;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.data.Accumulator;
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
import io.acequia.streaming.receiver.Source;
import io.acequia.streaming.testkit.ManualClock;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Semaphore;
import java.util.function.IntFunction;

/**
 * A job with state, a window and a sum on a checkpoint directory, on a clock of its own. Batch n brings the words {@code w0} to
 * {@code wn}, and with {@code received} what that source brings.
 */
final class WrittenJob implements AutoCloseable {
    static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
    private static final Duration SECOND = Duration.ofSeconds(1);

    /** Makes the state of a key from how often it came; of classes that a test has, perhaps. */
    static volatile IntFunction<Object> stateOf = n -> n;

    private final ManualClock clock;
    private final StreamingContext context;
    private final Semaphore done = new Semaphore(0);
    private final boolean fresh;
    private volatile Time covered = new Time(0);
    private final Map<Long, Map<String, Object>> counts = new ConcurrentSkipListMap<>();
    private volatile Time ended = new Time(0);

    /** A class of a program. */
    public record Tally(int count) {}

    private WrittenJob(Path directory, Instant now, Optional<Source<String>> received) {
        clock = new ManualClock(now);
        fresh = now.equals(BEGIN);
        StreamingConf conf = new StreamingConf()
                .set(StreamingConf.PARALLELISM, 2)
                .set(StreamingConf.LOG_ENABLED, true)
                .set(StreamingConf.CHECKPOINT_INTERVAL, Duration.ofSeconds(2));
        context = StreamingContext.getOrCreate(directory.toString(), () -> {
            StreamingContext made = new StreamingContext(conf, SECOND, clock);
            Accumulator<Long> seen = made.batchContext().longAccumulator("seen");
            PairDStream<String, Integer> ones = made.directStream(new Numbered())
                    .mapToPair(word -> {
                        seen.add(1L);
                        return Tuple2.of(word, 1);
                    });
            var counted = ones.<Object>updateStateByKey((values, state) ->
                            Optional.of(stateOf.apply((state.orElse(0) instanceof Integer n ? n : 0) + values.size())))
                    .uid("counts");
            counted.foreachRDD((rdd, time) -> {
                        Map<String, Object> now1 = new TreeMap<>();
                        rdd.collect().forEach(pair -> now1.put(pair._1(), pair._2()));
                        counts.put(time.milliseconds(), now1);
                    })
                    .uid("out");
            ones.window(Duration.ofSeconds(2)).uid("window").foreachRDD((rdd, time) -> rdd.count());
            received.ifPresent(source -> made.receiverStream(source)
                    .uid("lines")
                    .mapToPair(line -> Tuple2.of(line, 1))
                    .<Tally>updateStateByKey((values, state) ->
                            Optional.of(new Tally(state.map(Tally::count).orElse(0) + values.size())))
                    .uid("tallies")
                    .foreachRDD((rdd, time) -> rdd.collect()
                            .forEach(pair -> counts.computeIfAbsent(time.milliseconds(), t -> new TreeMap<>())
                                    .put("line " + pair._1(), pair._2().count())))
                    .uid("lines-out"));
            return made;
        });
    }

    static WrittenJob start(Path directory) {
        return start(directory, BEGIN, Optional.empty());
    }

    static WrittenJob start(Path directory, Instant now, Optional<Source<String>> received) {
        WrittenJob job = new WrittenJob(directory, now, received);
        job.context.addStreamingListener(new StreamingListener() {
            @Override
            public void onBatchCompleted(BatchInfo batch) {
                job.ended = batch.batchTime();
                job.done.release();
            }

            @Override
            public void onCheckpointCompleted(CheckpointInfo info) {
                job.covered = info.batchTime();
                job.done.release();
            }
        });
        job.context.start();
        return job;
    }

    /** Runs so many batches; in a first run, after which no batch comes again, each second one has its checkpoint. */
    WrittenJob run(int batches) throws InterruptedException {
        for (int i = 0; i < batches; i++) {
            clock.advance(SECOND);
            Time now = Time.of(clock.now());
            boolean due = fresh && (now.milliseconds() - BEGIN.toEpochMilli()) % 2000 == 0;
            while (ended.compareTo(now) < 0 || due && covered.compareTo(now) < 0) {
                done.acquire();
            }
        }
        return this;
    }

    /** The counts after each batch. */
    Map<Long, Map<String, Object>> counts() {
        return counts;
    }

    Instant now() {
        return clock.now();
    }

    /** Stops at once, without a last checkpoint. */
    @Override
    public void close() {
        context.stop();
    }

    private static final class Numbered implements DirectSource<String> {
        @Override
        public String name() {
            return "numbers";
        }

        @Override
        public SplitPlanner<String> newPlanner(PlannerContext context) {
            return new SplitPlanner<>() {
                private int next = context.restored().map(Integer::parseInt).orElse(0);

                @Override
                public Plan<String> plan(Time batch, long maxRecords) {
                    next++;
                    return new Plan<>(List.of(new Words(next)), String.valueOf(next));
                }

                @Override
                public Split<String> split(String range) {
                    return new Words(Integer.parseInt(range));
                }
            };
        }
    }

    private record Words(int number) implements Split<String> {
        @Override
        public SplitReader<String> open(TaskContext task) {
            return new SplitReader<>() {
                private int next = 0;

                @Override
                public List<String> next() {
                    return next <= number ? List.of("w" + next++) : List.of();
                }

                @Override
                public void close() {}
            };
        }

        @Override
        public String describe() {
            return Integer.toString(number);
        }

        @Override
        public String range() {
            return Integer.toString(number);
        }

        @Override
        public OptionalLong recordCount() {
            return OptionalLong.of(number + 1);
        }
    }
}
