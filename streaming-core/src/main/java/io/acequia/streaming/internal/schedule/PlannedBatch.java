/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.schedule;

import io.acequia.streaming.data.StorageLevel;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.engine.StateDataset;
import io.acequia.streaming.internal.checkpoint.Allocation;
import io.acequia.streaming.internal.checkpoint.JournaledBatch;
import io.acequia.streaming.internal.graph.Batch;
import io.acequia.streaming.internal.graph.InputNode;
import io.acequia.streaming.internal.graph.StateNode;
import io.acequia.streaming.internal.graph.StreamNode;
import io.acequia.streaming.internal.rdd.DatasetRdd;
import io.acequia.streaming.internal.rdd.RddScope;
import io.acequia.streaming.listener.BatchInfo;
import io.acequia.streaming.listener.InputInfo;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One batch from its plan to its release: what came in, the RDDs made for it, and how it went. An RDD is made once, whichever
 * output or user thread asks first, under a lock of its own. Making one may ask for RDDs of earlier batches and of later ones, but
 * never in a circle, so no two threads wait for each other; with a lock for each batch they would. Looking up what is made needs
 * no lock.
 */
final class PlannedBatch implements Batch {
    private static final Logger LOG = LoggerFactory.getLogger(PlannedBatch.class);

    private final Time time;
    private final Instant submittedAt;
    private final RddScope scope;
    private final RememberedBatches remembered;
    private final Map<InputNode, Intake> intakes = new LinkedHashMap<>();
    private final Map<StreamNode, DatasetRdd<?>> made = new ConcurrentHashMap<>();
    private final Map<StreamNode, ReentrantLock> locks = new ConcurrentHashMap<>();
    private final Set<StreamNode> released = ConcurrentHashMap.newKeySet();
    /** Of these the checkpoint that the batch is from has nothing. */
    private final Set<StreamNode> neverThere = ConcurrentHashMap.newKeySet();

    private volatile @Nullable Thread runner;
    private volatile boolean carried;
    private @Nullable Instant startedAt;
    private @Nullable Instant endedAt;
    private @Nullable Throwable failure;
    private final @Nullable JournaledBatch before;

    PlannedBatch(Time time, Instant submittedAt, RememberedBatches remembered) {
        this(time, submittedAt, remembered, null);
    }

    /** @param before what an earlier run has done of it */
    PlannedBatch(Time time, Instant submittedAt, RememberedBatches remembered, @Nullable JournaledBatch before) {
        this.before = before;
        this.time = time;
        this.submittedAt = submittedAt;
        this.scope = RddScope.of(time);
        this.remembered = remembered;
    }

    @Override
    public Time time() {
        return time;
    }

    @Override
    public RddScope scope() {
        return scope;
    }

    synchronized void intake(InputNode node, Intake intake) {
        intakes.put(node, intake);
    }

    synchronized boolean isPlanned(InputNode node) {
        return intakes.containsKey(node);
    }

    synchronized Map<InputNode, Intake> intakes() {
        return new LinkedHashMap<>(intakes);
    }

    @Override
    public DatasetRdd<?> input(InputNode node) {
        Intake intake;
        synchronized (this) {
            intake = intakes.get(node);
        }
        if (intake == null) {
            throw new IllegalStateException("ACQ-1004 " + node + " has not been planned for batch " + time);
        }
        return intake.rdd().in(scope);
    }

    @Override
    public DatasetRdd<?> rddOf(StreamNode node, Time at) {
        return at.equals(time) ? rddOf(node) : remembered.rddOf(node, at);
    }

    @Override
    public Optional<DatasetRdd<?>> rddIfThere(StreamNode node, Time at) {
        return at.equals(time) ? Optional.of(rddOf(node)) : remembered.rddIfThere(node, at);
    }

    @Override
    public Time zero() {
        return remembered.zero();
    }

    @Override
    public <K, S> StateDataset<K, S> state(StateNode<K, ?, S, ?> node) {
        return remembered.states().of(node);
    }

    DatasetRdd<?> rddOf(StreamNode node) {
        DatasetRdd<?> rdd = made.get(node);
        if (rdd != null) {
            return rdd;
        }
        ReentrantLock lock = locks.computeIfAbsent(node, any -> new ReentrantLock());
        try {
            lock.lockInterruptibly();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw MakingFailed.of(node, e);
        }
        try {
            rdd = made.get(node);
            if (rdd == null) {
                rdd = make(node);
                made.put(node, rdd);
            }
            return rdd;
        } catch (VirtualMachineError e) {
            throw e;
        } catch (Throwable e) {
            throw MakingFailed.of(node, e);
        } finally {
            lock.unlock();
        }
    }

    /** What a node was made of may be the very same RDD, of another node or of the program: what is kept of it is its own. */
    private DatasetRdd<?> make(StreamNode node) throws Exception {
        DatasetRdd<?> rdd = node.make(this);
        if (node.isKept()) {
            StorageLevel level = node.level().filter(StorageLevel::usesDisk).orElse(StorageLevel.MEMORY_AND_DISK);
            return rdd.sameRecords().settled(node.site(), level);
        }
        if (node.level().isPresent() && !node.keepsItself()) {
            DatasetRdd<?> own = rdd.sameRecords();
            own.persist(node.level().get());
            return own;
        }
        return rdd;
    }

