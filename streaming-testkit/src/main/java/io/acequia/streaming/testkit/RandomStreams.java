/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.testkit.Drawn.Input;
import io.acequia.streaming.testkit.Drawn.Sink;
import io.acequia.streaming.testkit.Drawn.Step;
import io.acequia.streaming.testkit.RandomStreams.Fault;
import io.acequia.streaming.testkit.RandomStreams.Feature;
import io.acequia.streaming.testkit.RandomStreams.Program;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
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
 * <p>Restarts: a third of the other programs has a checkpoint directory, and is killed after a batch or in the middle of one,
 * or stopped gracefully, once or several times, is down for some batches, and goes on. What it gives must be the same; a batch
 * of which nobody was told that it is done may be given twice, alike.
 *
 * <p>Faults: {@link #program(long, Fault)} gives the same program with a model that is wrong on purpose. A comparison that
 * does not notice proves nothing.
 */
public final class RandomStreams {
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
        RESTART,
        KILLED_BETWEEN_BATCHES,
        KILLED_WITHIN_A_BATCH,
        TASK_DIES,
        STOPPED_GRACEFULLY,
        DOWN_TIME_REPLAYED,
        DOWN_TIME_MERGED,
        DOWN_TIME_SKIPPED,
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
        MERGED_BATCH_STEPS_TOO,
        /** A new run begins with empty states. */
        STATE_LOST_BY_A_RESTART,
        /** A new run begins with its initial states. */
        INITIAL_STATE_AGAIN_AFTER_A_RESTART,
        /** Windows reach no further back than to the beginning of a run. */
        WINDOW_CUT_BY_A_RESTART,
        /** A batch that did not end its run is counted by states when it runs for the first time, and again. */
        REPEATED_BATCH_STEPS_TWICE,
        /** Time-outs are counted from the beginning of a run. */
        TIMEOUT_POSTPONED_BY_A_RESTART
    }

    /** The program of a seed. */
    public static Program program(long seed) {
        return new StreamDrawing(seed).draw(null);
    }

    /** The program of a seed, with a model that is wrong. */
    public static Program program(long seed, Fault fault) {
        return new StreamDrawing(seed).draw(Objects.requireNonNull(fault, "fault"));
    }

    /** How many of these programs have each feature. */
    public static Map<Feature, Integer> features(List<Program> programs) {
        Map<Feature, Integer> counts = new EnumMap<>(Feature.class);
        programs.forEach(program -> program.features().forEach(feature -> counts.merge(feature, 1, Integer::sum)));
        return counts;
    }

    /** A program, and what must come out of it. Immutable: each run is one of its own. */
    public static final class Program {
        final long seed;
        final @Nullable Fault fault;
        final Map<String, String> settings;
        final Duration interval;
        final int batches;
        /** The batches that run; those between are merged into the next one. */
        final List<Integer> times;

        final Restarts restarts;
        final List<Input> inputs;
        final List<Step> steps;
        final List<Sink> sinks;
        final Set<Feature> features;

        Program(StreamDrawing drawn, Map<String, String> settings, @Nullable Fault fault) {
            this.seed = drawn.seed;
            this.fault = fault;
            this.settings = Map.copyOf(settings);
            this.interval = Duration.ofMillis(drawn.interval);
            this.batches = drawn.batches;
            this.times = List.copyOf(drawn.times);
            this.restarts = drawn.restarts;
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
            try {
                return restarts.isEmpty() ? runOnce(conf) : runOverRestarts(conf);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError(this + "\nwas interrupted", e);
            } catch (Exception e) {
                throw new AssertionError(this + "\nfailed: " + e, e);
            }
        }

        private Outcome runOnce(StreamingConf conf) throws InterruptedException {
            try (StreamExecution execution = new StreamExecution(this, conf, SinkRecords.ONCE)) {
                execution.run();
                return compared(execution, 0);
            }
        }

        private Outcome runOverRestarts(StreamingConf conf) throws InterruptedException {
            try (RestartedRun run = new RestartedRun(this, conf)) {
                run.run();
                return compared(run.execution(), run.restarts());
            }
        }

        private static Outcome compared(StreamExecution execution, int restarts) {
            new StreamComparison(execution).compare();
            long sprung = execution.traps.values().stream()
                    .filter(trap -> trap.sprung() != null)
                    .count();
            long failed =
                    execution.collected.stream().filter(sink -> sink.failed).count();
            return new Outcome((int) (sprung + failed), execution.spilledPages(), restarts);
        }

        /** A line to reproduce it, its steps and outputs, and what its inputs bring. */
        @Override
        public String toString() {
            StringBuilder text = new StringBuilder("RandomStreams.program(" + seed + "L")
                    .append(fault == null ? "" : ", Fault." + fault)
                    .append(").run(conf) with " + new TreeMap<>(settings))
                    .append(", " + batches + " batches, one every " + interval.toMillis() + " ms")
                    .append(times.size() < batches ? ", merged into " + times : "")
                    .append(restarts.isEmpty() ? "" : "\n  restarts: " + restarts);
            steps.forEach(step -> text.append("\n  ").append(step.text()));
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
     * @param restarts contexts that went on from a checkpoint
     */
    public record Outcome(int failures, long spilledPages, int restarts) {}
}
