/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.ingest;

import io.acequia.streaming.engine.BlockInfo;
import io.acequia.streaming.engine.DriverChannel;
import io.acequia.streaming.engine.DriverChannel.AddBlock;
import io.acequia.streaming.engine.DriverChannel.Change;
import io.acequia.streaming.engine.DriverChannel.Counts;
import io.acequia.streaming.engine.DriverChannel.Message;
import io.acequia.streaming.engine.DriverChannel.Register;
import io.acequia.streaming.engine.DriverChannel.Reply;
import io.acequia.streaming.engine.DriverChannel.Report;
import io.acequia.streaming.engine.DriverChannel.Settled;
import io.acequia.streaming.engine.ReceiverTask;
import io.acequia.streaming.internal.store.Failpoint;
import io.acequia.streaming.receiver.AckMode;
import io.acequia.streaming.receiver.Position;
import io.acequia.streaming.receiver.Rejected;
import io.acequia.streaming.storage.StorageFullException;
import java.io.IOException;
import java.io.NotSerializableException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings closed blocks to where they are safe, oldest first: into the log, forced; to the tasks that will read them; to the
 * driver's list. Then their deliveries are settled, at once or when the driver says that their batch is done.
 *
 * <p>Threads: any; one at a time stores, under a lock of its own that is held while the disk works. What the supervisor's
 * lock guards is touched under that lock, inside.
 *
 * <p>What survives a failure: a block stays with the assembler until it is added, so a full storage or a full memory only
 * makes it wait; a block that is in the log already is not logged again. A log that failed stays failed.
 */
final class BlockWriter<T> {
    private static final Logger LOG = LoggerFactory.getLogger(BlockWriter.class);
    private static final long UNREGISTERED = -1;

    private final Reception<T> task;
    private final ReceiverTask.Host<T> host;
    private final DriverChannel driver;
    private final ReentrantLock stateLock;
    private final BlockAssembler<T> assembler;
    private final Consumer<Reply> heard;
    private final boolean logged;
    private final boolean acksWhenDurable;

    private final ReentrantLock storing = new ReentrantLock();
    // Guarded by storing.
    private @Nullable BlockLog<T> log;
    /** Where the oldest closed blocks are in the log, as far as they are there and not added yet. */
    private final Deque<BlockInfo.Place> ahead = new ArrayDeque<>();

    private long nextNumber;
    private long releasedBelow;

    // Guarded by the state lock.
    private final Map<Long, List<Owed>> unsettled = new HashMap<>();
    private int unsettledDeliveries;

    private volatile long knownUntil;
    private volatile long epoch = UNREGISTERED;
    private volatile long neededFrom;
    private volatile long waitingBytes;
    private volatile boolean full;
    private volatile boolean memoryFull;

    BlockWriter(
            Reception<T> task,
            ReceiverTask.Host<T> host,
            ReentrantLock stateLock,
            BlockAssembler<T> assembler,
            Consumer<Reply> heard) {
        this.task = task;
        this.host = host;
        this.driver = host.driver();
        this.stateLock = stateLock;
        this.assembler = assembler;
        this.heard = heard;
        this.logged = task.log().isPresent();
        this.acksWhenDurable = logged && task.settings().ackMode() != AckMode.ON_PROCESSED;
    }

    boolean isLogged() {
        return logged;
    }

    /** Begins an attempt. */
    Reply register() throws IOException {
        Reply reply = ask(new Register(task.streamId()));
        knownUntil = reply.knownUntil();
        epoch = reply.epoch();
        return reply;
    }

    /** Before, the driver would take a report for one of an older attempt, and have this one end. */
    boolean isRegistered() {
        return epoch != UNREGISTERED;
    }

    Reply report(Counts counts, @Nullable Change change) throws NotSerializableException, DriverLostException {
        try {
            return ask(new Report(task.streamId(), epoch, counts, change));
        } catch (NotSerializableException e) {
            Change plain = change == null ? null : change.withPlainError();
            return ask(new Report(task.streamId(), epoch, counts, plain));
        }
    }

