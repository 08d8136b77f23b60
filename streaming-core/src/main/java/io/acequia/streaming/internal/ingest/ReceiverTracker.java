/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.ingest;

import io.acequia.streaming.engine.BlockInfo;
import io.acequia.streaming.engine.DriverChannel;
import io.acequia.streaming.engine.ReceiverTask;
import io.acequia.streaming.listener.ContextStatus.RateTerms;
import io.acequia.streaming.listener.ContextStatus.SourceStatus;
import io.acequia.streaming.listener.ReceiverEvent;
import io.acequia.streaming.listener.ReceiverState;
import io.acequia.streaming.receiver.Rejected;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The driver's side of one receiver: what it has added and no batch has taken, what the driver wants of it, and how it is.
 *
 * <p><b>Threads.</b> The receiver's side asks from any of its threads; the scheduler takes, settles and stops. One lock
 * guards all of it and is never held while somebody else is called: not the running receiver, and not who hears the events,
 * which come on the thread that reported them.
 *
 * <p><b>Ordering.</b> Blocks are taken in the order in which they were added. What the driver wants rides on the next answer;
 * a beat makes the next answer come now, where the engine can.
 *
 * <p><b>What survives a failure.</b> A receiver that begins anew gets a new epoch: what older ones still say is refused, and
 * what was to be settled of them is forgotten, since their sources redeliver. Their blocks stay.
 */
public final class ReceiverTracker implements DriverChannel {
    private static final Logger LOG = LoggerFactory.getLogger(ReceiverTracker.class);

    private final int streamId;
    private final String name;
    private final Consumer<ReceiverEvent> events;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // Guarded by the lock.
    private ReceiverTask.@Nullable Running running;
    private List<AddBlock> blocks = new ArrayList<>();
    private List<Settled> settled = new ArrayList<>();
    /** Records of the log whose blocks may still be read. */
    private final TreeSet<Long> needed = new TreeSet<>();

    private long lastLogged = -1;
    /** Of this epoch. */
    private long lastNumber = -1;

    private long knownUntil;
    private long epoch;
    private long waitingRecords;
    private long waitingBytes;
    private Counts counts = Counts.NONE;
    private ReceiverState state = ReceiverState.STARTING;
    private boolean heardOf;
    private Want want = Want.READ;
    private double rate;
    private boolean abandoned;
    private @Nullable Throwable fatal;

    /**
     * A tracker of a receiver that does not run yet.
     *
     * @param name of the source
     * @param rate records a second, to begin with; 0 is no limit
     * @param events gets each change of state; an exception of it is logged
     */
    public ReceiverTracker(int streamId, String name, double rate, Consumer<ReceiverEvent> events) {
        this.streamId = streamId;
        this.name = name;
        this.rate = rate;
        this.events = events;
    }

    /**
     * What a batch took.
     *
     * @param blocks in the order in which their records were received
     * @param rejected what could not be decoded meanwhile
     */
    public record Taken(List<BlockInfo> blocks, List<Rejected> rejected) {
        /** How many records the blocks hold. */
        public long records() {
            return blocks.stream().mapToLong(BlockInfo::count).sum();
        }
    }

    /**
     * Says that batches of earlier runs have the log up to this record; before the start. A log that ends before it is refused,
     * and one that is not there any more goes on behind it.
     */
    public void knows(long seq) {
        lock.lock();
        try {
            knownUntil = seq;
        } finally {
            lock.unlock();
        }
    }

