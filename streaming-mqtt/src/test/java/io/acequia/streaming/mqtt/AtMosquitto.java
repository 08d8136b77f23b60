/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.mqtt;

import io.acequia.streaming.mqtt.MqttBroker.Version;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

/** A broker for a class of tests, behind a proxy, and sources that read from it. */
abstract class AtMosquitto {
    static Mosquitto mosquitto;

    @BeforeAll
    static void start() throws Exception {
        mosquitto = new Mosquitto();
    }

    @AfterAll
    static void stop() {
        mosquitto.close();
    }

    @AfterEach
    void heal() {
        mosquitto.proxy().heal();
    }

    static MqttSource.Builder source(String id, Version version) {
        return MqttSource.builder(mosquitto.proxied().version(version)).clientId(id + version);
    }

    static MqttSource.Builder source(String id) {
        return source(id, Version.V3_1_1);
    }

    static MqttMessage[] numbers(String topic, int from, int until) {
        return IntStream.range(from, until)
                .mapToObj(i -> MqttMessage.of(topic, "n" + i))
                .toArray(MqttMessage[]::new);
    }

    static List<String> texts(int from, int until) {
        return IntStream.range(from, until).mapToObj(i -> "n" + i).toList();
    }

    static void awaitLog(String line) {
        while (!mosquitto.server().log().contains(line)) {
            Thread.onSpinWait();
        }
    }
}
