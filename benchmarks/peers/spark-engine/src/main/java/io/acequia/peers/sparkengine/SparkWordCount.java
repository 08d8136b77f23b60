/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.peers.sparkengine;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.spark.SparkConf;
import org.apache.spark.storage.StorageLevel;
import org.apache.spark.streaming.Durations;
import org.apache.spark.streaming.api.java.JavaStreamingContext;
import org.apache.spark.streaming.receiver.Receiver;
import org.apache.spark.streaming.scheduler.StreamingListener;
import org.apache.spark.streaming.scheduler.StreamingListenerBatchCompleted;
import org.apache.spark.util.ManualClock;
import scala.Tuple2;
import scala.jdk.javaapi.CollectionConverters;

/** The word count on DStreams of Spark. */
final class SparkWordCount extends WordCount {
    private static final long INTERVAL_MILLIS = 1000;

    private final ManualClock clock;

    @SuppressWarnings("deprecation") // as all DStreams of Spark
    SparkWordCount(int cores, int lines) {
        SparkConf conf = new SparkConf()
                .setMaster("local[" + cores + "]")
                .setAppName("W1")
                .set("spark.streaming.clock", ManualClock.class.getName());
        JavaStreamingContext streaming = new JavaStreamingContext(conf, Durations.milliseconds(INTERVAL_MILLIS));
        streaming.addStreamingListener(new StreamingListener() {
            @Override
            public void onBatchCompleted(StreamingListenerBatchCompleted completed) {
                ended(CollectionConverters.asJava(completed.batchInfo().outputOperationInfos()).values().stream()
                        .allMatch(output -> output.failureReason().isEmpty()));
            }
        });
        streaming
                .receiverStream(new Lines(lines / Lines.BLOCKS_A_BATCH))
                .flatMap(line -> Arrays.asList(line.split(" ")).iterator())
                .mapToPair(word -> new Tuple2<>(word, 1))
                .reduceByKey(Integer::sum)
                .foreachRDD(counts -> counted(
                        () -> counts.collect().stream()
                                .collect(Collectors.toMap(count -> count._1(), count -> (long) count._2())),
                        () -> counts.map(count -> (long) count._2()).fold(0L, Long::sum)));
        streaming.start();
        clock = (ManualClock) streaming.ssc().scheduler().clock();
    }

    @Override
    void tick() {
        clock.advance(INTERVAL_MILLIS);
    }

    /**
     * Stores blocks of the size that those have which Spark cuts itself, five in a batch, with one call for each: that costs less than a
     * call for each line, and what is stored is known to the driver when the call returns.
     */
    private static final class Lines extends Receiver<String> {
        private static final long serialVersionUID = 1;
        private static final int BLOCKS_A_BATCH = 5;
        private static final long WAIT_MILLIS = 100;

        private final int block;

        Lines(int block) {
            super(StorageLevel.MEMORY_AND_DISK());
            this.block = Math.max(1, block);
        }

        @Override
        public void onStart() {
            Thread thread = new Thread(this::receive, "ready lines");
            thread.setDaemon(true);
            thread.start();
        }

        private void receive() {
            try {
                while (!isStopped()) {
                    List<String> lines = ReadyLines.here().next(block, WAIT_MILLIS);
                    if (!lines.isEmpty()) {
                        store(lines.iterator());
                    }
                }
            } catch (InterruptedException e) {
                stop("interrupted", e);
            }
        }

        @Override
        public void onStop() {}
    }
}
