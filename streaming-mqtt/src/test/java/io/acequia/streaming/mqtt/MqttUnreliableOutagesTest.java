/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.mqtt;

import io.acequia.streaming.testkit.BreakableSystem;
import io.acequia.streaming.testkit.ContainerTest;
import io.acequia.streaming.testkit.OutageConformance;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** QoS 0. A line that is dead is noticed within twice the keep-alive, and a moment to tell it. */
@ContainerTest
class MqttUnreliableOutagesTest extends OutageConformance<MqttMessage> {
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
    protected BreakableSystem<MqttMessage> system() throws Exception {
        return new MqttChannel(mosquitto, broker -> broker);
    }

    @Override
    protected Optional<BreakableSystem<MqttMessage>> systemWithDefaults() throws Exception {
        return Optional.of(
                new MqttChannel(mosquitto, broker -> MqttBroker.at(broker.uris().get(0))));
    }

    @Override
    protected Duration bound() {
        return Duration.ofMillis(2_200);
    }

    @Override
    protected Duration boundWithDefaults() {
        return Duration.ofMillis(20_500);
    }
}
