/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import io.acequia.streaming.StateSpec;
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
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a checkpoint costs when a part of the state has changed: a running count over many keys, checkpointed after each batch.
 * A base holds all keys; an increment should cost as much as there are changes in it. In the end the program is started
 * again from its last checkpoint, and must have every count.
 */
final class CheckpointCost {
    private static final Duration INTERVAL = Duration.ofSeconds(1);
    private static final List<Integer> CHANGES = List.of(100, 1_000, 10_000, 100_000);

    private final int keys;
    private final Path directory;
    private final BlockingQueue<Written> written = new LinkedBlockingQueue<>();
    private volatile long completedAt;
    private long sum;

    private CheckpointCost(int keys, Path directory) {
        this.keys = keys;
        this.directory = directory;
    }

    /** A checkpoint: how long it took after its batch was done, and how long its files are. */
    private record Written(double millis, long bytes) {}

    static void run(Request request) throws Exception {
        Path directory = Files.createTempDirectory("checkpoint-cost");
        try {
            new CheckpointCost(request.keys(), directory).measure(request.rounds());
        } finally {
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private void measure(int rounds) throws Exception {
        ManualClock clock = new ManualClock(Instant.EPOCH);
        StreamingContext context = context(clock, new Updates(keys), true);
        context.start();
        Samples base = Samples.of(millis(after(clock, 2)));
        System.out.printf(Locale.ROOT, "a base of %d keys: %s%n", keys, base.line("ms"));
        for (int changes : CHANGES) {
            Updates.size = changes;
            List<Written> increments = new ArrayList<>();
            while (increments.size() < rounds) {
                increments.addAll(after(clock, 1));
            }
            increments.sort(Comparator.comparingLong(Written::bytes));
            List<Written> most = increments.subList(0, Math.max(1, rounds - 1));
            Samples samples = Samples.of(millis(most));
            System.out.printf(
                    Locale.ROOT,
                    "an increment of %d changes: %s, %d bytes, %.3f of a base, %.2f us a change%n",
                    changes,
                    samples.line("ms"),
                    most.get(most.size() / 2).bytes(),
                    samples.median() / base.median(),
                    samples.median() * 1000 / changes);
        }
        context.stop(Duration.ofSeconds(30));
        mustComeBack(clock);
    }

    private static double[] millis(List<Written> all) {
        return all.stream().mapToDouble(Written::millis).toArray();
    }

    private List<Written> after(ManualClock clock, int batches) throws InterruptedException {
        List<Written> some = new ArrayList<>();
        for (int i = 0; i < batches; i++) {
            clock.advance(INTERVAL);
            Written one = written.poll(5, TimeUnit.MINUTES);
            some.add(present(one));
        }
        return some;
    }

    private void mustComeBack(ManualClock clock) throws Exception {
        long before = sum;
        Updates.size = 0;
        StreamingContext again = context(clock, new Updates(keys), false);
        again.start();
        after(clock, 1);
        again.stop();
        System.out.printf(Locale.ROOT, "restored: %d keys, the counts add up to %d%n", keys, sum);
        mustBeTheSame(before, sum);
    }

    static <T> T present(@Nullable T checkpoint) {
        if (checkpoint == null) {
            throw new IllegalStateException("ACQ-3140 no checkpoint came within five minutes of its batch");
        }
        return checkpoint;
    }

    static void mustBeTheSame(long before, long after) {
        if (after != before) {
            throw new IllegalStateException("ACQ-3141 the counts added up to " + before + " and after a restart to "
                    + after + ": a fast wrong answer is none");
        }
    }

    private StreamingContext context(ManualClock clock, Updates updates, boolean initial) {
        StreamingConf conf = new StreamingConf()
                .setMaster("local[" + TwoThreads.COUNT + "]")
                .setAppName("checkpoint-cost")
                .set(StreamingConf.MULTIPLE_CONTEXTS, true)
                .set(StreamingConf.CHECKPOINT_INTERVAL, INTERVAL);
        return StreamingContext.getOrCreate(directory.toString(), () -> {
            StreamingContext context = new StreamingContext(conf, INTERVAL, clock);
            StateSpec<String, Long, Long, Long> spec = StateSpec.function((key, one, state) -> {
                long count = (state.exists() ? state.get() : 0L) + one.orElse(0L);
                state.update(count);
                return count;
            });
            var counts = context.directStream(updates)
                    .mapToPair(key -> new Tuple2<>(key, 1L))
                    .mapWithState(initial ? spec.initialState(StateKeys.initial(context.batchContext(), keys)) : spec);
            counts.stateSnapshots().foreachRDD(rdd -> {
                sum = rdd.values().fold(0L, Long::sum);
            });
            context.addStreamingListener(new StreamingListener() {
                @Override
                public void onBatchCompleted(BatchInfo b) {
                    completedAt = System.nanoTime();
                }

                @Override
                public void onCheckpointCompleted(CheckpointInfo c) {
                    if (c.failure().isEmpty()) {
                        written.add(new Written((System.nanoTime() - completedAt) / 1e6, c.bytes()));
                    }
                }
            });
            return context;
        });
    }

    /** Keys to count, as many in each batch as is asked for, each one once. */
    private record Updates(int keys) implements DirectSource<String> {
        private static volatile int size;

        @Override
        public String name() {
            return "updates";
        }

        @Override
        public SplitPlanner<String> newPlanner(PlannerContext context) {
            return new SplitPlanner<>() {
                private int next = context.restored().map(Integer::parseInt).orElse(0);

                @Override
                public Plan<String> plan(Time batch, long maxRecords) {
                    int from = next;
                    next = (next + size) % keys;
                    return new Plan<>(List.of(new Range(keys, from, size)), Integer.toString(next));
                }

                @Override
                public Split<String> split(String range) {
                    String[] numbers = range.split(" ", -1);
                    return new Range(keys, Integer.parseInt(numbers[0]), Integer.parseInt(numbers[1]));
                }
            };
        }
    }

    private record Range(int keys, int from, int count) implements Split<String> {
        @Override
        public SplitReader<String> open(TaskContext task) {
            return new SplitReader<>() {
                private boolean read;

                @Override
                public List<String> next() {
                    List<String> some = new ArrayList<>();
                    for (int i = 0; i < count && !read; i++) {
                        some.add(StateKeys.key((from + i) % keys));
                    }
                    read = true;
                    return some;
                }

                @Override
                public void close() {}
            };
        }

        @Override
        public String describe() {
            return range();
        }

        @Override
        public String range() {
            return from + " " + count;
        }

        @Override
        public OptionalLong recordCount() {
            return OptionalLong.of(count);
        }
    }
}
