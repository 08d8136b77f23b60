/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import io.acequia.streaming.PairDStream;
import io.acequia.streaming.State;
import io.acequia.streaming.StateSpec;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.data.Tuple2;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * An operation of a drawn program over pairs, and what must come of it by brute force.
 *
 * @param kind what it does
 * @param length of the window or time-out, in batches
 * @param slide in batches, of what comes out
 */
record SimOp(Kind kind, int length, int slide) {
    /** Sums of {@link Kind#UPDATE} beyond this are forgotten. */
    private static final long MOST = 400;

    private static final int ALL = -1;

    /** The kinds of operations. */
    enum Kind {
        UPDATE,
        MAP,
        SNAPSHOTS,
        WINDOW,
        REDUCED_WINDOW,
        INVERSE_WINDOW,
        FILTERED_WINDOW,
        COUNTED_WINDOW;

        boolean isState() {
            return this == UPDATE || this == MAP || this == SNAPSHOTS;
        }
    }

    // ---- how a program says it

    PairDStream<Integer, Long> on(PairDStream<Integer, Long> parent, Duration interval, String uid) {
        Duration window = interval.multipliedBy(length);
        Duration every = interval.multipliedBy(slide);
        return switch (kind) {
            case UPDATE -> parent.updateStateByKey(SimOp::updated).uid(uid);
            case MAP -> mapped(parent, window, uid).mapToPair(pair -> pair);
            case SNAPSHOTS -> mapped(parent, window, uid).stateSnapshots();
            case WINDOW -> parent.window(window, every).uid(uid);
            case REDUCED_WINDOW ->
                parent.reduceByKeyAndWindow(Long::sum, window, every).uid(uid);
            case INVERSE_WINDOW ->
                parent.reduceByKeyAndWindow(Long::sum, (a, b) -> a - b, window, every)
                        .uid(uid);
            case FILTERED_WINDOW ->
                parent.mapValues(value -> value + 1)
                        .reduceByKeyAndWindow(Long::sum, (a, b) -> a - b, window, every, 2, pair -> pair._2() != 0)
                        .uid(uid);
            case COUNTED_WINDOW ->
                parent.countByWindow(window, every).uid(uid).mapToPair(count -> Tuple2.of(ALL, count));
        };
    }

    private static Optional<Long> updated(List<Long> values, Optional<Long> state) {
        long sum = state.orElse(0L) + 1;
        for (long value : values) {
            sum += value;
        }
        return sum > MOST ? Optional.empty() : Optional.of(sum);
    }

    private static io.acequia.streaming.MapWithStateDStream<Integer, Long, Long, Tuple2<Integer, Long>> mapped(
            PairDStream<Integer, Long> parent, Duration timeout, String uid) {
        return parent.<Long, Tuple2<Integer, Long>>mapWithState(
                        StateSpec.<Integer, Long, Long, Tuple2<Integer, Long>>function(SimOp::step)
                                .timeout(timeout))
                .uid(uid);
    }

    private static Optional<Tuple2<Integer, Long>> step(
            Time time, Integer key, Optional<Long> value, State<Long> state) {
        if (state.isTimingOut()) {
            return Optional.of(Tuple2.of(key, state.get()));
        }
        state.update(state.getOption().orElse(0L) + value.orElse(0L));
        return value.orElse(0L) % 3 == 0 ? Optional.empty() : Optional.of(Tuple2.of(key, value.orElse(0L)));
    }

    // ---- what must come of it

    /**
     * What each batch must hold.
     *
     * @param parent what the stream before holds, in each batch in which it yields
     * @param parentSlide how often that is, in batches
     * @param ran the batches that ran
     */
    NavigableMap<Integer, List<Tuple2<Integer, Long>>> over(
            NavigableMap<Integer, List<Tuple2<Integer, Long>>> parent, int parentSlide, NavigableSet<Integer> ran) {
        NavigableMap<Integer, List<Tuple2<Integer, Long>>> batches = new TreeMap<>();
        Map<Integer, Long> state = new HashMap<>();
        Map<Integer, Integer> touched = new HashMap<>();
        NavigableSet<Integer> seen = new TreeSet<>();
        for (int batch : ran) {
            if (batch % slide != 0 || batch % parentSlide != 0) {
                continue;
            }
            List<Tuple2<Integer, Long>> here = parent.getOrDefault(batch, List.of());
            List<Tuple2<Integer, Long>> window = new ArrayList<>();
            parent.subMap(batch - length, false, batch, true).values().forEach(window::addAll);
            batches.put(
                    batch,
                    switch (kind) {
                        case UPDATE -> update(state, here);
                        case MAP -> map(state, touched, here, batch);
                        case SNAPSHOTS -> {
                            map(state, touched, here, batch);
                            yield pairs(state);
                        }
                        case WINDOW -> window;
                        case REDUCED_WINDOW -> pairs(sums(window, List.of()));
                        case FILTERED_WINDOW -> {
                            window.replaceAll(pair -> Tuple2.of(pair._1(), pair._2() + 1));
                            yield pairs(sums(window, List.of()));
                        }
                        case INVERSE_WINDOW -> {
                            window.forEach(pair -> seen.add(pair._1()));
                            yield pairs(sums(window, seen));
                        }
                        case COUNTED_WINDOW -> List.of(Tuple2.of(ALL, (long) window.size()));
                    });
        }
        return batches;
    }

    private static List<Tuple2<Integer, Long>> update(Map<Integer, Long> state, List<Tuple2<Integer, Long>> here) {
        Map<Integer, List<Long>> values = new HashMap<>();
        state.keySet().forEach(key -> values.put(key, new ArrayList<>()));
        here.forEach(pair ->
                values.computeIfAbsent(pair._1(), key -> new ArrayList<>()).add(pair._2()));
        values.forEach((key, added) -> updated(added, Optional.ofNullable(state.get(key)))
                .ifPresentOrElse(sum -> state.put(key, sum), () -> state.remove(key)));
        return pairs(state);
    }

    private List<Tuple2<Integer, Long>> map(
            Map<Integer, Long> state, Map<Integer, Integer> touched, List<Tuple2<Integer, Long>> here, int batch) {
        List<Tuple2<Integer, Long>> emitted = new ArrayList<>();
        for (Tuple2<Integer, Long> pair : here) {
            state.merge(pair._1(), pair._2(), Long::sum);
            touched.put(pair._1(), batch);
            if (pair._2() % 3 != 0) {
                emitted.add(pair);
            }
        }
        for (int key : List.copyOf(state.keySet())) {
            if (batch - touched.getOrDefault(key, batch) >= length) {
                emitted.add(Tuple2.of(key, state.remove(key)));
            }
        }
        return emitted;
    }

    private static Map<Integer, Long> sums(List<Tuple2<Integer, Long>> window, Collection<Integer> atLeast) {
        Map<Integer, Long> sums = new HashMap<>();
        atLeast.forEach(key -> sums.put(key, 0L));
        window.forEach(pair -> sums.merge(pair._1(), pair._2(), Long::sum));
        return sums;
    }

    private static List<Tuple2<Integer, Long>> pairs(Map<Integer, Long> map) {
        List<Tuple2<Integer, Long>> pairs = new ArrayList<>();
        map.forEach((key, value) -> pairs.add(Tuple2.of(key, value)));
        return pairs;
    }
}
