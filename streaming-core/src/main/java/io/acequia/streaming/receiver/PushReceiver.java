/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.receiver;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A receiver in the familiar shape of Spark's: {@link #onStart()} starts threads that call {@code store(..)}, {@link #onStop()}
 * ends them. A source of it is {@code Source.of("orders", OrdersReceiver::new)}; there is a new object for each connection
 * attempt, so {@link #restart restart} ends this one.
 *
 * <p><b>Guarantee.</b> {@link #store(Object) store(one)} does not wait: at most once before the log. The other {@code store}
 * methods return when the records are safe, as the {@link AckMode} of the source says, and throw when they are not: at
 * least once, if the caller then stores them again.
 *
 * <p><b>Threads.</b> {@code onStart} and {@code onStop} run on the receiver's thread, which also takes and settles what is stored:
 * {@code store} may be called on any other one, and waits there. On the receiver's own thread, which {@code onStart} has until
 * it returns, it is refused where it would wait, as that would be for ever.
 *
 * <p><b>End.</b> {@link #stop stop}, {@link #restart restart} and {@code close} set {@link #isStopped()}, and nothing can be stored
 * from then on. What was stored before is still read after {@code stop} and {@code restart}; the first of the two counts.
 * Closing releases all callers, with an exception, before it calls {@code onStop}, so this may wait for their threads.
 *
 * @param <T> type of the records
 */
public abstract class PushReceiver<T> implements ReliableReceiver<T> {
    private static final int CAPACITY = 10_000;
    private static final int PIECE = 1_000;
    private static final Settlement NOBODY = () -> {};
    private static final System.Logger LOG = System.getLogger(PushReceiver.class.getName());

    private final Handoff<T> handoff;
    private final Set<Stored> unsettled = ConcurrentHashMap.newKeySet();
    private final AtomicReference<@Nullable Exception> signal = new AtomicReference<>();
    private volatile @Nullable Thread thread;
    private volatile boolean closed;

    /** A receiver that holds 10,000 records before {@code store} waits. */
    protected PushReceiver() {
        this(CAPACITY);
    }

    /**
     * A receiver at rest.
     *
     * @param capacity about so many records are held before {@code store} waits for room; at least 1
     */
    protected PushReceiver(int capacity) {
        handoff = new Handoff<>(capacity);
    }

    /**
     * Opens the connection, and starts what stores.
     *
     * <p>Called: once, by {@link #connect()}. Thread: the receiver's. Blocking: not for long, nothing is read before it returns.
     * Failure: the object is closed; the runtime backs off and tries again with a new one.
     */
    public abstract void onStart();

    /**
     * Ends what {@link #onStart()} started, and closes the connection.
     *
     * <p>Called: once, by {@link #close()}, if {@code onStart} was called, also when it failed. Thread: the receiver's.
     * Blocking: briefly; callers of {@code store} wait no more. Failure: must not throw.
     */
    public abstract void onStop();

    /**
     * Stores a record, which is lost when this receiver ends before it is safe.
     *
     * <p>Called: by the subclass. Thread: any. Blocking: returns at once, unless the receiver holds as much as it may: then
     * until there is room. Failure: an {@code IllegalStateException} when the receiver has ended, or the thread is interrupted
     * while it waits, or would wait on the receiver's own thread.
     */
    public final void store(T one) {
        List<T> record = Collections.singletonList(one);
        if (!isOwnThread()) {
            put(record, NOBODY);
        } else if (!handoff.offer(record, NOBODY)) {
            throw ownThread();
        }
    }

    /**
     * Stores records, and waits until they are safe.
     *
     * <p>Called: by the subclass. Thread: any but the receiver's. Blocking: until they are safe. Failure: an
     * {@code IllegalStateException} when they are not, as the receiver has ended, or the thread was interrupted, or as its
     * cause says; they may still be processed.
     *
     * @param many copied
     */
    public final void store(List<T> many) {
        refuseOwnThread();
        if (!many.isEmpty()) {
            await(hand(new ArrayList<>(many)));
        }
    }

    /**
     * Stores records in pieces, as many at a time as there is room for, and waits until all are safe. When it throws, some may
     * be safe.
     *
     * <p>Called, Thread, Blocking, Failure: as {@link #store(List)}.
     */
    public final void store(Iterator<T> many) {
        refuseOwnThread();
        Queue<Stored> pieces = new ArrayDeque<>();
        while (many.hasNext()) {
            List<T> piece = new ArrayList<>();
            while (piece.size() < PIECE && many.hasNext()) {
                piece.add(many.next());
            }
            pieces.add(hand(piece));
            while (!pieces.isEmpty() && pieces.element().isTold()) {
                await(pieces.remove());
            }
        }
        pieces.forEach(this::await);
    }

    /**
     * Stores the bytes that remain in a buffer as one record, and waits until it is safe: for receivers of {@code byte[]}.
     *
     * <p>Called, Thread, Blocking, Failure: as {@link #store(List)}; also refused when the class says that its records are
     * of another type.
     *
     * @param encoded copied; its position stays
     */
    public final void store(ByteBuffer encoded) {
        refuseOtherThanBytes();
        byte[] bytes = new byte[encoded.remaining()];
        encoded.duplicate().get(bytes);
        @SuppressWarnings("unchecked")
        T record = (T) bytes;
        store(Collections.singletonList(record));
    }

    /**
     * Reports an error that does not end the receiver; it is logged.
     *
     * <p>Called: by the subclass. Thread: any. Blocking: does not.
     */
    public final void reportError(String message, Throwable cause) {
        LOG.log(System.Logger.Level.WARNING, "Receiver " + getClass().getName() + ": " + message, cause);
    }

    /**
     * Ends this receiver, and lets the runtime connect anew, with its back-off.
     *
     * <p>Called: by the subclass. Thread: any. Blocking: does not.
     */
    public final void restart(String message) {
        end(new ReceiverDisconnectedException(message));
    }

    /** As {@link #restart(String)}, with what led to it. */
    public final void restart(String message, Throwable cause) {
        end(new ReceiverDisconnectedException(message, cause));
    }

    /** As {@link #restart(String, Throwable)}, not before {@code delay} has passed. */
    public final void restart(String message, Throwable cause, Duration delay) {
        if (delay.isNegative()) {
            throw new IllegalArgumentException(
                    "ACQ-0661 restart of a receiver after " + delay + ": must not be negative");
        }
        RetryAfterException retry = new RetryAfterException(message, delay);
        retry.initCause(cause);
        end(retry);
    }

    /**
     * Ends the source for good, which is no failure: no new receiver is made.
     *
     * <p>Called: by the subclass. Thread: any. Blocking: does not.
     */
    public final void stop(String message) {
        LOG.log(
                System.Logger.Level.INFO,
                "Receiver {0} ends its source: {1}",
                getClass().getName(),
                message);
        end(new EndOfSourceException());
    }

    /** As {@link #stop(String)}, with what led to it. */
    public final void stop(String message, Throwable cause) {
        LOG.log(
                System.Logger.Level.WARNING,
                "Receiver " + getClass().getName() + " ends its source: " + message,
                cause);
        EndOfSourceException ended = new EndOfSourceException();
        ended.initCause(cause);
        end(ended);
    }

    /** Whether {@link #onStart()} was called, and the receiver has not ended. */
    public final boolean isStarted() {
        return thread != null && !isStopped();
    }

    /** Whether the receiver has ended: then nothing can be stored any more, and threads that store should end. */
    public final boolean isStopped() {
        return closed || signal.get() != null;
    }

    @Override
    public final void connect() {
        thread = Thread.currentThread();
        onStart();
    }

    @Override
    public final Delivery<T> read(int maxRecords, Duration maxWait) throws Exception {
        Exception ended = signal.get();
        Delivery<T> stored = handoff.poll(maxRecords, maxWait);
        if (ended != null && maxRecords > 0 && stored.records().isEmpty()) {
            throw ended;
        }
        return stored;
    }

    @Override
    public final void wakeUp() {
        handoff.wakeUp();
    }

    @Override
    public final void close() {
        if (closed) {
            return;
        }
        closed = true;
        handoff.close();
        IllegalStateException cause = new IllegalStateException(
                "ACQ-0662 the receiver was closed before the runtime said that these records are safe");
        unsettled.forEach(each -> each.nack(cause));
        if (thread != null) {
            onStop();
        }
    }

    /** Seals first, so that whoever sees the signal and an empty handoff has seen all. */
    private void end(Exception with) {
        handoff.seal();
        signal.compareAndSet(null, with);
    }

    private Stored hand(List<T> records) {
        Stored stored = new Stored();
        unsettled.add(stored);
        boolean taken = false;
        try {
            put(records, stored);
            taken = true;
        } finally {
            if (!taken) {
                unsettled.remove(stored);
            }
        }
        return stored;
    }

    private void put(List<T> records, Settlement settlement) {
        try {
            handoff.put(records, settlement);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private void await(Stored stored) {
        try {
            stored.told.await();
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
        Throwable failure = stored.failure;
        if (failure != null) {
            throw new IllegalStateException(
                    "ACQ-0658 the records are not safe, though they may be processed: have them sent again. It was "
                            + failure,
                    failure);
        }
    }

    private static IllegalStateException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new IllegalStateException(
                "ACQ-0659 interrupted while storing: the records may be safe or not; have them sent again", e);
    }

    private boolean isOwnThread() {
        return Thread.currentThread() == thread;
    }

    private void refuseOwnThread() {
        if (isOwnThread()) {
            throw ownThread();
        }
    }

    private static IllegalStateException ownThread() {
        return new IllegalStateException("ACQ-0657 store on the receiver's own thread would wait for itself, since that"
                + " thread alone takes and settles what is stored: let onStart start a thread that stores, and return");
    }

    private void refuseOtherThanBytes() {
        for (Class<?> type = getClass(); type != null; type = type.getSuperclass()) {
            if (type.getGenericSuperclass() instanceof ParameterizedType parent
                    && parent.getRawType() == PushReceiver.class) {
                Type records = parent.getActualTypeArguments()[0];
                if (records != byte[].class && records != Object.class && !(records instanceof TypeVariable)) {
                    throw new IllegalStateException("ACQ-0660 store of a ByteBuffer by a receiver of "
                            + records.getTypeName()
                            + ": its bytes become a record of type byte[]; decode them, and store"
                            + " the decoded record");
                }
            }
        }
    }

    /** Records whose caller waits to hear that they are safe. */
    private final class Stored implements Settlement {
        private final CountDownLatch told = new CountDownLatch(1);
        private volatile @Nullable Throwable failure;

        @Override
        public void ack() {
            tell(null);
        }

        @Override
        public void nack(Throwable cause) {
            tell(cause);
        }

        boolean isTold() {
            return told.getCount() == 0;
        }

        private void tell(@Nullable Throwable what) {
            unsettled.remove(this);
            if (!isTold()) {
                failure = what;
                told.countDown();
            }
        }
    }
}
