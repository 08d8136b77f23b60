/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.schedule;

import io.acequia.streaming.data.Time;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The batches between the timer and the threads that run them. In queue mode a batch is planned when it is due and waits
 * here, at most so many of them; in merge mode only the newest due time waits, and its batch is planned when a thread is
 * free, so that it takes all that has come since.
 */
final class BatchQueue {
    private final int most;
    private final boolean merges;
    private final Function<Time, PlannedBatch> plan;
    private final Deque<PlannedBatch> waiting = new ArrayDeque<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    /** Held from taking a due time to the end of its planning: batches are planned in the order of time. */
    private final ReentrantLock planning = new ReentrantLock();

    private @Nullable Time due;
    private int running;
    private boolean closed;

    BatchQueue(int most, boolean merges, Function<Time, PlannedBatch> plan) {
        this.most = most;
        this.merges = merges;
        this.plan = plan;
    }

    /** A batch is due. Blocks while the queue is full; what is due after the close is not planned. */
    void due(Time time) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!merges && waiting.size() >= most && !closed) {
                changed.await();
            }
            if (closed) {
                return;
            }
            if (merges) {
                due = time;
                changed.signalAll();
                return;
            }
        } finally {
            lock.unlock();
        }
        add(plan.apply(time));
    }

    /** Waits until there is space for one batch, at most so long; whether there is, which a closed queue never has. */
    boolean awaitSpace(long nanos) throws InterruptedException {
        long left = nanos;
        lock.lockInterruptibly();
        try {
            while (waiting.size() >= most && !closed && left > 0) {
                left = changed.awaitNanos(left);
            }
            return waiting.size() < most && !closed;
        } finally {
            lock.unlock();
        }
    }

    /** A batch that is planned already. */
    void add(PlannedBatch batch) {
        lock.lock();
        try {
            waiting.add(batch);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** The next batch to run, planned; null once closed. The caller says {@link #done} when it is through. */
    @Nullable
    PlannedBatch take() throws InterruptedException {
        if (!merges) {
            return next();
        }
        planning.lockInterruptibly();
        try {
            return next();
        } finally {
            planning.unlock();
        }
    }

    private @Nullable PlannedBatch next() throws InterruptedException {
        Time time;
        lock.lockInterruptibly();
        try {
            while (waiting.isEmpty() && due == null && !closed) {
                changed.await();
            }
            if (closed) {
                return null;
            }
            running++;
            changed.signalAll();
            time = due;
            if (time == null || !waiting.isEmpty()) {
                return waiting.remove();
            }
            due = null;
        } finally {
            lock.unlock();
        }
        return plan.apply(time);
    }

    void done() {
        lock.lock();
        try {
            running--;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Batches that wait or run. */
    int size() {
        lock.lock();
        try {
            return waiting.size() + (due == null ? 0 : 1) + running;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until nothing waits or runs, at most so long; whether that came to be. */
    boolean awaitIdle(long nanos) throws InterruptedException {
        long left = nanos;
        lock.lockInterruptibly();
        try {
            while (running > 0 || !waiting.isEmpty() || due != null) {
                if (left <= 0 || closed) {
                    return false;
                }
                left = changed.awaitNanos(left);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Hands out no further batch; returns how many due times were not planned yet. */
    int close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
            int left = due == null ? 0 : 1;
            waiting.clear();
            due = null;
            return left;
        } finally {
            lock.unlock();
        }
    }
}
