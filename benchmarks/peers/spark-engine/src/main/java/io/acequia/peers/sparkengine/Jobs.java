/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.peers.sparkengine;

import io.acequia.streaming.BatchContext;
import io.acequia.streaming.RDD;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.listener.BatchInfo;
import io.acequia.streaming.listener.StreamingListener;
import io.acequia.streaming.testkit.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.storage.StorageLevel;

/**
 * The engine and Spark itself in one JVM, on one Spark context: the one that the engine has made. Argument: a directory of four files.
 * {@code engine WORK} and {@code spark WORK} have the one or the other run a {@link Work} of this name.
 */
public final class Jobs {
    static final int CORES = 2;
    static final int FILES = 4;
    private static final Duration INTERVAL = Duration.ofSeconds(1);

    private final String folder;
    private final ManualClock clock = new ManualClock(Instant.EPOCH);
    private final Batches batches = new Batches();
    private final Queue<RDD<String>> queue = new ConcurrentLinkedQueue<>();
    private final BatchContext engine;
    private final JavaSparkContext spark;
    private final JavaRDD<String> inMemory;
    private volatile long counted;

    private Jobs(String folder) {
        this.folder = folder;
        StreamingConf conf =
                new StreamingConf().setMaster("spark-local[" + CORES + "]").setAppName("overhead");
        StreamingContext streaming = new StreamingContext(conf, INTERVAL, clock);
        engine = streaming.batchContext();
        spark = JavaSparkContext.fromSparkContext(SparkContext.getOrCreate());
        inMemory = spark.textFile(folder).persist(StorageLevel.MEMORY_ONLY());
        inMemory.count();
        streaming.addStreamingListener(new StreamingListener() {
            @Override
            public void onBatchCompleted(BatchInfo batch) {
                batches.ended(batch.failure().isEmpty());
            }
        });
        streaming
                .queueStream(queue)
                .mapToPair(word -> Tuple2.of(word, 1))
                .reduceByKey(Integer::sum, CORES)
                .foreachRDD(counts ->
                        counted = counts.map(count -> (long) count._2()).fold(0L, Long::sum));
        streaming.start();
    }

    public static void main(String[] arguments) throws Exception {
        Jobs jobs = new Jobs(arguments[0]);
        Turns.serve(words -> {
            Work work = Work.valueOf(words[1]);
            return words[0].equals("engine") ? work.onEngine(jobs) : work.onSpark(jobs);
        });
        Runtime.getRuntime().halt(0);
    }

    String folder() {
        return folder;
    }

    BatchContext engine() {
        return engine;
    }

    JavaSparkContext spark() {
        return spark;
    }

    /** The lines of the files. */
    JavaRDD<String> inMemory() {
        return inMemory;
    }

    long oneRecordBatch() throws InterruptedException {
        queue.add(engine.parallelize(List.of("word"), CORES));
        clock.advance(INTERVAL);
        batches.awaitNext();
        return counted;
    }
}