    private Reply addBlock(BlockInfo block, List<Rejected> rejected)
            throws NotSerializableException, DriverLostException {
        try {
            return ask(new AddBlock(block, rejected));
        } catch (NotSerializableException e) {
            return ask(new AddBlock(
                    block, rejected.stream().map(Rejected::withPlainCause).toList()));
        }
    }

    private Reply ask(Message message) throws NotSerializableException, DriverLostException {
        try {
            return driver.ask(message);
        } catch (NotSerializableException e) {
            throw e;
        } catch (IOException e) {
            throw new DriverLostException(e);
        }
    }

    /** Opens the log, and adds what an earlier run left in it. */
    void open(SourcePositions positions) throws IOException {
        if (!logged) {
            return;
        }
        storing.lock();
        try {
            BlockLog<T> opened = BlockLog.open(task, host, knownUntil, epoch);
            log = opened;
            stateLock.lock();
            try {
                opened.positions().forEach(positions::advance);
            } finally {
                stateLock.unlock();
            }
            long recovered = 0;
            for (BlockLog.Recovered block : opened.recovered()) {
                BlockInfo info = info(block.count(), block.bytes(), block.positions(), block.place());
                heard.accept(addBlock(info, block.rejected()));
                recovered += block.count();
            }
            if (recovered > 0) {
                LOG.info(
                        "Receiver '{}' takes up {} records from its log",
                        task.source().name(),
                        recovered);
            }
        } finally {
            storing.unlock();
        }
    }

    /** Whether an earlier run has read the source to its end. */
    boolean sourceHasEnded() {
        storing.lock();
        try {
            return log != null && log.sourceHasEnded();
        } finally {
            storing.unlock();
        }
    }

    /** Remembers that the source has ended; false when what it gave, or this, waits for space. */
    boolean sourceEnds() throws IOException {
        storing.lock();
        try {
            if (log == null) {
                return true;
            }
            if (!closed().isEmpty()) {
                return false;
            }
            log.sourceEnds();
            space(true, "");
            return true;
        } catch (StorageFullException e) {
            space(false, e.getMessage());
            return false;
        } finally {
            storing.unlock();
        }
    }

    /** Whether reading may go on. Under the state lock. */
    boolean hasRoom() {
        return !full
                && !memoryFull
                && assembler.bytes() + waitingBytes < task.settings().buffer().bytes()
                && unsettledDeliveries < task.settings().blocks().unsettled();
    }

    /**
     * Stores all closed blocks, as far as there is space.
     *
     * @throws IOException when the log cannot be trusted any more
     */
    void store() throws IOException {
        storing.lock();
        try {
            for (List<Sealed<T>> blocks = closed(); !blocks.isEmpty(); blocks = closed()) {
                if (!write(blocks) || !add(closed())) {
                    return;
                }
            }
        } finally {
            storing.unlock();
        }
    }

    private List<Sealed<T>> closed() {
        stateLock.lock();
        try {
            return assembler.closed();
        } finally {
            stateLock.unlock();
        }
    }

    /** Logs what is not logged yet, with one force for all; false when it must be tried again. */
    private boolean write(List<Sealed<T>> blocks) throws IOException {
        if (!logged) {
            return true;
        }
        BlockLog<T> open = log;
        if (open == null) {
            return false;
        }
        List<Sealed<T>> fresh = blocks.subList(ahead.size(), blocks.size());
        List<ByteBuffer[]> encoded = new ArrayList<>();
        for (Sealed<T> block : fresh) {
            ByteBuffer[] bytes = BlockRecord.encode(block, task.codec());
            if (BlockRecord.lengthOf(bytes) > task.dataLog().maxRecord().bytes()) {
                makeSmaller(block);
                return write(closed());
            }
            encoded.add(bytes);
        }
        if (encoded.isEmpty()) {
            return true;
        }
        try {
            ahead.addAll(open.write(fresh, encoded));
            Failpoint.BLOCK_FORCED.pass();
            space(true, "");
            return true;
        } catch (StorageFullException e) {
            space(false, e.getMessage());
            return false;
        }
    }

