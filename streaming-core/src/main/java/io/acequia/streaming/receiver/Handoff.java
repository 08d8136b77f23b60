/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.receiver;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The bounded queue between a client that calls back on threads of its own and the receiver that is read on the runtime's
 * thread. A receiver {@link #poll polls} it in {@code read}, and closes it in {@code close}; callbacks put into it. That a put
 * blocks while it is full is the back-pressure.
 *
 * <p><b>Threads.</b> {@link #poll}, every settlement and {@link #close()} belong to the receiver's thread, everything else to
 * any. The lock is never held while a settlement runs. Clients wait in the time of the machine, whatever the clock of the
 * context is.
 *
 * <p><b>Bound.</b> It counts records. It is full while it holds its capacity or more, and the put that passes the capacity is
 * taken whole: it never holds more than one put beyond the capacity, and a list of any length gets through. An empty
 * list counts as one record. A client whose blocked callback also blocks its keep-alive needs a capacity of at least what
 * it may have in flight.
 *
 * <p><b>Ordering.</b> What one thread puts comes out in its order. Between threads that wait for room there is none.
 *
 * <p><b>Settling.</b> Each put is settled at most once, when all of it is: acknowledged when the last part of it is, given back
 * as a whole when a part is. What was given back or has timed out is taken out of the queue as far as it was not polled,
 * since its client sends it again.
 *
 * <p><b>Close.</b> What was not polled is given back; what was polled and is not settled will not be, as its source redelivers,
 * but callers that wait for it learn that it is not safe.
 *
 * @param <T> type of the records
 */
public final class Handoff<T> {
    /** Lists from this length on are given as they are, shorter ones are gathered. */
    private static final int LONG_LIST = 64;

    private final int capacity;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition room = lock.newCondition();
    private final Condition arrived = lock.newCondition();
    // Guarded by the lock.
    private final Queue<Put<T>> queue = new ArrayDeque<>();
    private final Set<Awaited> awaiting = new HashSet<>();
    private long held;
    private boolean awake;
    private boolean sealed;
    private boolean closed;
    private @Nullable Thread reader;

    /**
     * An empty queue.
     *
     * @param capacity so many records make it full; at least 1
     */
    public Handoff(int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("ACQ-0651 capacity of a handoff = " + capacity + ": must be at least 1");
        }
        this.capacity = capacity;
    }

    /** What became of records whose caller waited for it. */
    public enum Settled {
        /** They are safe. */
        ACKED,
        /** They are not safe and should come again. */
        NACKED,
        /** Nobody said so in time. They may still be processed; an acknowledgement that comes later has no effect. */
        TIMED_OUT
    }

    /**
     * Hands over records, with the settlement that tells their source.
     *
     * <p>Called: by the client. Thread: any. Blocking: while the queue is full. Failure: an {@code IllegalStateException} when
     * it is closed, or is closed meanwhile: the records were not taken, and their settlement is never called.
     *
     * @param records kept, not copied: must not be changed afterwards
     * @param settlement runs on the receiver's thread, at most once
     */
    public void put(List<T> records, Settlement settlement) throws InterruptedException {
        lock.lock();
        try {
            if (isFull()) {
                refuseReader();
                awaitRoom(Long.MAX_VALUE);
            }
            refuseWhenSealed();
            add(records, settlement);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Hands over records when there is room.
     *
     * <p>Called: by the client. Thread: any. Blocking: does not. Failure: as {@link #put}.
     *
     * @return false when the queue is full: nothing was taken
     */
    public boolean offer(List<T> records, Settlement settlement) {
        lock.lock();
        try {
            refuseWhenSealed();
            if (isFull()) {
                return false;
            }
            add(records, settlement);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Hands over records, and waits until they are settled: for protocols that answer the sender.
     *
     * <p>Called: by the client. Thread: any but the receiver's. Blocking: until the records are settled, for {@code atMost},
     * waiting for room included. Failure: never by closing, which gives {@link Settled#NACKED}.
     *
     * @param records kept, not copied: must not be changed afterwards
     * @return {@link Settled#TIMED_OUT} when they were not settled in time; they may still be processed if they were polled
     *     already, so that what the client then sends again may come twice
     */
    public Settled putAndAwait(List<T> records, Duration atMost) throws InterruptedException {
        long left = nanos(atMost);
        lock.lock();
        try {
            refuseReader();
            left = awaitRoom(left);
            if (sealed) {
                return Settled.NACKED;
            }
            return isFull() ? Settled.TIMED_OUT : addAndAwait(records, left);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes records out, in the order of the puts; short lists are gathered, a long one is cut.
     *
     * <p>Called: by the receiver's {@code read}. Thread: the receiver's. Blocking: until there are some, for {@code maxWait}, or
     * until {@link #wakeUp()}. Failure: an {@code IllegalStateException} when it is closed.
     *
     * @param maxRecords at most so many records; 0 gives nothing and does not wait
     * @param maxWait how long to wait for the first record
     * @return the records, settled together; to decode them, make a {@link Delivery} of the decoded ones and this one's
     *     settlement
     */
    public Delivery<T> poll(int maxRecords, Duration maxWait) throws InterruptedException {
        if (maxRecords < 0) {
            throw new IllegalArgumentException("ACQ-0652 poll of " + maxRecords + " records: must be at least 0");
        }
        long left = nanos(maxWait);
        if (maxRecords == 0) {
            return Delivery.nothing();
        }
        lock.lock();
        try {
            reader = Thread.currentThread();
            while (queue.isEmpty() && !awake && !sealed && left > 0) {
                left = arrived.awaitNanos(left);
            }
            awake = false;
            if (closed) {
                refuseWhenSealed();
            }
            return queue.isEmpty() ? Delivery.nothing() : give(maxRecords);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Ends a waiting {@link #poll} soon; when none waits, the next one does not.
     *
     * <p>Called: by the receiver's {@code wakeUp}. Thread: any. Blocking: does not.
     */
    public void wakeUp() {
        lock.lock();
        try {
            awake = true;
            arrived.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes nothing more: blocked and later puts throw, callers that wait get {@link Settled#NACKED}, and what was not polled
     * is given back.
     *
     * <p>Called: by the receiver's {@code close}; again has no effect. Thread: the receiver's, which runs the settlements.
     * Blocking: as they do. Failure: one that fails to settle keeps none of the others from it.
     */
    public void close() {
        List<Put<T>> unread;
        lock.lock();
        try {
            closed = true;
            seal();
            unread = List.copyOf(queue);
            unread.forEach(this::takeBack);
            awaiting.forEach(each -> each.tell(Settled.NACKED));
        } finally {
            lock.unlock();
        }
        IllegalStateException cause = new IllegalStateException(
                "ACQ-0653 the receiver was closed before it read these records: their source must send them again");
        for (Put<T> put : unread) {
            try {
                put.settlement.nack(cause);
            } catch (Exception e) {
                // The source was not told, and redelivers as it does after a broken connection.
            }
        }
    }

    /** Takes nothing more; what is held can still be polled, without waiting. Any thread. */
    void seal() {
        lock.lock();
        try {
            sealed = true;
            arrived.signalAll();
            room.signalAll();
        } finally {
            lock.unlock();
        }
    }

    // ---- under the lock

    private boolean isFull() {
        return held >= capacity;
    }

    private long awaitRoom(long nanos) throws InterruptedException {
        long left = nanos;
        while (isFull() && !sealed && left > 0) {
            left = room.awaitNanos(left);
        }
        return left;
    }

    private Put<T> add(List<T> records, Settlement settlement) {
        Put<T> put = new Put<>(records, settlement);
        queue.add(put);
        held += put.weight();
        arrived.signal();
        return put;
    }

    private Settled addAndAwait(List<T> records, long nanos) throws InterruptedException {
        Awaited awaited = new Awaited();
        Put<T> put = add(records, awaited);
        awaiting.add(awaited);
        try {
            long left = nanos;
            while (awaited.outcome == null && left > 0) {
                left = awaited.told.awaitNanos(left);
            }
            return awaited.outcome == null ? Settled.TIMED_OUT : awaited.outcome;
        } finally {
            awaiting.remove(awaited);
            if (awaited.outcome == null) {
                takeBack(put);
            }
        }
    }

    private Delivery<T> give(int most) {
        Put<T> first = queue.element();
        List<Put<T>> puts = new ArrayList<>();
        if (first.left() > most || first.left() >= LONG_LIST) {
            puts.add(first);
            return Delivery.of(take(first, most), new Together(puts));
        }
        List<T> gathered = new ArrayList<>();
        for (Put<T> next = first; next != null && next.left() < LONG_LIST; next = queue.peek()) {
            if (next.left() > most - gathered.size()) {
                break;
            }
            puts.add(next);
            gathered.addAll(take(next, most));
        }
        return Delivery.of(gathered, new Together(puts));
    }

    private List<T> take(Put<T> put, int most) {
        held -= put.weight();
        List<T> taken = put.next(most);
        if (put.left() > 0) {
            held += put.weight();
        } else {
            put.queued = false;
            queue.remove();
        }
        room.signalAll();
        return taken;
    }

    /** Nobody is told any more of this put, and no more of it is given. */
    private void takeBack(Put<T> put) {
        put.settled = true;
        if (put.queued) {
            put.queued = false;
            queue.remove(put);
            held -= put.weight();
            room.signalAll();
        }
    }

    private void refuseWhenSealed() {
        if (sealed) {
            throw new IllegalStateException("ACQ-0654 the receiver has ended and takes no more records:"
                    + " keep them, or let their source send them again, for the receiver that comes after it");
        }
    }

    private void refuseReader() {
        if (Thread.currentThread() == reader) {
            throw new IllegalStateException("ACQ-0655 a put on the receiver's own thread '"
                    + Thread.currentThread().getName() + "' would wait for itself: this thread alone takes records out"
                    + " and settles them; put on a thread of the client, or offer");
        }
    }

    // ---- settlements, on the receiver's thread

    private void settle(Put<T> put, @Nullable Throwable failure) throws Exception {
        lock.lock();
        try {
            put.openParts--;
            boolean last = put.left() == 0 && put.openParts == 0;
            if (closed || put.settled || (failure == null && !last)) {
                return;
            }
            takeBack(put);
        } finally {
            lock.unlock();
        }
        if (failure == null) {
            put.settlement.ack();
        } else {
            put.settlement.nack(failure);
        }
    }

    private static long nanos(Duration wait) {
        if (wait.isNegative()) {
            throw new IllegalArgumentException("ACQ-0656 wait of " + wait + ": must not be negative");
        }
        return TimeUnit.NANOSECONDS.convert(wait);
    }

    /** What one call handed over, and how far it was given. Guarded by the lock. */
    private static final class Put<T> {
        final List<T> records;
        final Settlement settlement;
        int given;
        int openParts;
        boolean queued = true;
        boolean settled;

        Put(List<T> records, Settlement settlement) {
            this.records = Objects.requireNonNull(records, "records");
            this.settlement = Objects.requireNonNull(settlement, "settlement");
        }

        int left() {
            return records.size() - given;
        }

        int weight() {
            return Math.max(1, left());
        }

        List<T> next(int most) {
            int from = given;
            given += Math.min(most, left());
            openParts++;
            return from == 0 && left() == 0 ? records : records.subList(from, given);
        }
    }

    /** Settles each put of a delivery, in order, whatever happens to the others. */
    private final class Together implements Settlement {
        private final List<Put<T>> puts;

        Together(List<Put<T>> puts) {
            this.puts = puts;
        }

        @Override
        public void ack() throws Exception {
            settleAll(null);
        }

        @Override
        public void nack(Throwable cause) throws Exception {
            settleAll(cause);
        }

        private void settleAll(@Nullable Throwable failure) throws Exception {
            Exception first = null;
            for (Put<T> put : puts) {
                try {
                    settle(put, failure);
                } catch (Exception e) {
                    if (first == null) {
                        first = e;
                    } else if (first != e) {
                        first.addSuppressed(e);
                    }
                }
            }
            if (first != null) {
                throw first;
            }
        }
    }

    /** A caller that waits. Guarded by the lock. */
    private final class Awaited implements Settlement {
        final Condition told = lock.newCondition();

        @Nullable
        Settled outcome;

        @Override
        public void ack() {
            tell(Settled.ACKED);
        }

        @Override
        public void nack(Throwable cause) {
            tell(Settled.NACKED);
        }

        void tell(Settled what) {
            lock.lock();
            try {
                if (outcome == null) {
                    outcome = what;
                    told.signal();
                }
            } finally {
                lock.unlock();
            }
        }
    }
}
