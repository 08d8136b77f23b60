/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.engine.Roots;
import java.time.Duration;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a Spark context has to run tasks with. On a cluster executors come some seconds after the context, so whoever asks for
 * numbers waits for them first. Any thread.
 */
final class Cluster {
    private static final Logger LOG = LoggerFactory.getLogger(Cluster.class);
    private static final Duration LOOK = Duration.ofMillis(100);
    /** When no other executor has come for so long, none is under way. */
    private static final Duration QUIET = Duration.ofSeconds(3);

    private static final String MOST_WAIT = "spark.scheduler.maxRegisteredResourcesWaitingTime";
    private static final double STORAGE_SHARE = 0.4;

    private final SparkContext spark;
    private volatile boolean awaited;

    Cluster(SparkContext spark) {
        this.spark = spark;
    }

    /** How many tasks run at the same time on the executors that are there. */
    int slots() {
        return spark.maxNumConcurrentTasks(spark.resourceProfileManager().defaultResourceProfile());
    }

    /** The driver is one of those that Spark tells of. */
    private int executors() {
        return spark.statusTracker().getExecutorInfos().length - 1;
    }

    /** Waits for executors as long as Spark's setting for it says, a minute if it says nothing. */
    void awaitExecutors() {
        try {
            awaitExecutors(Duration.ofMillis(spark.conf().getTimeAsMs(MOST_WAIT, "1min")));
        } catch (InterruptedException e) {
            throw Roots.asIs(e);
        }
    }

    /**
     * Waits until all executors are there that the settings ask for, or one and no other for some seconds.
     *
     * @throws IllegalStateException when there is none in that time
     */
    void awaitExecutors(Duration atMost) throws InterruptedException {
        if (spark.isLocal() || awaited && slots() > 0) {
            return;
        }
        StreamClock clock = StreamClock.system();
        int wanted = wanted(spark.conf());
        long began = clock.nanoTime();
        long changed = began;
        int slots = 0;
        while (slots == 0 || slots < wanted || wanted == 0) {
            long now = clock.nanoTime();
            int before = slots;
            slots = executors() == 0 ? 0 : slots();
            if (slots != before) {
                changed = now;
            }
            if (slots > 0 && now - changed >= QUIET.toNanos()) {
                break;
            }
            if (slots == 0 && now - began >= atMost.toNanos()) {
                throw notReady(spark.master(), atMost, wanted);
            }
            clock.awaitUntil(clock.now().plus(LOOK));
        }
        awaited = true;
        if (slots < wanted) {
            LOG.warn("{} gives {} cores of the {} that were asked for", spark.master(), slots, wanted);
        }
        LOG.info("{} has {} executors with {} cores", spark.master(), executors(), slots);
    }

    static IllegalStateException notReady(String master, Duration atMost, int wanted) {
        return new IllegalStateException("ACQ-2685 no executor of " + master + " was there within " + atMost.toMillis()
                + " ms, at least 1 is needed" + (wanted == 0 ? "" : ", " + wanted + " cores were asked for")
                + ": see whether the cluster has free cores and memory, or raise " + MOST_WAIT);
    }

    /** How many tasks the executors run that are asked for; 0 when nobody says. */
    private static int wanted(SparkConf conf) {
        int cores = conf.contains("spark.cores.max")
                ? conf.getInt("spark.cores.max", 0)
                : conf.getInt("spark.executor.instances", 0) * conf.getInt("spark.executor.cores", 1);
        return cores / Math.max(1, conf.getInt("spark.task.cpus", 1));
    }

    /** Bytes that the operators of a task may hold where it runs; {@code local} are those of all tasks of this JVM. */
    long operatorMemory(long local) {
        int tasks = slots();
        long all = local;
        if (!spark.isLocal()) {
            SparkConf conf = spark.conf();
            all = (long) ((conf.getSizeAsMb("spark.executor.memory", "1g") << 20) * STORAGE_SHARE);
            int machines = Math.max(1, executors());
            int each = (tasks + machines - 1) / machines;
            tasks = conf.getInt("spark.executor.cores", each) / Math.max(1, conf.getInt("spark.task.cpus", 1));
        }
        return Math.max(1, all / 2 / Math.max(1, tasks));
    }
}
