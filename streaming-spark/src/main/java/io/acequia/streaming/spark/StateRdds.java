/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import io.acequia.streaming.data.Time;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.engine.Downstream;
import io.acequia.streaming.engine.Roots;
import io.acequia.streaming.engine.StateChange;
import io.acequia.streaming.engine.StateOperator;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.Partition;
import org.apache.spark.SparkContext;
import org.apache.spark.rdd.RDD;
import org.jspecify.annotations.Nullable;
import scala.collection.immutable.Seq;

/** The RDDs of keyed state. Each reads older layers as persisted partitions, so none has its predecessors in its lineage. */
final class StateRdds {
    private StateRdds() {}

    /**
     * What is below a step.
     *
     * @param base all of an older version, when not all partitions of it were computed; the step does that
     * @param layers what later steps changed, the oldest first
     */
    record Below<K, S>(@Nullable Base<K, S> base, List<StateVersion> layers) implements java.io.Serializable {
        Below {
            layers = new ArrayList<>(layers);
        }

        /** The layers of a partition, the newest first, and how many keys have a state in them. */
        Opened<K, S> open(int partition, SparkTask task) throws Exception {
            List<StateLayer<K, S>> opened = new ArrayList<>();
            long keys = 0;
            if (base != null) {
                StateVersion.Outcome<K, S, Object> outcome =
                        StepRdd.read(base, new Parts.Number(partition), task).next();
                opened.add(outcome.changes());
                keys = outcome.keys();
            }
            for (StateVersion layer : layers) {
                Optional<StateVersion.Outcome<K, S, Object>> outcome = layer.read(partition);
                if (outcome.isPresent()) {
                    opened.add(outcome.get().changes());
                    keys = outcome.get().keys();
                }
            }
            Collections.reverse(opened);
            return new Opened<>(opened, keys);
        }
    }

    record Opened<K, S>(List<StateLayer<K, S>> layers, long keys) {}

    /** All of a state at some version, in one layer. */
    static final class Base<K, S> extends StepRdd<StateVersion.Outcome<K, S, Object>> {
        private static final long serialVersionUID = 1;

        private final int count;
        private final Below<K, S> below;

        Base(SparkContext spark, Site site, int count, List<StateVersion> layers) {
            super(spark, site, Scala.seq(List.of()));
            this.count = count;
            this.below = new Below<>(null, layers);
        }

        @Override
        public Partition[] getPartitions() {
            return Parts.numbers(count);
        }

        @Override
        Iterator<StateVersion.Outcome<K, S, Object>> open(Partition partition, SparkTask task) throws Exception {
            Opened<K, S> opened = below.open(partition.index(), task);
            List<StateLayer<K, S>> oldestFirst = new ArrayList<>(opened.layers);
            Collections.reverse(oldestFirst);
            StateLayer<K, S> all = new StateLayer<>(StateLayer.merged(oldestFirst, true));
            return List.of(new StateVersion.Outcome<K, S, Object>(all, List.of(), opened.keys))
                    .iterator();
        }

        @Override
        public Seq<String> getPreferredLocations(Partition partition) {
            return preferred(below, partition);
        }
    }

    private static Seq<String> preferred(Below<?, ?> below, Partition partition) {
        for (int i = below.layers.size() - 1; i >= 0; i--) {
            StateVersion layer = below.layers.get(i);
            if (layer.has(partition.index())) {
                return Scala.seq(KeptBlocks.hosts(layer.rdd(), partition.index()));
            }
        }
        return below.base == null
                ? Scala.seq(List.of())
                : Scala.seq(KeptBlocks.hosts(below.base.id(), partition.index()));
    }

    /** A step: the one record of a partition is what came out of it. */
    static final class Step<K, V, S, R> extends StepRdd<StateVersion.Outcome<K, S, R>> {
        private static final long serialVersionUID = 1;

        private final String uid;
        private final Time time;
        private final RDD<Tuple2<K, V>> input;
        private final StateOperator<K, V, S, R> operator;
        private final Below<K, S> below;

        Step(
                Site site,
                String uid,
                Time time,
                RDD<Tuple2<K, V>> input,
                StateOperator<K, V, S, R> operator,
                Below<K, S> below) {
            super(
                    input.sparkContext(),
                    site,
                    below.base == null ? Scala.oneToOne(input) : Scala.oneToOne(input, below.base));
            this.uid = uid;
            this.time = time;
            this.input = input;
            this.operator = operator;
            this.below = below;
        }

        @Override
        public Partition[] getPartitions() {
            return input.partitions();
        }

        @Override
        public Seq<String> getPreferredLocations(Partition partition) {
            return preferred(below, partition);
        }

