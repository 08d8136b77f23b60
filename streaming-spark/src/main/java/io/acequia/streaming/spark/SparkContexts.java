/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import io.acequia.streaming.data.ByteSize;
import io.acequia.streaming.engine.EngineProvider;
import java.util.Locale;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkContext$;
import org.apache.spark.serializer.KryoSerializer;
import org.jspecify.annotations.Nullable;
import scala.Option;

/**
 * The Spark context of this JVM. Spark allows one, so the engines of a JVM share it: the first makes it, the last one stops it. A
 * context that the program made itself is taken as it is, and left running.
 */
final class SparkContexts {
    /** What Spark keeps of the heap for itself. */
    private static final double RESERVED = 300L << 20;

    private static final String SERIALIZER = "spark.serializer";

    private static @Nullable SparkContext ours;
    private static int users;

    private SparkContexts() {}

    static synchronized SparkContext open(String master, EngineProvider.Settings settings) {
        Option<SparkContext> active = SparkContext$.MODULE$.getActive();
        if (active.isDefined() && !active.get().isStopped()) {
            SparkContext running = active.get();
            if (!running.master().equals(master)) {
                throw new IllegalStateException("ACQ-2681 master " + master
                        + " cannot be used: this JVM has a Spark context with master " + running.master()
                        + ", and Spark allows one; stop it before, or use its master");
            }
            refuseKryo(running.getConf());
            if (running == ours) {
                users++;
            }
            return running;
        }
        SparkConf conf = conf(master, settings);
        refuseKryo(conf);
        SparkContext made = new SparkContext(conf);
        ours = made;
        users = 1;
        return made;
    }

    /** An engine is through with its context. */
    static synchronized void release(SparkContext context) {
        if (context == ours && --users == 0) {
            ours = null;
            context.stop();
        }
    }

    /** Spark's Kryo writes no records of Java, and the first job would fail with what says nothing of it. */
    private static void refuseKryo(SparkConf conf) {
        String serializer = conf.get(SERIALIZER, "");
        if (serializer.equals(KryoSerializer.class.getName())) {
            throw new IllegalArgumentException(
                    "ACQ-2694 " + SERIALIZER + "=" + serializer
                            + " cannot be used: it writes no records of Java, of which this engine and many programs have some; leave the setting out");
        }
    }

    private static SparkConf conf(String master, EngineProvider.Settings settings) {
        Map<String, String> values = settings.values();
        SparkConf conf = new SparkConf().setMaster(master).setAppName(settings.appName());
        conf.setIfMissing("spark.scheduler.mode", "FAIR");
        conf.setIfMissing("spark.speculation", "false");
        // What is kept may be where a receiver has the only core: three seconds of waiting for it are many batches.
        conf.setIfMissing("spark.locality.wait", "100ms");
        // What a lost machine had is asked for again after so long, and then made again: five seconds are many batches,
        // too.
        conf.setIfMissing("spark.shuffle.io.retryWait", "1s");
        conf.setIfMissing("spark.ui.retainedJobs", "200");
        conf.setIfMissing("spark.ui.retainedStages", "200");
        conf.setIfMissing("spark.ui.retainedTasks", "2000");
        String plugins = conf.get("spark.plugins", "");
        String own = ReceiverPlugin.class.getName();
        conf.set("spark.plugins", plugins.isBlank() ? own : plugins + "," + own);
        String directory = values.getOrDefault("streaming.storage.dir", "");
        if (!directory.isBlank()) {
            conf.setIfMissing("spark.local.dir", directory.trim());
        }
        long memory = ByteSize.parse(values.getOrDefault("streaming.storage.memory", "0"))
                .bytes();
        if (memory > 0 && master.startsWith("local")) {
            // Spark takes a fraction of the heap beyond what it reserves.
            double heap = Math.max(1, Runtime.getRuntime().maxMemory() - RESERVED);
            conf.setIfMissing(
                    "spark.memory.fraction", String.format(Locale.ROOT, "%.17g", Math.min(0.9, memory / heap)));
        }
        return conf;
    }
}
