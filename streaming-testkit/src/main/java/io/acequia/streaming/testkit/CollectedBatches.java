/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import io.acequia.streaming.data.Time;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What an output was given, by the time of the batch: a batch that comes again, after a failure or a restart, replaces its
 * first run and is counted. Safe for use by any thread.
 */
final class CollectedBatches {
    private final Map<Time, List<Object>> batches = new TreeMap<>();
    private final Map<Time, Integer> runs = new TreeMap<>();

    synchronized void put(Time time, List<?> records) {
        batches.put(time, Collections.unmodifiableList(new ArrayList<>(records)));
        runs.merge(time, 1, Integer::sum);
    }

    /** In the order of their times. */
    synchronized List<List<Object>> inOrder() {
        return new ArrayList<>(batches.values());
    }

    /** How often each batch came. */
    synchronized Map<Time, Integer> runs() {
        return new TreeMap<>(runs);
    }
}