        @Override
        Iterator<StateVersion.Outcome<K, S, R>> open(Partition partition, SparkTask task) throws Exception {
            Opened<K, S> opened = below.open(partition.index(), task);
            StateWork<K, S> work = new StateWork<>(uid, task, opened.layers, opened.keys);
            List<R> results = new ArrayList<>();
            Iterator<Tuple2<K, V>> records = read(input, partition, task);
            try {
                operator.apply(task, time, records, work, new Downstream<>() {
                    @Override
                    public void begin() {}

                    @Override
                    public void accept(R record) {
                        results.add(record);
                    }

                    @Override
                    public void end() {}
                });
            } finally {
                Roots.close(records);
            }
            return List.of(new StateVersion.Outcome<>(new StateLayer<>(work.changes()), results, work.keys()))
                    .iterator();
        }
    }

    /** What a step pushed; who reads it tells the driver how many keys have a state. */
    static final class Results<K, S, R> extends StepRdd<R> {
        private static final long serialVersionUID = 1;

        private final RDD<StateVersion.Outcome<K, S, R>> step;
        private final long state;
        private final long time;

        /** The results of a step of this state, by its number, to this time. */
        Results(Site site, RDD<StateVersion.Outcome<K, S, R>> step, long state, long time) {
            super(step.sparkContext(), site, Scala.oneToOne(step));
            this.step = step;
            this.state = state;
            this.time = time;
        }

        @Override
        public Partition[] getPartitions() {
            return step.partitions();
        }

        @Override
        Iterator<R> open(Partition partition, SparkTask task) throws Exception {
            StateVersion.Outcome<K, S, R> outcome = read(step, partition, task).next();
            task.count(new SparkState.Told(state, time, partition.index()).name(), outcome.keys());
            return outcome.results().iterator();
        }
    }

    /** What a reader makes of a key. */
    interface Form<K, S, R> extends java.io.Serializable {
        R of(K key, @Nullable S state, long due);

        static <K, S> Form<K, S, Tuple2<K, S>> state() {
            return (key, state, due) -> new Tuple2<>(key, java.util.Objects.requireNonNull(state));
        }

        static <K, S> Form<K, S, StateChange<K, S>> change() {
            return (key, state, due) -> new StateChange<>(key, state, due == StateLayer.NEVER ? null : new Time(due));
        }
    }

    /** A version as its keys and states, or what layers changed. */
    static final class Reading<K, S, R> extends StepRdd<R> {
        private static final long serialVersionUID = 1;

        private final int count;
        private final List<StateVersion> asked;
        private final List<StateVersion> layers;
        private final boolean all;
        private final Form<K, S, R> form;

        /**
         * Reads layers.
         *
         * @param asked versions that must be there
         * @param layers the oldest first
         * @param all whether the layers are all of a version
         */
        Reading(
                SparkContext spark,
                Site site,
                int count,
                List<StateVersion> asked,
                List<StateVersion> layers,
                boolean all,
                Form<K, S, R> form) {
            super(spark, site, Scala.seq(List.of()));
            this.count = count;
            this.asked = new ArrayList<>(asked);
            this.layers = new ArrayList<>(layers);
            this.all = all;
            this.form = form;
        }

        @Override
        public Partition[] getPartitions() {
            return Parts.numbers(count);
        }

        @Override
        Iterator<R> open(Partition partition, SparkTask task) {
            int p = partition.index();
            for (StateVersion version : asked) {
                if (version.isForgotten() || !version.has(p)) {
                    throw version.missing();
                }
            }
            List<StateLayer<K, S>> opened = new ArrayList<>();
            for (StateVersion layer : layers) {
                layer.<K, S, Object>read(p).ifPresent(outcome -> opened.add(outcome.changes()));
            }
            List<R> removals = new ArrayList<>();
            List<R> states = new ArrayList<>();
            for (Map.Entry<K, StateLayer.Held<S>> entry :
                    StateLayer.merged(opened, all).entrySet()) {
                StateLayer.Held<S> held = entry.getValue();
                (held.state() == null ? removals : states).add(form.of(entry.getKey(), held.state(), held.due()));
            }
            removals.addAll(states);
            return removals.iterator();
        }
    }

    /** A version that is not there: refused when it is read. */
    static final class Missing<R> extends StepRdd<R> {
        private static final long serialVersionUID = 1;

        private final int count;
        private final String uid;
        private final Time time;

        Missing(SparkContext spark, Site site, int count, String uid, Time time) {
            super(spark, site, Scala.seq(List.of()));
            this.count = count;
            this.uid = uid;
            this.time = time;
        }

        @Override
        public Partition[] getPartitions() {
            return Parts.numbers(count);
        }

        @Override
        Iterator<R> open(Partition partition, SparkTask task) {
            throw StateVersion.missing(uid, time);
        }
    }
}
