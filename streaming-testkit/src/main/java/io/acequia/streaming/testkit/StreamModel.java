/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.testkit.RandomStreams.Fault;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the streams of a program must hold, by brute force: each batch is computed from the whole history, window by window
 * and state by state, with plain collections and without any memory of the batch before. Only whole results are remembered,
 * so that a stream with two children is not computed twice.
 *
 * <p>A fault makes it wrong on purpose. What a failure in the middle of a batch would leave behind is told by the traps,
 * after the run; so a model is asked when the run has ended. For one thread.
 */
final class StreamModel {
    /** What a stream holds in a batch in which it yields. */
    @FunctionalInterface
    interface Meaning {
        List<Object> at(StreamModel model, int batch);
    }

    /**
     * A stream.
     *
     * @param slide in batches
     * @param ordered whether the order of its records is known
     */
    record Node(int number, int slide, boolean ordered, Meaning meaning) {}

    /** The values of a key, a list for each batch of the window, older batches first. */
    record Grouped(Object key, List<List<@Nullable Long>> batches) {}

    /** What {@code mapWithState} emitted in a batch, and the state after it. */
    record Stepped(List<Object> emitted, Map<Object, Long> state) {}

    /**
     * How {@code mapWithState} was asked for.
     *
     * @param timeout in milliseconds; 0 for none
     */
    record Mapping(StreamFunctions.Count count, Map<Object, Long> initial, long timeout, long interval) {}

    /** The key of records that belong together. */
    static final Object ALL = "all";

    private final @Nullable Fault fault;
    private final Map<Integer, Trap.Sprung> sprung;
    private final Map<Integer, Set<Integer>> failedOutputs;
    private final Map<Integer, Set<Integer>> outputSlides;
    private final Set<Integer> batches;
    private final Restarts restarts;
    private final Map<List<Integer>, List<Object>> known = new HashMap<>();

    /**
     * A model of a run.
     *
     * @param sprung by the number of a stream, where its trap threw
     * @param failedOutputs by the number of a stream, the batches in which an output above it failed once
     * @param outputSlides by the number of a stream, the slides of the outputs above it
     * @param batches those that run, by their times; the others are merged into the next one
     * @param restarts where a run ends and another goes on
     */
    StreamModel(
            @Nullable Fault fault,
            Map<Integer, Trap.Sprung> sprung,
            Map<Integer, Set<Integer>> failedOutputs,
            Map<Integer, Set<Integer>> outputSlides,
            Set<Integer> batches,
            Restarts restarts) {
        this.batches = batches;
        this.restarts = restarts;
        this.fault = fault;
        this.sprung = sprung;
        this.failedOutputs = failedOutputs;
        this.outputSlides = outputSlides;
    }

    private boolean has(Fault wanted) {
        return fault == wanted;
    }

    private boolean yields(int slide, int batch) {
        return batch % slide == 0 && batches.contains(batch);
    }

    /** The records of a stream in a batch; none where it does not yield. */
    List<Object> at(Node node, int batch) {
        if (!yields(node.slide(), batch)) {
            return List.of();
        }
        List<Integer> place = List.of(node.number(), batch);
        List<Object> records = known.get(place);
        if (records == null) {
            records = Collections.unmodifiableList(node.meaning().at(this, batch));
            known.put(place, records);
        }
        return records;
    }

    @SuppressWarnings("unchecked") // asked of streams of pairs only
    static List<Tuple2<Object, Long>> pairs(List<Object> records) {
        return (List<Tuple2<Object, Long>>) (List<?>) records;
    }

    // ---- windows

    /** The batches of the window that ends with {@code batch}, older ones first. */
    private List<List<Object>> batches(Node parent, int length, int batch) {
        int longer = has(Fault.WINDOW_ONE_SLIDE_LONG) ? parent.slide() : 0;
        List<List<Object>> batches = new ArrayList<>();
        if (has(Fault.NO_PARTIAL_WINDOW) && batch < length) {
            return batches;
        }
        for (int t = Math.max(0, batch - length - longer) + 1; t <= batch; t++) {
            if (yields(parent.slide(), t)
                    && !(has(Fault.WINDOW_CUT_BY_A_RESTART) && restarts.beginsBetween(t, batch))) {
                batches.add(at(parent, t));
            }
        }
        if (has(Fault.NEWER_BATCHES_FIRST)) {
            Collections.reverse(batches);
        }
        return batches;
    }

    /** All records of a window. */
    List<Object> window(Node parent, int length, int batch) {
        List<Object> records = new ArrayList<>();
        batches(parent, length, batch).forEach(records::addAll);
        return records;
    }

