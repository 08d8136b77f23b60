/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.examples;

import io.acequia.streaming.PairDStream;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.data.Durations;
import io.acequia.streaming.mqtt.MqttBroker;
import io.acequia.streaming.mqtt.MqttMessage;
import io.acequia.streaming.mqtt.MqttSink;
import io.acequia.streaming.mqtt.MqttSource;
import java.util.Arrays;

/** Counts the words in topics of MQTT and publishes the counts: {@code acequia run MqttWordCount URI FILTER TOPIC}. */
public final class MqttWordCount {
    private MqttWordCount() {}

    // tag::mqtt
    static PairDStream<String, Long> count(StreamingContext ssc, MqttBroker broker, String filter) {
        MqttSource source = MqttSource.builder(broker)
                .clientId("word-count")
                .subscribe(filter, 1)
                .build();
        return ssc.receiverStream(source)
                .map(MqttMessage::text)
                .flatMap(line -> Arrays.asList(line.split(" ")).iterator())
                .countByValue();
    }

    static void publish(PairDStream<String, Long> counts, MqttBroker broker, String topic) {
        counts.map(count -> MqttMessage.of(topic + "/" + count._1(), count._2().toString()))
                .writeTo(MqttSink.builder(broker).build())
                .uid("counts to MQTT");
    }

    public static void main(String[] args) throws Exception {
        if (args.length != 3) {
            throw new IllegalArgumentException("usage: MqttWordCount URI FILTER TOPIC");
        }
        MqttBroker broker = MqttBroker.at(args[0]);
        StreamingConf conf = new StreamingConf().setAppName("MqttWordCount").registerClasses(MqttMessage.class);
        try (StreamingContext ssc = new StreamingContext(conf, Durations.seconds(1))) {
            publish(count(ssc, broker, args[1]), broker, args[2]);
            ssc.start();
            ssc.awaitTermination();
        }
    }
    // end::mqtt
}
