/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.schedule;

import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.engine.Dataset;
import io.acequia.streaming.engine.JobInfo;
import io.acequia.streaming.engine.StateDataset;
import io.acequia.streaming.internal.checkpoint.Beginning;
import io.acequia.streaming.internal.checkpoint.Checkpoints;
import io.acequia.streaming.internal.checkpoint.Journal;
import io.acequia.streaming.internal.checkpoint.Manifest;
import io.acequia.streaming.internal.checkpoint.Manifest.Kind;
import io.acequia.streaming.internal.checkpoint.Manifest.Named;
import io.acequia.streaming.internal.checkpoint.Manifest.Owner;
import io.acequia.streaming.internal.checkpoint.Manifest.Piece;
import io.acequia.streaming.internal.checkpoint.Snapshot;
import io.acequia.streaming.internal.graph.StateNode;
import io.acequia.streaming.internal.graph.StreamGraph;
import io.acequia.streaming.internal.graph.StreamNode;
import io.acequia.streaming.internal.rdd.DatasetPairRdd;
import io.acequia.streaming.internal.rdd.DatasetRdd;
import io.acequia.streaming.internal.store.Failpoint;
import io.acequia.streaming.internal.store.Vocabulary;
import io.acequia.streaming.listener.CheckpointInfo;
import io.acequia.streaming.listener.ContextStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes checkpoints while batches run.
 *
 * <p><b>What.</b> The thread that completes a batch notes what a checkpoint of it consists of: versions of states, RDDs that are
 * kept, positions of sources. That is a list of references, whatever there is behind them. From then on nothing of it may go: versions stay, and no RDD is
 * released, until the checkpoint is there. The checkpoint thread ({@code acequia-checkpoint}) then writes it, by jobs of the
 * engine, beside the batches that run.
 *
 * <p><b>How much.</b> An increment holds what changed in each state since the checkpoint before, and the RDDs that were kept since
 * then, and names the parts of those before. A base holds everything. A new base is due after so many increments, when the
 * increments have become as large as their base, after a checkpoint has failed, so that no version has to wait for the next
 * attempt, and until there are two bases: with one of them damaged the job can begin from the other. Before that nothing is let
 * go at all, and the job can begin from its beginning.
 *
 * <p><b>When.</b> At the first completed batch that is one interval or more after the last checkpoint. One at a time: a batch that
 * comes to its end while a checkpoint is written leaves it to the next. A graceful stop takes a last one.
 *
 * <p><b>What follows.</b> Once it is there, sources whose deliveries wait for their batch to be safe are told; once older ones went, the
 * journal and the logs of received records go as far as the oldest that is kept covers them.
 *
 * <p><b>Failure.</b> A checkpoint that fails is reported and counted, and the job goes on: everything that it would have let go stays.
 */
final class Checkpointer {
    private static final Logger LOG = LoggerFactory.getLogger(Checkpointer.class);
    private static final Duration AT_LEAST = Duration.ofSeconds(10);
    private static final int MOST_INCREMENTS = 20;

    private final StreamGraph graph;
    private final StreamClock clock;
    private final ListenerBus bus;
    private final JobDirectory directory;
    private final Journal journal;
    private final Beginning beginning;
    private final Collection<Feed> feeds;
    private final States states;
    private final RememberedBatches remembered;
    private final Supplier<List<Named>> values;
    private final Checkpoints checkpoints;
    private final Vocabulary vocabulary;
    private final Duration interval;
    private final int keep;
    private final List<StateNode<?, ?, ?, ?>> stateNodes = new ArrayList<>();
    private final List<StreamNode> storedNodes = new ArrayList<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // Guarded by the lock.
    private Time last;
    private @Nullable Job waiting;
    private boolean writing;
    private boolean closed;
    private @Nullable Time lastWhole;
    private long lastBytes;
    private long completed;
    private long failures;

    // Of the checkpoint thread alone.
    private @Nullable Manifest newest;
    private int bases;

    private @Nullable Thread thread;

