/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.local;

import io.acequia.streaming.data.Accumulator;
import io.acequia.streaming.data.Broadcast;
import io.acequia.streaming.data.ByteSize;
import io.acequia.streaming.data.Partitioner;
import io.acequia.streaming.data.StorageLevel;
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
import io.acequia.streaming.engine.StateDataset;
import io.acequia.streaming.function.Function2;
import io.acequia.streaming.internal.engines.Refusals;
import io.acequia.streaming.internal.engines.Shapes;
import io.acequia.streaming.internal.store.AsideFiles;
import io.acequia.streaming.internal.store.BlockStore;
import io.acequia.streaming.internal.store.MemoryBudget;
import io.acequia.streaming.internal.store.PageFiles;
import io.acequia.streaming.internal.store.PartitionStore;
import io.acequia.streaming.internal.store.RecordSerializer;
import io.acequia.streaming.internal.store.Storages;
import io.acequia.streaming.storage.Storage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ref.Cleaner;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The engine of one JVM.
 *
 * <p>Threads: the thread that calls {@link Dataset#run} works on its job together with n - 1 workers, so n tasks run at once
 * and a job of one task never leaves its thread. Several threads may run jobs; each brings itself. A job first runs the
 * shuffles it needs, each once for all jobs, and then its own tasks.
 *
 * <p>Ordering: a shuffled partition holds the records in the order of the partitions they come from. What tasks counted and
 * added is told on the calling thread, in the order of the partitions asked for.
 *
 * <p>What survives a failure: the first failure ends the job; no task of it runs any more when it is thrown. Partitions that
 * were kept and shuffles that were complete stay. What was forgotten or lost is computed again.
 */
final class LocalEngine implements Engine {
    private static final int HEAP_PERCENT = 40;
    private static final int STATE_HEAP_PERCENT = 30;

    private final int slots;
    private final int parallelism;
    private final WorkerPool pool;
    private final RecordSerializer serializer;
    private final PartitionStore store;
    private final BlockStore blocks;
    private final TaskMemory taskMemory;
    private final StateMemory stateMemory;
    private final PageFiles statePages;
    /** What tasks read and write, by where it is. */
    private final Map<String, Storage> storages = new ConcurrentHashMap<>();

    private final Closures closures;
    private final Shapes shapes = new Shapes();
    private final Set<Job> jobs = ConcurrentHashMap.newKeySet();
    private final ThreadLocal<@Nullable LocalTask> current = new ThreadLocal<>();
    private final AtomicLong broadcasts = new AtomicLong();
    private @Nullable Cleaner cleaner;
    private volatile boolean closed;

    LocalEngine(int slots, EngineProvider.Settings settings) {
        this.slots = slots;
        Map<String, String> values = settings.values();
        this.parallelism = Refusals.parallelism(values.getOrDefault("streaming.parallelism", "0"), slots);
        this.closures =
                new Closures(Boolean.parseBoolean(values.getOrDefault("streaming.test.serialize.closures", "false")
                        .trim()));
        this.serializer = RecordSerializer.of(settings);
        String directory = values.getOrDefault("streaming.storage.dir", "");
        MemoryBudget budget = new MemoryBudget(memory(values, "streaming.storage.memory", HEAP_PERCENT));
        Path spilled = Path.of(directory.isBlank() ? System.getProperty("java.io.tmpdir") : directory.trim());
        this.store = new PartitionStore(budget, spilled, serializer);
        this.blocks = new BlockStore(budget, spilled, serializer);
        this.taskMemory = TaskMemory.of(budget.limit(), slots, new AsideFiles(spilled, serializer));
        this.stateMemory = new StateMemory(memory(values, "streaming.state.memory", STATE_HEAP_PERCENT));
        this.statePages = new PageFiles(spilled, serializer);
        this.pool = new WorkerPool(slots - 1);
    }

    /** What a setting says, or a part of the heap when it says 0. */
    private static long memory(Map<String, String> values, String key, int heapPercent) {
        long bytes = ByteSize.parse(values.getOrDefault(key, "0")).bytes();
        return bytes == 0 ? Runtime.getRuntime().maxMemory() / 100 * heapPercent : bytes;
    }

    @Override
    public <T> Dataset<T> parallelize(List<T> data, int partitions) {
        if (partitions < 1) {
            throw Refusals.slices(partitions);
        }
        return root(new Slices<>(data, partitions));
    }

    @Override
    public <T> Dataset<T> fromBlocks(List<List<Block<T>>> groups) {
        return root(new BlockGroups<>(List.copyOf(groups)));
    }

    @Override
    public <T> Dataset<T> fromSplits(List<List<Split<T>>> groups) {
        return root(new SplitGroups<>(List.copyOf(groups)));
    }

    private <T> Dataset<T> root(Root<T> root) {
        return new LocalDataset<>(this, root, Optional.empty());
    }

    @Override
    @SuppressWarnings("unchecked") // the caller says what is in the list
    public <T> Dataset<T> wrap(Object engineData) {
        if (engineData instanceof List<?> list) {
            return parallelize((List<T>) list, parallelism);
        }
        throw new IllegalArgumentException("ACQ-0520 the local engine cannot make a dataset of a "
                + engineData.getClass().getName() + ": it takes java.util.List only");
    }

    @Override
    public <T> Broadcast<T> broadcast(T value) {
        return new LocalBroadcast<>(broadcasts.incrementAndGet(), value);
    }

    @Override
    public <A> Accumulator<A> accumulator(String name, A zero, Function2<A, A, A> add) {
        return new LocalAccumulator<>(this, name, zero, add);
    }

    @Override
    public <K, S> StateDataset<K, S> state(String uid, Partitioner partitioner) {
        return new LocalState<>(this, uid, partitioner, stateMemory, statePages);
    }

    @Override
    public <T> ReceiverTask.Running launch(ReceiverTask<T> task, DriverChannel driver, StreamClock clock) {
        DriverChannel channel = closures.areCopied() ? new CopyingChannel(driver) : driver;
        return new LocalReceiver<>(task, channel, clock, blocks, this).start();
    }

    @Override
    public <T> Block<T> block(ReceiverTask<T> task, BlockInfo info) {
        return blocks.block(info, () -> task.logged(info, logOf(task)));
    }

    private Storage logOf(ReceiverTask<?> task) {
        return shared(task.log().orElseThrow());
    }

    private Storage shared(String uri) {
        return storages.computeIfAbsent(uri, u -> {
            try {
                return storage(u);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    @Override
    public void release(BlockInfo info, String who) {
        blocks.release(info, who);
    }

    @Override
    public Storage storage(String uri) throws IOException {
        return Storages.open(uri);
    }

    @Override
    public Capabilities capabilities() {
        return new Capabilities(slots, Duration.ofMillis(1), false);
    }

    /** The workers are there from the start. */
    @Override
    public void awaitReady(Duration atMost) {}

    @Override
    public void cancel(Time batchTime) {
        Optional<Time> batch = Optional.of(batchTime);
        for (Job job : jobs) {
            if (job.info().batchTime().equals(batch)) {
                job.cancel("batch " + batchTime + " was cancelled");
            }
        }
    }

    @Override
    public int defaultParallelism() {
        return parallelism;
    }

    @Override
    public boolean isInTask() {
        return current.get() != null;
    }

    @Override
    public long plans() {
        return shapes.planned();
    }

    @Override
    public void close() {
        closed = true;
        jobs.forEach(job -> job.cancel("the engine was closed"));
        pool.close();
        store.close();
        blocks.close();
        statePages.close();
        taskMemory.files().close();
        storages.values().forEach(Storage::close);
    }

    <T, A> List<A> run(LocalDataset<T> dataset, Operator<T, A> operator, int[] partitions, JobInfo info)
            throws Exception {
        LocalTask outer = current.get();
        if (outer != null) {
            throw Refusals.nested(info, outer.output());
        }
        if (Thread.interrupted()) {
            throw new InterruptedException("interrupted before " + info.output() + " began");
        }
        Operator<T, A> action = closures.copy(operator);
        Job job = new Job(info, this::shared, taskMemory);
        jobs.add(job);
        try {
            if (closed) {
                throw Refusals.closed(info);
            }
            if (shapes.plan(dataset, action).shuffles()) {
                for (Shuffled<?> shuffle : Stages.before(dataset, partitions)) {
                    shuffle.materialize(job);
                }
            }
            return stage(job, dataset, action, partitions);
        } finally {
            jobs.remove(job);
        }
    }

    /** Runs the tasks of a stage, and waits for them. */
    <T, A> List<A> stage(Job job, LocalDataset<T> dataset, Operator<T, A> operator, int[] partitions) throws Exception {
        Stage<T, A> stage = new Stage<>(this, job, dataset, operator, partitions);
        pool.run(stage);
        return stage.results();
    }

    /** A dataset of this engine. */
    <T> LocalDataset<T> own(Dataset<T> dataset) {
        if (dataset instanceof LocalDataset<T> local && local.engine() == this) {
            return local;
        }
        throw Refusals.foreign(dataset);
    }

    /** A place for the partitions of a dataset, which goes with it. */
    <T> Kept<T> keep(LocalDataset<T> dataset, StorageLevel level) {
        PartitionStore.Shelf<T> shelf = store.shelf(level);
        return new Kept<>(shelf, dataset.partitionCount(), cleaner().register(dataset, shelf::drop)::clean);
    }

    /** Files of a shuffle go with it. */
    void closeAfter(Object owner, List<AsideFiles.Sections<?>> files) {
        cleaner().register(owner, () -> {
            synchronized (files) {
                files.forEach(AsideFiles.Sections::close);
            }
        });
    }

    private synchronized Cleaner cleaner() {
        if (cleaner == null) {
            cleaner = Cleaner.create();
        }
        return cleaner;
    }

    void enter(LocalTask task) {
        current.set(task);
    }

    void leave() {
        current.remove();
    }

    /** The task that this thread is in. */
    @Nullable
    LocalTask currentTask() {
        return current.get();
    }

    Shapes shapes() {
        return shapes;
    }

    Closures closures() {
        return closures;
    }

    RecordSerializer serializer() {
        return serializer;
    }

    TaskMemory taskMemory() {
        return taskMemory;
    }

    /** What the store of persisted partitions holds. */
    PartitionStore.Usage storeUsage() {
        return store.usage();
    }
}