    /**
     * The values of each key of a window, by batch.
     *
     * @param together whether all records count as records of one key, {@link #ALL}, and nulls as 0
     */
    List<Object> grouped(Node parent, int length, int batch, boolean together) {
        Map<Object, List<List<@Nullable Long>>> groups = new LinkedHashMap<>();
        for (List<Object> records : batches(parent, length, batch)) {
            Map<Object, List<@Nullable Long>> here = new LinkedHashMap<>();
            for (Tuple2<Object, Long> pair : pairs(records)) {
                here.computeIfAbsent(together ? ALL : pair._1(), key -> new ArrayList<>())
                        .add(together ? (Long) StreamFunctions.value(pair._2()) : pair._2());
            }
            here.forEach((key, values) ->
                    groups.computeIfAbsent(key, any -> new ArrayList<>()).add(values));
        }
        List<Object> all = new ArrayList<>();
        groups.forEach((key, values) -> all.add(new Grouped(key, values)));
        return all;
    }

    /** The values of each key of a window, combined. */
    List<Object> reduced(Node parent, int length, int batch, StreamFunctions.Merge merge, boolean together) {
        List<Object> all = new ArrayList<>();
        for (Object group : grouped(parent, length, batch, together)) {
            List<@Nullable Long> values = new ArrayList<>();
            ((Grouped) group).batches().forEach(values::addAll);
            long combined = StreamFunctions.value(values.get(0));
            for (Long v : values.subList(1, values.size())) {
                combined = merge.of(combined, v);
            }
            all.add(pair(((Grouped) group).key(), combined));
        }
        return all;
    }

    /**
     * The sums of a window as an inverse function gives them: a key that was in an earlier window stays, with 0.
     *
     * @param positive whether values are taken as {@link StreamFunctions#positive}, and keys without any are dropped
     */
    List<Object> inverted(Node parent, int length, int slide, int batch, boolean positive, boolean together) {
        Map<Object, Long> sums = new LinkedHashMap<>();
        for (int t = slide; t <= batch; t += slide) {
            if (!batches.contains(t)) {
                continue;
            }
            Map<Object, Long> before = new HashMap<>(sums);
            sums.replaceAll((key, sum) -> 0L);
            for (Tuple2<Object, Long> pair : pairs(window(parent, length, t))) {
                long v = positive ? StreamFunctions.positive(pair._2()) : StreamFunctions.value(pair._2());
                sums.merge(together ? ALL : pair._1(), v, Long::sum);
            }
            if (has(Fault.LATE_EVICTION_FORGOTTEN) && newest(parent, slide, t).isEmpty()) {
                sums.putAll(before);
            }
            boolean drops = positive ? !has(Fault.FILTER_FORGOTTEN) : has(Fault.NEUTRAL_VALUE_DROPPED);
            if (drops) {
                sums.values().removeIf(sum -> sum == 0);
            }
        }
        return pairsOf(sums);
    }

    private List<Object> newest(Node parent, int slide, int batch) {
        List<Object> records = new ArrayList<>();
        for (int t = batch - slide + 1; t <= batch; t++) {
            records.addAll(at(parent, t));
        }
        return records;
    }

    /** How often each of {@code records} occurs. */
    static List<Object> counted(List<Object> records) {
        Map<Object, Long> counts = new LinkedHashMap<>();
        records.forEach(record -> counts.merge(record, 1L, Long::sum));
        List<Object> all = new ArrayList<>();
        counts.forEach((record, count) -> all.add(Tuple2.of(record, count)));
        return all;
    }

    // ---- state

    private boolean steps(int number, int batch) {
        boolean asked = outputSlides.getOrDefault(number, Set.of()).stream().anyMatch(slide -> batch % slide == 0);
        boolean runs = batches.contains(batch) || has(Fault.MERGED_BATCH_STEPS_TOO);
        return runs && (asked || !has(Fault.STATE_STEPS_WITH_ITS_OUTPUT));
    }

    /** How often the function sees a key in a batch, where once is right. */
    private int calls(int number, int batch, Object key) {
        if (has(Fault.STEP_RUNS_AGAIN)
                && failedOutputs.getOrDefault(number, Set.of()).contains(batch)) {
            return 2;
        }
        Trap.Sprung failure = sprung.get(number);
        if (has(Fault.REPEATED_BATCH_STEPS_TWICE) && restarts.endsWithin(batch)) {
            return 2;
        }
        if (has(Fault.NOT_ROLLED_BACK)
                && failure != null
                && failure.batch() == batch
                && failure.keys().contains(key)) {
            return 2;
        }
        return 1;
    }

