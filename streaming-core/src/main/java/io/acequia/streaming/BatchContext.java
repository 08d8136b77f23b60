/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming;

import io.acequia.streaming.data.Accumulator;
import io.acequia.streaming.data.Broadcast;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.direct.Split;
import io.acequia.streaming.function.Function2;
import io.acequia.streaming.internal.rdd.Rdds;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * Makes RDDs and shared variables, and owns the engine they run on. May serve one {@link StreamingContext} after another.
 * Safe for use by any thread.
 */
public final class BatchContext implements AutoCloseable {
    private final Rdds rdds;

    /**
     * Opens the engine that the master names; {@code conf} is copied.
     *
     * @throws IllegalArgumentException when there is no such engine on the class path
     */
    public BatchContext(StreamingConf conf) {
        this.rdds = Rdds.open(this, conf.copy());
    }

    /** The same, with settings from outside besides. */
    public BatchContext(String master, String appName) {
        this(new StreamingConf().setMaster(master).setAppName(appName));
    }

    Rdds rdds() {
        return rdds;
    }

    /** An RDD of {@code data}, in the default number of partitions. The list must not change. */
    public <T> RDD<T> parallelize(List<T> data) {
        return parallelize(data, rdds.defaultParallelism());
    }

    /** An RDD of {@code data}, cut into so many runs of neighbours. The list must not change. */
    public <T> RDD<T> parallelize(List<T> data, int partitions) {
        return rdds.parallelize(data, partitions);
    }

    /** A keyed RDD of {@code data}, in the default number of partitions. */
    public <K, V> PairRDD<K, V> parallelizePairs(List<Tuple2<K, V>> data) {
        return parallelizePairs(data, rdds.defaultParallelism());
    }

    /** A keyed RDD of {@code data}, cut into so many runs of neighbours. */
    public <K, V> PairRDD<K, V> parallelizePairs(List<Tuple2<K, V>> data, int partitions) {
        return rdds.parallelizePairs(data, partitions);
    }

    /** The lines of a file, or of the files of a directory; see {@link #textFile(String, int)}. */
    public RDD<String> textFile(String path) {
        return textFile(path, 1);
    }

    /**
     * The lines of a file, or of the files of a directory whose names do not begin with a dot or underscore: each file is a
     * partition. Names may be patterns, as in {@code /logs/2026-*}{@code /part-[0-4]*}: {@code *}, {@code ?}, {@code [..]} and
     * {@code {a,b}} match within a name, and the files of all that match are read in order. Files whose names end in {@code .gz} are
     * unzipped. When that gives fewer than {@code minPartitions}, the lines are spread evenly over so many. A line over
     * {@code streaming.source.max.line} fails its task.
     *
     * @throws IllegalArgumentException when nothing is there
     */
    public RDD<String> textFile(String path, int minPartitions) {
        return rdds.textFile(path, minPartitions);
    }

    /** An RDD without records. */
    public <T> RDD<T> emptyRDD() {
        return rdds.parallelize(List.of(), 1);
    }

    /** The records of all of them; at least one. */
    @SafeVarargs
    @SuppressWarnings("varargs") // only read
    public final <T> RDD<T> union(RDD<T>... rdds) {
        return union(Arrays.asList(rdds));
    }

    /** The records of all of them; at least one. */
    public <T> RDD<T> union(List<RDD<T>> rdds) {
        return this.rdds.union(rdds);
    }

    /** Makes a value visible to every function. */
    public <T> Broadcast<T> broadcast(T value) {
        return rdds.engine().broadcast(Objects.requireNonNull(value, "value"));
    }

    /** A sum of whole numbers. */
    public Accumulator<Long> longAccumulator(String name) {
        return accumulator(name, 0L, Long::sum);
    }

    /** A sum of numbers. */
    public Accumulator<Double> doubleAccumulator(String name) {
        return accumulator(name, 0.0, Double::sum);
    }

    /**
     * A sum of any kind; {@code add} must not depend on the order. With a checkpoint directory it goes on from what it was in the
     * checkpoint that is taken up, by its name; what was added after that comes again as far as its batch runs again. Of several
     * with one name, the newest is in the checkpoint.
     */
    public <A> Accumulator<A> accumulator(String name, A zero, Function2<A, A, A> add) {
        return rdds.accumulator(name, zero, add);
    }

    /**
     * An RDD of ranges of a direct source, one in each partition, as for back-fills; sources have their own ways to make ranges.
     * It is read anew by each action. What a reader rejects fails the task.
     */
    public <T> RDD<T> fromSplits(List<? extends Split<T>> splits) {
        return rdds.fromSplits(splits);
    }

    /** An RDD over data of the engine's own kind; the local engine takes a {@link List}. */
    public <T> RDD<T> wrap(Object engineData) {
        return rdds.wrap(engineData);
    }

    /** Partitions of an RDD when nobody says otherwise. */
    public int defaultParallelism() {
        return rdds.defaultParallelism();
    }

    /** Ends the engine. Again has no effect. */
    public void stop() {
        rdds.close();
    }

    /** {@link #stop()}. */
    @Override
    public void close() {
        stop();
    }
}
