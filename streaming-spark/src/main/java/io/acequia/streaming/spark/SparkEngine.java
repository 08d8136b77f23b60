/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import io.acequia.streaming.data.Accumulator;
import io.acequia.streaming.data.Broadcast;
import io.acequia.streaming.data.ByteSize;
import io.acequia.streaming.data.Partitioner;
import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.direct.Split;
import io.acequia.streaming.engine.Block;
import io.acequia.streaming.engine.BlockInfo;
import io.acequia.streaming.engine.Dataset;
import io.acequia.streaming.engine.DriverChannel;
import io.acequia.streaming.engine.Engine;
import io.acequia.streaming.engine.EngineProvider;
import io.acequia.streaming.engine.JobInfo;
import io.acequia.streaming.engine.Operator;
import io.acequia.streaming.engine.ReceiverTask;
import io.acequia.streaming.engine.Roots;
import io.acequia.streaming.engine.StateDataset;
import io.acequia.streaming.function.Function2;
import io.acequia.streaming.internal.engines.Refusals;
import io.acequia.streaming.internal.engines.Shapes;
import io.acequia.streaming.internal.engines.SplitRecords;
import io.acequia.streaming.internal.store.JavaSerialization;
import io.acequia.streaming.internal.store.Storages;
import io.acequia.streaming.storage.Storage;
import java.io.IOException;
import java.io.NotSerializableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.SparkContext;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.rdd.RDD;
import org.apache.spark.util.ShutdownHookManager;
import scala.runtime.BoxedUnit;

/**
 * The engine on Spark: a dataset is an RDD, a job a job of Spark, and keyed state a chain of persisted RDDs.
 *
 * <p>Threads: a job belongs to the thread that calls {@link Dataset#run}; its tasks run wherever Spark puts them. What tasks counted
 * comes back as an accumulator of Spark and is told on the calling thread when the job has ended.
 *
 * <p>Ordering: a shuffled partition holds the records in the order of the partitions they come from ({@link Shuffle}).
 *
 * <p>What survives a failure: a task is repeated as often as {@code spark.task.maxFailures} says; then its failure ends the job and is
 * thrown as it is, when no other task of the job runs any more. What a lost machine kept is computed again, from the lineage.
 */
final class SparkEngine implements Engine {
    /** Below it Spark's cost for a job is most of a batch. */
    private static final Duration LEAST_INTERVAL = Duration.ofMillis(250);

    /** One above that at which Spark stops the context. */
    private static final int BEFORE_SPARK = 51;

    private static final double STORAGE_SHARE = 0.4;
    private static final AtomicInteger LAUNCHES = new AtomicInteger();

    private final String id = "acequia-" + UUID.randomUUID();
    private final SparkContext spark;
    private final Cluster cluster;
    private final Site site;
    private final Jobs jobs;
    private final int parallelism;
    private final Shapes shapes = new Shapes();
    /** By their numbers, for what tasks tell of them. */
    private final Map<Long, SparkState<?, ?>> states = new ConcurrentHashMap<>();

    private final Map<BlockKey, SparkBlock<?>> blocks = new ConcurrentHashMap<>();
    private final List<SparkReceiver<?>> receivers = new CopyOnWriteArrayList<>();
    /** A number of each stream among all of this JVM, for its receiver and its blocks. */
    private final Map<Integer, Integer> launches = new ConcurrentHashMap<>();

    private final Set<Integer> launched = new HashSet<>();
    private volatile boolean closed;

    SparkEngine(SparkContext spark, EngineProvider.Settings settings) {
        this.spark = spark;
        this.cluster = new Cluster(spark);
        cluster.awaitExecutors();
        Map<String, String> values = settings.values();
        int parallel = spark.conf().getInt("spark.default.parallelism", cluster.slots());
        this.parallelism = Refusals.parallelism(values.getOrDefault("streaming.parallelism", "0"), parallel);
        Told told = new Told();
        spark.register(told);
        Site.Context context = new Site.Context(values, new HashSet<>(settings.registered()), settings.codecs());
        long given = ByteSize.parse(values.getOrDefault("streaming.storage.memory", "0"))
                .bytes();
        long local = given > 0 ? given : (long) (Runtime.getRuntime().maxMemory() * STORAGE_SHARE);
        this.site = new Site(id, told, spark.broadcast(context, Scala.tag()), cluster.operatorMemory(local));
        this.jobs = new Jobs(spark, id);
        spark.addSparkListener(jobs);
    }

    @Override
    public <T> Dataset<T> parallelize(List<T> data, int partitions) {
        if (partitions < 1) {
            throw Refusals.slices(partitions);
        }
        List<List<T>> slices = new ArrayList<>(partitions);
        for (int p = 0; p < partitions; p++) {
            int from = (int) ((long) data.size() * p / partitions);
            int until = (int) ((long) data.size() * (p + 1) / partitions);
            slices.add(new ArrayList<>(data.subList(from, until)));
        }
        return root(slices.stream().map(List::of).toList(), (slice, task) -> slice.iterator());
    }

