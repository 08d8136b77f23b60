/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import io.acequia.streaming.engine.JobInfo;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.util.AccumulatorV2;

/**
 * What tasks counted, on its way to the driver: Spark brings it with the success of a task and forgets it with a failure. A
 * task that runs twice, because its machine was lost, is told once.
 *
 * <p>Threads: the copy in a task by the threads of that task, that of the driver by Spark's scheduler and by those who run jobs.
 */
final class Told extends AccumulatorV2<Told.Count, List<Told.Count>> {
    private static final long serialVersionUID = 1;

    /**
     * A task of a job.
     *
     * @param job number of the job
     * @param stage Spark's number of the stage
     */
    record Task(long job, int stage, int partition) implements java.io.Serializable {}

    /** So many of a thing in a task. */
    record Count(Task task, String name, long n) implements java.io.Serializable {}

    private final Map<Task, Map<String, Long>> counts = new LinkedHashMap<>();

    @Override
    public synchronized boolean isZero() {
        return counts.isEmpty();
    }

    @Override
    public synchronized Told copy() {
        Told copy = new Told();
        counts.forEach((task, of) -> copy.counts.put(task, new LinkedHashMap<>(of)));
        return copy;
    }

    @Override
    public synchronized void reset() {
        counts.clear();
    }

    /** In a task. */
    @Override
    public synchronized void add(Count count) {
        counts.computeIfAbsent(count.task, task -> new LinkedHashMap<>(4)).merge(count.name, count.n, Long::sum);
    }

    /** On the driver: a task has succeeded. */
    @Override
    public synchronized void merge(AccumulatorV2<Count, List<Count>> other) {
        if (other instanceof Told told) {
            told.copy().counts.forEach(counts::putIfAbsent);
        }
    }

    @Override
    public synchronized List<Count> value() {
        List<Count> all = new ArrayList<>();
        counts.forEach((task, of) -> of.forEach((name, n) -> all.add(new Count(task, name, n))));
        return all;
    }

    /** On the driver: tells what the tasks of a job counted, and forgets it. */
    void tell(long job, JobInfo.TaskCounts to) {
        List<Count> of;
        synchronized (this) {
            of = value().stream().filter(count -> count.task.job == job).toList();
            counts.keySet().removeIf(task -> task.job == job);
        }
        of.forEach(count -> to.add(count.task.partition, count.name, count.n));
    }
}
