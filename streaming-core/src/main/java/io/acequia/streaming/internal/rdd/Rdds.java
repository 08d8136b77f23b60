/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.rdd;

import io.acequia.streaming.BatchContext;
import io.acequia.streaming.PairRDD;
import io.acequia.streaming.RDD;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingException;
import io.acequia.streaming.data.Accumulator;
import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.direct.Split;
import io.acequia.streaming.engine.Dataset;
import io.acequia.streaming.engine.Engine;
import io.acequia.streaming.engine.EngineProvider;
import io.acequia.streaming.function.Function2;
import io.acequia.streaming.internal.source.TextFiles;
import java.lang.ref.WeakReference;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the RDDs of one batch context, over the engine that its master URL names. */
public final class Rdds implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Rdds.class);

    private final BatchContext context;
    private final Engine engine;
    private final StreamingConf conf;
    private final Map<String, WeakReference<Accumulator<?>>> accumulators = new ConcurrentHashMap<>();
    private volatile @Nullable String checkpointDirectory;

    private Rdds(BatchContext context, Engine engine, StreamingConf conf) {
        this.context = context;
        this.engine = engine;
        this.conf = conf;
    }

    /** Finds and opens the engine; {@code conf} is the context's own copy. */
    public static Rdds open(BatchContext context, StreamingConf conf) {
        String master = conf.get(StreamingConf.MASTER);
        EngineProvider.Settings settings = new EngineProvider.Settings(
                conf.get(StreamingConf.APP_NAME),
                conf.values(),
                conf.registeredClasses(),
                conf.registeredCodecs(),
                StreamClock.system());
        String unsafe = conf.get(StreamingConf.UNSAFE_JAVA);
        if (!unsafe.isBlank()) {
            LOG.warn(
                    "{} is set: objects of {} are read from logs and disks by Java serialization, which runs code of these"
                            + " classes; whoever can write into those directories chooses what it gets",
                    StreamingConf.UNSAFE_JAVA.name(),
                    unsafe);
        }
        return new Rdds(context, provider(master).open(master, settings), conf);
    }

    private static EngineProvider provider(String master) {
        for (EngineProvider provider : ServiceLoader.load(EngineProvider.class, Rdds.class.getClassLoader())) {
            if (provider.accepts(master)) {
                return provider;
            }
        }
        boolean cluster = master.startsWith("spark") || master.startsWith("k8s") || master.equals("yarn");
        throw new IllegalArgumentException("ACQ-0801 no engine for master '" + master + "': "
                + (cluster ? "add the artifact io.acequia:streaming-spark" : "use local[n] or local[*]"));
    }

    /** Makes a sum that is known by its name; of several with one name, the newest is. */
    public <A> Accumulator<A> accumulator(String name, A zero, Function2<A, A, A> add) {
        Accumulator<A> made = engine.accumulator(name, zero, add);
        accumulators.put(name, new WeakReference<>(made));
        return made;
    }

    /** The sums that somebody still holds, by their names. */
    public Map<String, Accumulator<?>> accumulators() {
        Map<String, Accumulator<?>> held = new TreeMap<>();
        accumulators.forEach((name, reference) -> {
            Accumulator<?> accumulator = reference.get();
            if (accumulator == null) {
                accumulators.remove(name, reference);
            } else {
                held.put(name, accumulator);
            }
        });
        return held;
    }

    public Engine engine() {
        return engine;
    }

    public StreamingConf conf() {
        return conf;
    }

    public BatchContext context() {
        return context;
    }

    /** Where {@link RDD#checkpoint()} writes. */
    public void checkpointDirectory(String directory) {
        this.checkpointDirectory = directory;
    }

    URI checkpointPlace(String name) {
        String directory = checkpointDirectory;
        if (directory == null) {
            throw new IllegalStateException(
                    "ACQ-0802 no checkpoint directory: call StreamingContext.checkpoint(dir) before RDD.checkpoint()");
        }
        return directory.matches("[a-zA-Z][a-zA-Z0-9+.-]+:.*")
                ? URI.create(directory + "/" + name)
                : Path.of(directory).resolve(name).toUri();
    }

    public int defaultParallelism() {
        return engine.defaultParallelism();
    }

    public <T> RDD<T> parallelize(List<T> data, int partitions) {
        return new DatasetRdd<>(this, slices(data, partitions), RddScope.NONE, null);
    }

    public <K, V> PairRDD<K, V> parallelizePairs(List<Tuple2<K, V>> data, int partitions) {
        return new DatasetPairRdd<>(this, slices(data, partitions), RddScope.NONE, null);
    }

    private <T> Dataset<T> slices(List<T> data, int partitions) {
        Objects.requireNonNull(data, "data");
        if (partitions < 1) {
            throw new IllegalArgumentException(
                    "ACQ-0803 parallelize into " + partitions + " partitions: must be at least 1");
        }
        return engine.parallelize(data, partitions);
    }

    /** An RDD over data of the engine's own kind. */
    public <T> RDD<T> wrap(Object engineData) {
        return of(engine.wrap(engineData), RddScope.NONE);
    }

    /** The lines of the files at a path. */
    public RDD<String> textFile(String path, int minPartitions) {
        DatasetRdd.mustBePositive("textFile", minPartitions);
        int maxLine = (int) Math.min(
                Integer.MAX_VALUE - 64, conf.get(StreamingConf.SOURCE_MAX_LINE).bytes());
        RDD<String> lines = fromSplits(TextFiles.of(path, maxLine));
        return lines.getNumPartitions() < minPartitions ? lines.repartition(minPartitions) : lines;
    }

    /** An RDD of ranges, one in each partition; what a reader rejects fails its task. */
    public <T> DatasetRdd<T> fromSplits(List<? extends Split<T>> splits) {
        List<List<Split<T>>> groups = new ArrayList<>();
        for (Split<T> split : splits) {
            groups.add(List.of(new WholeSplit<>(split)));
        }
        return new DatasetRdd<>(this, engine.fromSplits(groups), RddScope.NONE, null, List.copyOf(splits));
    }

    /** What a batch reads from a direct source. */
    public <T> DatasetRdd<T> read(Dataset<T> dataset, RddScope scope, List<? extends Split<?>> splits) {
        return new DatasetRdd<>(this, dataset, scope, null, List.copyOf(splits));
    }

    /** A plain RDD over a dataset of the engine. */
    public <T> DatasetRdd<T> of(Dataset<T> dataset, RddScope scope) {
        return new DatasetRdd<>(this, dataset, scope, null);
    }

    /** A keyed RDD over a dataset of the engine. */
    public <K, V> DatasetPairRdd<K, V> pairsOf(Dataset<Tuple2<K, V>> dataset, RddScope scope) {
        return new DatasetPairRdd<>(this, dataset, scope, null);
    }

    /** All of them, one after the other. */
    public <T> RDD<T> union(List<RDD<T>> rdds) {
        if (rdds.isEmpty()) {
            throw new IllegalArgumentException("ACQ-0804 union of no RDD: give at least one, or use emptyRDD()");
        }
        DatasetRdd<T> first = DatasetRdd.of(rdds.get(0));
        List<Dataset<T>> others = new ArrayList<>();
        RddScope scope = first.scope();
        for (RDD<T> other : rdds.subList(1, rdds.size())) {
            DatasetRdd<T> rdd = DatasetRdd.of(other);
            others.add(rdd.dataset());
            scope = scope.and(rdd.scope());
        }
        return others.isEmpty() ? first : of(first.dataset().union(others), scope);
    }

    @Override
    public void close() {
        engine.close();
    }

    /** What came out of a job, as an exception that needs no declaration. */
    static RuntimeException failure(String action, Exception e) {
        if (e instanceof InterruptedException) {
            Thread.currentThread().interrupt();
            return new StreamingException("ACQ-0805", action + " was interrupted before it was done", e);
        }
        if (e instanceof RuntimeException unchecked) {
            return unchecked;
        }
        return new StreamingException("ACQ-0806", action + " failed: " + e.getMessage(), e);
    }
}