    @Override
    public <T> Dataset<T> fromBlocks(List<List<Block<T>>> groups) {
        return root(
                groups,
                (block, task) ->
                        block instanceof SparkBlock<T> received ? received.open(task::storage) : block.iterator());
    }

    @Override
    public <T> Dataset<T> fromSplits(List<List<Split<T>>> groups) {
        return root(groups, (split, task) -> new SplitRecords<>(split.open(task)));
    }

    private <E, T> Dataset<T> root(List<List<E>> groups, RootRdd.Opening<E, T> opening) {
        return dataset(new RootRdd<>(spark, site, groups, opening), List.of(opening));
    }

    private <T> Dataset<T> dataset(StepRdd<T> rdd, List<?> functions) {
        return new SparkDataset<>(this, rdd, Optional.empty(), shapes.shape(rdd.getClass(), functions, List.of()));
    }

    @Override
    @SuppressWarnings("unchecked") // the caller says what is in it
    public <T> Dataset<T> wrap(Object engineData) {
        if (engineData instanceof List<?> list) {
            return parallelize((List<T>) list, parallelism);
        }
        if (engineData instanceof JavaRDD<?> rdd) {
            return wrapped((RDD<T>) rdd.rdd());
        }
        if (engineData instanceof RDD<?> rdd) {
            return wrapped((RDD<T>) rdd);
        }
        throw new IllegalArgumentException("ACQ-2682 the Spark engine cannot make a dataset of a "
                + engineData.getClass().getName() + ": it takes " + JavaRDD.class.getName() + ", "
                + RDD.class.getName() + " and java.util.List");
    }

    private <T> Dataset<T> wrapped(RDD<T> rdd) {
        Operator<T, T> same = (task, down) -> down;
        return dataset(new ChainRdd<>(site, rdd, same), List.of(same));
    }

    @Override
    public <T> Broadcast<T> broadcast(T value) {
        mustBeSendable(value);
        return new SparkBroadcast<>(spark.broadcast(value, Scala.tag()));
    }

    @Override
    public <A> Accumulator<A> accumulator(String name, A zero, Function2<A, A, A> add) {
        mustBeSendable(add);
        SparkAccumulator<A> accumulator = new SparkAccumulator<>(name, zero, add);
        spark.register(accumulator.sum(), name);
        return accumulator;
    }

    @Override
    public <K, S> StateDataset<K, S> state(String uid, Partitioner partitioner) {
        mustBeSendable(partitioner);
        SparkState<K, S> state = new SparkState<>(this, spark, site, uid, partitioner);
        states.put(state.number(), state);
        return state;
    }

    @Override
    public synchronized <T> ReceiverTask.Running launch(ReceiverTask<T> task, DriverChannel driver, StreamClock clock) {
        if (!spark.conf().get("spark.plugins", "").contains(ReceiverPlugin.class.getName())) {
            throw ReceiverPlugin.missing();
        }
        receivers.removeIf(SparkReceiver::isOver);
        int slots = cluster.slots();
        if (receivers.size() + 1 >= slots) {
            throw new IllegalStateException("ACQ-2686 the receiver of stream " + task.streamId() + " cannot start: "
                    + (receivers.size() + 1) + " receivers take a core each, there are " + slots
                    + ", and batches need one at least; give " + (receivers.size() + 2) + " cores or more");
        }
        mustBeSendable(task);
        if (!launched.add(task.streamId())) {
            launches.remove(task.streamId()); // another context after the first one: it counts streams and epochs anew
        }
        int launch = launchOf(task.streamId());
        SparkReceiver<T> receiver = new SparkReceiver<>(spark, id + "-" + launch, task, launch, driver, clock);
        receivers.add(receiver);
        return receiver.start();
    }

    private int launchOf(int streamId) {
        return launches.computeIfAbsent(streamId, any -> LAUNCHES.incrementAndGet());
    }

    private BlockKey key(BlockInfo info) {
        return new BlockKey(launchOf(info.streamId()), info.epoch(), info.number());
    }

    @Override
    public <T> Block<T> block(ReceiverTask<T> task, BlockInfo info) {
        @SuppressWarnings("unchecked") // a block has one type
        Block<T> block =
                (Block<T>) blocks.computeIfAbsent(key(info), key -> new SparkBlock<>(key.launch(), info, task));
        return block;
    }

    @Override
    public void release(BlockInfo info, String who) {
        SparkBlock<?> block = blocks.remove(key(info));
        if (block != null && !spark.isStopped()) {
            block.release(who);
        }
    }

    private record BlockKey(int launch, long epoch, long number) {}

    @Override
    public Storage storage(String uri) throws IOException {
        return Storages.open(uri);
    }

    @Override
    public Capabilities capabilities() {
        return new Capabilities(cluster.slots(), LEAST_INTERVAL, !spark.isLocal());
    }

    @Override
    public void awaitReady(Duration atMost) throws InterruptedException {
        cluster.awaitExecutors(atMost);
    }

