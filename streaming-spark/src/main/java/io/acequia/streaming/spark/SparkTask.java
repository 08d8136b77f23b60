/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import io.acequia.streaming.data.Time;
import io.acequia.streaming.engine.StorageTask;
import io.acequia.streaming.storage.Storage;
import java.util.Iterator;
import java.util.Optional;
import org.apache.spark.TaskContext;
import org.jspecify.annotations.Nullable;

/** A task of Spark, as operators see it. For whom it runs is in the properties that Spark brings along with a job. */
final class SparkTask implements StorageTask {
    /** Number of the job; none in a job that somebody else runs on an unwrapped RDD. */
    static final String JOB = "acequia.job";

    static final String BATCH = "acequia.batch";
    static final String OUTPUT = "acequia.output";

    private final TaskContext spark;
    private final Site site;
    private final Told.@Nullable Task self;

    SparkTask(TaskContext spark, Site site) {
        this.spark = spark;
        this.site = site;
        String job = spark.getLocalProperty(JOB);
        this.self = job == null ? null : new Told.Task(Long.parseLong(job), spark.stageId(), spark.partitionId());
    }

    TaskContext spark() {
        return spark;
    }

    Site site() {
        return site;
    }

    @Override
    public int partition() {
        return spark.partitionId();
    }

    @Override
    public int attempt() {
        return spark.attemptNumber();
    }

    @Override
    public Optional<Time> batchTime() {
        String millis = spark.getLocalProperty(BATCH);
        return millis == null ? Optional.empty() : Optional.of(new Time(Long.parseLong(millis)));
    }

    @Override
    public String output() {
        String output = spark.getLocalProperty(OUTPUT);
        return output == null ? "spark" : output;
    }

    @Override
    public boolean isCancelled() {
        return spark.isInterrupted() || Thread.currentThread().isInterrupted();
    }

    /** Throws when the result is no longer wanted. */
    void checkCancelled() throws InterruptedException {
        if (isCancelled()) {
            throw new InterruptedException("task of partition " + partition() + " was cancelled");
        }
    }

    @Override
    public void count(String name, long n) {
        if (self != null) {
            site.told().add(new Told.Count(self, name, n));
        }
    }

    @Override
    public Storage storage(String uri) {
        return site.place().storage(uri);
    }

    @Override
    public long operatorMemory() {
        return site.operatorMemory();
    }

    @Override
    public <T> Aside<T> putAside(Iterator<? extends T> records) {
        return site.place().aside().write(records);
    }
}