    /** What no record of the log can hold is cut. */
    private void makeSmaller(Sealed<T> block) {
        stateLock.lock();
        try {
            assembler.replace(block, block.smaller(tooLarge()));
        } finally {
            stateLock.unlock();
        }
    }

    private Throwable tooLarge() {
        return new IOException("ACQ-0674 a record is larger than what the log takes, "
                + task.dataLog().maxRecord() + ": it is rejected; if such records are meant, raise"
                + " streaming.log.max.record");
    }

    private void space(boolean there, @Nullable String message) {
        if (full && there) {
            LOG.info(
                    "Receiver '{}' goes on: there is space for its log again",
                    task.source().name());
        } else if (!full && !there) {
            LOG.warn(
                    "Receiver '{}' is held back and acknowledges nothing: its log has no space: {}",
                    task.source().name(),
                    message);
        }
        full = !there;
    }

    /** Hands blocks to the tasks and to the driver; false when there is no room for one. */
    private boolean add(List<Sealed<T>> blocks) throws IOException {
        for (Sealed<T> block : logged ? blocks.subList(0, ahead.size()) : blocks) {
            BlockInfo info = info(block.count(), block.bytes(), block.positions(), ahead.peek());
            if (block.count() > 0
                    && !host.keep(info, block.parts(), task.settings().blocks().level())) {
                nextNumber--;
                memoryFull = true;
                return false;
            }
            memoryFull = false;
            Reply reply = addBlock(info, block.rejected());
            if (!reply.accepted()) {
                heard.accept(reply);
                return false;
            }
            ahead.poll();
            Failpoint.BLOCK_ADDED.pass();
            stateLock.lock();
            try {
                assembler.stored();
                if (acksWhenDurable) {
                    block.owed().forEach(delivery -> delivery.settled(null));
                } else if (!block.owed().isEmpty()) {
                    unsettled.put(info.number(), block.owed());
                    unsettledDeliveries += block.owed().size();
                }
            } finally {
                stateLock.unlock();
            }
            heard.accept(reply);
        }
        return true;
    }

    private BlockInfo info(int count, long bytes, List<Position> positions, BlockInfo.@Nullable Place place) {
        return new BlockInfo(task.streamId(), epoch, nextNumber++, count, bytes, positions, place);
    }

    /** Settles the deliveries of the blocks whose batches are done. */
    void settled(Reply reply) {
        neededFrom = Math.max(neededFrom, reply.neededFrom());
        waitingBytes = reply.waitingBytes();
        if (reply.settled().isEmpty()) {
            return;
        }
        stateLock.lock();
        try {
            for (Settled done : reply.settled()) {
                List<Owed> owed = unsettled.remove(done.block());
                if (owed != null) {
                    unsettledDeliveries -= owed.size();
                    owed.forEach(delivery -> delivery.settled(done.failure()));
                }
            }
        } finally {
            stateLock.unlock();
        }
    }

    /** Lets go of what the log holds for no batch. */
    void releaseLog() {
        long from = neededFrom;
        storing.lock();
        try {
            if (log == null || from <= releasedBelow) {
                return;
            }
            log.neededFrom(from);
            releasedBelow = from;
        } catch (IOException e) {
            LOG.warn(
                    "Receiver '{}' could not release what is done from its log; it tries again: {}",
                    task.source().name(),
                    e.toString());
        } finally {
            storing.unlock();
        }
    }

    void close() {
        releaseLog();
        storing.lock();
        try {
            if (log != null) {
                log.close();
            }
        } finally {
            storing.unlock();
        }
    }
}
