/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import io.acequia.streaming.Output;
import io.acequia.streaming.data.Time;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/**
 * A system elsewhere that keeps what outputs write, each partition of each batch under its key. A key that comes again must
 * bring the same; what it brings is not taken twice. Nothing reaches it from a machine that is off. Safe for any thread.
 */
final class SimSink {
    private final BooleanSupplier isReached;
    private final boolean idempotent;
    private final Map<Output.Key, List<Object>> kept = new LinkedHashMap<>();
    private final Map<String, NavigableMap<Time, Integer>> asked = new HashMap<>();
    private final Map<String, Integer> toFail = new HashMap<>();
    private final List<String> conflicts = new ArrayList<>();
    private int again;

    /**
     * An empty one.
     *
     * @param isReached whether the machine is on
     * @param idempotent whether a key is taken once; a sink that is not is a mistake that a rig must notice
     */
    SimSink(BooleanSupplier isReached, boolean idempotent) {
        this.isReached = isReached;
        this.idempotent = idempotent;
    }

    /** An output asked for a batch; perhaps again. */
    synchronized void begin(String output, Time time) throws IOException {
        mustBeReached();
        asked.computeIfAbsent(output, o -> new TreeMap<>()).merge(time, 1, Integer::sum);
    }

    /** Takes one partition; what depends on no order is told apart by its records alone. */
    synchronized void write(Output.Key key, List<?> rows, boolean ordered) throws IOException {
        mustBeReached();
        Integer left = toFail.get(key.output());
        if (left != null && left > 0) {
            toFail.put(key.output(), left - 1);
            throw new IOException("the sink fails, as it was told");
        }
        List<Object> content = new ArrayList<>(rows);
        if (!ordered) {
            content.sort((a, b) -> String.valueOf(a).compareTo(String.valueOf(b)));
        }
        List<Object> before = kept.get(key);
        if (before == null) {
            kept.put(key, content);
            return;
        }
        again++;
        if (!idempotent) {
            before.addAll(content);
        } else if (!before.equals(content)) {
            conflicts.add(key + " brought " + before + ", and then " + content);
        }
    }

    private void mustBeReached() throws IOException {
        if (!isReached.getAsBoolean()) {
            throw new IOException("the machine is off");
        }
    }

    /** The next so many writes of an output fail. */
    synchronized void fail(String output, int writes) {
        toFail.put(output, writes);
    }

    /** What an output wrote, by batch; nothing for an output that never did. */
    synchronized NavigableMap<Time, List<Object>> of(String output) {
        NavigableMap<Time, List<Object>> batches = new TreeMap<>();
        kept.forEach((key, rows) -> {
            if (key.output().equals(output)) {
                batches.computeIfAbsent(key.time(), t -> new ArrayList<>()).addAll(rows);
            }
        });
        return batches;
    }

    /** How often an output asked for each batch. */
    synchronized NavigableMap<Time, Integer> asked(String output) {
        return new TreeMap<>(asked.getOrDefault(output, new TreeMap<>()));
    }

    /** Keys that came again with something else. */
    synchronized List<String> conflicts() {
        return List.copyOf(conflicts);
    }

    /** How many keys came again. */
    synchronized int again() {
        return again;
    }
}
