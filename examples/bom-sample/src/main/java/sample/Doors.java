/* SPDX-License-Identifier: Apache-2.0 */
package sample;

import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.data.Durations;
import io.acequia.streaming.mqtt.MqttBroker;
import io.acequia.streaming.mqtt.MqttMessage;
import io.acequia.streaming.mqtt.MqttSource;

/** Counts each second what the doors of a building report to a broker. */
public final class Doors {
    private Doors() {}

    public static void main(String[] args) throws Exception {
        if (args.length != 1) {
            System.out.println("usage: Doors BROKER, such as tcp://localhost:1883");
            return;
        }
        MqttSource doors = MqttSource.builder(MqttBroker.at(args[0]))
                .clientId("doors")
                .subscribe("doors/#", 1)
                .build();
        StreamingConf conf = new StreamingConf().setAppName("Doors").registerClasses(MqttMessage.class);
        try (StreamingContext ssc = new StreamingContext(conf, Durations.seconds(1))) {
            ssc.receiverStream(doors).map(MqttMessage::topic).countByValue().print();
            ssc.start();
            ssc.awaitTermination();
        }
    }
}
