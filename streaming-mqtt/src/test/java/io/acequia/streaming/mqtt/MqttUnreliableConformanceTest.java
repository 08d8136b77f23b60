/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.mqtt;

import io.acequia.streaming.testkit.Abilities;
import io.acequia.streaming.testkit.Ability;
import io.acequia.streaming.testkit.ContainerTest;
import io.acequia.streaming.testkit.ExternalSystem;
import io.acequia.streaming.testkit.UnreliableReceiverConformance;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** QoS 0. */
@ContainerTest
class MqttUnreliableConformanceTest extends UnreliableReceiverConformance<MqttMessage> {
    private static Mosquitto mosquitto;

    @BeforeAll
    static void start() throws Exception {
        mosquitto = new Mosquitto(Map.of("PERSISTENCE", "false"));
    }

    @AfterAll
    static void stop() {
        mosquitto.close();
    }

    @Override
    protected ExternalSystem<MqttMessage> system() throws Exception {
        return new MqttChannel(mosquitto, broker -> broker);
    }

    @Override
    protected Abilities abilities() {
        return Abilities.all()
                .without(Ability.REPLAYS_FROM_OFFSET, "MQTT numbers no messages")
                .without(Ability.BACKPRESSURES_SENDER, "messages of QoS 0 are dropped when too many wait");
    }

    @Override
    protected Set<Class<?>> recordClasses() {
        return Set.of(MqttMessage.class);
    }

    @Override
    protected int restarts() {
        return Integer.getInteger("acequia.restarts", 10);
    }
}
