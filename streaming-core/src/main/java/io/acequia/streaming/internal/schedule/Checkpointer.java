/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.schedule;

import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.internal.checkpoint.Beginning;
import io.acequia.streaming.internal.checkpoint.Checkpoints;
import io.acequia.streaming.internal.checkpoint.Journal;
import io.acequia.streaming.internal.checkpoint.Manifest;
import io.acequia.streaming.internal.checkpoint.Manifest.Named;
import io.acequia.streaming.internal.graph.StateNode;
import io.acequia.streaming.internal.graph.StreamGraph;
import io.acequia.streaming.internal.graph.StreamNode;
import io.acequia.streaming.internal.store.Failpoint;
import io.acequia.streaming.listener.CheckpointInfo;
import io.acequia.streaming.listener.ContextStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
 * released, until the checkpoint is there. The checkpoint thread ({@code acequia-checkpoint}) then has it written
 * ({@link CheckpointWriter}), by jobs of the engine, beside the batches that run.
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
    private final CheckpointWriter writer;
    private final Duration interval;
    private final int keep;
    private final List<StateNode<?, ?, ?, ?>> stateNodes = new ArrayList<>();
    private final List<StreamNode> storedNodes = new ArrayList<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // Guarded by the lock.
    private Time last;
    private @Nullable CheckpointContent waiting;
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
        this.writer = new CheckpointWriter(graph.conf(), durable, states, stateNodes, storedNodes);
        this.interval = interval(graph);
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
        List<Named> now = List.of();
        RuntimeException refused = null;
        try {
            now = values.get();
        } catch (RuntimeException e) {
            refused = e;
        }
        waiting = new CheckpointContent(time, positions, versions, remembered.hold(storedNodes, time), now, refused);
        last = time;
        Failpoint.CHECKPOINT_TAKEN.pass();
        changed.signalAll();
    }

    // ---- the checkpoint thread

    private void write() {
        try {
            while (true) {
                CheckpointContent content = next();
                if (content == null) {
                    return;
                }
                CheckpointInfo info;
                try {
                    info = write(content);
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

    private @Nullable CheckpointContent next() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (waiting == null && !closed) {
                changed.await();
            }
            CheckpointContent content = closed ? null : waiting;
            waiting = null;
            writing = content != null;
            return content;
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

    private CheckpointInfo write(CheckpointContent content) throws InterruptedException {
        long begin = clock.nanoTime();
        String name = Checkpoints.name(content.time().milliseconds(), directory.epoch());
        Throwable failure = null;
        long bytes = 0;
        try {
            if (content.refused() != null) {
                throw content.refused();
            }
            directory.mustBeThere();
            Manifest upon = bases < 2 ? null : newest;
            Manifest manifest = writer.write(content, name, upon);
            checkpoints.commit(manifest);
            newest = manifest;
            content.versions().forEach(states::needed);
            bytes = CheckpointWriter.own(manifest);
            isWhole(content.time(), bytes);
            Failpoint.CHECKPOINT_WRITTEN.pass();
            List<Manifest> kept = checkpoints.prune(keep);
            Failpoint.CHECKPOINT_PRUNED.pass();
            bases = (int) kept.stream().map(Manifest::base).distinct().count();
            Time oldest =
                    bases < 2 ? beginning.zero() : kept.get(kept.size() - 1).time();
            journal.checkpointed(content.time(), oldest);
            Failpoint.PROCESSED_TOLD_BEFORE.pass();
            for (Feed feed : feeds) {
                feed.covered(content.time());
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
            failed(content, name, t);
        }
        Optional<Throwable> why = Optional.ofNullable(failure);
        Duration took = Duration.ofNanos(clock.nanoTime() - begin);
        return new CheckpointInfo(content.time(), bytes, took, why);
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

    private void failed(CheckpointContent content, String name, Throwable why) {
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
                    content.time(),
                    why.toString(),
                    why);
        }
        if (newest == null || !newest.name().equals(name)) {
            newest = null;
            stateNodes.forEach(node -> states.needed(node, null));
            checkpoints.discard(name);
        }
    }
}
