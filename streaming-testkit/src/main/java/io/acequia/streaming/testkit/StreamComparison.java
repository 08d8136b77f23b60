/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.testkit.Drawn.Sink;
import io.acequia.streaming.testkit.Drawn.Step;
import io.acequia.streaming.testkit.RandomStreams.Program;
import io.acequia.streaming.testkit.StreamModel.Grouped;
import io.acequia.streaming.testkit.StreamModel.Node;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Compares what the outputs of a run were given with a model of it, and that the right batches ran. */
final class StreamComparison {
    private final StreamExecution execution;
    private final Program program;
    private final StreamModel model;

    StreamComparison(StreamExecution execution) {
        this.execution = execution;
        this.program = execution.program;
        this.model = model(execution.ran);
    }

    private StreamModel model(Set<Integer> ran) {
        Map<Integer, Trap.Sprung> sprung = new HashMap<>();
        execution.traps.forEach((stream, trap) -> {
            Trap.Sprung where = trap.sprung();
            if (where != null) {
                sprung.put(stream, where);
            }
        });
        Map<Integer, Set<Integer>> failed = new HashMap<>();
        Map<Integer, Set<Integer>> slides = new HashMap<>();
        for (Sink sink : program.sinks) {
            Set<Integer> below = new HashSet<>(program.steps.get(sink.stream()).parents());
            below.add(sink.stream());
            for (int stream : below) {
                failed.computeIfAbsent(stream, any -> new HashSet<>()).add(sink.failsAt());
                slides.computeIfAbsent(stream, any -> new HashSet<>()).add(sink.slide());
            }
        }
        return new StreamModel(program.fault, sprung, failed, slides, Set.copyOf(ran), program.restarts);
    }

    /** Compares every batch of every output. */
    void compare() {
        for (SinkRecords sink : execution.collected) {
            Map<Integer, List<Object>> left = new TreeMap<>(sink.records);
            Node node = program.steps.get(sink.sink.stream()).node();
            for (int batch : execution.ran) {
                if (batch % node.slide() == 0) {
                    compare(sink.sink + ": batch " + batch, model.at(node, batch), left.remove(batch));
                }
            }
            check(sink.sink + ": other batches", Map.of(), left);
        }
        for (int batch : program.times) {
            if (!execution.ran.contains(batch)) {
                mayBeSkipped(batch);
            }
        }
    }

    /** A batch that did not run was missed, has no input, and would change no window of the input. */
    private void mayBeSkipped(int batch) {
        String place = "batch " + batch + " that did not run: ";
        check(place + "missed while down", true, program.restarts.misses(batch));
        program.inputs.forEach(input ->
                check(place + "#" + input.number(), List.of(), input.batches().get(batch - 1)));
        Set<Integer> withIt = new HashSet<>(execution.ran);
        withIt.add(batch);
        StreamModel ifRun = model(withIt);
        for (Step step : program.steps) {
            Node node = step.node();
            boolean ofState = step.parents().stream()
                    .anyMatch(parent -> program.steps.get(parent).state());
            if (step.window() && !ofState && batch % node.slide() == 0) {
                execution.ran.headSet(batch, false).descendingSet().stream()
                        .filter(earlier -> earlier % node.slide() == 0)
                        .findFirst()
                        .ifPresent(earlier ->
                                compare(place + step.text(), ifRun.at(node, earlier), ifRun.at(node, batch)));
            }
        }
    }

    private void compare(String place, List<Object> expected, @Nullable List<Object> actual) {
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
                + (from < values.size() ? values.subList(from, values.size()).toString() : "") + ")";
    }

    private void check(String what, Object expected, @Nullable Object actual) {
        if (!Objects.equals(expected, actual)) {
            throw new AssertionError(program + "\n" + what + "\n  must be " + expected + "\n  but was " + actual);
        }
    }
}