    /** Spark stops its context in a hook of its own, while those of the JVM run. */
    @Override
    public Runnable beforeShutdown(Thread hook) {
        Object ofSpark = ShutdownHookManager.addShutdownHook(BEFORE_SPARK, () -> {
            runToItsEnd(hook);
            return BoxedUnit.UNIT;
        });
        return () -> ShutdownHookManager.removeShutdownHook(ofSpark);
    }

    private static void runToItsEnd(Thread hook) {
        hook.start();
        try {
            hook.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // it took longer than such hooks may
        }
    }

    @Override
    public void cancel(Time batchTime) {
        jobs.cancel(batchTime);
    }

    @Override
    public int defaultParallelism() {
        return parallelism;
    }

    @Override
    public boolean isInTask() {
        return TaskContext.get() != null;
    }

    @Override
    public long plans() {
        return shapes.planned();
    }

    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        jobs.cancelAll("the engine was closed");
        receivers.forEach(SparkReceiver::close);
        List.copyOf(states.values()).forEach(SparkState::close);
        if (!spark.isStopped()) {
            blocks.values().forEach(block -> block.release("the engine"));
        }
        spark.removeSparkListener(jobs);
        site.leave();
        SparkContexts.release(spark);
    }

    <T, A> List<A> run(SparkDataset<T> dataset, Operator<T, A> operator, int[] partitions, JobInfo info)
            throws Exception {
        TaskContext outer = TaskContext.get();
        if (outer != null) {
            throw Refusals.nested(info, "Spark");
        }
        if (Thread.interrupted()) {
            throw new InterruptedException("interrupted before " + info.output() + " began");
        }
        mustBeSendable(operator);
        shapes.plan(dataset, operator);
        if (closed) {
            throw Refusals.closed(info);
        }
        if (partitions.length == 0) {
            return List.of();
        }
        states.values().forEach(SparkState::look);
        try (Jobs.Job job = jobs.begin(info)) {
            try {
                return run(new RunRdd<>(site, dataset.rdd(), operator), partitions);
            } catch (Throwable t) {
                if (t instanceof InterruptedException) {
                    job.cancel("it was interrupted");
                }
                if (!closed) {
                    job.awaitTasks();
                }
                throw failure(t, job, info);
            } finally {
                site.told().tell(job.number(), (partition, name, n) -> tell(info, partition, name, n));
                states.values().forEach(SparkState::look);
            }
        }
    }

    private void tell(JobInfo info, int partition, String name, long n) {
        Optional<SparkState.Told> told = SparkState.Told.of(name);
        if (told.isEmpty()) {
            info.counts().add(partition, name, n);
            return;
        }
        SparkState<?, ?> state = states.get(told.get().state());
        if (state != null) {
            state.told(told.get(), n);
        }
    }

    /** What all machines together may keep, as Spark says. */
    long storageMemory() {
        return scala.jdk.javaapi.CollectionConverters.asJava(spark.getExecutorMemoryStatus()).values().stream()
                .mapToLong(most -> (Long) most._1())
                .sum();
    }

    /** How often what cannot be made again is kept, so that it outlives a machine. */
    int copies() {
        return spark.isLocal() ? 1 : 2;
    }

    /** A state is closed. */
    void forget(SparkState<?, ?> state) {
        states.remove(state.number());
    }

    private static <A> List<A> run(RDD<A> ends, int[] partitions) {
        List<A>[] results = ends.toJavaRDD().collectPartitions(partitions);
        List<A> all = new ArrayList<>(results.length);
        Arrays.stream(results).forEach(all::addAll);
        return all;
    }

    /** What is thrown for what Spark threw: the exception of the task, when there is one. */
    private static RuntimeException failure(Throwable thrown, Jobs.Job job, JobInfo info) {
        if (job.cancelled() != null) {
            Thread.interrupted();
            InterruptedException interrupted =
                    new InterruptedException(info.output() + " at " + info.callSite() + ": " + job.cancelled());
            interrupted.initCause(thrown);
            return Roots.asIs(interrupted);
        }
        if (thrown instanceof org.apache.spark.SparkException && thrown.getCause() != null) {
            return Roots.asIs(thrown.getCause());
        }
        return Roots.asIs(thrown);
    }

    /** A dataset of this engine. */
    <T> SparkDataset<T> own(Dataset<T> dataset) {
        if (dataset instanceof SparkDataset<T> own && own.engine() == this) {
            return own;
        }
        throw Refusals.foreign(dataset);
    }

    /** Refuses what cannot travel where it is given, not when a task is made of it. */
    void mustBeSendable(Object function) {
        try {
            JavaSerialization.write(function, part -> part);
        } catch (NotSerializableException e) {
            throw Refusals.notSerializable(function, e);
        } catch (IOException e) {
            throw Refusals.notSendable(function, e);
        }
    }

    Shapes shapes() {
        return shapes;
    }

    Site site() {
        return site;
    }
}