    /** What a checkpoint consists of. */
    private record Job(
            Time time,
            List<Named> positions,
            Map<StateNode<?, ?, ?, ?>, Time> versions,
            Map<Time, Map<StreamNode, DatasetRdd<?>>> kept,
            List<Named> values) {}

    Checkpointer(
            StreamGraph graph,
            StreamClock clock,
            ListenerBus bus,
            DurableJob durable,
            Collection<Feed> feeds,
            States states,
            RememberedBatches remembered,
            Supplier<List<Named>> values) {
        this.graph = graph;
        this.clock = clock;
        this.bus = bus;
        this.directory = durable.directory();
        this.journal = durable.journal();
        this.beginning = durable.beginning();
        this.feeds = List.copyOf(feeds);
        this.states = states;
        this.remembered = remembered;
        this.values = values;
        this.checkpoints = new Checkpoints(directory.storage(), directory.job());
        this.vocabulary = vocabulary(graph.conf());
        this.keep = Math.max(1, graph.conf().get(StreamingConf.CHECKPOINT_KEEP));
        this.last = beginning.zero();
        for (StreamNode node : graph.retention().carried()) {
            if (node instanceof StateNode<?, ?, ?, ?> state) {
                stateNodes.add(state);
            }
            if (node.isStored()) {
                storedNodes.add(node);
            }
        }
        this.interval = interval(graph);
    }

    static Vocabulary vocabulary(StreamingConf conf) {
        return new Vocabulary(
                conf.registeredClasses(),
                conf.registeredCodecs(),
                conf.get(StreamingConf.UNSAFE_JAVA),
                conf.renamedClasses());
    }

    /** What the setting says, else the shortest that a stream asks for, else a multiple of the batch interval. */
    private Duration interval(StreamGraph graph) {
        Duration set = graph.conf().get(StreamingConf.CHECKPOINT_INTERVAL);
        if (!set.isZero()) {
            return set;
        }
        return graph.retention().carried().stream()
                .map(StreamNode::checkpointInterval)
                .min(Duration::compareTo)
                .orElseGet(() -> {
                    long batch = graph.batchInterval().toMillis();
                    return Duration.ofMillis(batch * Math.max(1, (AT_LEAST.toMillis() + batch - 1) / batch));
                });
    }

    /**
     * Begins.
     *
     * @param restored the checkpoint that was taken up
     */
    void start(Optional<Manifest> restored) {
        newest = restored.orElse(null);
        restored.ifPresent(manifest -> {
            last = manifest.time();
            lastWhole = manifest.time();
        });
        if (newest != null) {
            for (StateNode<?, ?, ?, ?> node : stateNodes) {
                states.hold(node, newest.time());
            }
        }
        thread = Threads.daemon("acequia-checkpoint", this::write);
    }

    Duration interval() {
        return interval;
    }

    ContextStatus.CheckpointStatus status() {
        lock.lock();
        try {
            return new ContextStatus.CheckpointStatus(
                    interval,
                    Optional.ofNullable(lastWhole),
                    lastBytes,
                    completed,
                    failures,
                    journal.usage().bytes());
        } finally {
            lock.unlock();
        }
    }

    // ---- the threads of batches