    /** Starts the receiver by {@code launch}; returns at once. */
    public <T> void start(
            ReceiverTask<T> task, BiFunction<ReceiverTask<T>, DriverChannel, ReceiverTask.Running> launch) {
        lock.lock();
        try {
            if (running != null || want != Want.READ) {
                throw new IllegalStateException("ACQ-0639 receiver '" + name + "' of stream " + streamId + " was "
                        + (running != null ? "started" : "stopped") + " before: make a new tracker");
            }
        } finally {
            lock.unlock();
        }
        ReceiverTask.Running launched = launch.apply(task, this);
        lock.lock();
        try {
            running = launched;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until the receiver has said its first word, which it does once its log is open.
     *
     * @throws IOException when it cannot begin, as with a damaged log
     */
    public void awaitBegun(Duration atMost) throws IOException, InterruptedException {
        long left = atMost.toNanos();
        lock.lock();
        try {
            while (!heardOf && left > 0) {
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
        mustBeWhole();
    }

    // ---- the receiver's side

    @Override
    public Reply ask(Message message) {
        ReceiverEvent event = null;
        Reply reply;
        lock.lock();
        try {
            boolean accepted = accepts(message);
            if (accepted) {
                event = take(message);
                changed.signalAll();
            }
            reply = new Reply(
                    accepted,
                    epoch,
                    accepted ? want : Want.END,
                    rate,
                    waitingBytes,
                    accepted ? settled : List.of(),
                    neededFrom(),
                    Math.max(knownUntil, lastLogged));
            if (accepted) {
                settled = new ArrayList<>();
            }
        } finally {
            lock.unlock();
        }
        if (event != null) {
            tell(event);
        }
        return reply;
    }

    private boolean accepts(Message message) {
        return !abandoned && (message instanceof Register || message.epoch() == epoch);
    }

    private @Nullable ReceiverEvent take(Message message) {
        if (message instanceof AddBlock added) {
            add(added);
        } else if (message instanceof Report report) {
            // The thread that beats may be overtaken by the receiver's own, whose last report no other follows.
            if (!counts.readingEnded() || report.counts().readingEnded()) {
                counts = report.counts();
            }
            Change change = report.change();
            return change == null ? null : changed(change);
        } else {
            epoch++;
            lastNumber = -1;
            settled = new ArrayList<>();
            counts = Counts.NONE;
        }
        return null;
    }

    /** What is said again is known; so is what a receiver that begins anew finds in its log, and had added before. */
    private void add(AddBlock added) {
        BlockInfo block = added.block();
        if (block.number() <= lastNumber) {
            return;
        }
        lastNumber = block.number();
        if (block.place() != null) {
            if (block.place().seq() <= lastLogged) {
                return;
            }
            lastLogged = block.place().seq();
            needed.add(lastLogged);
        }
        blocks.add(added);
        waitingRecords += block.count();
        waitingBytes += block.bytes();
    }

    private ReceiverEvent changed(Change change) {
        heardOf = true;
        state = ReceiverState.valueOf(change.phase().name());
        if (change.fatal()) {
            fatal = change.error();
        }
        return new ReceiverEvent(
                streamId,
                name,
                state,
                change.attempt(),
                Optional.ofNullable(change.retryAt()),
                Optional.ofNullable(change.error()));
    }

    private long neededFrom() {
        return needed.isEmpty() ? lastLogged + 1 : needed.first();
    }

    private void tell(ReceiverEvent event) {
        try {
            events.accept(event);
        } catch (RuntimeException e) {
            LOG.warn("a listener of receiver '{}' failed at {}", name, event.state(), e);
        }
    }

    // ---- the driver's side

    /**
     * Takes all that was read and no batch has taken. Blocks while the rest is being stored.
     *
     * @throws IOException when what the receiver reads cannot be stored any more
     */
    public Taken take() throws IOException {
        ReceiverTask.Running open = running();
        try {
            if (open != null) {
                open.flush();
            }
        } catch (IOException e) {
            mustBeWhole();
            throw e;
        }
        mustBeWhole();
        lock.lock();
        try {
            return takeFirst(blocks.size());
        } finally {
            lock.unlock();
            beat();
        }
    }

    /** Takes what an earlier run has logged up to a record of the log, and no batch has taken. */
    public Taken takeLogged(long seq) {
        lock.lock();
        try {
            int count = 0;
            while (count < blocks.size()) {
                BlockInfo.Place place = blocks.get(count).block().place();
                if (place == null || place.seq() > seq) {
                    break;
                }
                count++;
            }
            return takeFirst(count);
        } finally {
            lock.unlock();
        }
    }

    private Taken takeFirst(int count) {
        List<AddBlock> first = blocks.subList(0, count);
        List<BlockInfo> taken = new ArrayList<>();
        List<Rejected> rejected = new ArrayList<>();
        for (AddBlock added : first) {
            taken.add(added.block());
            rejected.addAll(added.rejected());
            waitingRecords -= added.block().count();
            waitingBytes -= added.block().bytes();
        }
        first.clear();
        return new Taken(taken, rejected);
    }

    private void mustBeWhole() throws IOException {
        Throwable why;
        lock.lock();
        try {
            why = fatal;
        } finally {
            lock.unlock();
        }
        if (why != null) {
            throw new IOException(
                    "ACQ-0635 receiver '" + name + "' cannot store what it reads: " + why.getMessage(), why);
        }
    }

    /** The batch of these blocks is done, or will not be: reliable deliveries in them are settled. Does not block. */
    public void settle(Taken taken, @Nullable Throwable failure) {
        lock.lock();
        try {
            for (BlockInfo block : taken.blocks()) {
                if (block.epoch() == epoch) {
                    settled.add(new Settled(block.number(), failure));
                }
            }
        } finally {
            lock.unlock();
        }
        beat();
    }

    /** Nobody will read these blocks again: their log can go. */
    public void forget(Taken taken) {
        lock.lock();
        try {
            for (BlockInfo block : taken.blocks()) {
                if (block.place() != null) {
                    needed.remove(block.place().seq());
                }
            }
        } finally {
            lock.unlock();
        }
        beat();
    }

    /** Sets how many records a second the receiver may read; 0 is no limit. */
    public void rate(double perSecond) {
        lock.lock();
        try {
            if (rate == perSecond) {
                return;
            }
            rate = perSecond;
        } finally {
            lock.unlock();
        }
        beat();
    }

    /** Soft stop: no further read begins. Does not block. The rest can be taken, and must be settled. */
    public void stopReading() {
        ask(Want.SETTLE);
    }

    /** Waits until no read is under way and none will come: the next take is the last one that brings something. */
    public boolean awaitReadingEnded(Duration atMost) throws InterruptedException {
        long left = atMost.toNanos();
        lock.lock();
        try {
            while (!counts.readingEnded() && !abandoned && running != null) {
                if (left <= 0) {
                    return false;
                }
                left = changed.awaitNanos(left);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Hard stop: ends the receiver, and waits for it. What was read can still be taken; unsettled deliveries are left to
     * their source.
     *
     * @return false when the receiver let its thread not go in time; it is abandoned then, and reported with its stack
     */
    public boolean stop(Duration atMost) {
        ask(Want.END);
        ReceiverTask.Running open = running();
        if (open == null) {
            lock.lock();
            try {
                state = ReceiverState.STOPPED;
            } finally {
                lock.unlock();
            }
            return true;
        }
        boolean ended = false;
        try {
            ended = open.awaitEnd(atMost);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return ended || !abandon(open);
    }

    /** Lets the log of a stopped receiver go. Its blocks are not to be read any more. Again has no effect. */
    public void close() {
        ReceiverTask.Running open = running();
        if (open != null) {
            open.close();
        }
    }

    private void ask(Want more) {
        lock.lock();
        try {
            if (want.compareTo(more) < 0) {
                want = more;
            }
        } finally {
            lock.unlock();
        }
        beat();
    }

    private void beat() {
        ReceiverTask.Running open = running();
        if (open != null) {
            open.beat();
        }
    }

    private ReceiverTask.@Nullable Running running() {
        lock.lock();
        try {
            return running;
        } finally {
            lock.unlock();
        }
    }

    /** @return false when the receiver has just ended by itself */
    private boolean abandon(ReceiverTask.Running stuck) {
        lock.lock();
        try {
            if (state == ReceiverState.STOPPED || state == ReceiverState.FAILED) {
                return false;
            }
            abandoned = true;
            state = ReceiverState.STOPPED;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        IllegalStateException why = new IllegalStateException("ACQ-0640 receiver '" + name
                + "' ignored wakeUp and an interrupt and is abandoned; it must return from read soon after wakeUp. It"
                + " stands in " + stuck.whereabouts());
        LOG.warn(why.getMessage());
        tell(new ReceiverEvent(streamId, name, ReceiverState.STOPPED, 1, Optional.empty(), Optional.of(why)));
        return true;
    }

    /** How many blocks wait for a batch. */
    public int waitingBlocks() {
        lock.lock();
        try {
            return blocks.size() + (counts.held() > 0 ? 1 : 0);
        } finally {
            lock.unlock();
        }
    }

    /** Whether the receiver has stopped by itself, without a failure, and a batch has taken all that it read. */
    public boolean sourceHasEnded() {
        lock.lock();
        try {
            return want == Want.READ
                    && state == ReceiverState.STOPPED
                    && !abandoned
                    && blocks.isEmpty()
                    && counts.held() == 0;
        } finally {
            lock.unlock();
        }
    }

    /** How many records were read that no batch has taken. */
    public long waitingRecords() {
        lock.lock();
        try {
            return waitingRecords + counts.held();
        } finally {
            lock.unlock();
        }
    }

    /**
     * The source at this moment.
     *
     * @param terms what led to its limit
     */
    public SourceStatus status(Optional<RateTerms> terms) {
        lock.lock();
        try {
            return new SourceStatus(
                    streamId,
                    name,
                    state,
                    counts.records(),
                    counts.rejected(),
                    waitingRecords + counts.held(),
                    counts.restarts(),
                    rate == 0 ? OptionalLong.empty() : OptionalLong.of(Math.max(1, (long) rate)),
                    terms);
        } finally {
            lock.unlock();
        }
    }

    /** How often the source was silent for too long. */
    public long idleAlarms() {
        lock.lock();
        try {
            return counts.idleAlarms();
        } finally {
            lock.unlock();
        }
    }
}
