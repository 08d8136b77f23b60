/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.peers.spark;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.streaming.Durations;
import org.apache.spark.streaming.api.java.JavaStreamingContext;
import org.apache.spark.streaming.kafka010.ConsumerStrategies;
import org.apache.spark.streaming.kafka010.KafkaUtils;
import org.apache.spark.streaming.kafka010.LocationStrategies;
import org.apache.spark.streaming.scheduler.StreamingListener;
import org.apache.spark.streaming.scheduler.StreamingListenerBatchCompleted;
import org.apache.spark.util.LongAccumulator;

/**
 * The contestant: Spark's direct stream over a topic, its records counted by the output of their batch. Arguments: brokers,
 * topic, cores. {@code read FROM,… UNTIL,… HASH} on standard input, offsets by partition, has it read what is between them;
 * {@code done RECORDS LENGTH HASH NANOS CPU} on standard output says what came of it. The Spark context and its cached consumers
 * stay from one to the next; the time is that of the batches' jobs, without planning and without the wait for an interval.
 */
public final class SparkDirectStream {
    private static final long INTERVAL_MS = 500;
    private static final long SILENCE_NANOS = TimeUnit.MINUTES.toNanos(2);

    private final JavaSparkContext spark;
    private final String topic;
    private final Map<String, Object> consumer = new HashMap<>();
    private final LongAccumulator records;
    private final LongAccumulator length;
    private final LongAccumulator hash;

    private SparkDirectStream(JavaSparkContext spark, String bootstrap, String topic) {
        this.spark = spark;
        this.topic = topic;
        consumer.put("bootstrap.servers", bootstrap);
        consumer.put("key.deserializer", StringDeserializer.class);
        consumer.put("value.deserializer", StringDeserializer.class);
        consumer.put("group.id", "bench-" + UUID.randomUUID());
        consumer.put("auto.offset.reset", "earliest");
        consumer.put("enable.auto.commit", false);
        records = spark.sc().longAccumulator();
        length = spark.sc().longAccumulator();
        hash = spark.sc().longAccumulator();
    }

    public static void main(String[] arguments) throws Exception {
        SparkConf conf = new SparkConf()
                .setMaster("local[" + arguments[2] + "]")
                .setAppName("bench")
                .set("spark.ui.enabled", "false")
                .set("spark.driver.host", "127.0.0.1")
                .set("spark.driver.bindAddress", "127.0.0.1");
        try (JavaSparkContext spark = new JavaSparkContext(conf);
                BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            SparkDirectStream stream = new SparkDirectStream(spark, arguments[0], arguments[1]);
            System.out.println("ready");
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                String[] words = line.split(" ", -1);
                System.out.println(
                        "done " + stream.read(words[1].split(","), words[2].split(","), words[3].equals("true")));
            }
        }
        Runtime.getRuntime().halt(0);
    }

    private String read(String[] from, String[] until, boolean withHash) throws InterruptedException {
        Map<TopicPartition, Long> begin = new HashMap<>();
        long expected = 0;
        for (int partition = 0; partition < from.length; partition++) {
            begin.put(new TopicPartition(topic, partition), Long.valueOf(from[partition]));
            expected += Long.parseLong(until[partition]) - Long.parseLong(from[partition]);
        }
        records.reset();
        length.reset();
        hash.reset();
        Done done = new Done(expected);
        long cpuBefore = cpuNanos();
        JavaStreamingContext streaming = new JavaStreamingContext(spark, Durations.milliseconds(INTERVAL_MS));
        try {
            define(streaming, begin, withHash);
            streaming.addStreamingListener(done);
            streaming.start();
            done.await();
        } finally {
            streaming.stop(false, false);
        }
        return records.sum() + " " + length.sum() + " " + hash.sum() + " " + done.nanos() + " "
                + (cpuNanos() - cpuBefore);
    }

    /** What tasks use is local: they are sent without this object. */
    private void define(JavaStreamingContext streaming, Map<TopicPartition, Long> begin, boolean withHash) {
        LongAccumulator allRecords = records;
        LongAccumulator allLength = length;
        LongAccumulator allHash = hash;
        KafkaUtils.<String, String>createDirectStream(
                        streaming,
                        LocationStrategies.PreferConsistent(),
                        ConsumerStrategies.<String, String>Assign(begin.keySet(), consumer, begin))
                .map(ConsumerRecord::value)
                .foreachRDD(rdd -> rdd.foreachPartition(values -> {
                    long count = 0;
                    long characters = 0;
                    long hashes = 0;
                    while (values.hasNext()) {
                        String value = values.next();
                        count++;
                        characters += value.length();
                        hashes += withHash ? value.hashCode() : 0;
                    }
                    allRecords.add(count);
                    allLength.add(characters);
                    allHash.add(hashes);
                }));
    }

    private static long cpuNanos() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }

    /** Waits for the batches that bring all records, and adds up how long those took that brought any. */
    private static final class Done implements StreamingListener {
        private final long expected;
        private long seen;
        private long millis;
        private long lastNews = System.nanoTime();

        Done(long expected) {
            this.expected = expected;
        }

        @Override
        public synchronized void onBatchCompleted(StreamingListenerBatchCompleted completed) {
            long brought = completed.batchInfo().numRecords();
            if (brought > 0) {
                seen += brought;
                millis += ((Number) completed.batchInfo().processingDelay().get()).longValue();
                lastNews = System.nanoTime();
                notifyAll();
            }
        }

        synchronized void await() throws InterruptedException {
            while (seen < expected) {
                if (System.nanoTime() - lastNews > SILENCE_NANOS) {
                    throw new IllegalStateException("Spark's batches brought " + seen + " of " + expected
                            + " records, and then nothing for two minutes");
                }
                wait(1000);
            }
        }

        synchronized long nanos() {
            return TimeUnit.MILLISECONDS.toNanos(millis);
        }
    }
}
