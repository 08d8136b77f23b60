/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import io.acequia.streaming.data.Partitioner;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.engine.Dataset;
import io.acequia.streaming.engine.StateChange;
import io.acequia.streaming.engine.StateDataset;
import io.acequia.streaming.engine.StateOperator;
import io.acequia.streaming.internal.engines.Refusals;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.spark.SparkContext;
import org.apache.spark.rdd.RDD;
import org.apache.spark.storage.BlockStatus;
import org.apache.spark.storage.StorageLevel;
import org.jspecify.annotations.Nullable;

/**
 * Keyed state on Spark: a version is the layers below it and one of its own with what its step changed, each a persisted RDD that
 * nobody changes. About every ten versions all layers become one, so a look-up goes through few.
 *
 * <p><b>Threads.</b> Any, under the lock of the object; steps are asked for in the order of time. A partition has made a step
 * when a task says so that has succeeded, or when Spark keeps what came out of it: the driver looks before and after each job. From then
 * on it is never made again, even when it is lost.
 *
 * <p><b>What survives a failure.</b> A step that failed has changed nothing. A layer that was lost with its machine is not computed
 * again, since what it was made of is gone; on a cluster Spark keeps two copies of each, and when both are lost the job fails and starts
 * from its checkpoint.
 *
 * <p><b>Why not</b> a lineage from version to version: it would grow with each batch, and a task carries all of it.
 */
final class SparkState<K, S> implements StateDataset<K, S> {
    private static final int MOST_LAYERS = 10;
    private static final AtomicLong NUMBERS = new AtomicLong();

    private final SparkEngine engine;
    private final SparkContext spark;
    private final Site site;
    private final String uid;
    private final Partitioner partitioner;
    private final int partitions;
    private final StorageLevel level;
    private final long number = NUMBERS.incrementAndGet();
    private final NavigableMap<Time, Made> made = new TreeMap<>();
    private final Map<StateVersion, RDD<?>> kept = new IdentityHashMap<>();
    private final long[] keys;
    private @Nullable Made base;

    /**
     * A version or base.
     *
     * @param layers all that it consists of, the oldest first, itself the last; of a base what it is made of, and itself
     */
    private record Made(StateVersion version, RDD<?> rdd, List<StateVersion> layers, @Nullable Dataset<?> step) {}

    /**
     * What a task counts: the keys of a partition, which has made its step.
     *
     * @param state number of the state
     * @param time of the version
     * @param partition of the state; that of the task may be another one, as in a union
     */
    record Told(long state, long time, int partition) {
        private static final String PREFIX = "acequia.state/";

        String name() {
            return PREFIX + state + "/" + time + "/" + partition;
        }

        static Optional<Told> of(String name) {
            if (!name.startsWith(PREFIX)) {
                return Optional.empty();
            }
            String[] parts = name.substring(PREFIX.length()).split("/", -1);
            return Optional.of(
                    new Told(Long.parseLong(parts[0]), Long.parseLong(parts[1]), Integer.parseInt(parts[2])));
        }
    }

    SparkState(SparkEngine engine, SparkContext spark, Site site, String uid, Partitioner partitioner) {
        this.engine = engine;
        this.spark = spark;
        this.site = site;
        this.uid = uid;
        this.partitioner = partitioner;
        this.partitions = partitioner.numPartitions();
        this.keys = new long[partitions];
        this.level = engine.copies() == 1 ? StorageLevel.MEMORY_AND_DISK() : StorageLevel.MEMORY_AND_DISK_2();
    }

    long number() {
        return number;
    }

    @Override
    public Partitioner partitioner() {
        return partitioner;
    }

    @Override
    public synchronized Optional<Time> newest() {
        look();
        for (Made each : made.descendingMap().values()) {
            if (each.version.isWhole()) {
                return Optional.of(each.version.time());
            }
        }
        return Optional.empty();
    }

    @Override
    @SuppressWarnings("unchecked") // the step of a time has one type
    public synchronized <V, R> Dataset<R> step(
            Time time, Dataset<Tuple2<K, V>> input, StateOperator<K, V, S, R> operator) {
        Made last = made.isEmpty() ? null : made.lastEntry().getValue();
        if (last != null && last.version.time().equals(time)) {
            return (Dataset<R>) Objects.requireNonNull(last.step);
        }
        if (last != null && time.compareTo(last.version.time()) < 0) {
            throw Refusals.stepped(uid, time, last.version.time());
        }
        SparkDataset<Tuple2<K, V>> placed = engine.own(input);
        if (!placed.partitioner().filter(partitioner::equals).isPresent()) {
            throw Refusals.placed(uid, placed, partitioner);
        }
        engine.mustBeSendable(operator);
        look();
        List<StateVersion> below = last == null ? List.of() : frozen(last.layers);
        if (below.size() > MOST_LAYERS && (base == null || base.version.isWhole())) {
            base = newBase(Objects.requireNonNull(last).version.time(), below);
        }
        StateRdds.Base<K, S> unfinished = null;
        Made from = base;
        if (from != null) {
            below = new ArrayList<>(below.stream()
                    .filter(layer -> layer.time().compareTo(from.version.time()) > 0)
                    .toList());
            if (from.version.isWhole()) {
                below.add(0, from.version);
            } else {
                unfinished = (StateRdds.Base<K, S>) from.rdd;
            }
        }
        StateVersion version = new StateVersion(uid, time, partitions);
        StateRdds.Step<K, V, S, R> step =
                new StateRdds.Step<>(site, uid, time, placed.rdd(), operator, new StateRdds.Below<>(unfinished, below));
        keep(version, step);
        StateRdds.Results<K, S, R> results = new StateRdds.Results<>(site, step, number, time.milliseconds());
        Dataset<R> dataset = new SparkDataset<>(
                engine,
                results,
                Optional.empty(),
                engine.shapes().shape(StateRdds.Step.class, List.of(operator), List.of(placed)));
        List<StateVersion> layers = new ArrayList<>(below);
        if (unfinished != null && from != null) {
            layers.add(0, from.version);
        }
        layers.add(version);
        made.put(time, new Made(version, step, layers, dataset));
        return dataset;
    }

