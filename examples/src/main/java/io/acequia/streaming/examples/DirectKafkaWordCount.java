/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.examples;

import io.acequia.streaming.PairDStream;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.data.Durations;
import io.acequia.streaming.kafka.KafkaDirectSource;
import java.util.Arrays;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Counts the words in topics of Kafka, by offset: {@code acequia run DirectKafkaWordCount BROKERS TOPIC…}. */
public final class DirectKafkaWordCount {
    private DirectKafkaWordCount() {}

    // tag::direct-kafka
    static PairDStream<String, Long> count(StreamingContext ssc, String brokers, String... topics) {
        var source = KafkaDirectSource.builder(StringDeserializer.class, StringDeserializer.class)
                .bootstrapServers(brokers)
                .topics(topics)
                .startAt(KafkaDirectSource.Start.EARLIEST)
                .build();
        return ssc.directStream(source)
                .map(ConsumerRecord::value)
                .flatMap(line -> Arrays.asList(line.split(" ")).iterator())
                .countByValue();
    }

    public static void main(String[] args) throws Exception {
        if (args.length < 2) {
            throw new IllegalArgumentException("usage: DirectKafkaWordCount BROKERS TOPIC…");
        }
        StreamingConf conf = new StreamingConf().setAppName("DirectKafkaWordCount");
        try (StreamingContext ssc = new StreamingContext(conf, Durations.seconds(1))) {
            count(ssc, args[0], Arrays.copyOfRange(args, 1, args.length)).print();
            ssc.start();
            ssc.awaitTermination();
        }
    }
    // end::direct-kafka
}
