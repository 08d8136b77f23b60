/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import io.acequia.streaming.data.Time;
import io.acequia.streaming.engine.JobInfo;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobEnd;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.SparkListenerTaskStart;
import org.jspecify.annotations.Nullable;

/**
 * The jobs of an engine while they run: how they end early, and when their last task has ended. Spark says that a job has failed
 * while tasks of it may still be in a function of the user; whoever runs a batch again must not meet them.
 *
 * <p>Threads: a job belongs to the thread that runs it, anybody may cancel it, and the bus of Spark tells of tasks. That bus may lose
 * events when it is overrun, so waiting for the tasks of a failed job has an end.
 */
final class Jobs extends SparkListener {
    private static final int LOOK_MILLIS = 100;
    private static final int MOST_LOOKS = 100;
    private static final List<String> PROPERTIES = List.of(
            SparkTask.JOB,
            SparkTask.BATCH,
            SparkTask.OUTPUT,
            "spark.jobGroup.id",
            "spark.job.description",
            "spark.job.interruptOnCancel");

    private final SparkContext spark;
    private final String engine;
    private final AtomicLong numbers = new AtomicLong();
    private final Map<Long, Job> running = new ConcurrentHashMap<>();
    /** Of Spark's bus: which of our jobs a stage and a job of Spark belong to. */
    private final Map<Integer, Job> stages = new HashMap<>();

    private final Map<Integer, Job> ofSpark = new HashMap<>();

    Jobs(SparkContext spark, String engine) {
        this.spark = spark;
        this.engine = engine;
    }

    /** A job, for the thread that runs it. */
    final class Job implements AutoCloseable {
        private final long number = numbers.incrementAndGet();
        private final JobInfo info;
        private final Map<String, @Nullable String> before = new HashMap<>();
        private final Set<Long> tasks = new HashSet<>();
        private int started;
        private int ended;
        private volatile @Nullable String cancelled;

        private Job(JobInfo info) {
            this.info = info;
        }

        long number() {
            return number;
        }

        /** Why it was given up; null when it was not. */
        @Nullable
        String cancelled() {
            return cancelled;
        }

        void cancel(String reason) {
            cancelled = reason;
            spark.cancelJobGroupAndFutureJobs(group());
        }

        private String group() {
            return engine + "-" + number;
        }

        private void enter() {
            PROPERTIES.forEach(name -> before.put(name, spark.getLocalProperty(name)));
            spark.setJobGroup(group(), info.output() + " at " + info.callSite(), true);
            spark.setLocalProperty(SparkTask.JOB, Long.toString(number));
            spark.setLocalProperty(
                    SparkTask.BATCH,
                    info.batchTime()
                            .map(time -> Long.toString(time.milliseconds()))
                            .orElse(null));
            spark.setLocalProperty(SparkTask.OUTPUT, info.output());
        }

        /** Waits for tasks that Spark has told to end; for a failed job. */
        void awaitTasks() {
            boolean interrupted = Thread.interrupted();
            try {
                spark.listenerBus().waitUntilEmpty();
            } catch (Exception e) {
                // A listener is behind, or this thread was interrupted, which Scala does not declare: the failure of
                // the job counts.
                interrupted |= e instanceof InterruptedException;
            }
            synchronized (Jobs.this) {
                for (int look = 0; look < MOST_LOOKS && (ended < started || !tasks.isEmpty()); look++) {
                    try {
                        Jobs.this.wait(LOOK_MILLIS);
                    } catch (InterruptedException e) {
                        interrupted = true;
                    }
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void close() {
            running.remove(number);
            PROPERTIES.forEach(name -> spark.setLocalProperty(name, before.get(name)));
        }
    }

    Job begin(JobInfo info) {
        Job job = new Job(info);
        running.put(job.number, job);
        job.enter();
        return job;
    }

    void cancel(Time batch) {
        for (Job job : running.values()) {
            if (job.info.batchTime().filter(batch::equals).isPresent()) {
                job.cancel("batch " + batch + " was cancelled");
            }
        }
    }

    void cancelAll(String reason) {
        running.values().forEach(job -> job.cancel(reason));
    }

    @Override
    public synchronized void onJobStart(SparkListenerJobStart start) {
        Properties properties = start.properties();
        String group = properties == null ? null : properties.getProperty("spark.jobGroup.id");
        if (group == null || !group.startsWith(engine + "-")) {
            return;
        }
        Job job = running.get(Long.parseLong(group.substring(engine.length() + 1)));
        if (job != null) {
            job.started++;
            ofSpark.put(start.jobId(), job);
            Scala.java(start.stageIds().iterator()).forEachRemaining(stage -> stages.put((Integer) stage, job));
        }
    }

    @Override
    public synchronized void onTaskStart(SparkListenerTaskStart start) {
        Job job = stages.get(start.stageId());
        if (job != null) {
            job.tasks.add(start.taskInfo().taskId());
        }
    }

    @Override
    public synchronized void onTaskEnd(SparkListenerTaskEnd end) {
        Job job = stages.get(end.stageId());
        if (job != null) {
            job.tasks.remove(end.taskInfo().taskId());
            forgetWhenThrough(job);
        }
    }

    @Override
    public synchronized void onJobEnd(SparkListenerJobEnd end) {
        Job job = ofSpark.remove(end.jobId());
        if (job != null) {
            job.ended++;
            forgetWhenThrough(job);
        }
    }

    private void forgetWhenThrough(Job job) {
        notifyAll();
        if (job.ended == job.started && job.tasks.isEmpty()) {
            stages.values().removeIf(of -> of == job);
        }
    }
}