    /** Layers as they are now: what a late task still makes of the step before is not seen by the next one. */
    private static List<StateVersion> frozen(List<StateVersion> layers) {
        return layers.stream().map(StateVersion::asItIs).toList();
    }

    private Made newBase(Time until, List<StateVersion> of) {
        StateVersion version = new StateVersion(uid, until, partitions);
        StateRdds.Base<K, S> rdd = new StateRdds.Base<>(spark, site, partitions, of);
        keep(version, rdd);
        return new Made(version, rdd, of, null);
    }

    private void keep(StateVersion version, RDD<?> rdd) {
        rdd.persist(level);
        version.isIn(rdd.id());
        kept.put(version, rdd);
    }

    /** A task has told how many keys have a state in a partition. */
    synchronized void told(Told of, long count) {
        Made stepped = made.get(new Time(of.time));
        if (stepped == null) {
            return;
        }
        stepped.version.reached(of.partition);
        if (made.lastKey().milliseconds() == of.time) {
            keys[of.partition] = count;
        }
    }

    /** Sees which partitions have made the newest step: those that Spark keeps. */
    synchronized void look() {
        if (!made.isEmpty()) {
            look(made.lastEntry().getValue().version);
        }
        if (base != null) {
            look(base.version);
        }
    }

    private void look(StateVersion version) {
        if (version.isWhole() || spark.isStopped()) {
            return;
        }
        for (int p = 0; p < partitions; p++) {
            if (!version.has(p) && !KeptBlocks.hosts(version.rdd(), p).isEmpty()) {
                version.reached(p);
            }
        }
    }

    @Override
    public synchronized Dataset<Tuple2<K, S>> at(Time time) {
        look();
        Made of = made.get(time);
        return of == null || of.version.isForgotten()
                ? missing(time)
                : reading(List.of(of.version), of.layers, true, StateRdds.Form.<K, S>state());
    }

    @Override
    public synchronized Dataset<StateChange<K, S>> changes(@Nullable Time from, Time until) {
        look();
        Made last = made.get(until);
        if (last == null || last.version.isForgotten()) {
            return missing(until);
        }
        if (from == null) {
            return reading(List.of(last.version), last.layers, true, StateRdds.Form.<K, S>change());
        }
        Made first = made.get(from);
        if (first == null || first.version.isForgotten()) {
            return missing(from);
        }
        List<StateVersion> between = made.subMap(from, false, until, true).values().stream()
                .map(Made::version)
                .toList();
        return reading(List.of(first.version, last.version), between, false, StateRdds.Form.<K, S>change());
    }

    private <R> Dataset<R> reading(
            List<StateVersion> asked, List<StateVersion> layers, boolean all, StateRdds.Form<K, S, R> form) {
        return view(new StateRdds.Reading<>(spark, site, partitions, asked, layers, all, form));
    }

    private <R> Dataset<R> missing(Time time) {
        return view(new StateRdds.Missing<>(spark, site, partitions, uid, time));
    }

    private <R> Dataset<R> view(StepRdd<R> rdd) {
        return new SparkDataset<>(
                engine,
                rdd,
                Optional.of(partitioner),
                engine.shapes().shape(rdd.getClass(), List.of(partitioner), List.of()));
    }

    @Override
    public synchronized void forget(Time last) {
        Set<Time> stay = new HashSet<>();
        int whole = 0;
        for (Made each : made.descendingMap().values()) {
            if (whole < 2) {
                stay.add(each.version.time());
            }
            if (each.version.isWhole()) {
                whole++;
            }
        }
        made.values().removeIf(each -> {
            boolean goes = each.version.time().compareTo(last) <= 0 && !stay.contains(each.version.time());
            if (goes) {
                each.version.forget();
            }
            return goes;
        });
        letGo();
    }

    /** Drops layers that no version consists of. */
    private void letGo() {
        Set<Integer> needed = new HashSet<>();
        made.values().forEach(each -> each.layers.forEach(layer -> needed.add(layer.rdd())));
        if (base != null) {
            needed.add(base.version.rdd());
            if (!base.version.isWhole()) {
                base.layers.forEach(layer -> needed.add(layer.rdd()));
            }
        }
        kept.entrySet().removeIf(entry -> {
            boolean goes = !needed.contains(entry.getKey().rdd());
            if (goes && !spark.isStopped()) {
                entry.getValue().unpersist(false);
            }
            return goes;
        });
    }

    @Override
    public synchronized void close() {
        made.values().forEach(each -> each.version.forget());
        made.clear();
        base = null;
        if (!spark.isStopped()) {
            kept.values().forEach(rdd -> rdd.unpersist(true));
        }
        kept.clear();
        engine.forget(this);
    }

    @Override
    public synchronized Usage usage() {
        long count = 0;
        for (long each : keys) {
            count += each;
        }
        if (spark.isStopped()) {
            return new Usage(count, 0, 0, 0, 0);
        }
        long memory = 0;
        long pages = 0;
        long disk = 0;
        for (StateVersion version : kept.keySet()) {
            for (int p = 0; p < partitions; p++) {
                for (BlockStatus status : KeptBlocks.status(version.rdd(), p)) {
                    memory += status.memSize();
                    disk += status.diskSize();
                    pages += status.diskSize() > 0 ? 1 : 0;
                }
            }
        }
        return new Usage(count, memory, engine.storageMemory(), pages, disk);
    }
}
