/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.schedule;

import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.engine.Block;
import io.acequia.streaming.engine.BlockInfo;
import io.acequia.streaming.engine.Engine;
import io.acequia.streaming.internal.checkpoint.Allocation;
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
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A source that is received: each batch takes the blocks that its receiver has added. The records stay until the batch is no
 * longer remembered; their log stays until nobody would repeat the batch, too: with a checkpoint directory until the oldest
 * checkpoint that is kept covers it, else until it is done.
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
    private final ConcurrentSkipListMap<Time, Batch> batches = new ConcurrentSkipListMap<>();
    private final boolean durable;
    private final Positions positions = new Positions();
    /** The last record of the log that a batch has. */
    private long allocatedUntil = -1;

    ReceiverFeed(
            InputNode node,
            Source<T> source,
            ReceiverSettings settings,
            Rdds rdds,
            StreamClock clock,
            ListenerBus bus,
            RateController rates,
            boolean durable) {
        this.durable = durable;
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
        private boolean settled;
        private boolean safe;
        private boolean released;

        Batch(Taken taken) {
            this.taken = taken;
        }

        /** Whether it is to be settled now: once. */
        synchronized boolean settles() {
            boolean first = !settled;
            settled = true;
            return first;
        }

        /** Whether both have come: nobody repeats the batch, and nobody reads it. */
        synchronized boolean isOver(boolean nowSafe, boolean nowReleased) {
            safe |= nowSafe;
            released |= nowReleased;
            return safe && released;
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
    public void start(Time zero, Past past) throws IOException, InterruptedException {
        tracker.knows(past.planned().or(past::covered).map(Long::parseLong).orElse(0L));
        tracker.start(task, (launched, driver) -> engine().launch(launched, driver, clock));
        if (task.log().isPresent()) {
            tracker.awaitBegun(BEGIN_TIMEOUT);
        }
        positions.begin(past.until(), past.covered());
        if (past.covered().isPresent()) {
            allocatedUntil = Long.parseLong(past.covered().get());
            Batch done = new Batch(tracker.takeLogged(allocatedUntil));
            batches.put(past.until(), done);
            release(past.until(), done);
        }
    }

    private Engine engine() {
        return rdds.engine();
    }

    @Override
    public Intake plan(Time time) throws IOException {
        Taken taken = tracker.take();
        List<BlockInfo> filled =
                taken.blocks().stream().filter(block -> block.count() > 0).toList();
        List<List<BlockInfo>> groups = Groups.of(filled, rdds.defaultParallelism(), BlockInfo::count);
        return intake(time, taken, groups);
    }

    /** The blocks of its allocation, as far as they were logged; what was not is gone with the process that held it. */
    @Override
    public Intake replay(Time time, Allocation allocation) throws IOException {
        Taken taken = tracker.takeLogged(Long.parseLong(allocation.position()));
        Map<Long, BlockInfo> logged = new HashMap<>();
        for (BlockInfo block : taken.blocks()) {
            logged.put(Objects.requireNonNull(block.place()).seq(), block);
        }
        long lost = 0;
        List<List<BlockInfo>> groups = new ArrayList<>();
        for (List<String> numbers : allocation.groups()) {
            List<BlockInfo> group = new ArrayList<>();
            for (String number : numbers) {
                long seq = Long.parseLong(number);
                BlockInfo block = logged.get(seq);
                if (seq < 0) {
                    lost -= seq;
                } else if (block == null) {
                    throw new IOException(
                            "ACQ-1033 record " + seq + " of the log of " + node + " belongs to batch " + time
                                    + ", which must be replayed, and is not there: bring the folder " + task.logFolder()
                                    + " back from a copy of the checkpoint directory");
                } else {
                    group.add(block);
                }
            }
            groups.add(group);
        }
        if (lost > 0) {
            LOG.warn(
                    "batch {} is replayed without {} records of {}, which were in memory only: give the source a data log, or"
                            + " acknowledge what is processed",
                    time,
                    lost,
                    node);
        }
        return intake(time, taken, groups);
    }

    private Intake intake(Time time, Taken taken, List<List<BlockInfo>> groups) {
        Batch batch = new Batch(taken);
        batches.put(time, batch);
        List<List<Block<T>>> blocks = new ArrayList<>();
        List<List<String>> numbers = new ArrayList<>();
        for (List<BlockInfo> group : groups) {
            blocks.add(group.stream().map(block -> engine().block(task, block)).toList());
            numbers.add(group.stream().map(ReceiverFeed::number).toList());
        }
        for (BlockInfo block : taken.blocks()) {
            if (block.place() != null) {
                allocatedUntil = Math.max(allocatedUntil, block.place().seq());
            }
        }
        String position = Long.toString(allocatedUntil);
        positions.add(time, position);
        return new Intake(
                rdds.of(engine().fromBlocks(blocks), RddScope.of(time)),
                taken.records(),
                described(taken.blocks()),
                taken.rejected(),
                new Allocation(node.site().uid(), position, taken.records(), numbers),
                taken.records() == 0 && taken.rejected().isEmpty(),
                () -> release(time, batch));
    }

    /** Its record of the log; of one that is not logged only how many records there were. */
    private static String number(BlockInfo block) {
        return Long.toString(
                block.place() == null ? -block.count() : block.place().seq());
    }

    @Override
    public Optional<String> positionAt(Time time) {
        return positions.at(time);
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

    /** Without a checkpoint directory, a delivery that is not safe by its log is safe when the outputs of its batch are done. */
    @Override
    public void completed(Time time) {
        if (!durable) {
            covered(time);
            forgettable(time);
        }
    }

    @Override
    public void covered(Time time) {
        positions.covered(time);
        batches.headMap(time, true).values().stream()
                .filter(Batch::settles)
                .forEach(batch -> tracker.settle(batch.taken, null));
    }

    @Override
    public void forgettable(Time time) {
        Map<Time, Batch> safe = batches.headMap(time, true);
        for (Batch batch : List.copyOf(safe.values())) {
            if (batch.isOver(true, false)) {
                tracker.forget(batch.taken);
            }
        }
        safe.clear();
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
        batches.values().stream()
                .filter(Batch::settles)
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
