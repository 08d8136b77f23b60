/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import io.acequia.streaming.DStreamLike;
import io.acequia.streaming.MapWithStateDStream;
import io.acequia.streaming.PairDStream;
import io.acequia.streaming.PairRDD;
import io.acequia.streaming.State;
import io.acequia.streaming.StateSpec;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingConf.FailurePolicy;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.StreamingContext.ContextState;
import io.acequia.streaming.data.Partitioner;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.direct.DirectSource;
import io.acequia.streaming.direct.PlannerContext;
import io.acequia.streaming.direct.SplitPlanner;
import io.acequia.streaming.function.Function;
import io.acequia.streaming.function.Function2;
import io.acequia.streaming.function.Function3;
import io.acequia.streaming.function.Function4;
import io.acequia.streaming.listener.BatchInfo;
import io.acequia.streaming.listener.ContextStatus;
import io.acequia.streaming.listener.StreamingListener;
import io.acequia.streaming.listener.StreamingStopped;
import io.acequia.streaming.testkit.StreamFunctions.Batches;
import io.acequia.streaming.testkit.StreamFunctions.Count;
import io.acequia.streaming.testkit.StreamFunctions.Merge;
import io.acequia.streaming.testkit.StreamFunctions.Update;
import io.acequia.streaming.testkit.StreamModel.Grouped;
import io.acequia.streaming.testkit.StreamModel.Mapping;
import io.acequia.streaming.testkit.StreamModel.Meaning;
import io.acequia.streaming.testkit.StreamModel.Node;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Streaming programs made from a seed, whose windows and states are run by an engine and compared, batch by batch, with a
 * model that computes each of them from the whole history by brute force.
 *
 * <p>Drawing: the same seed gives the same program in every run. One or two inputs bring pairs in a random number of pieces;
 * keys are few, so they leave and come back, values are sometimes null, and many batches are empty. Some batches are bursts
 * of many keys, often before a silence in which all of them leave windows and time out. Each operation takes a stream of
 * pairs, the newest half of the time, so windows stand over states and states over windows. Every stream that nothing
 * stands upon has an output; some have two.
 *
 * <p>What is hard: lengths and slides are random multiples of the parent's; a third of the programs has so little memory that
 * state goes to disk, another copies its functions through serialization, and a third runs three batches at a time. Functions
 * throw once, at a random call, and outputs fail once, after all they asked for was computed; the policy tries again, and
 * nothing of the first attempt may be seen.
 *
 * <p>Comparing: as multisets, exactly. The order of the values that {@code groupByKeyAndWindow} gives is compared from batch
 * to batch of its window, and within one batch it is free. Functions for which the order matters are used where it is known:
 * directly over an input.
 *
 * <p>Time: the clock moves on to whatever time is waited for, so all batches are due at once and a run takes as long as its
 * batches. Nothing depends on that but speed, since batches keep their times. In an eighth of the programs batches are merged:
 * there the clock stops until the batch before is being planned, so which of them run is drawn, too.
 *
 * <p>Faults: {@link #program(long, Fault)} gives the same program with a model that is wrong on purpose. A comparison that
 * does not notice proves nothing.
 */
public final class RandomStreams {
    /** A round batch time that is no accident: 2026-01-01T00:00:00Z. */
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private static final Duration AT_MOST = Duration.ofMinutes(1);
    private static final int LEAST_BATCHES = 5;
    private static final int MOST_BATCHES = 30;
    private static final int MOST_BATCHES_FLOODED = 9;
    private static final int MOST_OPERATIONS = 4;
    private static final int MOST_SLIDE = 6;
    private static final int MOST_FAILURES = 3;
    private static final int MOST_CALLS = 40;
    private static final int MANY_KEYS = 60;
    private static final int FLOOD_KEYS = 1_800;

    private RandomStreams() {}

    /** What stands in a program: its operations, and what makes them hard. */
    public enum Feature {
        WINDOW,
        COUNT_BY_WINDOW,
        REDUCE_BY_WINDOW,
        REDUCE_BY_WINDOW_INVERSE,
        GROUP_BY_KEY_AND_WINDOW,
        REDUCE_BY_KEY_AND_WINDOW,
        REDUCE_BY_KEY_AND_WINDOW_INVERSE,
        REDUCE_BY_KEY_AND_WINDOW_FILTERED,
        COUNT_BY_VALUE_AND_WINDOW,
        UPDATE_STATE,
        UPDATE_STATE_REMOVING,
        UPDATE_STATE_INITIAL,
        MAP_WITH_STATE,
        MAP_WITH_STATE_REMOVING,
        MAP_WITH_STATE_TIMEOUT,
        MAP_WITH_STATE_INITIAL,
        STATE_SNAPSHOTS,
        JOIN_OF_STATE,
        WINDOW_OF_STATE,
        STATE_OF_WINDOW,
        STATE_WITH_TWO_OUTPUTS,
        STATE_WITH_LARGER_SLIDES_ONLY,
        BURST_AND_SILENCE,
        STATE_BEYOND_MEMORY,
        TASK_FAILS,
        OUTPUT_FAILS,
        CONCURRENT_BATCHES,
        MERGED_BATCHES,
        LITTLE_MEMORY,
        COPIED_FUNCTIONS
    }

    /** How a model can be wrong. */
    public enum Fault {
        WINDOW_ONE_SLIDE_LONG,
        NO_PARTIAL_WINDOW,
        NEWER_BATCHES_FIRST,
        /** An inverse takes out nothing while nothing comes in. */
        LATE_EVICTION_FORGOTTEN,
        NEUTRAL_VALUE_DROPPED,
        FILTER_FORGOTTEN,
        INITIAL_STATE_FORGOTTEN,
        IDLE_KEYS_NOT_CALLED,
        REMOVAL_FORGOTTEN,
        STATE_ONE_BATCH_OLD,
        TIMEOUT_ONE_BATCH_LATE,
        TIMED_OUT_KEY_STAYS,
        TIMEOUT_IN_SILENCE,
        /** What a task did to a state before it failed is still there when it runs again. */
        NOT_ROLLED_BACK,
        /** A state steps again when the output that asked for it is tried again. */
        STEP_RUNS_AGAIN,
        /** A state does not step in batches in which no output above it yields. */
        STATE_STEPS_WITH_ITS_OUTPUT,
        /** A state steps, with no values, at times whose batch was merged into a later one. */
        MERGED_BATCH_STEPS_TOO
    }

    /** The program of a seed. */
    public static Program program(long seed) {
        return new Drawing(seed).draw(null);
    }

    /** The program of a seed, with a model that is wrong. */
    public static Program program(long seed, Fault fault) {
        return new Drawing(seed).draw(Objects.requireNonNull(fault, "fault"));
    }

    /** How many of these programs have each feature. */
    public static Map<Feature, Integer> features(List<Program> programs) {
        Map<Feature, Integer> counts = new EnumMap<>(Feature.class);
        programs.forEach(program -> program.features().forEach(feature -> counts.merge(feature, 1, Integer::sum)));
        return counts;
    }

    /** A program, and what must come out of it. Immutable: each run is one of its own. */
    public static final class Program {
        private final long seed;
        private final @Nullable Fault fault;
        private final Map<String, String> settings;
        private final Duration interval;
        private final int batches;
        /** The batches that run; those between are merged into the next one. */
        private final List<Integer> times;

        private final List<Input> inputs;
        private final List<Step> steps;
        private final List<Sink> sinks;
        private final Set<Feature> features;

        private Program(Drawing drawn, Map<String, String> settings, @Nullable Fault fault) {
            this.seed = drawn.seed;
            this.fault = fault;
            this.settings = Map.copyOf(settings);
            this.interval = Duration.ofMillis(drawn.interval);
            this.batches = drawn.batches;
            this.times = List.copyOf(drawn.times);
            this.inputs = List.copyOf(drawn.inputs);
            this.steps = List.copyOf(drawn.steps);
            this.sinks = List.copyOf(drawn.sinks);
            this.features = Collections.unmodifiableSet(drawn.features);
        }

        /** Settings of the context that make this program hard. */
        public Map<String, String> settings() {
            return settings;
        }

        /** What stands in it. */
        public Set<Feature> features() {
            return features;
        }

        /** How many batches are due; some may be merged. */
        public int batches() {
            return batches;
        }

        /**
         * Runs the program and compares. Blocks until its batches have ended, at most a minute.
         *
         * @param conf names the master; is given {@link #settings} besides
         * @return what it met on its way
         * @throws AssertionError when anything differs from the model, or the context failed; its first line tells the seed
         */
        public Outcome run(StreamingConf conf) {
            try (Execution execution = new Execution(this, conf)) {
                execution.run();
                return execution.compare();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError(this + "\nwas interrupted", e);
            } catch (Exception e) {
                throw new AssertionError(this + "\nfailed: " + e, e);
            }
        }

        /** A line to reproduce it, its steps and outputs, and what its inputs bring. */
        @Override
        public String toString() {
            StringBuilder text = new StringBuilder("RandomStreams.program(" + seed + "L")
                    .append(fault == null ? "" : ", Fault." + fault)
                    .append(").run(conf) with " + new TreeMap<>(settings))
                    .append(", " + batches + " batches, one every " + interval.toMillis() + " ms")
                    .append(times.size() < batches ? ", merged into " + times : "");
            steps.forEach(step -> text.append("\n  ").append(step.text));
            sinks.forEach(sink -> text.append("\n  ").append(sink));
            inputs.forEach(input -> text.append("\n  ").append(input));
            return text.toString();
        }
    }

    /**
     * What a run met.
     *
     * @param failures functions and outputs that threw
     * @param spilledPages pages of state that were on disk at one time
     */
    public record Outcome(int failures, long spilledPages) {}

    /** The batches of an input. */
    private record Input(int number, int pieces, List<List<Object>> batches) {
        @Override
        public String toString() {
            StringBuilder text = new StringBuilder("#" + number + " brings");
            for (int i = 0; i < batches.size(); i++) {
                if (!batches.get(i).isEmpty()) {
                    text.append(' ').append(i + 1).append(batches.get(i));
                }
            }
            return text.toString();
        }
    }

    private interface Building {
        DStreamLike<?, ?, ?> on(Execution execution);
    }

    /**
     * A stream.
     *
     * @param parents all streams it stands upon, also indirectly
     * @param pairs whether it is a stream of a key and a number
     * @param unique whether each key occurs once in a batch
     * @param state whether it is a state of its own
     * @param trap the call of its function at which that throws; 0 for never
     */
    private record Step(
            Node node,
            String text,
            Set<Integer> parents,
            boolean pairs,
            boolean unique,
            boolean state,
            int trap,
            Building building) {}

    /**
     * An output.
     *
     * @param failsAt the batch in which it fails once; 0 for never
     */
    private record Sink(int stream, int slide, int failsAt) {
        @Override
        public String toString() {
            return "output of #" + stream + (failsAt == 0 ? "" : ", fails once in batch " + failsAt);
        }
    }

    private record Extent(int length, int slide) {
        @Override
        public String toString() {
            return length + ", " + slide;
        }
    }

    // ---- drawing

    /** Draws a program, step by step, each with its model. */
    private static final class Drawing {
        final long seed;
        final Random random;
        final List<Input> inputs = new ArrayList<>();
        final List<Step> steps = new ArrayList<>();
        final List<Sink> sinks = new ArrayList<>();
        final Set<Feature> features = EnumSet.noneOf(Feature.class);
        final int batches;
        final List<Integer> times = new ArrayList<>();
        final long interval;
        /** Whether so many keys come at once that a state over them must go to disk. */
        private final boolean flooded;

        private final boolean words;
        private final int silenceFrom;
        private final int silenceTo;
        private final Set<Integer> windowed = new HashSet<>();
        private final Set<Integer> stateful = new HashSet<>();
        private final Set<Integer> nullable = new HashSet<>();
        private int failuresLeft = MOST_FAILURES;

        Drawing(long seed) {
            this.seed = seed;
            this.random = new Random(seed * 0x9E3779B97F4A7C15L);
            this.flooded = random.nextInt(16) == 0;
            int most = flooded ? MOST_BATCHES_FLOODED : MOST_BATCHES;
            this.batches = LEAST_BATCHES + random.nextInt(most - LEAST_BATCHES + 1);
            boolean merged = !flooded && random.nextInt(8) == 0;
            for (int time = 1; time <= batches; time += merged && random.nextInt(3) == 0 ? 2 + random.nextInt(6) : 1) {
                times.add(time);
            }
            this.interval = List.of(1_000L, 250L, 10L).get(random.nextInt(3));
            this.words = random.nextBoolean();
            boolean silence = batches >= 12 && random.nextBoolean();
            this.silenceFrom = silence ? 3 + random.nextInt(batches / 3) : 0;
            this.silenceTo = silence ? silenceFrom + batches / 2 : 0;
        }

        Program draw(@Nullable Fault fault) {
            if (flooded) {
                flood();
            } else {
                for (int i = 1 + random.nextInt(2); i > 0; i--) {
                    input();
                }
            }
            for (int i = flooded ? random.nextInt(2) : 1 + random.nextInt(MOST_OPERATIONS); i > 0; i--) {
                operation();
            }
            outputs();
            return new Program(this, settings(), fault);
        }

        private Map<String, String> settings() {
            Map<String, String> settings = new HashMap<>();
            settings.put("streaming.parallelism", String.valueOf(partitions(1)));
            boolean merged = times.size() < batches;
            if (merged) {
                settings.put("streaming.backlog.policy", "merge");
                features.add(Feature.MERGED_BATCHES);
            }
            Duration backOff = Duration.ofMillis(merged ? 0 : random.nextInt(2));
            settings.put(
                    "streaming.failure.policy",
                    FailurePolicy.retry(MOST_FAILURES, backOff, FailurePolicy.Kind.STOP)
                            .toString());
            if (random.nextInt(3) == 0) {
                settings.put("streaming.concurrent.jobs", "3");
                features.add(Feature.CONCURRENT_BATCHES);
            }
            int mode = flooded ? 0 : random.nextInt(3);
            if (mode == 0) {
                settings.put("streaming.state.memory", (500 + random.nextInt(4_000)) + "B");
                features.add(Feature.LITTLE_MEMORY);
            } else if (mode == 1) {
                settings.put("streaming.test.serialize.closures", "true");
                features.add(Feature.COPIED_FUNCTIONS);
            }
            return settings;
        }

        // Inputs

        private void input() {
            int number = steps.size();
            int keys = 2 + random.nextInt(6);
            int values = random.nextBoolean() ? 6 : 1_000_000;
            boolean nulls = random.nextInt(3) == 0;
            boolean sparse = random.nextBoolean();
            List<List<Object>> content = new ArrayList<>();
            for (int batch = 1; batch <= batches; batch++) {
                List<Object> records = new ArrayList<>();
                if (silenceFrom > 0 && batch == silenceFrom - 1) {
                    features.add(Feature.BURST_AND_SILENCE);
                    records.addAll(records(20 + random.nextInt(40), MANY_KEYS, values, nulls));
                } else if ((batch < silenceFrom || batch > silenceTo) && random.nextInt(5) >= (sparse ? 3 : 1)) {
                    records.addAll(records(random.nextInt(10), keys, values, nulls));
                }
                content.add(records);
            }
            if (nulls) {
                nullable.add(number);
            }
            input(number, content);
        }

        /** All keys in one of the first batches and a state over them, then few keys in a batch. */
        private void flood() {
            features.add(Feature.STATE_BEYOND_MEMORY);
            int burst = 1 + random.nextInt(2);
            List<List<Object>> content = new ArrayList<>();
            for (int batch = 1; batch <= batches; batch++) {
                List<Object> records = records(random.nextInt(40), FLOOD_KEYS, 6, false);
                for (int key = 0; batch == burst && key < FLOOD_KEYS; key++) {
                    records.add(StreamModel.pair(key(key), value(6)));
                }
                content.add(records);
            }
            input(0, content);
            if (random.nextBoolean()) {
                updateState();
            } else {
                mapWithState();
            }
        }

        private void input(int number, List<List<Object>> content) {
            merge(content);
            int pieces = 1 + random.nextInt(4);
            inputs.add(new Input(number, pieces, content));
            add(
                    number,
                    "input in " + pieces + " pieces",
                    new Made(1).inOrder(),
                    execution -> execution.input(number),
                    (model, batch) -> content.get(batch - 1));
        }

        /** What came in batches that do not run goes to the next one that does. */
        private void merge(List<List<Object>> content) {
            List<Object> waiting = new ArrayList<>();
            for (int batch = 1; batch <= batches; batch++) {
                waiting.addAll(content.get(batch - 1));
                if (times.contains(batch)) {
                    content.set(batch - 1, waiting);
                    waiting = new ArrayList<>();
                } else {
                    content.set(batch - 1, List.of());
                }
            }
        }

        private List<Object> records(int count, int keys, int values, boolean nulls) {
            List<Object> records = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                boolean none = nulls && random.nextInt(4) == 0;
                records.add(StreamModel.pair(key(random.nextInt(keys)), none ? null : (Long) value(values)));
            }
            return records;
        }

        private long value(int values) {
            return random.nextInt(values + values / 2) - values / 2;
        }

        private Object key(int number) {
            return words ? "k" + number : (Object) number;
        }

        // Operations

        private void operation() {
            switch (random.nextInt(18)) {
                case 0 -> window();
                case 1 -> countByWindow();
                case 2 -> reduceByWindow();
                case 3 -> reduceByWindowInverse();
                case 4 -> groupByKeyAndWindow();
                case 5 -> reduceByKeyAndWindow();
                case 6 -> reduceByKeyAndWindowInverse();
                case 7 -> reduceByKeyAndWindowFiltered();
                case 8 -> countByValueAndWindow();
                case 9, 10, 11 -> updateState();
                case 12, 13, 14 -> mapWithState();
                case 15, 16 -> join();
                default -> union();
            }
        }

        private void window() {
            Node parent = parent();
            Extent extent = extent(parent);
            boolean everySlide = extent.slide == parent.slide();
            windowed(
                    Feature.WINDOW,
                    parent,
                    "window(" + extent + ")",
                    new Made(extent.slide).sameValues(),
                    execution -> everySlide
                            ? execution.pairs(parent).window(time(extent.length))
                            : execution.pairs(parent).window(time(extent.length), time(extent.slide)),
                    (model, batch) -> model.window(parent, extent.length, batch));
        }

        private void countByWindow() {
            Node parent = parent();
            Extent extent = extent(parent);
            windowed(
                    Feature.COUNT_BY_WINDOW,
                    parent,
                    "countByWindow(" + extent + ")",
                    new Made(extent.slide).unique(),
                    execution -> execution
                            .pairs(parent)
                            .countByWindow(time(extent.length), time(extent.slide))
                            .mapToPair(count -> Tuple2.of(StreamModel.ALL, count)),
                    (model, batch) -> List.of(Tuple2.of(StreamModel.ALL, (long)
                            model.window(parent, extent.length, batch).size())));
        }

        private void reduceByWindow() {
            Node parent = parent();
            Extent extent = extent(parent);
            Merge merge = merge(parent);
            Made made = new Made(extent.slide).unique().trapped();
            windowed(
                    Feature.REDUCE_BY_WINDOW,
                    parent,
                    "reduceByWindow(" + merge + ", " + extent + ")",
                    made,
                    execution -> execution
                            .pairs(parent)
                            .map(pair -> StreamFunctions.value(pair._2()))
                            .reduceByWindow(trapped(execution.trap(), merge), time(extent.length), time(extent.slide))
                            .mapToPair(sum -> Tuple2.of(StreamModel.ALL, sum)),
                    (model, batch) -> model.reduced(parent, extent.length, batch, merge, true));
        }

        private void reduceByWindowInverse() {
            Node parent = parent();
            Extent extent = extent(parent);
            Made made = new Made(extent.slide).unique().trapped();
            windowed(
                    Feature.REDUCE_BY_WINDOW_INVERSE,
                    parent,
                    "reduceByWindow(SUM, inverse, " + extent + ")",
                    made,
                    execution -> execution
                            .pairs(parent)
                            .map(pair -> StreamFunctions.value(pair._2()))
                            .reduceByWindow(
                                    trapped(execution.trap(), Merge.SUM),
                                    (sum, left) -> sum - left,
                                    time(extent.length),
                                    time(extent.slide))
                            .mapToPair(sum -> Tuple2.of(StreamModel.ALL, sum)),
                    (model, batch) -> model.inverted(parent, extent.length, extent.slide, batch, false, true));
        }

        private void groupByKeyAndWindow() {
            Node parent = parent();
            Extent extent = extent(parent);
            int n = partitions(0);
            windowed(
                    Feature.GROUP_BY_KEY_AND_WINDOW,
                    parent,
                    "groupByKeyAndWindow(" + extent + in(n) + ")",
                    new Made(extent.slide).unique().ofOtherType(),
                    execution -> n == 0
                            ? execution.pairs(parent).groupByKeyAndWindow(time(extent.length), time(extent.slide))
                            : execution.pairs(parent).groupByKeyAndWindow(time(extent.length), time(extent.slide), n),
                    (model, batch) -> model.grouped(parent, extent.length, batch, false));
        }

        private void reduceByKeyAndWindow() {
            Node parent = parent();
            Extent extent = extent(parent);
            int n = partitions(0);
            Merge merge = merge(parent);
            Made made = new Made(extent.slide).unique().trapped();
            windowed(
                    Feature.REDUCE_BY_KEY_AND_WINDOW,
                    parent,
                    "reduceByKeyAndWindow(" + merge + ", " + extent + in(n) + ")",
                    made,
                    execution -> {
                        Function2<Long, Long, Long> f = trapped(execution.trap(), merge);
                        PairDStream<Object, Long> pairs = numbers(execution, parent);
                        if (n > 0) {
                            return pairs.reduceByKeyAndWindow(f, time(extent.length), time(extent.slide), n);
                        }
                        return extent.slide == parent.slide()
                                ? pairs.reduceByKeyAndWindow(f, time(extent.length))
                                : pairs.reduceByKeyAndWindow(f, time(extent.length), time(extent.slide));
                    },
                    (model, batch) -> model.reduced(parent, extent.length, batch, merge, false));
        }

        private void reduceByKeyAndWindowInverse() {
            Node parent = parent();
            Extent extent = extent(parent);
            Made made = new Made(extent.slide).unique().trapped();
            windowed(
                    Feature.REDUCE_BY_KEY_AND_WINDOW_INVERSE,
                    parent,
                    "reduceByKeyAndWindow(SUM, inverse, " + extent + ")",
                    made,
                    execution -> {
                        Trap trap = execution.trap();
                        return numbers(execution, parent)
                                .reduceByKeyAndWindow(
                                        Long::sum,
                                        (sum, left) -> {
                                            trap.step();
                                            return sum - left;
                                        },
                                        time(extent.length),
                                        time(extent.slide));
                    },
                    (model, batch) -> model.inverted(parent, extent.length, extent.slide, batch, false, false));
        }

        /** Values are positive, so a sum is 0 when nothing of a key is left. */
        private void reduceByKeyAndWindowFiltered() {
            Node parent = parent();
            Extent extent = extent(parent);
            int n = partitions(1);
            boolean byPartitioner = random.nextBoolean();
            Made made = new Made(extent.slide).unique().trapped();
            windowed(
                    Feature.REDUCE_BY_KEY_AND_WINDOW_FILTERED,
                    parent,
                    "mapValues(positive).reduceByKeyAndWindow(SUM, inverse, " + extent + in(n) + ", not 0)",
                    made,
                    execution -> {
                        Trap trap = execution.trap();
                        PairDStream<Object, Long> pairs =
                                execution.pairs(parent).mapValues(StreamFunctions::positive);
                        Function<Tuple2<Object, Long>, Boolean> keep = pair -> {
                            trap.step();
                            return pair._2() != 0;
                        };
                        return byPartitioner
                                ? pairs.reduceByKeyAndWindow(
                                        Long::sum,
                                        (sum, left) -> sum - left,
                                        time(extent.length),
                                        time(extent.slide),
                                        Partitioner.hash(n),
                                        keep)
                                : pairs.reduceByKeyAndWindow(
                                        Long::sum,
                                        (sum, left) -> sum - left,
                                        time(extent.length),
                                        time(extent.slide),
                                        n,
                                        keep);
                    },
                    (model, batch) -> model.inverted(parent, extent.length, extent.slide, batch, true, false));
        }

        private void countByValueAndWindow() {
            Node parent = parent();
            Extent extent = extent(parent);
            int n = partitions(1);
            if (random.nextInt(3) == 0) {
                windowed(
                        Feature.COUNT_BY_VALUE_AND_WINDOW,
                        parent,
                        "countByValueAndWindow(" + extent + ") of pairs",
                        new Made(extent.slide).unique().ofOtherType(),
                        execution ->
                                execution.pairs(parent).countByValueAndWindow(time(extent.length), time(extent.slide)),
                        (model, batch) -> StreamModel.counted(model.window(parent, extent.length, batch)));
                return;
            }
            windowed(
                    Feature.COUNT_BY_VALUE_AND_WINDOW,
                    parent,
                    "countByValueAndWindow(" + extent + in(n) + ") of keys",
                    new Made(extent.slide).unique(),
                    execution -> execution
                            .pairs(parent)
                            .map(Tuple2::_1)
                            .countByValueAndWindow(time(extent.length), time(extent.slide), n),
                    (model, batch) ->
                            StreamModel.counted(StreamModel.pairs(model.window(parent, extent.length, batch)).stream()
                                    .map(Tuple2::_1)
                                    .toList()));
        }

        private void updateState() {
            Node parent = parent();
            Update update = parent.ordered()
                    ? Update.values()[random.nextInt(4)]
                    : List.of(Update.SUM, Update.REMOVING, Update.TIMED).get(random.nextInt(3));
            Map<Object, Long> initial = random.nextInt(4) == 0 ? initial() : Map.of();
            int n = partitions(1);
            int form = random.nextInt(4);
            int number = steps.size();
            Made made = new Made(parent.slide()).unique().state().trapped();
            features.add(update == Update.REMOVING ? Feature.UPDATE_STATE_REMOVING : Feature.UPDATE_STATE);
            if (!initial.isEmpty()) {
                features.add(Feature.UPDATE_STATE_INITIAL);
            }
            stateful(
                    parent,
                    "updateStateByKey(" + update + in(n) + starting(initial) + ")",
                    made,
                    execution -> {
                        PairDStream<Object, Long> pairs = execution.pairs(parent);
                        Partitioner p = Partitioner.hash(n);
                        if (update == Update.TIMED || made.trap > 0) {
                            Trap trap = execution.trap();
                            Batches times = execution.times;
                            Function4<Time, Object, List<Long>, Optional<Long>, Optional<Long>> timed =
                                    (time, key, values, state) -> {
                                        trap.step(times.at(time), key);
                                        return update.next(times.at(time), key, values, state);
                                    };
                            return initial.isEmpty()
                                    ? pairs.updateStateByKey(timed, p)
                                    : pairs.updateStateByKey(timed, p, execution.initial(initial, n));
                        }
                        Function2<List<Long>, Optional<Long>, Optional<Long>> plain =
                                (values, state) -> update.next(0, StreamModel.ALL, values, state);
                        if (!initial.isEmpty()) {
                            return pairs.updateStateByKey(plain, p, execution.initial(initial, n));
                        }
                        return switch (form) {
                            case 0 -> pairs.updateStateByKey(plain);
                            case 1 -> pairs.updateStateByKey(plain, n);
                            case 2 -> pairs.updateStateByKey(plain, p);
                            default -> pairs.updateStateByKey(Long.class, plain);
                        };
                    },
                    (model, batch) -> model.updated(number, parent, batch, update, initial));
        }

        private void mapWithState() {
            Node parent = parent();
            Count count = new Count(
                    random.nextInt(3) == 0 ? 2 + random.nextInt(4) : 0,
                    random.nextInt(4) == 0,
                    parent.ordered() && random.nextBoolean());
            Map<Object, Long> initial = random.nextInt(3) == 0 ? initial() : Map.of();
            long timeout = random.nextBoolean() ? (1 + random.nextInt(10)) * interval / 2 : 0;
            int n = partitions(0);
            boolean byPartitioner = random.nextBoolean();
            boolean brief = random.nextBoolean();
            int number = steps.size();
            Mapping mapping = new Mapping(count, initial, timeout, interval);
            Made made = new Made(parent.slide()).state().trapped();
            features.add(Feature.MAP_WITH_STATE);
            addWhen(count.most() > 0, Feature.MAP_WITH_STATE_REMOVING);
            addWhen(timeout > 0, Feature.MAP_WITH_STATE_TIMEOUT);
            addWhen(!initial.isEmpty(), Feature.MAP_WITH_STATE_INITIAL);
            stateful(
                    parent,
                    "mapWithState(" + count + in(n) + (timeout > 0 ? ", timeout " + timeout + " ms" : "")
                            + starting(initial) + ")",
                    made,
                    execution -> {
                        StateSpec<Object, Long, Long, Tuple2<Object, Long>> spec =
                                brief && made.trap == 0 ? spec(count) : spec(count, execution.trap(), execution.times);
                        if (timeout > 0) {
                            spec = spec.timeout(Duration.ofMillis(timeout));
                        }
                        if (!initial.isEmpty()) {
                            spec = spec.initialState(execution.initial(initial, Math.max(1, n)));
                        }
                        if (n > 0) {
                            spec = byPartitioner ? spec.partitioner(Partitioner.hash(n)) : spec.numPartitions(n);
                        }
                        MapWithStateDStream<Object, Long, Long, Tuple2<Object, Long>> mapped =
                                execution.pairs(parent).mapWithState(spec);
                        execution.mapped.put(number, mapped);
                        return mapped.mapToPair(pair -> pair);
                    },
                    (model, batch) ->
                            model.mapped(number, parent, batch, mapping).emitted());
            if (random.nextBoolean()) {
                features.add(Feature.STATE_SNAPSHOTS);
                add(
                        number,
                        "stateSnapshots()",
                        new Made(parent.slide()).unique(),
                        execution -> Objects.requireNonNull(execution.mapped.get(number))
                                .stateSnapshots(),
                        (model, batch) -> StreamModel.pairsOf(
                                model.mapped(number, parent, batch, mapping).state()));
            }
        }

        @SuppressWarnings("NullAway") // null emits nothing
        private static StateSpec<Object, Long, Long, Tuple2<Object, Long>> spec(Count count) {
            Function3<Object, Optional<Long>, State<Long>, Tuple2<Object, Long>> function =
                    (key, value, state) -> count.call(key, value, state).orElse(null);
            return StateSpec.function(function);
        }

        private static StateSpec<Object, Long, Long, Tuple2<Object, Long>> spec(Count count, Trap trap, Batches times) {
            Function4<Time, Object, Optional<Long>, State<Long>, Optional<Tuple2<Object, Long>>> function =
                    (time, key, value, state) -> {
                        trap.step(times.at(time), key);
                        return count.call(key, value, state);
                    };
            return StateSpec.function(function);
        }

        /** A state with a stream of the same slide; the keys of one side are unique, so the result is not too large. */
        private void join() {
            List<Step> states = steps.stream()
                    .filter(step -> step.pairs && step.unique && stateful.contains(step.node.number()))
                    .toList();
            if (states.isEmpty()) {
                updateState();
                return;
            }
            Node state = states.get(random.nextInt(states.size())).node;
            List<Step> others = steps.stream()
                    .filter(step -> step.pairs && step.node.slide() == state.slide())
                    .toList();
            Node other = others.get(random.nextInt(others.size())).node;
            int n = partitions(0);
            features.add(Feature.JOIN_OF_STATE);
            add(
                    state.number(),
                    "join(#" + other.number() + in(n) + ")",
                    new Made(state.slide()).alsoOf(other),
                    execution -> (n == 0
                                    ? execution.pairs(state).join(execution.pairs(other))
                                    : execution.pairs(state).join(execution.pairs(other), n))
                            .mapValues(
                                    both -> StreamFunctions.value(both._1()) * 31 + StreamFunctions.value(both._2())),
                    (model, batch) -> {
                        Map<Object, List<Tuple2<Object, Long>>> byKey = new HashMap<>();
                        for (Tuple2<Object, Long> right : StreamModel.pairs(model.at(other, batch))) {
                            byKey.computeIfAbsent(right._1(), key -> new ArrayList<>())
                                    .add(right);
                        }
                        List<Object> records = new ArrayList<>();
                        for (Tuple2<Object, Long> left : StreamModel.pairs(model.at(state, batch))) {
                            for (Tuple2<Object, Long> right : byKey.getOrDefault(left._1(), List.of())) {
                                records.add(Tuple2.of(
                                        left._1(),
                                        StreamFunctions.value(left._2()) * 31 + StreamFunctions.value(right._2())));
                            }
                        }
                        return records;
                    });
        }

        private void union() {
            Node first = parent();
            List<Step> others = steps.stream()
                    .filter(step -> step.pairs && step.node.slide() == first.slide())
                    .toList();
            Node other = others.get(random.nextInt(others.size())).node;
            add(
                    first.number(),
                    "union(#" + other.number() + ")",
                    new Made(first.slide()).alsoOf(other).sameValues(),
                    execution -> execution.pairs(first).union(execution.pairs(other)),
                    (model, batch) -> {
                        List<Object> records = new ArrayList<>(model.at(first, batch));
                        records.addAll(model.at(other, batch));
                        return records;
                    });
        }

        // What operations are drawn from

        private Node parent() {
            List<Step> pairs = steps.stream().filter(Step::pairs).toList();
            int from = random.nextBoolean() ? pairs.size() - 1 : 0;
            return pairs.get(from + random.nextInt(pairs.size() - from)).node;
        }

        /** The stream without nulls, which cannot be combined. */
        private PairDStream<Object, Long> numbers(Execution execution, Node parent) {
            PairDStream<Object, Long> pairs = execution.pairs(parent);
            return nullable.contains(parent.number()) ? pairs.mapValues(StreamFunctions::value) : pairs;
        }

        private Extent extent(Node parent) {
            int length = (1 + random.nextInt(5)) * parent.slide();
            int most = Math.max(1, MOST_SLIDE / parent.slide());
            boolean often = random.nextInt(5) < (stateful.contains(parent.number()) ? 2 : 3);
            int slides = often ? 1 : Math.min(most, 1 + random.nextInt(3));
            return new Extent(length, slides * parent.slide());
        }

        private Merge merge(Node parent) {
            return Merge.values()[random.nextInt(parent.ordered() ? 3 : 2)];
        }

        /** At most 4; 0 is the default. */
        private int partitions(int least) {
            return flooded ? 1 : least + random.nextInt(5 - least);
        }

        private Map<Object, Long> initial() {
            Map<Object, Long> initial = new LinkedHashMap<>();
            for (int i = 1 + random.nextInt(6); i > 0; i--) {
                initial.put(key(random.nextInt(8)), 1L + random.nextInt(3));
            }
            return initial;
        }

        private static String in(int n) {
            return n == 0 ? "" : ", in " + n;
        }

        private static String starting(Map<Object, Long> initial) {
            return initial.isEmpty() ? "" : ", from " + initial;
        }

        private Duration time(int batches) {
            return Duration.ofMillis(batches * interval);
        }

        private static Function2<Long, Long, Long> trapped(Trap trap, Merge merge) {
            return (a, b) -> {
                trap.step();
                return merge.of(a, b);
            };
        }

        // The steps

        /** What is known of a stream that is being made. */
        private final class Made {
            final int slide;
            final Set<Integer> others = new HashSet<>();
            boolean ordered;
            boolean pairs = true;
            boolean unique;
            boolean state;
            boolean sameValues;
            int trap;

            Made(int slide) {
                this.slide = slide;
            }

            Made inOrder() {
                ordered = true;
                return this;
            }

            Made ofOtherType() {
                pairs = false;
                return this;
            }

            Made unique() {
                unique = true;
                return this;
            }

            Made state() {
                state = true;
                return this;
            }

            /** Its values are those of its parents, also when they are null. */
            Made sameValues() {
                sameValues = true;
                return this;
            }

            Made alsoOf(Node other) {
                others.add(other.number());
                return this;
            }

            /** Its function throws once, perhaps. */
            Made trapped() {
                if (failuresLeft > 0 && random.nextInt(3) == 0) {
                    failuresLeft--;
                    trap = 1 + random.nextInt(MOST_CALLS);
                    features.add(Feature.TASK_FAILS);
                }
                return this;
            }
        }

        private void addWhen(boolean present, Feature feature) {
            if (present) {
                features.add(feature);
            }
        }

        private void windowed(
                Feature feature, Node parent, String text, Made made, Building building, Meaning meaning) {
            features.add(feature);
            windowed.add(steps.size());
            addWhen(stateful.contains(parent.number()), Feature.WINDOW_OF_STATE);
            add(parent.number(), text, made, building, meaning);
        }

        private void stateful(Node parent, String text, Made made, Building building, Meaning meaning) {
            stateful.add(steps.size());
            addWhen(windowed.contains(parent.number()), Feature.STATE_OF_WINDOW);
            add(parent.number(), text, made, building, meaning);
        }

        private void add(int parent, String text, Made made, Building building, Meaning meaning) {
            int number = steps.size();
            Set<Integer> parents = new HashSet<>(made.others);
            if (parent < number) {
                parents.add(parent);
            }
            for (int direct : List.copyOf(parents)) {
                parents.addAll(steps.get(direct).parents);
                addWhenPresent(windowed, direct, number);
                addWhenPresent(stateful, direct, number);
                if (made.sameValues) {
                    addWhenPresent(nullable, direct, number);
                }
            }
            steps.add(new Step(
                    new Node(number, made.slide, made.ordered, meaning),
                    "#" + number + " = " + (parent < number ? "#" + parent + "." : "") + text
                            + (made.trap > 0 ? ", throws at call " + made.trap : ""),
                    parents,
                    made.pairs,
                    made.unique,
                    made.state,
                    made.trap,
                    building));
        }

        private static void addWhenPresent(Set<Integer> numbers, int parent, int child) {
            if (numbers.contains(parent)) {
                numbers.add(child);
            }
        }

        private void outputs() {
            Set<Integer> inner = new HashSet<>();
            steps.forEach(step -> inner.addAll(step.parents));
            for (Step step : steps) {
                boolean second = step.state && random.nextInt(3) == 0;
                if (!inner.contains(step.node.number()) || second) {
                    sinks.add(sink(step.node));
                }
            }
            Collections.shuffle(sinks, random);
            for (Step step : steps) {
                List<Sink> above = sinks.stream().filter(isAbove(step)).toList();
                addWhen(step.state && above.size() > 1, Feature.STATE_WITH_TWO_OUTPUTS);
                addWhen(
                        step.state && above.stream().allMatch(sink -> sink.slide > step.node.slide()),
                        Feature.STATE_WITH_LARGER_SLIDES_ONLY);
            }
        }

        private Predicate<Sink> isAbove(Step step) {
            int number = step.node.number();
            return sink ->
                    sink.stream == number || steps.get(sink.stream).parents.contains(number);
        }

        private Sink sink(Node node) {
            List<Integer> yields =
                    times.stream().filter(time -> time % node.slide() == 0).toList();
            int failsAt = 0;
            if (!yields.isEmpty() && failuresLeft > 0 && random.nextInt(4) == 0) {
                failuresLeft--;
                failsAt = yields.get(random.nextInt(yields.size()));
                features.add(Feature.OUTPUT_FAILS);
            }
            return new Sink(node.number(), node.slide(), failsAt);
        }
    }

    // ---- running

    /** A run of a program. */
    private static final class Execution implements AutoCloseable {
        final Program program;
        final Batches times;
        final Map<Integer, MapWithStateDStream<Object, Long, Long, Tuple2<Object, Long>>> mapped = new HashMap<>();
        private final StreamingContext context;
        private final HurriedClock clock;
        private final @Nullable Pace pace;
        private final List<DStreamLike<?, ?, ?>> streams = new ArrayList<>();
        private final Map<Integer, Trap> traps = new HashMap<>();
        private final List<Collected> collected = new ArrayList<>();
        private final AtomicLong spilledPages = new AtomicLong();

        Execution(Program program, StreamingConf conf) {
            this.program = program;
            this.times = new Batches(START.toEpochMilli(), program.interval.toMillis());
            program.settings.forEach(conf::set);
            boolean merges = program.features.contains(Feature.MERGED_BATCHES);
            conf.set(StreamingConf.STOP_AFTER_BATCHES, merges ? 0L : program.batches)
                    .set(StreamingConf.BACKLOG_MAX, 2 * MOST_BATCHES)
                    .set(StreamingConf.MULTIPLE_CONTEXTS, true)
                    .set(StreamingConf.STOP_ON_SHUTDOWN, false);
            Instant first = START.plus(program.interval);
            this.clock = new HurriedClock(START, merges ? first : Instant.MAX);
            this.pace = merges ? new Pace(this) : null;
            this.context = new StreamingContext(conf, program.interval, clock);
        }

        void run() throws InterruptedException {
            for (Step step : program.steps) {
                if (step.trap > 0) {
                    traps.put(step.node.number(), Trap.at(step.trap));
                }
                streams.add(step.building.on(this));
            }
            for (Sink sink : program.sinks) {
                Collected batches = new Collected(sink, times);
                collected.add(batches);
                streams.get(sink.stream).foreachRDD((rdd, time) -> {
                    batches.add(time, rdd.collect());
                    if (program.features.contains(Feature.LITTLE_MEMORY)) {
                        lookAtPages();
                    }
                });
            }
            if (pace == null) {
                context.start();
            } else {
                pace.run(context);
            }
            if (!context.awaitTerminationOrTimeout(AT_MOST)) {
                throw new AssertionError(program + "\nhas not ended after " + AT_MOST);
            }
        }

        private void lookAtPages() {
            long now = context.status().states().stream()
                    .mapToLong(ContextStatus.StateStatus::spilledPages)
                    .sum();
            spilledPages.accumulateAndGet(now, Math::max);
        }

        PairDStream<Object, Long> input(int number) {
            Input input = program.inputs.get(number);
            ReplayableInput<Tuple2<Object, Long>> replayable = new ReplayableInput<>("input " + number, input.pieces);
            program.times.forEach(time -> replayable.add(StreamModel.pairs(input.batches.get(time - 1))));
            Pace paced = number == 0 ? pace : null;
            return context.directStream(paced == null ? replayable : new Paced(replayable, paced))
                    .mapToPair(pair -> pair);
        }

        @SuppressWarnings("unchecked") // the program says which streams are of pairs
        PairDStream<Object, Long> pairs(Node node) {
            return (PairDStream<Object, Long>) streams.get(node.number());
        }

        PairRDD<Object, Long> initial(Map<Object, Long> state, int partitions) {
            return context.batchContext().parallelizePairs(StreamModel.pairs(StreamModel.pairsOf(state)), partitions);
        }

        /** The trap of the stream that is being made. */
        Trap trap() {
            return traps.getOrDefault(streams.size(), Trap.NONE);
        }

        /** Compares every batch of every output. */
        Outcome compare() {
            StreamModel model = model();
            for (Collected batches : collected) {
                for (int batch : program.times) {
                    Node node = program.steps.get(batches.sink.stream).node;
                    if (batch % node.slide() == 0) {
                        compare(batches, batch, model.at(node, batch));
                    }
                }
                check(batches.sink.toString() + ": other batches", Map.of(), batches.records);
            }
            long sprung = traps.values().stream()
                    .filter(trap -> trap.sprung() != null)
                    .count();
            long failed = collected.stream().filter(batches -> batches.failed).count();
            return new Outcome((int) (sprung + failed), spilledPages.get());
        }

        private StreamModel model() {
            Map<Integer, Trap.Sprung> sprung = new HashMap<>();
            traps.forEach((stream, trap) -> {
                Trap.Sprung where = trap.sprung();
                if (where != null) {
                    sprung.put(stream, where);
                }
            });
            Map<Integer, Set<Integer>> failed = new HashMap<>();
            Map<Integer, Set<Integer>> slides = new HashMap<>();
            for (Sink sink : program.sinks) {
                Set<Integer> below = new HashSet<>(program.steps.get(sink.stream).parents);
                below.add(sink.stream);
                for (int stream : below) {
                    failed.computeIfAbsent(stream, any -> new HashSet<>()).add(sink.failsAt);
                    slides.computeIfAbsent(stream, any -> new HashSet<>()).add(sink.slide);
                }
            }
            return new StreamModel(program.fault, sprung, failed, slides, Set.copyOf(program.times));
        }

        private void compare(Collected batches, int batch, List<Object> expected) {
            List<Object> actual = batches.records.remove(batch);
            String place = batches.sink + ": batch " + batch;
            if (actual == null) {
                check(place, expected, null);
            } else {
                Map<Object, Grouped> groups = new HashMap<>();
                expected.forEach(record -> {
                    if (record instanceof Grouped grouped) {
                        groups.put(grouped.key(), grouped);
                    }
                });
                check(place, multiset(expected, groups), multiset(actual, groups));
            }
        }

        /** How often each record occurs; the values of a group are put in order within each batch of their window. */
        private static Map<String, Integer> multiset(List<Object> records, Map<Object, Grouped> groups) {
            Map<String, Integer> counts = new TreeMap<>();
            for (Object record : records) {
                Object shown = record;
                if (record instanceof Grouped grouped) {
                    List<Object> values = new ArrayList<>();
                    grouped.batches().forEach(values::addAll);
                    shown = grouped(grouped.key(), values, groups);
                } else if (record instanceof Tuple2<?, ?> pair && pair._2() instanceof Iterable<?> values) {
                    List<Object> all = new ArrayList<>();
                    values.forEach(all::add);
                    shown = grouped(pair._1(), all, groups);
                }
                counts.merge(String.valueOf(shown), 1, Integer::sum);
            }
            return counts;
        }

        private static String grouped(Object key, List<Object> values, Map<Object, Grouped> groups) {
            StringBuilder text = new StringBuilder("(" + key);
            int from = 0;
            Grouped expected = groups.get(key);
            for (List<?> batch : expected == null ? List.<List<?>>of() : expected.batches()) {
                int to = Math.min(values.size(), from + batch.size());
                text.append(values.subList(from, to).stream()
                        .map(String::valueOf)
                        .sorted()
                        .toList());
                from = to;
            }
            return text
                    + (from < values.size()
                            ? values.subList(from, values.size()).toString()
                            : "") + ")";
        }

        private void check(String what, Object expected, @Nullable Object actual) {
            if (!Objects.equals(expected, actual)) {
                throw new AssertionError(program + "\n" + what + "\n  must be " + expected + "\n  but was " + actual);
            }
        }

        @Override
        public void close() {
            traps.values().forEach(Trap::remove);
            context.stop(true);
        }
    }

    /**
     * Has batches merged as the program says. While one that runs is planned, on its thread, the clock moves on until the next
     * one that runs is due: what is due meanwhile waits, and the last of it is what runs.
     */
    private static final class Pace implements StreamingListener {
        private final Execution execution;
        private final CountDownLatch left;

        Pace(Execution execution) {
            this.execution = execution;
            this.left = new CountDownLatch(execution.program.times.size());
        }

        void waitForNext(int batch) throws InterruptedException {
            List<Integer> times = execution.program.times;
            int next = times.indexOf(batch) + 1;
            if (next < times.size()) {
                execution.clock.runUntil(execution.times.time(times.get(next)).instant());
            }
        }

        /** Runs the context until all batches are done, or one has failed. */
        void run(StreamingContext context) throws InterruptedException {
            context.addStreamingListener(this);
            context.start();
            if (left.await(AT_MOST.toSeconds(), TimeUnit.SECONDS) && context.state() == ContextState.ACTIVE) {
                context.stop(false);
            }
        }

        @Override
        public void onBatchCompleted(BatchInfo b) {
            left.countDown();
        }

        @Override
        public void onStreamingStopped(StreamingStopped e) {
            while (left.getCount() > 0) {
                left.countDown();
            }
        }
    }

    /** A source whose batches wait for their turn. Its planner lives in this JVM, so only the source is ever copied. */
    private static final class Paced implements DirectSource<Tuple2<Object, Long>> {
        private final ReplayableInput<Tuple2<Object, Long>> source;
        private final transient Pace pace;

        Paced(ReplayableInput<Tuple2<Object, Long>> source, Pace pace) {
            this.source = source;
            this.pace = pace;
        }

        @Override
        public String name() {
            return source.name();
        }

        @Override
        public SplitPlanner<Tuple2<Object, Long>> newPlanner(PlannerContext context) {
            SplitPlanner<Tuple2<Object, Long>> planner = source.newPlanner(context);
            return (batch, maxRecords) -> {
                pace.waitForNext(pace.execution.times.at(batch));
                return planner.plan(batch, maxRecords);
            };
        }
    }

    /** The batches that an output was given. Used by the threads that run batches. */
    private static final class Collected {
        final Sink sink;
        final Map<Integer, List<Object>> records = new TreeMap<>();
        boolean failed;
        private final Batches times;

        Collected(Sink sink, Batches times) {
            this.sink = sink;
            this.times = times;
        }

        synchronized void add(Time time, List<?> batch) {
            int number = times.at(time);
            if (number == sink.failsAt && !failed) {
                failed = true;
                throw new IllegalStateException("the output fails once, as the program wants");
            }
            if (records.putIfAbsent(number, new ArrayList<>(batch)) != null) {
                throw new IllegalStateException("batch " + number + " was given twice to one output");
            }
        }
    }
}
