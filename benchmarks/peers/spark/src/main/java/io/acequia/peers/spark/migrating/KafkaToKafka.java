/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.peers.spark.migrating;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.LongSerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.Optional;
import org.apache.spark.streaming.Durations;
import org.apache.spark.streaming.api.java.JavaInputDStream;
import org.apache.spark.streaming.api.java.JavaStreamingContext;
import org.apache.spark.streaming.kafka010.CanCommitOffsets;
import org.apache.spark.streaming.kafka010.ConsumerStrategies;
import org.apache.spark.streaming.kafka010.HasOffsetRanges;
import org.apache.spark.streaming.kafka010.KafkaUtils;
import org.apache.spark.streaming.kafka010.LocationStrategies;
import org.apache.spark.streaming.kafka010.OffsetRange;
import scala.Tuple2;

/** As it was for Spark: the third program of docs/migrating-from-spark.md. */
public final class KafkaToKafka {
    private KafkaToKafka() {}

    /** The producers of an executor. */
    private static final class Producers {
        private static final Map<String, Producer<String, Long>> BY_BROKERS = new ConcurrentHashMap<>();

        static Producer<String, Long> one(String brokers) {
            return BY_BROKERS.computeIfAbsent(
                    brokers,
                    each -> new KafkaProducer<>(
                            Map.of("bootstrap.servers", each), new StringSerializer(), new LongSerializer()));
        }
    }

    // tag::kafka-to-kafka-for-spark
    static void copyCounts(JavaStreamingContext ssc, String brokers, String from, String to) {
        Map<String, Object> kafka = new HashMap<>();
        kafka.put("bootstrap.servers", brokers);
        kafka.put("group.id", "word-counts");
        kafka.put("key.deserializer", StringDeserializer.class);
        kafka.put("value.deserializer", StringDeserializer.class);
        kafka.put("auto.offset.reset", "earliest");
        kafka.put("enable.auto.commit", false);

        JavaInputDStream<ConsumerRecord<String, String>> lines = KafkaUtils.createDirectStream(
                ssc, LocationStrategies.PreferConsistent(), ConsumerStrategies.Subscribe(Set.of(from), kafka));
        lines.map(ConsumerRecord::value)
                .flatMap(line -> Arrays.asList(line.split(" ")).iterator())
                .mapToPair(word -> new Tuple2<>(word, 1L))
                .updateStateByKey((List<Long> ones, Optional<Long> before) -> Optional.of(before.orElse(0L) + ones.size()))
                .foreachRDD(rdd -> rdd.foreachPartition(counts -> {
                    Producer<String, Long> producer = Producers.one(brokers); // one in each executor
                    counts.forEachRemaining(count -> producer.send(new ProducerRecord<>(to, count._1(), count._2())));
                    producer.flush();
                }));
        lines.foreachRDD(rdd -> {
            OffsetRange[] ranges = ((HasOffsetRanges) rdd.rdd()).offsetRanges();
            ((CanCommitOffsets) lines.inputDStream()).commitAsync(ranges); // after the output before it: at least once
        });
    }

    public static void main(String[] args) throws Exception {
        SparkConf conf = new SparkConf().setAppName("KafkaToKafka");
        JavaStreamingContext ssc = JavaStreamingContext.getOrCreate(args[3], () -> {
            JavaStreamingContext fresh = new JavaStreamingContext(conf, Durations.seconds(1));
            fresh.checkpoint(args[3]);
            copyCounts(fresh, args[0], args[1], args[2]);
            return fresh;
        });
        ssc.start();
        ssc.awaitTermination();
    }
    // end::kafka-to-kafka-for-spark
}
