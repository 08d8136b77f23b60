/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.mqtt;

import io.acequia.streaming.function.Function;
import io.acequia.streaming.testkit.ContainerTest;
import io.acequia.streaming.testkit.ExternalSystem;
import io.acequia.streaming.testkit.KillConformance;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** QoS 1. */
@ContainerTest
class MqttKillsTest extends KillConformance<MqttMessage> {
    private static Mosquitto mosquitto;

    @BeforeAll
    static void start() throws Exception {
        mosquitto = new Mosquitto();
    }

    @AfterAll
    static void stop() {
        mosquitto.close();
    }

    @Override
    protected ExternalSystem<MqttMessage> system() throws Exception {
        return new MqttSession(mosquitto, broker -> broker);
    }

    @Override
    protected Function<MqttMessage, String> payload() {
        return MqttMessage::text;
    }

    @Override
    protected Set<Class<?>> recordClasses() {
        return Set.of(MqttMessage.class);
    }
}