    /** Whether all sources are planned, and have brought nothing. */
    synchronized boolean isEmpty(int sources) {
        return intakes.size() == sources && intakes.values().stream().allMatch(Intake::isEmpty);
    }

    /** Whether an earlier run has allocated it. */
    boolean isReplayed() {
        return before != null;
    }

    /** Whether all its outputs have ended in an earlier run. */
    boolean wasDone() {
        return before != null && before.done();
    }

    /** Whether an output has ended in an earlier run. */
    boolean hasEnded(String output) {
        return before != null && (before.done() || before.ended().contains(output));
    }

    /** What its sources brought, for the journal. */
    synchronized List<Allocation> allocations() {
        List<Allocation> allocations = new ArrayList<>();
        for (Intake intake : intakes.values()) {
            if (intake.allocation() != null) {
                allocations.add(intake.allocation());
            }
        }
        return allocations;
    }

    /** Has this RDD, from a checkpoint. */
    void restore(StreamNode node, DatasetRdd<?> rdd) {
        made.put(node, rdd);
    }

    /** Has nothing but what was restored, and what can be made of that. */
    void restored(Collection<? extends StreamNode> nodes) {
        for (StreamNode node : nodes) {
            boolean canBeMade =
                    node.isKept() && !node.isStored() && made.keySet().containsAll(node.parents());
            if (!canBeMade && !made.containsKey(node)) {
                released.add(node);
                neverThere.add(node);
            }
        }
        carried();
    }

    /** What is kept of these nodes now. */
    Map<StreamNode, DatasetRdd<?>> stored(Collection<? extends StreamNode> nodes) {
        Map<StreamNode, DatasetRdd<?>> stored = new LinkedHashMap<>();
        for (StreamNode node : nodes) {
            DatasetRdd<?> rdd = made.get(node);
            if (rdd != null && !isReleased(node)) {
                stored.put(node, rdd);
            }
        }
        return stored;
    }

    /** Whether it ran before the node was there: an operation that is new in the program has missed it. */
    boolean neverHad(StreamNode node) {
        return neverThere.contains(node);
    }

    boolean isReleased(StreamNode node) {
        return released.contains(node);
    }

    /** Lets go of the RDDs of these nodes, and of their records. */
    void release(Collection<? extends StreamNode> nodes) {
        for (StreamNode node : nodes) {
            if (released.add(node)) {
                try {
                    release(node);
                } catch (RuntimeException e) {
                    LOG.warn("what batch {} has of {} could not be released", time, node, e);
                }
            }
        }
    }

    private void release(StreamNode node) {
        DatasetRdd<?> rdd = made.remove(node);
        if (rdd != null && (node.isKept() || node.level().isPresent() || node.keepsItself())) {
            rdd.unpersist();
        }
        if (node instanceof StateNode<?, ?, ?, ?> stateful) {
            remembered.states().forget(stateful, time);
        }
        if (node instanceof InputNode input) {
            Intake intake;
            synchronized (this) {
                intake = intakes.remove(input);
            }
            if (intake != null) {
                intake.release().run();
            }
        }
    }

    void releaseAll() {
        release(List.copyOf(made.keySet()));
        release(List.copyOf(intakes().keySet()));
    }

    /** A node that later batches build on is made. */
    void carried(StreamNode node) {
        if (node instanceof StateNode<?, ?, ?, ?> stateful) {
            remembered.states().stepped(stateful, time);
        }
    }

    /** A batch thread has begun with it. */
    void started(Instant at) {
        synchronized (this) {
            startedAt = at;
        }
        runner = Thread.currentThread();
    }

    /** State and windows are made: from now on anybody may ask for RDDs. */
    void carried() {
        carried = true;
    }

    /** Whether the calling thread may ask for RDDs: making them out of turn would step state out of turn. */
    boolean mayBeAsked() {
        return carried || runner == Thread.currentThread();
    }

    synchronized void ended(Instant at, @Nullable Throwable why) {
        endedAt = at;
        failure = why;
    }

    synchronized BatchInfo info() {
        Map<String, Long> counted = scope.recordErrors();
        Map<Integer, InputInfo> inputs = new HashMap<>();
        intakes.forEach((node, intake) -> {
            String uid = node.site().uid();
            inputs.put(
                    node.streamId(),
                    new InputInfo(
                            node.streamId(),
                            node.origin().name(),
                            intake.records() + counted.getOrDefault(uid + SplitGroup.RECORDS, 0L),
                            intake.rejected().size() + counted.getOrDefault(uid, 0L),
                            Optional.of(intake.position()).filter(position -> !position.isEmpty())));
        });
        return new BatchInfo(
                time,
                inputs,
                submittedAt,
                Optional.ofNullable(startedAt),
                Optional.ofNullable(endedAt),
                Optional.ofNullable(failure));
    }
}
