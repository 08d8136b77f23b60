/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.engine.DriverChannel;
import io.acequia.streaming.engine.ReceiverTask;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.JobSucceeded$;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobEnd;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A receiver as one long task of Spark, seen from the driver. Spark repeats the task when its machine is lost, and when it has done
 * that as often as it may, the job is run anew: each time the receiver registers, gets a new epoch, and what older ones still say is
 * refused.
 *
 * <p>Threads: any; the bus of Spark tells when the job has ended. Only in the JVM of the driver the task is reached at once; elsewhere
 * it asks by itself every so often.
 */
final class SparkReceiver<T> extends SparkListener implements ReceiverTask.Running {
    private static final Logger LOG = LoggerFactory.getLogger(SparkReceiver.class);

    private final SparkContext spark;
    private final String number;
    private final ReceiverTask<T> task;
    private final int blocksOf;
    private final DriverChannel driver;
    private final StreamClock clock;
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile ReceiverTask.@Nullable Control control;
    private volatile boolean stopping;
    private int job = -1;

    SparkReceiver(
            SparkContext spark,
            String number,
            ReceiverTask<T> task,
            int blocksOf,
            DriverChannel driver,
            StreamClock clock) {
        this.spark = spark;
        this.number = number;
        this.task = task;
        this.blocksOf = blocksOf;
        this.driver = driver;
        this.clock = clock;
    }

    SparkReceiver<T> start() {
        Launches.add(this);
        spark.addSparkListener(this);
        submit();
        return this;
    }

    private void submit() {
        List<String> properties = List.of(
                "spark.jobGroup.id", "spark.job.description", "spark.job.interruptOnCancel", "spark.scheduler.pool");
        List<@Nullable String> before =
                properties.stream().map(spark::getLocalProperty).collect(java.util.stream.Collectors.toList());
        try {
            spark.setJobGroup(group(), "receiver of stream " + task.streamId(), true);
            spark.setLocalProperty("spark.scheduler.pool", "acequia-receivers");
            ReceiverRun<T> run = new ReceiverRun<>(number, task, blocksOf);
            JavaSparkContext.fromSparkContext(spark).parallelize(List.of(0), 1).foreachAsync(run);
        } finally {
            for (int i = 0; i < properties.size(); i++) {
                spark.setLocalProperty(properties.get(i), before.get(i));
            }
        }
    }

    private String group() {
        return "receiver-" + number;
    }

    /** Whether it takes no core any more, or soon. */
    boolean isOver() {
        return stopping || ended.getCount() == 0;
    }

    String number() {
        return number;
    }

    DriverChannel driver() {
        return driver;
    }

    StreamClock clock() {
        return clock;
    }

    /** The task runs in this JVM. */
    void controlledBy(ReceiverTask.Control handle) {
        control = handle;
    }

    @Override
    public synchronized void onJobStart(SparkListenerJobStart start) {
        Properties properties = start.properties();
        if (properties != null && group().equals(properties.getProperty("spark.jobGroup.id"))) {
            job = start.jobId();
        }
    }

    @Override
    public synchronized void onJobEnd(SparkListenerJobEnd end) {
        if (end.jobId() != job) {
            return;
        }
        if (stopping || spark.isStopped() || end.jobResult() instanceof JobSucceeded$) {
            ended.countDown();
            return;
        }
        LOG.warn(
                "The receiver of stream {} failed as often as Spark repeats a task; it is started anew",
                task.streamId());
        submit();
    }

    @Override
    public void beat() {
        ReceiverTask.Control here = control;
        if (here != null) {
            here.beat();
        }
    }

    @Override
    public void flush() throws IOException {
        ReceiverTask.Control here = control;
        if (here != null) {
            here.flush();
        }
    }

    /** The task has ended, or is given up. */
    @Override
    public void close() {
        stopping = true;
        ReceiverTask.Control here = control;
        if (here != null) {
            here.close();
        }
        if (!spark.isStopped()) {
            spark.cancelJobGroupAndFutureJobs(group());
            spark.removeSparkListener(this);
        }
        Launches.remove(this);
    }

    @Override
    public boolean awaitEnd(Duration atMost) throws InterruptedException {
        return ended.await(Math.max(1, atMost.toMillis()), TimeUnit.MILLISECONDS);
    }

    @Override
    public String whereabouts() {
        return "job " + job
                + " of Spark, a task of which is the receiver: see its page in the UI of Spark for where it runs";
    }
}
