/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.schedule;

import io.acequia.streaming.data.Time;
import io.acequia.streaming.internal.graph.Batch;
import io.acequia.streaming.internal.graph.InputNode;
import io.acequia.streaming.internal.graph.StreamNode;
import io.acequia.streaming.internal.rdd.DatasetRdd;
import io.acequia.streaming.internal.rdd.RddScope;
import io.acequia.streaming.listener.BatchInfo;
import io.acequia.streaming.listener.InputInfo;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
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

    synchronized DatasetRdd<?> rddOf(StreamNode node) {
        DatasetRdd<?> rdd = made.get(node);
        if (rdd == null) {
            try {
                rdd = node.make(this);
            } catch (VirtualMachineError e) {
                throw e;
            } catch (Throwable e) {
                throw MakingFailed.of(node, e);
            }
            node.level().ifPresent(rdd::persist);
            made.put(node, rdd);
        }
        return rdd;
    }

    /** Lets go of records and persisted RDDs. */
    synchronized void release() {
        made.forEach((node, rdd) -> node.level().ifPresent(level -> rdd.unpersist()));
        made.clear();
        intakes.values().forEach(intake -> intake.release().run());
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
