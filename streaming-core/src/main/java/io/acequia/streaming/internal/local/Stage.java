/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.local;

import io.acequia.streaming.engine.Operator;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The tasks of a job that can run at the same time: one for each partition asked for. */
final class Stage<T, A> extends WorkerPool.Work {
    private final LocalEngine engine;
    private final Job job;
    private final LocalDataset<T> dataset;
    private final Operator<T, A> operator;
    private final int[] partitions;
    private final @Nullable Object[] results;
    private final @Nullable LocalTask[] succeeded;

    Stage(LocalEngine engine, Job job, LocalDataset<T> dataset, Operator<T, A> operator, int[] partitions) {
        super(partitions.length);
        this.engine = engine;
        this.job = job;
        this.dataset = dataset;
        this.operator = operator;
        this.partitions = partitions;
        this.results = new Object[partitions.length];
        this.succeeded = new LocalTask[partitions.length];
    }

    @Override
    void run(int index) {
        if (!job.enter()) {
            return;
        }
        LocalTask task = new LocalTask(job, partitions[index]);
        engine.enter(task);
        try {
            Single<A> result = new Single<>();
            dataset.push(partitions[index], task, engine.closures().copy(operator), result);
            results[index] = result.record(operator);
            succeeded[index] = task;
        } catch (Throwable t) {
            job.fail(t);
        } finally {
            engine.leave();
            job.leave();
        }
    }

    @Override
    void interrupted() {
        job.cancel("the thread that waits for " + job.info().output() + " was interrupted");
    }

    /** The results, when all tasks have ended well; tells what those that did have counted. */
    @SuppressWarnings("unchecked")
    List<A> results() throws Exception {
        for (LocalTask task : succeeded) {
            if (task != null) {
                commit(task);
            }
        }
        job.throwIfEnded();
        return (List<A>) Arrays.asList(results);
    }

    private void commit(LocalTask task) {
        try {
            task.commit();
        } catch (RuntimeException e) {
            job.fail(e);
        }
    }
}
