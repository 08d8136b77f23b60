/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.engine.DriverChannel;
import io.acequia.streaming.engine.DriverChannel.Message;
import io.acequia.streaming.engine.DriverChannel.Reply;
import io.acequia.streaming.engine.DriverChannel.Settled;
import io.acequia.streaming.engine.ReceiverTask;
import io.acequia.streaming.internal.store.Loaders;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
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
 * refused. A task whose last word the driver has not heard fails, too, so none ends unnoticed.
 *
 * <p>Threads: any; the bus of Spark tells when the job has ended. Only in the JVM of the driver the task is reached at once; elsewhere
 * it asks by itself every so often.
 */
final class SparkReceiver<T> extends SparkListener implements ReceiverTask.Running {
    private static final Logger LOG = LoggerFactory.getLogger(SparkReceiver.class);
    private static final Duration RELAUNCH = Duration.ofSeconds(1);

    private final SparkContext spark;
    private final String number;
    private final ReceiverTask<T> task;
    private final int blocksOf;
    private final DriverChannel driver;
    private final StreamClock clock;
    private final ClassLoader loader = Loaders.context();
    private final Answers answers = new Answers();
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

    /** What the driver says to a letter of the task. */
    byte[] answer(Letter letter) throws IOException {
        return answers.to(
                letter, () -> Letter.written(sendable(driver.ask((Message) Letter.read(letter.message(), loader)))));
    }

    /** The same answer, with plain errors in the place of those that cannot travel. */
    private static Reply sendable(Reply reply) {
        List<Settled> settled = new ArrayList<>(reply.settled().size());
        for (Settled each : reply.settled()) {
            Throwable failure = each.failure();
            settled.add(
                    failure == null || canTravel(failure)
                            ? each
                            : new Settled(each.block(), new IllegalStateException(failure.toString())));
        }
        return new Reply(
                reply.accepted(),
                reply.epoch(),
                reply.want(),
                reply.rate(),
                reply.waitingBytes(),
                settled,
                reply.neededFrom(),
                reply.knownUntil());
    }

    private static boolean canTravel(Throwable error) {
        try {
            Letter.written(error);
            return true;
        } catch (IOException | RuntimeException e) {
            return false;
        }
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
                "The receiver of stream {} failed as often as Spark repeats a task; it is started anew in {}",
                task.streamId(),
                RELAUNCH);
        CompletableFuture.delayedExecutor(RELAUNCH.toMillis(), TimeUnit.MILLISECONDS)
                .execute(this::submitAgain);
    }

    /** Not at once: what fails for good, such as a class that is nowhere, fails in no time. */
    private synchronized void submitAgain() {
        if (stopping || spark.isStopped()) {
            ended.countDown();
            return;
        }
        Thread own = Thread.currentThread();
        ClassLoader before = own.getContextClassLoader();
        own.setContextClassLoader(loader);
        try {
            submit();
        } finally {
            own.setContextClassLoader(before);
        }
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
