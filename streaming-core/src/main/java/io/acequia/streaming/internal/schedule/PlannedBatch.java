/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.schedule;

import io.acequia.streaming.data.StorageLevel;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.engine.StateDataset;
import io.acequia.streaming.internal.graph.Batch;
import io.acequia.streaming.internal.graph.InputNode;
import io.acequia.streaming.internal.graph.StateNode;
import io.acequia.streaming.internal.graph.StreamNode;
import io.acequia.streaming.internal.rdd.DatasetRdd;
import io.acequia.streaming.internal.rdd.RddScope;
import io.acequia.streaming.listener.BatchInfo;
import io.acequia.streaming.listener.InputInfo;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One batch from its plan to its release: what came in, the RDDs made for it, and how it went. The maps are guarded by the
 * object: an RDD is made once, whichever output or user thread asks first.
 */
final class PlannedBatch implements Batch {
    private final Time time;
    private final Instant submittedAt;
    private final RddScope scope;
    private final RememberedBatches remembered;
    private final Map<InputNode, Intake> intakes = new LinkedHashMap<>();
    private final Map<StreamNode, DatasetRdd<?>> made = new HashMap<>();
    private final Set<StreamNode> released = new HashSet<>();
    private @Nullable Instant startedAt;
    private @Nullable Instant endedAt;
    private @Nullable Throwable failure;

    PlannedBatch(Time time, Instant submittedAt, RememberedBatches remembered) {
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

    synchronized DatasetRdd<?> rddOf(StreamNode node) {
        DatasetRdd<?> rdd = made.get(node);
        if (rdd == null) {
            try {
                rdd = make(node);
            } catch (VirtualMachineError e) {
                throw e;
            } catch (Throwable e) {
                throw MakingFailed.of(node, e);
            }
            made.put(node, rdd);
        }
        return rdd;
    }

    private DatasetRdd<?> make(StreamNode node) throws Exception {
        DatasetRdd<?> rdd = node.make(this);
        if (node.isKept()) {
            // What the node was made of may be the very same RDD, of another node or of the program.
            return rdd.sameRecords().settled(node.site(), node.level().orElse(StorageLevel.MEMORY_AND_DISK));
        }
        node.level().ifPresent(rdd::persist);
        return rdd;
    }

    synchronized boolean isReleased(StreamNode node) {
        return released.contains(node);
    }

    /** Lets go of the RDDs of these nodes, and of their records. */
    synchronized void release(Collection<StreamNode> nodes) {
        for (StreamNode node : nodes) {
            if (released.add(node)) {
                release(node);
            }
        }
    }

    private void release(StreamNode node) {
        DatasetRdd<?> rdd = made.remove(node);
        boolean keeps = node.isKept() || node.level().isPresent() || node instanceof StateNode;
        if (rdd != null && keeps) {
            rdd.unpersist();
        }
        if (node instanceof StateNode<?, ?, ?, ?> stateful) {
            remembered.states().forget(stateful, time);
        }
        if (node instanceof InputNode input) {
            Intake intake = intakes.remove(input);
            if (intake != null) {
                intake.release().run();
            }
        }
    }

    synchronized void releaseAll() {
        release(List.copyOf(made.keySet()));
        release(List.copyOf(intakes.keySet()));
    }

    synchronized void started(Instant at) {
        startedAt = at;
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
