/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.ingest;

import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.engine.DriverChannel.Change;
import io.acequia.streaming.engine.DriverChannel.Counts;
import io.acequia.streaming.engine.DriverChannel.Phase;
import io.acequia.streaming.engine.DriverChannel.Reply;
import io.acequia.streaming.engine.DriverChannel.Want;
import io.acequia.streaming.engine.ReceiverTask;
import io.acequia.streaming.internal.ingest.Owed.Outcome;
import io.acequia.streaming.internal.store.Failpoint;
import io.acequia.streaming.receiver.Delivery;
import io.acequia.streaming.receiver.EndOfSourceException;
import io.acequia.streaming.receiver.Position;
import io.acequia.streaming.receiver.Receiver;
import io.acequia.streaming.receiver.ReceiverDisconnectedException;
import io.acequia.streaming.receiver.Records;
import io.acequia.streaming.receiver.Rejected;
import io.acequia.streaming.receiver.ReliableReceiver;
import io.acequia.streaming.receiver.RetryAfterException;
import io.acequia.streaming.receiver.UnreliableReceiver;
import java.io.IOException;
import java.io.NotSerializableException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Runs one receiver: connects, reads into blocks, has them stored, settles, connects anew. The only such loop there is.
 *
 * <p><b>Threads.</b> One thread, that of {@link #run()}, calls the receiver: {@code newReceiver}, {@code connect}, every
 * {@code read}, every settlement and {@code close}. Other threads come in by {@link #beat()} (there is news from the driver)
 * and {@link #flush()} (a batch is due); they change what the lock guards, store blocks, and then nudge that thread. The lock
 * is never held while foreign code or the storage runs; blocks are stored under a lock of their own, in {@link BlockWriter}.
 * The thread waits in two places, and each is left at a nudge: in {@code read} ({@code wakeUp} on stop, else its time-out),
 * and in the clock (an interrupt, sent only while {@link #sleeping} says that the thread is there, and cleared behind it).
 *
 * <p><b>Ordering.</b> Records stay in the order of reading, over blocks and reconnections. A flush adds all that was read
 * before it. Settlements of a connection are told in the order of reading among those queued, before each read and before
 * close.
 *
 * <p><b>Bounds.</b> Reading is held back while what waits for a batch fills the buffer, while too many deliveries are
 * unsettled, while the storage is full, and by the rate. The read that passes a bound is kept, so nothing read is dropped. A
 * receiver that is held back is still called now and then, for no records, so that its client can keep its connection alive.
 *
 * <p><b>What survives a failure.</b> What was read stays when its connection breaks, when the source fails and when the
 * supervisor is stopped: it can still be flushed. Deliveries of a broken connection can no longer be settled: their source
 * redelivers them, and those that give positions are then recognised, when there is a log. A failure counts as one in a row
 * with those before it, unless its connection brought something or held for longer than the longest back-off. An {@code Error}
 * is not retried. A log that cannot be trusted ends the job. A driver that is out of reach ends the receiver, by an exception: it
 * knows nothing of what has happened since, so the receiver must be run again. Nothing is written into the log before the driver has
 * accepted the first word behind its opening, so a receiver that another one has followed writes nothing that is read.
 *
 * <p><b>Stop.</b> Soft: no further read; the thread ends when the deliveries read are settled. Hard: the thread is woken and
 * interrupted, and ends as soon as the receiver lets it go; what an abandoned one still reads is refused by its epoch.
 *
 * <p><b>Why not</b> a thread that closes blocks by the clock: the reader passes by often enough where an acknowledgement
 * waits for it, and a batch flushes at its time; a third thread would only add an order to think about.
 *
 * @param <T> type of the records
 */
final class ReceiverSupervisor<T> implements ReceiverTask.Control {
    private static final Logger LOG = LoggerFactory.getLogger(ReceiverSupervisor.class);
    private static final int MOST_RECORDS_A_READ = 10_000;
    private static final Duration LONG_READ = Duration.ofMillis(100);
    /** While deliveries wait for their settlement, which runs between reads. */
    private static final Duration SHORT_READ = Duration.ofMillis(50);

    /**
     * While records wait to be forced: a source that has sent all that it may send without an acknowledgement waits for it, and longer
     * reads would be most of its time; and what comes during a force is there for the next block.
     */
    private static final Duration BRIEF_READ = Duration.ofMillis(2);

    private static final int BLOCKS_A_FORCE = 8;
    /** How often a receiver that is held back is called for no records. */
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(1);

    private final Reception<T> task;
    private final String name;
    private final ReceiverSettings settings;
    private final StreamClock clock;
    private final BackOff backOff;
    private final RateLimit limit;
    private final BlockWriter<T> writer;

    private final ReentrantLock lock = new ReentrantLock();
    // Guarded by the lock.
    private final BlockAssembler<T> assembler;
    private final SourcePositions positions = new SourcePositions();
    private final Tally tally = new Tally();
    private Settlements settlements = new Settlements();
    private @Nullable Receiver<T> receiver;
    private Want want = Want.READ;
    private boolean sleeping;
    private boolean nudged;
    private @Nullable Throwable fatal;

    private volatile @Nullable Thread thread;
    private volatile double rate;
    private volatile @Nullable DriverLostException lost;

    // Of the receiver's thread alone.
    private int failures;
    private boolean everConnected;
    private boolean connected;
    private boolean proven;
    private long connectedAtNanos;
    private long lastRecordAtNanos;
    private boolean idle;

    ReceiverSupervisor(Reception<T> task, ReceiverTask.Host<T> host) {
        this.task = task;
        this.name = task.source().name();
        this.settings = task.settings();
        this.clock = host.clock();
        this.backOff = new BackOff(settings.retryFirst(), settings.retryMost(), new Random(task.streamId()));
        this.limit = new RateLimit(0, settings.burst(), clock.nanoTime());
        this.assembler = new BlockAssembler<>(
                settings.blockInterval().toNanos(), settings.blocks().size().bytes());
        this.writer = new BlockWriter<>(task, host, lock, assembler, this::heard);
    }

    // ---- what others ask for

    @Override
    public void beat() {
        if (writer.isRegistered()) {
            report(null);
        }
    }

    @Override
    public void flush() throws IOException {
        lock.lock();
        try {
            assembler.close();
        } finally {
            lock.unlock();
        }
        store();
    }

    @Override
    public void close() {
        writer.close();
    }

    /** Stores closed blocks; a log that broke ends the job, a driver that is lost the receiver. */
    private void store() throws IOException {
        try {
            writer.store();
        } catch (DriverLostException e) {
            loseDriver(e);
            throw e;
        } catch (IOException | RuntimeException e) {
            breakDown(e);
            throw e;
        }
    }

    /** Whatever it wants now, it cannot be asked any more. */
    private void loseDriver(DriverLostException why) {
        boolean first = lost == null;
        lost = why;
        if (first) {
            LOG.warn("Receiver '{}' ends, to be run again: {}", name, why.getMessage());
            wants(Want.END);
        }
    }

    private void breakDown(Throwable why) {
        lock.lock();
        try {
            if (fatal != null) {
                return;
            }
            fatal = why;
        } finally {
            lock.unlock();
        }
        LOG.error("Receiver '{}' cannot store what it reads: the job must not go on: {}", name, why.getMessage());
        report(new Change(Phase.FAILED, Math.max(1, failures), null, why, true));
        wants(Want.END);
    }

    private void report(@Nullable Change change) {
        try {
            heard(writer.report(counts(), change));
        } catch (DriverLostException e) {
            loseDriver(e);
        } catch (NotSerializableException e) {
            LOG.debug("Receiver '{}' could not send a report; the next heartbeat says it again", name, e);
        }
    }

    private Counts counts() {
        lock.lock();
        try {
            return tally.counts(assembler.records());
        } finally {
            lock.unlock();
        }
    }

    /** Acts on what the driver said. Any thread. */
    private void heard(Reply reply) {
        rate = reply.rate();
        writer.settled(reply);
        wants(reply.accepted() ? reply.want() : Want.END);
    }

    /** Passes on what is wanted, and nudges the thread. */
    private void wants(Want more) {
        Thread own = thread;
        boolean elsewhere = own != Thread.currentThread();
        Receiver<T> awake = null;
        lock.lock();
        try {
            boolean news = want.compareTo(more) < 0;
            if (news) {
                want = more;
                awake = elsewhere ? receiver : null;
            }
            nudged |= elsewhere;
            if (own != null && elsewhere && (sleeping || news && want == Want.END)) {
                own.interrupt();
            }
        } finally {
            lock.unlock();
        }
        if (awake != null) {
            try {
                awake.wakeUp();
            } catch (RuntimeException e) {
                LOG.warn("Receiver '{}': wakeUp failed", name, e);
            }
        }
    }

    // ---- the receiver's thread

    void run() {
        thread = Thread.currentThread();
        MDC.put("source", name);
        Throwable failure = null;
        boolean failed = false;
        try {
            Reply first = writer.register();
            heard(first);
            if (first.accepted()) {
                writer.open(positions);
                move(Phase.STARTING, 1, null, null);
            }
            while (wantsToRead() && !writer.sourceHasEnded()) {
                try {
                    connectAndRead();
                } catch (EndOfSourceException e) {
                    LOG.info("Receiver '{}': the source has ended", name);
                    rememberTheEnd();
                    break;
                } catch (Exception e) {
                    if (wantsToRead() && !retry(e)) {
                        failed = true;
                        failure = e;
                        break;
                    }
                }
            }
        } catch (InterruptedException e) {
            LOG.debug("Receiver '{}' was interrupted to stop", name);
        } catch (DriverLostException e) {
            loseDriver(e);
        } catch (IOException e) {
            breakDown(e);
        } catch (Throwable e) {
            failed = true;
            failure = e;
        } finally {
            Thread.interrupted();
            endReading();
            if (fatalCause() == null && lost == null) {
                move(failed ? Phase.FAILED : Phase.STOPPED, Math.max(1, failures), null, failure);
            }
            MDC.remove("source");
        }
        DriverLostException unheard = lost;
        if (unheard != null) {
            throw new UncheckedIOException(unheard);
        }
    }

    /** Waits for space, but a stop does not: the next run finds the end again. */
    private void rememberTheEnd() throws IOException, InterruptedException {
        while (!writer.sourceEnds() && wantsToRead()) {
            hearNews();
            sleepUntil(clock.now().plus(KEEP_ALIVE));
            store();
        }
    }

    private @Nullable Throwable fatalCause() {
        lock.lock();
        try {
            return fatal;
        } finally {
            lock.unlock();
        }
    }

    private void connectAndRead() throws Exception {
        connected = false;
        proven = false;
        Receiver<T> fresh = Objects.requireNonNull(
                task.source().newReceiver(),
                () -> "ACQ-0641 source '" + name + "' made no receiver: newReceiver returned null");
        Settlements mine = new Settlements();
        lock.lock();
        try {
            receiver = fresh;
            settlements = mine;
        } finally {
            lock.unlock();
        }
        try {
            if (wantsToRead()) {
                mustFit(fresh);
                Failpoint.RECEIVER_CONNECT_BEFORE.pass();
                fresh.connect();
                Failpoint.RECEIVER_CONNECT_AFTER.pass();
                connected();
                readUntilTold(fresh, mine);
            }
        } finally {
            close(fresh, mine);
        }
    }

    /** An unreliable receiver has nothing to acknowledge. */
    private void mustFit(Receiver<T> fresh) {
        if (fresh instanceof UnreliableReceiver && settings.ackMode() != null) {
            IllegalStateException wrong = new IllegalStateException("ACQ-0646 ackMode(" + settings.ackMode() + ") of '"
                    + name + "': its receiver is unreliable and acknowledges nothing; leave ackMode out");
            breakDown(wrong);
            throw wrong;
        }
    }

    private void connected() {
        connectedAtNanos = clock.nanoTime();
        lastRecordAtNanos = connectedAtNanos;
        idle = false;
        lock.lock();
        try {
            tally.restarts += everConnected ? 1 : 0;
        } finally {
            lock.unlock();
        }
        everConnected = true;
        connected = true;
        move(Phase.ACTIVE, failures + 1, null, null);
    }

    private void readUntilTold(Receiver<T> open, Settlements mine) throws Exception {
        try {
            for (int most = allowance(mine); most >= 0; most = allowance(mine)) {
                read(open, mine, most);
            }
        } catch (EndOfSourceException e) {
            endReading();
            settleAll(mine);
            throw e;
        }
        endReading();
        settleAll(mine);
    }

    private void read(Receiver<T> open, Settlements mine, int most) throws Exception {
        if (open instanceof UnreliableReceiver<T> unreliable) {
            Records<T> read = Objects.requireNonNull(
                    unreliable.read(most, most == 0 ? Duration.ZERO : LONG_READ),
                    () -> "ACQ-0642 receiver '" + name + "' returned null from read: return Records.nothing()");
            accept(read.records(), read.rejected(), mine, null);
        } else if (open instanceof ReliableReceiver<T> reliable) {
            Duration atMost = most == 0 ? Duration.ZERO : patience(mine);
            Delivery<T> read = Objects.requireNonNull(
                    reliable.read(most, atMost),
                    () -> "ACQ-0643 receiver '" + name + "' returned null from read: return Delivery.nothing()");
            accept(read.records(), read.rejected(), mine, read == Delivery.<T>nothing() ? null : read);
        }
    }

    private Duration patience(Settlements mine) {
        lock.lock();
        try {
            if (writer.isLogged() && assembler.owes()) {
                return BRIEF_READ;
            }
            return mine.hasOpen() ? SHORT_READ : LONG_READ;
        } finally {
            lock.unlock();
        }
    }

    private void accept(List<T> read, List<Rejected> undecodable, Settlements mine, @Nullable Delivery<T> delivery)
            throws IOException {
        if (!read.isEmpty()) {
            Failpoint.DELIVERY_READ.pass();
        }
        long now = clock.nanoTime();
        limit.used(read.size());
        boolean store;
        lock.lock();
        try {
            Owed owed = delivery == null ? null : mine.owe(delivery.settlement());
            Position at = delivery == null || !writer.isLogged()
                    ? null
                    : delivery.position().orElse(null);
            if (at != null && owed != null && positions.hold(at)) {
                tally.duplicates += read.size();
                if (!assembler.oweToWhatWaits(owed)) {
                    owed.settled(null);
                }
            } else {
                List<T> fresh = at == null ? read : positions.fresh(at, read, undecodable, name);
                assembler.add(fresh, undecodable, BlockAssembler.estimate(fresh, undecodable), at, owed, now);
                tally.records += fresh.size();
                tally.rejected += undecodable.size();
                tally.duplicates += read.size() - fresh.size();
            }
            if (at != null) {
                positions.advance(at);
            }
            store = storeNow(delivery, now);
        } finally {
            lock.unlock();
        }
        if (store) {
            store();
        }
        if (!read.isEmpty() || !undecodable.isEmpty()) {
            proven = true;
            failures = 0;
            idle = false;
            lastRecordAtNanos = now;
        } else {
            watchSilence(now);
        }
    }

    /**
     * Whether closed blocks are to be stored: at once where no force is paid for; else when the open one has become old, when
     * there are many, and when the source pauses while deliveries wait for their acknowledgement. Under the lock.
     */
    private boolean storeNow(@Nullable Delivery<T> delivery, long now) {
        if (!writer.isLogged()) {
            return assembler.hasClosed();
        }
        boolean pauses = delivery == null && assembler.owes();
        if (pauses) {
            assembler.close();
        }
        return assembler.closeWhenOld(now) || pauses || assembler.closedBlocks() >= BLOCKS_A_FORCE;
    }

    private void watchSilence(long now) {
        Duration alarm = settings.idleAlarm();
        if (idle || alarm.isZero() || now - lastRecordAtNanos < alarm.toNanos()) {
            return;
        }
        idle = true;
        lock.lock();
        try {
            tally.idleAlarms++;
        } finally {
            lock.unlock();
        }
        LOG.warn("Receiver '{}' has brought nothing for {}", name, alarm);
    }

    /** How many records to read, none to keep a held-back client alive; waits for room and for the rate. -1 to end. */
    private int allowance(Settlements mine) throws Exception {
        Instant keepAlive = clock.now().plus(KEEP_ALIVE);
        while (true) {
            hearNews();
            tellOutcomes(mine);
            writer.releaseLog();
            limit.rate(rate, clock.nanoTime());
            boolean room;
            lock.lock();
            try {
                if (want != Want.READ) {
                    return -1;
                }
                room = writer.hasRoom();
            } finally {
                lock.unlock();
            }
            if (room) {
                int most = Math.min(MOST_RECORDS_A_READ, limit.available(clock.nanoTime()));
                if (most > 0) {
                    return most;
                }
            } else {
                lastRecordAtNanos = clock.nanoTime();
            }
            if (!clock.now().isBefore(keepAlive)) {
                return 0;
            }
            Instant next = room ? clock.now().plusNanos(limit.nanosUntilNext()) : keepAlive;
            sleepUntil(next.isBefore(keepAlive) ? next : keepAlive);
            if (!room) {
                store();
            }
        }
    }

    /** What comes after this nudges the next sleep. */
    private void hearNews() {
        lock.lock();
        try {
            nudged = false;
        } finally {
            lock.unlock();
        }
        report(null);
    }

    private void settleAll(Settlements mine) throws Exception {
        while (hasOpen(mine)) {
            hearNews();
            tellOutcomes(mine);
            if (wantsEnd() || !hasOpen(mine)) {
                return;
            }
            sleepUntil(clock.now().plus(KEEP_ALIVE));
            store();
        }
    }

    private boolean hasOpen(Settlements mine) {
        lock.lock();
        try {
            return mine.hasOpen();
        } finally {
            lock.unlock();
        }
    }

    private void tellOutcomes(Settlements mine) throws Exception {
        List<Outcome> outcomes;
        lock.lock();
        try {
            if (!mine.hasQueued()) {
                return;
            }
            outcomes = mine.take();
        } finally {
            lock.unlock();
        }
        Exception first = null;
        for (Outcome outcome : outcomes) {
            try {
                Failpoint.DELIVERY_SETTLE_BEFORE.pass();
                outcome.tell();
                Failpoint.DELIVERY_SETTLED.pass();
            } catch (Exception e) {
                first = first == null ? e : first;
            }
        }
        if (first != null) {
            throw first;
        }
    }

    private void close(Receiver<T> open, Settlements mine) {
        try {
            if (writer.isLogged()) {
                flush();
            }
            tellOutcomes(mine);
        } catch (Exception e) {
            LOG.warn("Receiver '{}' could not settle before it closed, the source redelivers: {}", name, e.toString());
        }
        lock.lock();
        try {
            mine.close();
            receiver = null;
        } finally {
            lock.unlock();
        }
        try {
            open.close();
        } catch (RuntimeException e) {
            LOG.warn("Receiver '{}' failed to close", name, e);
        }
    }

    /** Waits before the next attempt; false when there were enough. */
    private boolean retry(Exception e) throws InterruptedException {
        boolean held = connected
                && clock.nanoTime() - connectedAtNanos > settings.retryMost().toNanos();
        failures = proven || held ? 0 : failures + 1;
        if (settings.retries() > 0 && failures >= settings.retries()) {
            return false;
        }
        Duration wait = backOff.after(failures);
        if (e instanceof RetryAfterException patience && patience.after().compareTo(wait) > 0) {
            wait = patience.after();
        }
        Instant next = clock.now().plus(wait);
        move(Phase.RETRYING, failures + 1, next, e);
        while (clock.now().isBefore(next)) {
            hearNews();
            if (!wantsToRead()) {
                break;
            }
            sleepUntil(next);
        }
        return true;
    }

    /** Waits in the clock; returns early at a nudge, also at one that came since the news were heard. */
    private void sleepUntil(Instant at) throws InterruptedException {
        lock.lock();
        try {
            if (nudged) {
                return;
            }
            sleeping = true;
        } finally {
            lock.unlock();
        }
        try {
            clock.awaitUntil(at);
        } catch (InterruptedException e) {
            if (wantsEnd()) {
                throw e;
            }
        } finally {
            lock.lock();
            try {
                sleeping = false;
                if (want != Want.END) {
                    Thread.interrupted();
                }
            } finally {
                lock.unlock();
            }
        }
    }

    private boolean wantsToRead() {
        lock.lock();
        try {
            return want == Want.READ;
        } finally {
            lock.unlock();
        }
    }

    private boolean wantsEnd() {
        lock.lock();
        try {
            return want == Want.END;
        } finally {
            lock.unlock();
        }
    }

    private void endReading() {
        try {
            flush();
        } catch (IOException | RuntimeException e) {
            LOG.warn("Receiver '{}' ends with records that could not be stored: {}", name, e.toString());
        }
        if (lost != null) {
            return;
        }
        lock.lock();
        try {
            tally.readingEnded = true;
        } finally {
            lock.unlock();
        }
        report(null);
    }

    private void move(Phase next, int attempt, @Nullable Instant retryAt, @Nullable Throwable error) {
        log(next, attempt, retryAt, error);
        report(new Change(next, attempt, retryAt, error, false));
    }

    private void log(Phase next, int attempt, @Nullable Instant retryAt, @Nullable Throwable error) {
        switch (next) {
            case STARTING -> LOG.info("Receiver '{}' of stream {} is starting", name, task.streamId());
            case ACTIVE -> LOG.info("Receiver '{}' is active, connected at attempt {}", name, attempt);
            case STOPPED -> LOG.info("Receiver '{}' has stopped after {} records", name, counts().records());
            case FAILED ->
                LOG.error(
                        "Receiver '{}' has failed for good at attempt {}: {}",
                        name,
                        attempt,
                        messageOf(error),
                        traceOf(error));
            case RETRYING ->
                LOG.warn(
                        "Receiver '{}' {}: {}; attempt {} in {} ms",
                        name,
                        connected ? "lost its connection" : "could not connect",
                        messageOf(error),
                        attempt,
                        retryAt == null
                                ? 0L
                                : Duration.between(clock.now(), retryAt).toMillis(),
                        traceOf(error));
        }
    }

    /** What happens to connections every day needs no stack. */
    private static @Nullable Throwable traceOf(@Nullable Throwable error) {
        return error instanceof ReceiverDisconnectedException
                        || error instanceof RetryAfterException
                        || error instanceof IOException
                ? null
                : error;
    }

    private static String messageOf(@Nullable Throwable error) {
        if (error == null) {
            return "";
        }
        return error.getMessage() == null ? error.toString() : error.getMessage();
    }

    /** What is counted; guarded by the lock. */
    private static final class Tally {
        private long records;
        private long rejected;
        private long duplicates;
        private long restarts;
        private long idleAlarms;
        private boolean readingEnded;

        Counts counts(long held) {
            return new Counts(records, rejected, duplicates, held, restarts, idleAlarms, readingEnded);
        }
    }
}
