/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.local;

import io.acequia.streaming.engine.JobInfo;
import io.acequia.streaming.engine.Roots;
import io.acequia.streaming.storage.Storage;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A job while it runs: how it ends early, and the threads that are in its tasks. Any thread. */
final class Job {
    private static final int DEEPEST = 100;

    private final JobInfo info;
    private final Function<String, Storage> storages;
    private final TaskMemory memory;
    private final Thread caller = Thread.currentThread();
    private final List<Thread> inTasks = new ArrayList<>(2);
    private volatile @Nullable Throwable end;
    private volatile boolean interruptedCaller;

    Job(JobInfo info, Function<String, Storage> storages, TaskMemory memory) {
        this.info = info;
        this.storages = storages;
        this.memory = memory;
    }

    TaskMemory memory() {
        return memory;
    }

    Storage storage(String uri) {
        return storages.apply(uri);
    }

    JobInfo info() {
        return info;
    }

    boolean hasEnded() {
        return end != null;
    }

    /**
     * The first failure ends the job; only an error of the JVM takes the place of an earlier one. When the thread that runs
     * the job was interrupted in a function, the job is cancelled.
     */
    synchronized void fail(Throwable failure) {
        if (end == null && Thread.currentThread() == caller && isInterrupt(failure)) {
            InterruptedException interrupt = new InterruptedException(info.output() + " was interrupted");
            interrupt.initCause(failure);
            end = failure instanceof InterruptedException ? failure : interrupt;
            interruptOthers();
        } else if (end == null || failure instanceof VirtualMachineError && !(end instanceof VirtualMachineError)) {
            end = failure;
            interruptOthers();
        }
    }

    /** Wakes functions of the other tasks that block: their results are no longer wanted. */
    private void interruptOthers() {
        for (Thread thread : inTasks) {
            if (thread != Thread.currentThread()) {
                interruptedCaller |= thread == caller;
                thread.interrupt();
            }
        }
    }

    private static boolean isInterrupt(Throwable failure) {
        int depth = 0; // causes may run in a circle
        for (Throwable cause = failure; cause != null && depth < DEEPEST; cause = cause.getCause()) {
            if (cause instanceof InterruptedException) {
                return true;
            }
            depth++;
        }
        return false;
    }

    /** Ends the job and wakes functions that block. */
    synchronized void cancel(String reason) {
        if (end == null) {
            end = new InterruptedException(reason);
        }
        inTasks.forEach(Thread::interrupt);
    }

    /** This thread begins a task; false when the job has ended already. */
    synchronized boolean enter() {
        if (end != null) {
            return false;
        }
        inTasks.add(Thread.currentThread());
        return true;
    }

    /** This thread is through with its task: no interrupt of {@link #cancel} reaches it any more. */
    synchronized void leave() {
        inTasks.remove(Thread.currentThread());
    }

    /** Throws what ended the job, as it is. Called on the thread that runs the job. */
    void throwIfEnded() throws Exception {
        Throwable failure = end;
        if (failure == null) {
            return;
        }
        if (failure instanceof InterruptedException || interruptedCaller) {
            Thread.interrupted();
        }
        throw Roots.asIs(failure);
    }
}
