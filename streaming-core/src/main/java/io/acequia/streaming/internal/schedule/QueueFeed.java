/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.schedule;

import io.acequia.streaming.RDD;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.internal.checkpoint.Allocation;
import io.acequia.streaming.internal.graph.InputNode;
import io.acequia.streaming.internal.graph.QueueOfRdds;
import io.acequia.streaming.internal.rdd.DatasetRdd;
import io.acequia.streaming.internal.rdd.RddScope;
import io.acequia.streaming.internal.rdd.Rdds;
import io.acequia.streaming.listener.ContextStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A queue of RDDs that belong to the program: they are neither counted nor released. */
final class QueueFeed implements Feed {
    private final InputNode node;
    private final QueueOfRdds queue;
    private final Rdds rdds;

    QueueFeed(InputNode node, QueueOfRdds queue, Rdds rdds) {
        this.node = node;
        this.queue = queue;
        this.rdds = rdds;
    }

    @Override
    public InputNode node() {
        return node;
    }

    @Override
    public void start(Time zero, Past past) {}

    @Override
    public Intake replay(Time time, Allocation allocation) {
        throw new UnsupportedOperationException("a queue is refused with a checkpoint directory");
    }

    @Override
    public Optional<String> positionAt(Time time) {
        return Optional.empty();
    }

    @Override
    public Intake plan(Time time) {
        List<RDD<Object>> taken = new ArrayList<>();
        for (RDD<?> rdd : queue.take()) {
            taken.add(records(rdd));
        }
        RDD<Object> all = taken.isEmpty() ? rdds.parallelize(List.of(), 1) : rdds.union(taken);
        return new Intake(
                DatasetRdd.of(all).in(RddScope.of(time)), 0, taken.size() + " RDDs", List.of(), null, false, () -> {});
    }

    @SuppressWarnings("unchecked") // the type of the stream is that of its queue
    private static RDD<Object> records(RDD<?> rdd) {
        return (RDD<Object>) rdd;
    }

    @Override
    public void completed(Time time) {}

    @Override
    public void stopReading(Duration atMost) {}

    @Override
    public void stop(Duration atMost) {}

    @Override
    public Waiting waiting() {
        return Waiting.NONE;
    }

    @Override
    public Optional<ContextStatus.SourceStatus> status() {
        return Optional.empty();
    }
}