    /** The state of {@code updateStateByKey} after a batch. */
    List<Object> updated(int number, Node parent, int batch, StreamFunctions.Update update, Map<Object, Long> initial) {
        Map<Object, Long> state = new LinkedHashMap<>(has(Fault.INITIAL_STATE_FORGOTTEN) ? Map.of() : initial);
        int last = has(Fault.STATE_ONE_BATCH_OLD) ? batch - parent.slide() : batch;
        for (int t = parent.slide(); t <= last; t += parent.slide()) {
            if (!steps(number, t)) {
                continue;
            }
            restart(state, initial, t - parent.slide(), t);
            Map<Object, List<Long>> values = new LinkedHashMap<>();
            for (Tuple2<Object, Long> pair : pairs(at(parent, t))) {
                values.computeIfAbsent(pair._1(), key -> new ArrayList<>()).add(pair._2());
            }
            Set<Object> keys = new LinkedHashSet<>(values.keySet());
            if (!has(Fault.IDLE_KEYS_NOT_CALLED)) {
                keys.addAll(state.keySet());
            }
            for (Object key : keys) {
                for (int call = calls(number, t, key); call > 0; call--) {
                    Optional<Long> next = update.next(
                            t, key, values.getOrDefault(key, List.of()), Optional.ofNullable(state.get(key)));
                    if (next.isPresent()) {
                        state.put(key, next.get());
                    } else if (!has(Fault.REMOVAL_FORGOTTEN)) {
                        state.remove(key);
                    }
                }
            }
        }
        return pairsOf(state);
    }

    private void restart(Map<Object, Long> state, Map<Object, Long> initial, int before, int batch) {
        if (restarts.beginsBetween(before, batch)) {
            if (has(Fault.STATE_LOST_BY_A_RESTART)) {
                state.clear();
            }
            if (has(Fault.INITIAL_STATE_AGAIN_AFTER_A_RESTART)) {
                state.putAll(initial);
            }
        }
    }

    /** What {@code mapWithState} does in a batch. */
    Stepped mapped(int number, Node parent, int batch, Mapping mapping) {
        Map<Object, Long> state =
                new LinkedHashMap<>(has(Fault.INITIAL_STATE_FORGOTTEN) ? Map.of() : mapping.initial());
        Map<Object, Integer> touched = new HashMap<>();
        List<Object> emitted = new ArrayList<>();
        for (int t = parent.slide(); t <= batch; t += parent.slide()) {
            emitted = new ArrayList<>();
            if (!steps(number, t)) {
                continue;
            }
            restart(state, mapping.initial(), t - parent.slide(), t);
            if (has(Fault.TIMEOUT_POSTPONED_BY_A_RESTART) && restarts.beginsBetween(t - parent.slide(), t)) {
                for (Object key : state.keySet()) {
                    touched.put(key, t);
                }
            }
            Set<Object> here = new HashSet<>();
            for (Tuple2<Object, Long> pair : pairs(at(parent, t))) {
                Object key = pair._1();
                for (int call = calls(number, t, key); call > 0; call--) {
                    emitted.addAll(count(state, key, pair._2(), mapping.count()));
                }
                touched.put(key, t);
                here.add(key);
            }
            if (mapping.timeout() > 0) {
                emitted.addAll(timedOut(state, touched, here, t, parent.slide(), mapping));
            }
        }
        return new Stepped(emitted, state);
    }

    private List<Object> count(
            Map<Object, Long> state, Object key, @Nullable Long value, StreamFunctions.Count function) {
        long count = function.next(state.getOrDefault(key, 0L), value);
        if (function.removes(count) && !has(Fault.REMOVAL_FORGOTTEN)) {
            state.remove(key);
        } else {
            state.put(key, count);
        }
        return function.emitted(key, count).<List<Object>>map(List::of).orElse(List.of());
    }

    private List<Object> timedOut(
            Map<Object, Long> state,
            Map<Object, Integer> touched,
            Set<Object> here,
            int batch,
            int slide,
            Mapping mapping) {
        int seen = has(Fault.TIMEOUT_ONE_BATCH_LATE) ? batch - slide : batch;
        List<Object> emitted = new ArrayList<>();
        for (Object key : List.copyOf(state.keySet())) {
            long idle = (seen - touched.getOrDefault(key, 0)) * mapping.interval();
            if (!here.contains(key) && idle >= mapping.timeout()) {
                mapping.count()
                        .last(key, Objects.requireNonNull(state.get(key)))
                        .ifPresent(emitted::add);
                if (!has(Fault.TIMED_OUT_KEY_STAYS)) {
                    state.remove(key);
                }
            }
        }
        return has(Fault.TIMEOUT_IN_SILENCE) ? List.of() : emitted;
    }

    /** The entries of a map as records. */
    static List<Object> pairsOf(Map<Object, Long> state) {
        List<Object> all = new ArrayList<>();
        state.forEach((key, v) -> all.add(pair(key, v)));
        return all;
    }

    @SuppressWarnings("NullAway") // values may be null
    static Tuple2<Object, Long> pair(Object key, @Nullable Long value) {
        return Tuple2.of(key, value);
    }
}
