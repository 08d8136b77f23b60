/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.schedule;

import io.acequia.streaming.data.Time;
import io.acequia.streaming.internal.graph.Retention;
import io.acequia.streaming.internal.graph.StreamNode;
import io.acequia.streaming.internal.rdd.DatasetRdd;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/** The batches whose RDDs can still be read, each node's as long as it is needed. Safe for use by any thread. */
final class RememberedBatches {
    private final ConcurrentSkipListMap<Time, PlannedBatch> batches = new ConcurrentSkipListMap<>();
    private final Retention retention;
    private final States states;
    private final Time zero;
    /** For each length of time, the last batch whose nodes of that length were released. */
    private final Map<Duration, Time> releasedUntil = new HashMap<>();
    /** While a checkpoint is written: nothing goes. */
    private boolean held;

    private @Nullable Time releasable;

    RememberedBatches(Retention retention, States states, Time zero) {
        this.retention = retention;
        this.states = states;
        this.zero = zero;
    }

    Time zero() {
        return zero;
    }

    States states() {
        return states;
    }

    void add(PlannedBatch batch) {
        batches.put(batch.time(), batch);
    }

    /** Lets go of what no batch after this one can need. One thread at a time. */
    synchronized void release(Time completed) {
        if (held) {
            releasable = completed;
            return;
        }
        Time done = states.slowest(retention.lookingBack(), completed, zero);
        retention.nodesByLength().forEach((length, nodes) -> {
            Time last = done.minus(length);
            Time before = releasedUntil.get(length);
            if (before != null && last.compareTo(before) <= 0) {
                return;
            }
            releasedUntil.put(length, last);
            (before == null ? batches.headMap(last, true) : batches.subMap(before, false, last, true))
                    .values()
                    .forEach(batch -> batch.release(nodes));
        });
        Time forgotten = done.minus(retention.longest());
        batches.headMap(forgotten, true).clear();
    }

    /**
     * Until {@link #letGo}, nothing is released.
     *
     * @return what is kept of these nodes, of batches up to {@code until}
     */
    synchronized Map<Time, Map<StreamNode, DatasetRdd<?>>> hold(Collection<? extends StreamNode> nodes, Time until) {
        held = true;
        Map<Time, Map<StreamNode, DatasetRdd<?>>> stored = new TreeMap<>();
        batches.headMap(until, true).forEach((time, batch) -> stored.put(time, batch.stored(nodes)));
        return stored;
    }

    /** What could have been released meanwhile goes. */
    synchronized void letGo() {
        held = false;
        Time waiting = releasable;
        if (waiting != null) {
            releasable = null;
            release(waiting);
        }
    }

    void releaseAll() {
        batches.values().forEach(PlannedBatch::releaseAll);
        batches.clear();
    }

    Optional<DatasetRdd<?>> rddIfThere(StreamNode node, Time time) {
        PlannedBatch batch = node.yieldsAt(time, zero) ? batches.get(time) : null;
        if (batch == null || batch.neverHad(node)) {
            return Optional.empty();
        }
        return Optional.of(rddOf(node, time, batch));
    }

    /** The same for the program, which must not make what a batch has not come to yet. */
    DatasetRdd<?> forProgram(StreamNode node, Time time) {
        PlannedBatch batch = batches.get(time);
        if (batch != null && !batch.mayBeAsked()) {
            throw missing(node, time, false);
        }
        return rddOf(node, time);
    }

    DatasetRdd<?> rddOf(StreamNode node, Time time) {
        if (!node.yieldsAt(time, zero)) {
            throw new IllegalArgumentException("ACQ-1005 " + node + " has no batch at " + time + ": batches come every "
                    + node.slide() + " after the start at " + zero);
        }
        return rddOf(node, time, batches.get(time));
    }

    private DatasetRdd<?> rddOf(StreamNode node, Time time, @Nullable PlannedBatch batch) {
        if (batch != null && !batch.isReleased(node)) {
            return batch.rddOf(node);
        }
        throw missing(node, time, batch != null || !batches.isEmpty() && time.compareTo(batches.lastKey()) <= 0);
    }

    private static IllegalStateException missing(StreamNode node, Time time, boolean past) {
        return new IllegalStateException("ACQ-1006 RDD of batch " + time + " of " + node
                + (past
                        ? " was released; call remember(..) or persist it and keep it yourself"
                        : " does not exist yet"));
    }
}
