/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.local;

import io.acequia.streaming.data.Time;
import io.acequia.streaming.engine.StorageTask;
import io.acequia.streaming.storage.Storage;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A task: what it counted and added waits here until it has succeeded. */
final class LocalTask implements StorageTask {
    private final Job job;
    private final int partition;
    private @Nullable Map<String, Long> counts;
    private @Nullable Map<LocalAccumulator<?>, Object> added;

    LocalTask(Job job, int partition) {
        this.job = job;
        this.partition = partition;
    }

    Job job() {
        return job;
    }

    @Override
    public int partition() {
        return partition;
    }

    @Override
    public int attempt() {
        return 0;
    }

    @Override
    public Optional<Time> batchTime() {
        return job.info().batchTime();
    }

    @Override
    public String output() {
        return job.info().output();
    }

    @Override
    public boolean isCancelled() {
        return job.hasEnded() || Thread.currentThread().isInterrupted();
    }

    /** Throws when the result is no longer wanted. */
    void checkCancelled() throws InterruptedException {
        if (isCancelled()) {
            throw new InterruptedException("task of partition " + partition + " was cancelled");
        }
    }

    @Override
    public Storage storage(String uri) {
        return job.storage(uri);
    }

    @Override
    public long operatorMemory() {
        return job.memory().operatorBytes();
    }

    @Override
    public <T> Aside<T> putAside(Iterator<? extends T> records) {
        return job.memory().files().write(records);
    }

    @Override
    public void count(String name, long n) {
        if (counts == null) {
            counts = new LinkedHashMap<>(4);
        }
        counts.merge(name, n, Long::sum);
    }

    @SuppressWarnings("unchecked") // an accumulator puts and gets its own type
    <A> void add(LocalAccumulator<A> accumulator, A value) {
        if (added == null) {
            added = new IdentityHashMap<>(4);
        }
        Object before = added.get(accumulator);
        added.put(accumulator, before == null ? value : accumulator.sum((A) before, value));
    }

    /** Takes over what a task counted that ran inside of this one. */
    void include(LocalTask inner) {
        if (inner.counts != null) {
            inner.counts.forEach(this::count);
        }
    }

    /** Tells what was counted and added. Once, on the thread that runs the job. */
    void commit() {
        if (counts != null) {
            counts.forEach((name, n) -> job.info().counts().add(partition, name, n));
        }
        if (added != null) {
            added.forEach(LocalTask::commit);
        }
    }

    @SuppressWarnings("unchecked")
    private static <A> void commit(LocalAccumulator<A> accumulator, Object value) {
        accumulator.addNow((A) value);
    }
}
