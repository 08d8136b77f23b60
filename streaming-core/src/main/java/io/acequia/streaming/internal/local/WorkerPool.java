/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.local;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Runs the tasks of a piece of work on the calling thread and on the workers at once.
 *
 * <p>Threads: the caller publishes its work, wakes the workers that sleep, and starts with the first task itself. Whoever is
 * free claims the next task from a counter, so a small piece of work is done before a worker is awake and costs no hand-off,
 * and a large one is shared evenly. The caller then waits only for tasks that workers claimed.
 *
 * <p>Ordering: work is served in the order in which it was published; tasks of one piece are claimed in order. A worker looks
 * for more for a moment before it sleeps, since the next stage of a job follows at once.
 *
 * <p>Interrupts: a worker forgets them after each piece of work; the caller's are told to the work and kept.
 */
final class WorkerPool implements AutoCloseable {
    private static final int SPINS = 400;
    private static final long CLOSE_MILLIS = 10_000;

    private final ConcurrentLinkedQueue<Work> open = new ConcurrentLinkedQueue<>();
    private final Worker[] workers;
    private volatile boolean closed;

    WorkerPool(int workers) {
        this.workers = new Worker[workers];
        for (int i = 0; i < workers; i++) {
            this.workers[i] = new Worker(i + 1);
        }
        for (Worker worker : this.workers) {
            worker.start();
        }
    }

    /** So many tasks. */
    abstract static class Work {
        private final int size;
        private final AtomicInteger next = new AtomicInteger();
        private final AtomicInteger left;
        private volatile @Nullable Thread waiting;

        Work(int size) {
            this.size = size;
            this.left = new AtomicInteger(size);
        }

        /** Runs a task; must not throw. Called once for each, by any of the threads. */
        abstract void run(int index);

        /** The caller was interrupted while it waited. Default: nothing. */
        void interrupted() {}

        private void claimAll() {
            int index;
            while (next.get() < size && (index = next.getAndIncrement()) < size) {
                try {
                    run(index);
                } finally {
                    if (left.decrementAndGet() == 0 && waiting != null) {
                        LockSupport.unpark(waiting);
                    }
                }
            }
        }

        private void awaitClaimed() {
            for (int i = 0; i < SPINS && left.get() > 0; i++) {
                Thread.onSpinWait();
            }
            if (left.get() == 0) {
                return;
            }
            waiting = Thread.currentThread();
            boolean interrupted = false;
            while (left.get() > 0) {
                LockSupport.park(this);
                if (Thread.interrupted()) {
                    interrupted = true;
                    interrupted();
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Runs all tasks; returns when each has ended. */
    void run(Work work) {
        if (work.size <= 1 || workers.length == 0) {
            work.claimAll();
            return;
        }
        open.add(work);
        wake(work.size - 1);
        try {
            work.claimAll();
        } finally {
            open.remove(work);
            work.awaitClaimed();
        }
    }

    private void wake(int count) {
        int left = count;
        for (int i = 0; i < workers.length && left > 0; i++) {
            if (workers[i].asleep.get() && workers[i].asleep.compareAndSet(true, false)) {
                LockSupport.unpark(workers[i]);
                left--;
            }
        }
    }

    /** Ends the workers, after the task that each is in. */
    @Override
    public void close() {
        closed = true;
        boolean interrupted = false;
        for (Worker worker : workers) {
            LockSupport.unpark(worker);
        }
        for (Worker worker : workers) {
            if (interrupted || worker == Thread.currentThread()) {
                continue;
            }
            try {
                worker.join(CLOSE_MILLIS);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private final class Worker extends Thread {
        private final AtomicBoolean asleep = new AtomicBoolean();

        Worker(int number) {
            super("acequia-worker-" + number);
            setDaemon(true);
        }

        @Override
        public void run() {
            while (!closed) {
                Work work = open.peek();
                if (work == null) {
                    await();
                    continue;
                }
                work.claimAll();
                open.remove(work);
                Thread.interrupted();
            }
        }

        private void await() {
            for (int i = 0; i < SPINS; i++) {
                if (closed || !open.isEmpty()) {
                    return;
                }
                Thread.onSpinWait();
            }
            asleep.set(true);
            while (!closed && open.isEmpty() && asleep.get()) {
                LockSupport.park(WorkerPool.this);
            }
            asleep.set(false);
        }
    }
}
