/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import io.acequia.streaming.PairDStream;
import io.acequia.streaming.function.Function2;
import io.acequia.streaming.testkit.Drawn.Building;
import io.acequia.streaming.testkit.Drawn.Extent;
import io.acequia.streaming.testkit.Drawn.Input;
import io.acequia.streaming.testkit.Drawn.Sink;
import io.acequia.streaming.testkit.Drawn.Step;
import io.acequia.streaming.testkit.RandomStreams.Feature;
import io.acequia.streaming.testkit.StreamFunctions.Merge;
import io.acequia.streaming.testkit.StreamModel.Meaning;
import io.acequia.streaming.testkit.StreamModel.Node;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * What the operations of a random program are drawn from: the streams so far and what is known of them, each with its model.
 * The same seed draws the same.
 */
class DrawnSteps {
    private static final int LEAST_BATCHES = 5;
    static final int MOST_BATCHES = 30;
    private static final int MOST_BATCHES_FLOODED = 9;
    private static final int MOST_SLIDE = 6;
    private static final int MOST_CALLS = 40;
    static final int MOST_FAILURES = 3;

    final long seed;
    final Random random;
    final List<Input> inputs = new ArrayList<>();
    final List<Step> steps = new ArrayList<>();
    final List<Sink> sinks = new ArrayList<>();
    final Set<Feature> features = EnumSet.noneOf(Feature.class);
    final int batches;
    final List<Integer> times = new ArrayList<>();
    final Restarts restarts;
    final long interval;
    /** Whether so many keys come at once that a state over them must go to disk. */
    final boolean flooded;

    final boolean words;
    final int silenceFrom;
    final int silenceTo;
    final Set<Integer> windowed = new HashSet<>();
    final Set<Integer> stateful = new HashSet<>();
    final Set<Integer> nullable = new HashSet<>();
    int failuresLeft = MOST_FAILURES;

    DrawnSteps(long seed) {
        this.seed = seed;
        this.random = new Random(seed * 0x9E3779B97F4A7C15L);
        this.flooded = random.nextInt(16) == 0;
        int most = flooded ? MOST_BATCHES_FLOODED : MOST_BATCHES;
        this.batches = LEAST_BATCHES + random.nextInt(most - LEAST_BATCHES + 1);
        boolean merged = !flooded && random.nextInt(8) == 0;
        for (int time = 1; time <= batches; time += merged && random.nextInt(3) == 0 ? 2 + random.nextInt(6) : 1) {
            times.add(time);
        }
        this.restarts = merged ? Restarts.NONE : Restarts.draw(seed, batches);
        times.removeIf(restarts::merges);
        this.interval = List.of(1_000L, 250L, 10L).get(random.nextInt(3));
        this.words = random.nextBoolean();
        boolean silence = batches >= 12 && random.nextBoolean();
        this.silenceFrom = silence ? 3 + random.nextInt(batches / 3) : 0;
        this.silenceTo = silence ? silenceFrom + batches / 2 : 0;
    }

    long value(int values) {
        return random.nextInt(values + values / 2) - values / 2;
    }

    Object key(int number) {
        return words ? "k" + number : (Object) number;
    }

    Node parent() {
        List<Step> pairs = steps.stream().filter(Step::pairs).toList();
        int from = random.nextBoolean() ? pairs.size() - 1 : 0;
        return pairs.get(from + random.nextInt(pairs.size() - from)).node();
    }

    /** The stream without nulls, which cannot be combined. */
    PairDStream<Object, Long> numbers(StreamExecution execution, Node parent) {
        PairDStream<Object, Long> pairs = execution.pairs(parent);
        return nullable.contains(parent.number()) ? pairs.mapValues(StreamFunctions::value) : pairs;
    }

    Extent extent(Node parent) {
        int length = (1 + random.nextInt(5)) * parent.slide();
        int most = Math.max(1, MOST_SLIDE / parent.slide());
        boolean often = random.nextInt(5) < (stateful.contains(parent.number()) ? 2 : 3);
        int slides = often ? 1 : Math.min(most, 1 + random.nextInt(3));
        return new Extent(length, slides * parent.slide());
    }

    Merge merge(Node parent) {
        return Merge.values()[random.nextInt(parent.ordered() ? 3 : 2)];
    }

    /** At most 4; 0 is the default. */
    int partitions(int least) {
        return flooded ? 1 : least + random.nextInt(5 - least);
    }

    Map<Object, Long> initial() {
        Map<Object, Long> initial = new LinkedHashMap<>();
        for (int i = 1 + random.nextInt(6); i > 0; i--) {
            initial.put(key(random.nextInt(8)), 1L + random.nextInt(3));
        }
        return initial;
    }

    static String in(int n) {
        return n == 0 ? "" : ", in " + n;
    }

    static String starting(Map<Object, Long> initial) {
        return initial.isEmpty() ? "" : ", from " + initial;
    }

    Duration time(int batches) {
        return Duration.ofMillis(batches * interval);
    }

    static Function2<Long, Long, Long> trapped(Trap trap, Merge merge) {
        return (a, b) -> {
            trap.step();
            return merge.of(a, b);
        };
    }

    // The steps

    /** What is known of a stream that is being made. */
    final class Made {
        final int slide;
        final Set<Integer> others = new HashSet<>();
        boolean ordered;
        boolean pairs = true;
        boolean unique;
        boolean state;
        boolean window;
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

    void addWhen(boolean present, Feature feature) {
        if (present) {
            features.add(feature);
        }
    }

    void windowed(Feature feature, Node parent, String text, Made made, Building building, Meaning meaning) {
        features.add(feature);
        windowed.add(steps.size());
        made.window = true;
        addWhen(stateful.contains(parent.number()), Feature.WINDOW_OF_STATE);
        add(parent.number(), text, made, building, meaning);
    }

    void stateful(Node parent, String text, Made made, Building building, Meaning meaning) {
        stateful.add(steps.size());
        addWhen(windowed.contains(parent.number()), Feature.STATE_OF_WINDOW);
        add(parent.number(), text, made, building, meaning);
    }

    void add(int parent, String text, Made made, Building building, Meaning meaning) {
        int number = steps.size();
        Set<Integer> parents = new HashSet<>(made.others);
        if (parent < number) {
            parents.add(parent);
        }
        for (int direct : List.copyOf(parents)) {
            parents.addAll(steps.get(direct).parents());
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
                made.window,
                made.trap,
                building));
    }

    static void addWhenPresent(Set<Integer> numbers, int parent, int child) {
        if (numbers.contains(parent)) {
            numbers.add(child);
        }
    }
}
