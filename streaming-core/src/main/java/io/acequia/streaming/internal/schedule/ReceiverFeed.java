/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.schedule;

import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.engine.Block;
import io.acequia.streaming.engine.BlockInfo;
import io.acequia.streaming.engine.Engine;
import io.acequia.streaming.internal.graph.InputNode;
import io.acequia.streaming.internal.ingest.ReceiverSettings;
import io.acequia.streaming.internal.ingest.ReceiverTracker;
import io.acequia.streaming.internal.ingest.ReceiverTracker.Taken;
import io.acequia.streaming.internal.ingest.Reception;
import io.acequia.streaming.internal.rdd.RddScope;
import io.acequia.streaming.internal.rdd.Rdds;
import io.acequia.streaming.listener.ContextStatus;
import io.acequia.streaming.listener.ReceiverEvent;
import io.acequia.streaming.listener.ReceiverState;
import io.acequia.streaming.receiver.Position;
import io.acequia.streaming.receiver.Source;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A source that is received: each batch takes the blocks that its receiver has added. The records stay until the batch is no
 * longer remembered; their log stays until the batch is done, too.
 */
final class ReceiverFeed<T> implements Feed {
    private static final Logger LOG = LoggerFactory.getLogger(ReceiverFeed.class);
    private static final Duration BEGIN_TIMEOUT = Duration.ofMinutes(5);
    private static final int SHARDS_SHOWN = 3;

    private final InputNode node;
    private final Rdds rdds;
    private final StreamClock clock;
    private final ListenerBus bus;
    private final RateController rates;
    private final Reception<T> task;
    private final ReceiverTracker tracker;
    private final Map<Time, Batch> batches = new ConcurrentHashMap<>();

    ReceiverFeed(
            InputNode node,
            Source<T> source,
            ReceiverSettings settings,
            Rdds rdds,
            StreamClock clock,
            ListenerBus bus,
            RateController rates) {
        this.node = node;
        this.rdds = rdds;
        this.clock = clock;
        this.bus = bus;
        this.rates = rates;
        this.task = new Reception<>(node.streamId(), source, settings);
        this.tracker = new ReceiverTracker(node.streamId(), source.name(), rates.limit(node.streamId()), this::tell);
    }

    /** What a batch took, and how far it is. */
    private static final class Batch {
        private final Taken taken;
        private boolean done;
        private boolean released;

        Batch(Taken taken) {
            this.taken = taken;
        }

        /** Whether both have come. */
        synchronized boolean isOver(boolean nowDone, boolean nowReleased) {
            done |= nowDone;
            released |= nowReleased;
            return done && released;
        }
    }

    private void tell(ReceiverEvent event) {
        bus.post(listener -> {
            if (event.state() == ReceiverState.ACTIVE && event.attempt() == 1) {
                listener.onReceiverStarted(event);
            }
            if (event.error().isPresent()) {
                listener.onReceiverError(event);
            }
            listener.onReceiverStateChanged(event);
            if (event.state() == ReceiverState.STOPPED || event.state() == ReceiverState.FAILED) {
                listener.onReceiverStopped(event);
            }
        });
    }

    @Override
    public InputNode node() {
        return node;
    }

    @Override
    public void start(Time zero) throws IOException, InterruptedException {
        tracker.start(task, (launched, driver) -> engine().launch(launched, driver, clock));
        if (task.log().isPresent()) {
            tracker.awaitBegun(BEGIN_TIMEOUT);
        }
    }

    private Engine engine() {
        return rdds.engine();
    }

    @Override
    public Intake plan(Time time) throws IOException {
        Taken taken = tracker.take();
        Batch batch = new Batch(taken);
        batches.put(time, batch);
        List<Block<T>> blocks = new ArrayList<>();
        for (BlockInfo info : taken.blocks()) {
            if (info.count() > 0) {
                blocks.add(engine().block(task, info));
            }
        }
        List<List<Block<T>>> groups = Groups.of(blocks, rdds.defaultParallelism(), Block::count);
        return new Intake(
                rdds.of(engine().fromBlocks(groups), RddScope.of(time)),
                taken.records(),
                described(taken.blocks()),
                taken.rejected(),
                () -> release(time, batch));
    }

    /** The first shards with what came of each. */
    private static String described(List<BlockInfo> blocks) {
        Map<String, Position> shards = new LinkedHashMap<>();
        for (BlockInfo block : blocks) {
            for (Position at : block.positions()) {
                shards.merge(
                        at.shard(),
                        at,
                        (first, last) ->
                                new Position(first.shard(), first.from(), Math.max(first.until(), last.until())));
            }
        }
        String text = shards.values().stream()
                .limit(SHARDS_SHOWN)
                .map(at -> at.shard() + " [" + at.from() + ", " + at.until() + ")")
                .collect(Collectors.joining(", "));
        return shards.size() <= SHARDS_SHOWN ? text : text + " and " + (shards.size() - SHARDS_SHOWN) + " more";
    }

    private void release(Time time, Batch batch) {
        for (BlockInfo info : batch.taken.blocks()) {
            engine().release(info, "RDD of batch " + time);
        }
        if (batch.isOver(false, true)) {
            tracker.forget(batch.taken);
        }
    }

    /** Without a checkpoint, a delivery that is not safe by its log is safe when the outputs of its batch are done. */
    @Override
    public void completed(Time time) {
        Batch batch = batches.remove(time);
        if (batch != null) {
            tracker.settle(batch.taken, null);
            if (batch.isOver(true, false)) {
                tracker.forget(batch.taken);
            }
        }
    }

    @Override
    public void limit(long recordsPerSecond) {
        tracker.rate(recordsPerSecond);
    }

    @Override
    public void stopReading(Duration atMost) {
        tracker.stopReading();
        try {
            if (!tracker.awaitReadingEnded(atMost)) {
                LOG.warn("{} did not stop reading in {}", node, atMost);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public boolean hasEnded() {
        return tracker.sourceHasEnded();
    }

    @Override
    public void stop(Duration atMost) {
        batches.values()
                .forEach(batch -> tracker.settle(batch.taken, new CancellationException("the batch was given up")));
        batches.clear();
        tracker.stop(atMost);
    }

    @Override
    public void close() {
        tracker.close();
    }

    @Override
    public Waiting waiting() {
        return new Waiting(tracker.waitingBlocks(), tracker.waitingRecords());
    }

    @Override
    public Optional<ContextStatus.SourceStatus> status() {
        return Optional.of(tracker.status(rates.terms(node.streamId())));
    }
}
