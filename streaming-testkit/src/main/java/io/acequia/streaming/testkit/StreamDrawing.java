/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import io.acequia.streaming.StreamingConf.FailurePolicy;
import io.acequia.streaming.testkit.Drawn.Input;
import io.acequia.streaming.testkit.Drawn.Sink;
import io.acequia.streaming.testkit.Drawn.Step;
import io.acequia.streaming.testkit.RandomStreams.Fault;
import io.acequia.streaming.testkit.RandomStreams.Feature;
import io.acequia.streaming.testkit.RandomStreams.Program;
import io.acequia.streaming.testkit.StreamModel.Node;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Draws a program: its settings, inputs, operations and outputs. */
final class StreamDrawing extends DrawnStates {
    private static final int MOST_OPERATIONS = 4;
    private static final int MANY_KEYS = 60;
    private static final int FLOOD_KEYS = 1_800;

    StreamDrawing(long seed) {
        super(seed);
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
        boolean merged = restarts.isEmpty() && times.size() < batches;
        if (merged) {
            settings.put("streaming.backlog.policy", "merge");
            features.add(Feature.MERGED_BATCHES);
        }
        Duration backOff = Duration.ofMillis(merged ? 0 : random.nextInt(2));
        if (!restarts.isEmpty()) {
            backOff = Duration.ZERO;
            features.addAll(restarts.features());
        }
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
        addWhen(restarts.deadly() && features.contains(Feature.TASK_FAILS), Feature.TASK_DIES);
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

    private void outputs() {
        Set<Integer> inner = new HashSet<>();
        steps.forEach(step -> inner.addAll(step.parents()));
        for (Step step : steps) {
            boolean second = step.state() && random.nextInt(3) == 0;
            if (!inner.contains(step.node().number()) || second) {
                sinks.add(sink(step.node()));
            }
        }
        Collections.shuffle(sinks, random);
        for (Step step : steps) {
            List<Sink> above = sinks.stream().filter(isAbove(step)).toList();
            addWhen(step.state() && above.size() > 1, Feature.STATE_WITH_TWO_OUTPUTS);
            addWhen(
                    step.state()
                            && above.stream()
                                    .allMatch(sink -> sink.slide() > step.node().slide()),
                    Feature.STATE_WITH_LARGER_SLIDES_ONLY);
        }
    }

    private Predicate<Sink> isAbove(Step step) {
        int number = step.node().number();
        return sink ->
                sink.stream() == number || steps.get(sink.stream()).parents().contains(number);
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
