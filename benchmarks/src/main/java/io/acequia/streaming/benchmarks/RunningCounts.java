/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import io.acequia.streaming.DStream;
import io.acequia.streaming.PairDStream;
import io.acequia.streaming.State;
import io.acequia.streaming.StateSpec;
import io.acequia.streaming.data.Partitioner;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.function.Function2;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * W3: running counts of many keys, of which each batch has updates for some. {@code mapWithState} touches those alone; the
 * output reads what it emits. {@code updateStateByKey} calls its function for every key, and its output counts the whole
 * state. The limits do the same on maps. A round is a number of batches back to back; the two operations are measured one
 * after the other, each by turns with its limit, so that the garbage of the second is no business of the first.
 */
final class RunningCounts {
    static final int UPDATES = 10_000;
    private static final int POOL = 100;
    private static final int TOUCHING = 50;
    private static final int VISITING = 10;
    private static final int WARM_UPS = 4;
    private static final String ORDERED = "HashMap loop in order of memory";
    private static final Duration INTERVAL = Duration.ofSeconds(1);

    private final int keys;
    private final List<List<String>> updates;

    RunningCounts(int keys, int size) {
        this.keys = keys;
        this.updates = StateKeys.updates(keys, POOL, size);
    }

    static void run(Request request) throws Exception {
        RunningCounts counts = new RunningCounts(request.keys(), UPDATES);
        Rounds touching = counts.touching(request.rounds());
        Rounds visiting = counts.visiting(request.rounds());
        tell("mapWithState", touching, TOUCHING);
        tell("updateStateByKey", visiting, VISITING);
        System.out.println(ORDERED + ": " + visiting.millis(2, VISITING).line("ms a batch"));
        System.out.println(touching.cpuRatio(0, 1).ratioLine("W3 mapWithState CPU time", "HashMap loop"));
        System.out.println(visiting.cpuRatio(0, 1).ratioLine("W3 updateStateByKey CPU time", "HashMap loop"));
        System.out.println(visiting.ratio(0, 2).ratioLine("W3 updateStateByKey", ORDERED));
        System.out.println(touching.ratio(0, 1).ratioLine("W3 mapWithState", "HashMap loop"));
        System.out.println(visiting.ratio(0, 1).ratioLine("W3 updateStateByKey", "HashMap loop"));
    }

    private static void tell(String operation, Rounds rounds, int batches) {
        System.out.println(operation + ": " + rounds.millis(0, batches).line("ms a batch") + ", HashMap loop: "
                + rounds.millis(1, batches).line("ms a batch"));
    }

    /** The outputs are compared before and after. */
    Rounds touching(int rounds) throws Exception {
        try (SteppedCounts stream = mapWithState(keys);
                HandWrittenState limit = new HandWrittenState(keys)) {
            touchedMustAgree(stream, limit);
            Rounds times = new Rounds(2, rounds);
            for (int round = -WARM_UPS; round < rounds; round++) {
                List<List<String>> batches = batches(round, TOUCHING);
                times.otherNumbers();
                times.time(round, 0, () -> stream.read(batches));
                times.time(round, 1, () -> limit.merging(batches));
            }
            touchedMustAgree(stream, limit);
            return times;
        }
    }

    /** One more of each key, so each is emitted. */
    private void touchedMustAgree(SteppedCounts stream, HandWrittenState limit) throws Exception {
        List<String> all = StateKeys.all(keys);
        limit.merging(List.of(all));
        agree("mapWithState", limit, stream.pairs(all));
    }

    /** The outputs are compared before and after. */
    Rounds visiting(int rounds) throws Exception {
        try (SteppedCounts stream = updateStateByKey(keys);
                HandWrittenState limit = new HandWrittenState(keys);
                HandWrittenState ordered = HandWrittenState.inOrderOfTheMap(keys)) {
            visitedMustAgree(stream, limit, ordered);
            Rounds times = new Rounds(3, rounds);
            for (int round = -WARM_UPS; round < rounds; round++) {
                List<List<String>> batches = batches(round, VISITING);
                times.time(round, 0, () -> stream.read(batches));
                times.time(round, 1, () -> limit.updating(batches, RunningCounts::plus));
                times.time(round, 2, () -> ordered.updating(batches, RunningCounts::plus));
            }
            visitedMustAgree(stream, limit, ordered);
            return times;
        }
    }

    private void visitedMustAgree(SteppedCounts stream, HandWrittenState limit, HandWrittenState ordered)
            throws Exception {
        List<String> some = updates.get(0);
        limit.updating(List.of(some), RunningCounts::plus);
        ordered.updating(List.of(some), RunningCounts::plus);
        QueueWordCount.mustAgree("limit in order of the map", limit.counts(), ordered.counts());
        agree("updateStateByKey", limit, stream.pairs(some));
    }

    private static void agree(String operation, HandWrittenState limit, Map<String, Long> pairs) {
        Map<String, Long> expected = limit.counts();
        QueueWordCount.mustAgree("stream of " + operation, expected, pairs);
        System.out.println("outputs agree: " + expected.size() + " running counts of " + operation);
    }

    private List<List<String>> batches(int round, int count) {
        int from = Math.floorMod(round, POOL / count) * count;
        return updates.subList(from, from + count);
    }

    /** A stream of running counts that emits those that change. */
    static SteppedCounts mapWithState(int keys) {
        return mapWithState(keys, "local[" + TwoThreads.COUNT + "]");
    }

    /** The same on an engine that is named. */
    static SteppedCounts mapWithState(int keys, String master) {
        return new SteppedCounts("W3", master, INTERVAL, (words, stream) -> ones(words)
                .mapWithState(StateSpec.function(RunningCounts::plusOne)
                        .initialState(StateKeys.initial(stream.batchContext(), keys)))
                .foreachRDD(stream::sum));
    }

    private static SteppedCounts updateStateByKey(int keys) {
        Function2<List<Long>, Optional<Long>, Optional<Long>> plus = RunningCounts::plus;
        return new SteppedCounts("W3", INTERVAL, (words, stream) -> ones(words)
                .updateStateByKey(
                        plus, Partitioner.hash(TwoThreads.COUNT), StateKeys.initial(stream.batchContext(), keys))
                .foreachRDD(stream::count));
    }

    private static PairDStream<String, Long> ones(DStream<String> words) {
        return words.mapToPair(word -> Tuple2.of(word, 1L));
    }

    private static Tuple2<String, Long> plusOne(String word, Optional<Long> one, State<Long> state) {
        long count = (state.exists() ? state.get() : 0) + one.orElse(0L);
        state.update(count);
        return Tuple2.of(word, count);
    }

    private static Optional<Long> plus(List<Long> ones, Optional<Long> state) {
        long count = state.orElse(0L);
        for (long one : ones) {
            count += one;
        }
        return Optional.of(count);
    }
}
