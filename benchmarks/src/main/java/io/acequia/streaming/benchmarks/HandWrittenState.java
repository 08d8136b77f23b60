/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.function.Function2;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Running counts written by hand for two threads: each has a {@code HashMap} of its half of the keys.
 *
 * <p>A loop over a large map is two to three times as fast when entries, keys and counts happen to lie in memory in the order of
 * the map, which the collector may bring about when it moves them. That is no matter of chance here: they lie as they were put,
 * in the order of the keys' numbers, or by {@link #inOrderOfTheMap} in the order of the map.
 */
final class HandWrittenState implements AutoCloseable {
    private final TwoThreads threads = new TwoThreads();
    private final List<Map<String, Long>> states = HandWrittenCounts.maps();

    HandWrittenState(int keys) {
        Heap.collect();
        for (int i = 0; i < keys; i++) {
            String key = StateKeys.key(i);
            states.get(HandWrittenCounts.ownerOf(key)).put(key, StateKeys.FIRST_COUNT);
        }
        Heap.collect();
    }

    /** The same state, put once more in the order of the loop over it. */
    static HandWrittenState inOrderOfTheMap(int keys) {
        HandWrittenState ordered = new HandWrittenState(keys);
        ordered.states.replaceAll(state -> {
            Map<String, Long> copy = new HashMap<>();
            state.forEach((key, count) -> copy.put(String.valueOf(key.toCharArray()), StateKeys.FIRST_COUNT));
            return copy;
        });
        Heap.collect();
        return ordered;
    }

    /** Touches the keys of the updates alone, and gives a pair for each; the sum of those, for each batch. */
    long merging(List<List<String>> batches) throws Exception {
        long sum = 0;
        for (List<String> updates : batches) {
            long[] sums = new long[TwoThreads.COUNT];
            threads.run(thread -> sums[thread] =
                    SteppedCounts.sum(merge(updates, thread, states.get(thread)).iterator()));
            sum += sums[0] + sums[1];
        }
        return sum;
    }

    private static List<Tuple2<String, Long>> merge(List<String> updates, int thread, Map<String, Long> state) {
        List<Tuple2<String, Long>> updated = new ArrayList<>();
        for (String key : updates) {
            if (HandWrittenCounts.ownerOf(key) == thread) {
                updated.add(Tuple2.of(key, state.merge(key, 1L, Long::sum)));
            }
        }
        return updated;
    }

    /** Calls {@code f} for every key in each batch; how many keys there were. */
    long updating(List<List<String>> batches, Function2<List<Long>, Optional<Long>, Optional<Long>> f)
            throws Exception {
        long keys = 0;
        for (List<String> updates : batches) {
            threads.run(thread -> update(states.get(thread), came(updates, thread), f));
            keys += states.get(0).size() + states.get(1).size();
        }
        return keys;
    }

    private static Map<String, List<Long>> came(List<String> updates, int thread) {
        Map<String, List<Long>> came = new HashMap<>();
        for (String key : updates) {
            if (HandWrittenCounts.ownerOf(key) == thread) {
                came.computeIfAbsent(key, k -> new ArrayList<>()).add(1L);
            }
        }
        return came;
    }

    /** What is left of {@code came} after the loop belongs to keys that had no state. */
    private static void update(
            Map<String, Long> state,
            Map<String, List<Long>> came,
            Function2<List<Long>, Optional<Long>, Optional<Long>> f)
            throws Exception {
        Iterator<Map.Entry<String, Long>> entries = state.entrySet().iterator();
        while (entries.hasNext()) {
            Map.Entry<String, Long> entry = entries.next();
            List<Long> values = came.remove(entry.getKey());
            Optional<Long> count = f.call(values == null ? List.of() : values, Optional.of(entry.getValue()));
            if (count.isPresent()) {
                entry.setValue(count.get());
            } else {
                entries.remove();
            }
        }
        for (Map.Entry<String, List<Long>> entry : came.entrySet()) {
            f.call(entry.getValue(), Optional.empty()).ifPresent(count -> state.put(entry.getKey(), count));
        }
    }

    /** All counts. */
    Map<String, Long> counts() {
        Map<String, Long> counts = new HashMap<>();
        states.forEach(counts::putAll);
        return counts;
    }

    @Override
    public void close() {
        threads.close();
    }
}
