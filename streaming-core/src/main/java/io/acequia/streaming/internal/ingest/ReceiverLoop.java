/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.ingest;

import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.internal.ingest.Owed.Outcome;
import io.acequia.streaming.listener.ContextStatus.SourceStatus;
import io.acequia.streaming.listener.ReceiverEvent;
import io.acequia.streaming.listener.ReceiverState;
import io.acequia.streaming.receiver.Delivery;
import io.acequia.streaming.receiver.EndOfSourceException;
import io.acequia.streaming.receiver.Receiver;
import io.acequia.streaming.receiver.ReceiverDisconnectedException;
import io.acequia.streaming.receiver.Records;
import io.acequia.streaming.receiver.Rejected;
import io.acequia.streaming.receiver.ReliableReceiver;
import io.acequia.streaming.receiver.RetryAfterException;
import io.acequia.streaming.receiver.Settlement;
import io.acequia.streaming.receiver.Source;
import io.acequia.streaming.receiver.UnreliableReceiver;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Reads one source: connects, reads into a buffer that batches empty, connects anew.
 *
 * <p><b>Threads.</b> One thread of its own calls the receiver: {@code newReceiver}, {@code connect}, every {@code read}, every
 * settlement and {@code close}, and also the event callback. Everybody else (the scheduler that takes, settles and stops)
 * only changes what the lock guards and then nudges that thread. The lock is never held while foreign code runs. The thread
 * waits in four places, and each is left at a nudge: in {@code read} ({@code wakeUp} on stop, else its time-out), for room
 * in the buffer and for settlements (the condition), and in the clock (an interrupt, which is sent only while
 * {@link #sleeping} says that the thread is there, and is cleared behind it).
 *
 * <p><b>Ordering.</b> Records stay in the order of reading, over blocks and reconnections. A take gives all that was read
 * before it. Settlements of a connection are told in the order of reading among those queued, before each read and before
 * close.
 *
 * <p><b>Bounds.</b> Reading stops while the buffer holds its bound or more; the read that passes it is kept, so nothing read is
 * dropped. It goes on when a batch takes the buffer.
 *
 * <p><b>What survives a failure.</b> What was read stays in the buffer when its connection breaks, when the source fails and when
 * the loop is stopped: it can still be taken. Deliveries of a broken connection can no longer be settled: their source
 * redelivers them, so they may come twice. A failure counts as one in a row with those before it, unless its connection
 * brought something or held for longer than the longest back-off. An {@code Error} is not retried.
 *
 * <p><b>Stop.</b> Soft: no further read; the thread ends when the deliveries read are settled. Hard: the thread is woken and
 * interrupted, and ends as soon as the receiver lets it go; when that takes too long, it is abandoned: whatever it still does
 * has no effect here.
 *
 * @param <T> type of the records
 */
public final class ReceiverLoop<T> {
    private static final Logger LOG = LoggerFactory.getLogger(ReceiverLoop.class);
    private static final int MOST_RECORDS_A_READ = 10_000;
    private static final Duration LONG_READ = Duration.ofMillis(100);
    /** While deliveries wait for their settlement, which runs between reads. */
    private static final Duration SHORT_READ = Duration.ofMillis(50);

    private final int streamId;
    private final Source<T> source;
    private final String name;
    private final ReceiverSettings settings;
    private final StreamClock clock;
    private final BackOff backOff;
    private final RateLimit rate;
    private final Consumer<ReceiverEvent> events;
    private final Thread thread;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    // Guarded by the lock.
    private final ReceiveBuffer<T> buffer;
    private Settlements settlements = new Settlements();
    private @Nullable Receiver<T> receiver;
    private ReceiverState state = ReceiverState.STARTING;
    private Want want = Want.READ;
    private boolean started;
    private boolean readingEnded;
    private boolean sleeping;
    private boolean abandoned;
    private long records;
    private long rejected;
    private long restarts;
    private long idleAlarms;

    // Of the receiver's thread alone.
    private int failures;
    private boolean everConnected;
    private boolean connected;
    private boolean proven;
    private long connectedAtNanos;
    private long lastRecordAtNanos;
    private boolean idle;

    /** What the others want of the thread. */
    private enum Want {
        READ,
        SETTLE,
        END
    }

    /**
     * A loop at rest.
     *
     * @param streamId number of the stream in its context
     * @param random for the jitter of the back-off
     * @param threads makes the one thread
     * @param events gets each change of state, on the receiver's thread; an exception of it is logged
     */
    public ReceiverLoop(
            int streamId,
            Source<T> source,
            ReceiverSettings settings,
            StreamClock clock,
            Random random,
            ThreadFactory threads,
            Consumer<ReceiverEvent> events) {
        this.streamId = streamId;
        this.source = source;
        this.name = source.name();
        this.settings = settings;
        this.clock = clock;
        this.backOff = new BackOff(settings.retryFirst(), settings.retryMost(), random);
        this.rate = new RateLimit(settings.maxRate(), clock.nanoTime());
        this.events = events;
        this.buffer = new ReceiveBuffer<>(name, settings.blockInterval().toNanos());
        this.thread = threads.newThread(this::run);
    }

    /** Starts reading; returns at once. */
    public void start() {
        lock.lock();
        try {
            if (started || want != Want.READ) {
                throw new IllegalStateException("ACQ-0639 receiver '" + name + "' of stream " + streamId + " was "
                        + (started ? "started" : "stopped") + " before: make a new loop");
            }
            started = true;
        } finally {
            lock.unlock();
        }
        thread.start();
    }

    /** Takes all that was read and no batch has taken. Any thread; does not wait for a read. */
    public Taken<T> take() {
        ReceiveBuffer.Contents<T> contents;
        lock.lock();
        try {
            contents = buffer.swap();
            nudge();
        } finally {
            lock.unlock();
        }
        AtomicBoolean settled = new AtomicBoolean();
        return new Taken<>(List.copyOf(contents.blocks), contents.records, List.copyOf(contents.rejected), failure -> {
            if (!contents.owed.isEmpty() && settled.compareAndSet(false, true)) {
                settle(contents.owed, failure);
            }
        });
    }

    /** Soft stop: no further read begins. Any thread; does not block. The rest can be taken, and must be settled. */
    public void stopReading() {
        ask(Want.SETTLE);
    }

    /** Waits until no read is under way and none will come: the next take is the last one that brings something. */
    public boolean awaitReadingEnded(Duration atMost) throws InterruptedException {
        long left = atMost.toNanos();
        lock.lock();
        try {
            while (!readingEnded && !(want != Want.READ && !started)) {
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
     * Hard stop: ends the thread, and waits for it. What was read can still be taken; unsettled deliveries are left to their
     * source. Not to be called by the receiver's own thread.
     *
     * @return false when the receiver let the thread not go in time; it is abandoned then, and reported with its stack
     */
    public boolean stop(Duration atMost) {
        ask(Want.END);
        try {
            thread.join(Math.max(1, atMost.toMillis()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!thread.isAlive()) {
            endUnstarted();
            return true;
        }
        return !abandon();
    }

    /** The source at this moment. */
    public SourceStatus status() {
        lock.lock();
        try {
            return new SourceStatus(
                    streamId,
                    name,
                    state,
                    records,
                    rejected,
                    buffer.records(),
                    restarts,
                    OptionalLong.empty(),
                    Optional.empty());
        } finally {
            lock.unlock();
        }
    }

    /** How often the source was silent for too long. */
    public long idleAlarms() {
        lock.lock();
        try {
            return idleAlarms;
        } finally {
            lock.unlock();
        }
    }

    // ---- what others ask for

    private void ask(Want more) {
        Receiver<T> awake;
        lock.lock();
        try {
            if (want.compareTo(more) < 0) {
                want = more;
            }
            awake = receiver;
            nudge();
            if (want == Want.END) {
                thread.interrupt();
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

    private void settle(List<Owed> owed, @Nullable Throwable failure) {
        lock.lock();
        try {
            owed.forEach(each -> each.connection().settle(each, failure));
            nudge();
        } finally {
            lock.unlock();
        }
    }

    /** Under the lock. */
    private void nudge() {
        changed.signalAll();
        if (sleeping) {
            thread.interrupt();
        }
    }

    private void endUnstarted() {
        lock.lock();
        try {
            if (started) {
                return;
            }
            state = ReceiverState.STOPPED;
            readingEnded = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** @return false when the thread has just ended by itself */
    private boolean abandon() {
        lock.lock();
        try {
            if (state == ReceiverState.STOPPED || state == ReceiverState.FAILED) {
                return false;
            }
            abandoned = true;
            settlements.close();
            state = ReceiverState.STOPPED;
            readingEnded = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        StackTraceElement[] stack = thread.getStackTrace();
        IllegalStateException stuck = new IllegalStateException("ACQ-0640 receiver '" + name
                + "' ignored wakeUp and an interrupt: its thread '" + thread.getName()
                + "' is abandoned; its receiver must return from read soon after wakeUp. It stands at\n    "
                + Arrays.stream(stack).map(Object::toString).collect(Collectors.joining("\n    ")));
        stuck.setStackTrace(stack);
        LOG.warn(stuck.getMessage());
        tell(new ReceiverEvent(streamId, name, ReceiverState.STOPPED, 1, Optional.empty(), Optional.of(stuck)));
        return true;
    }

    // ---- the receiver's thread

    private void run() {
        MDC.put("source", name);
        Optional<Throwable> failure = Optional.empty();
        boolean failed = false;
        try {
            move(ReceiverState.STARTING, 1, Optional.empty(), Optional.empty());
            while (wants(Want.READ)) {
                try {
                    connectAndRead();
                } catch (EndOfSourceException e) {
                    LOG.info("Receiver '{}': the source has ended", name);
                    break;
                } catch (Exception e) {
                    if (wants(Want.READ) && !retry(e)) {
                        failed = true;
                        failure = Optional.of(e);
                        break;
                    }
                }
            }
        } catch (InterruptedException e) {
            LOG.debug("Receiver '{}' was interrupted to stop", name);
        } catch (Throwable e) {
            failed = true;
            failure = Optional.of(e);
        } finally {
            endReading();
            move(
                    failed ? ReceiverState.FAILED : ReceiverState.STOPPED,
                    Math.max(1, failures),
                    Optional.empty(),
                    failure);
            MDC.remove("source");
        }
    }

    private void connectAndRead() throws Exception {
        connected = false;
        proven = false;
        Receiver<T> fresh = Objects.requireNonNull(
                source.newReceiver(),
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
            if (wants(Want.READ)) {
                fresh.connect();
                connected();
                readUntilTold(fresh, mine);
            }
        } finally {
            close(fresh, mine);
        }
    }

    private void connected() {
        connectedAtNanos = clock.nanoTime();
        lastRecordAtNanos = connectedAtNanos;
        idle = false;
        lock.lock();
        try {
            restarts += everConnected ? 1 : 0;
        } finally {
            lock.unlock();
        }
        everConnected = true;
        connected = true;
        move(ReceiverState.ACTIVE, failures + 1, Optional.empty(), Optional.empty());
    }

    private void readUntilTold(Receiver<T> open, Settlements mine) throws Exception {
        try {
            for (int most = allowance(mine); most > 0; most = allowance(mine)) {
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
                    unreliable.read(most, LONG_READ),
                    () -> "ACQ-0642 receiver '" + name + "' returned null from read: return Records.nothing()");
            accept(read.records(), read.rejected(), mine, null);
        } else if (open instanceof ReliableReceiver<T> reliable) {
            Duration atMost = hasOpen(mine) ? SHORT_READ : LONG_READ;
            Delivery<T> read = Objects.requireNonNull(
                    reliable.read(most, atMost),
                    () -> "ACQ-0643 receiver '" + name + "' returned null from read: return Delivery.nothing()");
            accept(read.records(), read.rejected(), mine, read == Delivery.<T>nothing() ? null : read.settlement());
        }
    }

    private void accept(List<T> read, List<Rejected> undecodable, Settlements mine, @Nullable Settlement settlement) {
        long now = clock.nanoTime();
        long bytes = ReceiveBuffer.estimate(read, undecodable);
        rate.used(read.size());
        lock.lock();
        try {
            if (abandoned) {
                return;
            }
            buffer.add(read, undecodable, bytes, now);
            if (settlement != null) {
                buffer.owe(mine.owe(settlement));
            }
            records += read.size();
            rejected += undecodable.size();
        } finally {
            lock.unlock();
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

    private void watchSilence(long now) {
        Duration alarm = settings.idleAlarm();
        if (idle || alarm.isZero() || now - lastRecordAtNanos < alarm.toNanos()) {
            return;
        }
        idle = true;
        lock.lock();
        try {
            idleAlarms++;
        } finally {
            lock.unlock();
        }
        LOG.warn("Receiver '{}' has brought nothing for {}", name, alarm);
    }

    /** How many records to read; waits for room and for the rate. 0 when the thread is wanted back. */
    private int allowance(Settlements mine) throws Exception {
        while (true) {
            tellOutcomes(mine);
            lock.lock();
            try {
                if (want != Want.READ) {
                    return 0;
                }
                if (buffer.bytes() >= settings.buffer().bytes()) {
                    if (!mine.hasQueued()) {
                        changed.await();
                        lastRecordAtNanos = clock.nanoTime();
                    }
                    continue;
                }
            } finally {
                lock.unlock();
            }
            int most = Math.min(MOST_RECORDS_A_READ, rate.available(clock.nanoTime()));
            if (most > 0) {
                return most;
            }
            sleepUntil(clock.now().plusNanos(rate.nanosUntilNext()));
        }
    }

    private void settleAll(Settlements mine) throws Exception {
        while (hasOpen(mine)) {
            tellOutcomes(mine);
            lock.lock();
            try {
                while (mine.hasOpen() && !mine.hasQueued()) {
                    if (want == Want.END) {
                        return;
                    }
                    changed.await();
                }
            } finally {
                lock.unlock();
            }
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
                outcome.tell();
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
        move(ReceiverState.RETRYING, failures + 1, Optional.of(next), Optional.of(e));
        while (wants(Want.READ) && clock.now().isBefore(next)) {
            sleepUntil(next);
        }
        return true;
    }

    /** Waits in the clock; returns early at a nudge. */
    private void sleepUntil(Instant at) throws InterruptedException {
        lock.lock();
        try {
            if (want != Want.READ || settlements.hasQueued()) {
                return;
            }
            sleeping = true;
        } finally {
            lock.unlock();
        }
        try {
            clock.awaitUntil(at);
        } catch (InterruptedException e) {
            if (wants(Want.END)) {
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

    private boolean wants(Want one) {
        lock.lock();
        try {
            return want == one;
        } finally {
            lock.unlock();
        }
    }

    private void endReading() {
        lock.lock();
        try {
            readingEnded = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void move(ReceiverState next, int attempt, Optional<Instant> retryAt, Optional<Throwable> error) {
        long read;
        lock.lock();
        try {
            if (abandoned) {
                return;
            }
            state = next;
            read = records;
        } finally {
            lock.unlock();
        }
        log(next, attempt, read, retryAt, error);
        tell(new ReceiverEvent(streamId, name, next, attempt, retryAt, error));
    }

    private void log(ReceiverState next, int attempt, long read, Optional<Instant> retryAt, Optional<Throwable> error) {
        switch (next) {
            case STARTING -> LOG.info("Receiver '{}' of stream {} is starting", name, streamId);
            case ACTIVE -> LOG.info("Receiver '{}' is active, connected at attempt {}", name, attempt);
            case STOPPED -> LOG.info("Receiver '{}' has stopped after {} records", name, read);
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
                        retryAt.map(at -> Duration.between(clock.now(), at).toMillis())
                                .orElse(0L),
                        traceOf(error));
        }
    }

    /** What happens to connections every day needs no stack. */
    private static @Nullable Throwable traceOf(Optional<Throwable> error) {
        return error.filter(e -> !(e instanceof ReceiverDisconnectedException
                        || e instanceof RetryAfterException
                        || e instanceof IOException))
                .orElse(null);
    }

    private static String messageOf(Optional<Throwable> error) {
        return error.map(e -> e.getMessage() == null ? e.toString() : e.getMessage())
                .orElse("");
    }

    private void tell(ReceiverEvent event) {
        try {
            events.accept(event);
        } catch (RuntimeException e) {
            LOG.warn("a listener of receiver '{}' failed at {}", name, event.state(), e);
        }
    }
}