    /** All batches up to this one are done. */
    void completed(Time time) {
        lock.lock();
        try {
            if (!closed && !writing && waiting == null && time.minus(interval).compareTo(last) >= 0) {
                take(time);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Takes a last checkpoint, when there was a batch since, and waits for it. */
    void finish(Time time, Duration atMost) throws InterruptedException {
        long left = atMost.toNanos();
        lock.lockInterruptibly();
        try {
            while ((writing || waiting != null) && left > 0) {
                left = changed.awaitNanos(left);
            }
            if (closed || writing || waiting != null || last.compareTo(time) >= 0) {
                return;
            }
            take(time);
            while ((writing || waiting != null) && left > 0) {
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Gives up what is being written. */
    void stop(Duration atMost) {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        Thread running = thread;
        if (running != null) {
            running.interrupt();
            try {
                running.join(Math.max(1, atMost.toMillis()));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            if (running.isAlive()) {
                LOG.warn("{} did not end in {}:{}", running.getName(), atMost, Threads.stackOf(running));
            }
        }
    }

    private void take(Time time) {
        Failpoint.CHECKPOINT_BEGUN.pass();
        List<Named> positions = new ArrayList<>();
        for (Feed feed : feeds) {
            feed.positionAt(time)
                    .ifPresent(position ->
                            positions.add(new Named(feed.node().site().uid(), position)));
        }
        Map<StateNode<?, ?, ?, ?>, Time> versions = new LinkedHashMap<>();
        for (StateNode<?, ?, ?, ?> node : stateNodes) {
            states.hold(node, time).ifPresent(version -> versions.put(node, version));
        }
        waiting = new Job(time, positions, versions, remembered.hold(storedNodes, time), values.get());
        last = time;
        Failpoint.CHECKPOINT_TAKEN.pass();
        changed.signalAll();
    }

    // ---- the checkpoint thread

    private void write() {
        try {
            while (true) {
                Job job = next();
                if (job == null) {
                    return;
                }
                CheckpointInfo info;
                try {
                    info = write(job);
                } finally {
                    remembered.letGo();
                    written();
                }
                bus.post(listener -> listener.onCheckpointCompleted(info));
            }
        } catch (InterruptedException e) {
            LOG.debug("the checkpoint thread was told to stop");
        }
    }

    private @Nullable Job next() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (waiting == null && !closed) {
                changed.await();
            }
            Job job = closed ? null : waiting;
            waiting = null;
            writing = job != null;
            return job;
        } finally {
            lock.unlock();
        }
    }

    private void written() {
        lock.lock();
        try {
            writing = false;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private CheckpointInfo write(Job job) throws InterruptedException {
        long begin = clock.nanoTime();
        String name = Checkpoints.name(job.time().milliseconds(), directory.epoch());
        Throwable failure = null;
        long bytes = 0;
        try {
            directory.mustBeThere();
            Manifest manifest = write(job, name);
            checkpoints.commit(manifest);
            newest = manifest;
            job.versions().forEach(states::needed);
            bytes = own(manifest);
            isWhole(job.time(), bytes);
            Failpoint.CHECKPOINT_WRITTEN.pass();
            List<Manifest> kept = checkpoints.prune(keep);
            Failpoint.CHECKPOINT_PRUNED.pass();
            bases = (int) kept.stream().map(Manifest::base).distinct().count();
            Time oldest =
                    bases < 2 ? beginning.zero() : kept.get(kept.size() - 1).time();
            journal.checkpointed(job.time(), oldest);
            Failpoint.PROCESSED_TOLD_BEFORE.pass();
            for (Feed feed : feeds) {
                feed.covered(job.time());
                feed.forgettable(oldest);
            }
            Failpoint.PROCESSED_TOLD_AFTER.pass();
        } catch (InterruptedException e) {
            if (newest == null || !newest.name().equals(name)) {
                checkpoints.discard(name);
            }
            throw e;
        } catch (Throwable t) {
            failure = t;
            failed(job, name, t);
        }
        Optional<Throwable> why = Optional.ofNullable(failure);
        Duration took = Duration.ofNanos(clock.nanoTime() - begin);
        return new CheckpointInfo(job.time(), bytes, took, why);
    }

    private void isWhole(Time time, long bytes) {
        lock.lock();
        try {
            lastWhole = time;
            lastBytes = bytes;
            completed++;
        } finally {
            lock.unlock();
        }
    }

    private static long own(Manifest manifest) {
        return manifest.parts()
                .filter(part -> part.file().startsWith(manifest.name() + "/"))
                .mapToLong(part -> part.bytes())
                .sum();
    }

    private void failed(Job job, String name, Throwable why) {
        boolean stopping;
        lock.lock();
        try {
            failures++;
            stopping = closed;
        } finally {
            lock.unlock();
        }
        if (!stopping) {
            LOG.error(
                    "the checkpoint of batch {} failed, the job goes on and the next one will be whole: {}",
                    job.time(),
                    why.toString(),
                    why);
        }
        if (newest == null || !newest.name().equals(name)) {
            newest = null;
            stateNodes.forEach(node -> states.needed(node, null));
            checkpoints.discard(name);
        }
    }

    private Manifest write(Job job, String name) throws Exception {
        Manifest before = newest;
        Manifest upon = before != null && bases >= 2 && !isBaseDue(before) ? before : null;
        Snapshot snapshot = new Snapshot(
                directory.uri(),
                name,
                vocabulary,
                new JobInfo(Optional.empty(), "checkpoint", "batch " + job.time(), (partition, what, n) -> {}));
        List<Owner> owners = new ArrayList<>();
        for (StateNode<?, ?, ?, ?> node : stateNodes) {
            Time version = job.versions().get(node);
            if (version != null) {
                owners.add(state(node, version, snapshot, upon, owners.size()));
            }
        }
        for (StreamNode node : storedNodes) {
            owners.add(batches(node, job, snapshot, upon, owners.size()));
        }
        return new Manifest(
                directory.job(),
                name,
                job.time(),
                beginning,
                upon == null ? name : upon.base(),
                upon == null ? 0 : upon.increments() + 1,
                journal.forcedSeq(),
                graph.conf().get(StreamingConf.APP_NAME),
                job.positions(),
                owners,
                job.values());
    }

    private static boolean isBaseDue(Manifest before) {
        long base = 0;
        long increments = 0;
        for (var part : before.parts().toList()) {
            if (part.file().startsWith(before.base() + "/")) {
                base += part.bytes();
            } else {
                increments += part.bytes();
            }
        }
        return before.increments() >= MOST_INCREMENTS || increments > base;
    }

    private <K, S> Owner state(
            StateNode<K, ?, S, ?> node, Time version, Snapshot snapshot, @Nullable Manifest upon, int number)
            throws Exception {
        StateDataset<K, S> state = states.of(node);
        String uid = node.site().uid();
        Owner before = upon == null ? null : upon.owner(uid).orElse(null);
        List<Piece> pieces = new ArrayList<>(before == null ? List.of() : before.pieces());
        Time from = before == null ? null : before.times().get(0);
        if (!version.equals(from)) {
            pieces.add(snapshot.state("state-" + number, state, from, version));
        }
        return new Owner(uid, Kind.STATE, node.toString(), node.stateShape(), List.of(version), pieces);
    }

    private Owner batches(StreamNode node, Job job, Snapshot snapshot, @Nullable Manifest upon, int number)
            throws Exception {
        Map<Time, DatasetRdd<?>> kept = new TreeMap<>();
        job.kept().forEach((time, rdds) -> {
            DatasetRdd<?> rdd = rdds.get(node);
            if (rdd != null) {
                kept.put(time, rdd);
            }
        });
        List<Time> times = List.copyOf(kept.keySet());
        List<Piece> pieces = new ArrayList<>();
        if (upon != null && upon.owner(node.keptUid()).isPresent()) {
            for (Piece piece : upon.owner(node.keptUid()).get().pieces()) {
                if (piece.times().stream().anyMatch(kept::containsKey)) {
                    pieces.add(piece);
                }
            }
        }
        pieces.forEach(piece -> piece.times().forEach(kept::remove));
        boolean keyed = false;
        Map<Time, Dataset<?>> fresh = new TreeMap<>();
        for (Map.Entry<Time, DatasetRdd<?>> each : kept.entrySet()) {
            DatasetRdd<?> stored = node.stored(each.getValue());
            keyed = stored instanceof DatasetPairRdd;
            fresh.put(each.getKey(), stored.dataset());
        }
        pieces.addAll(snapshot.batches("batches-" + number, fresh, keyed));
        return new Owner(node.keptUid(), Kind.BATCHES, node.toString(), node.shape(), times, pieces);
    }
}
