/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.examples;

import io.acequia.streaming.Output;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.data.Durations;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.kafka.KafkaDirectSource;
import io.acequia.streaming.kafka.KafkaSink;
import java.util.Arrays;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.LongSerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Writes how often each word has come so far into a topic, each number exactly once: {@code acequia run KafkaToKafkaExactlyOnce
 * BROKERS FROM TO CHECKPOINTS}. Kill it when you like, and start it again; read {@code TO} with {@code read_committed}.
 */
public final class KafkaToKafkaExactlyOnce {
    private KafkaToKafkaExactlyOnce() {}

    // tag::kafka-to-kafka
    static Output copyCounts(StreamingContext ssc, String brokers, String from, String to) {
        var source = KafkaDirectSource.builder(StringDeserializer.class, StringDeserializer.class)
                .bootstrapServers(brokers)
                .topics(from)
                .startAt(KafkaDirectSource.Start.EARLIEST)
                .groupId("word-counts")
                .build();
        var sink = KafkaSink.builder(StringSerializer.class, LongSerializer.class)
                .bootstrapServers(brokers)
                .job("word-counts");
        return ssc.directStream(source)
                .uid("lines")
                .map(ConsumerRecord::value)
                .flatMap(line -> Arrays.asList(line.split(" ")).iterator())
                .mapToPair(word -> new Tuple2<>(word, 1L))
                .<Long>updateStateByKey((ones, before) -> Optional.of(before.orElse(0L) + ones.size()))
                .uid("counts")
                .writeTo(sink.build(count -> new ProducerRecord<>(to, count._1(), count._2())))
                .uid("counts to " + to);
    }

    public static void main(String[] args) throws Exception {
        if (args.length != 4) {
            throw new IllegalArgumentException("usage: KafkaToKafkaExactlyOnce BROKERS FROM TO CHECKPOINTS");
        }
        StreamingConf conf = new StreamingConf().setAppName("KafkaToKafkaExactlyOnce");
        try (StreamingContext ssc = StreamingContext.getOrCreate(args[3], () -> {
            StreamingContext fresh = new StreamingContext(conf, Durations.seconds(1));
            copyCounts(fresh, args[0], args[1], args[2]);
            return fresh;
        })) {
            ssc.start();
            ssc.awaitTermination();
        }
    }
    // end::kafka-to-kafka
}
