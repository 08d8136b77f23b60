/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.mqtt.MqttBroker.Version;
import io.acequia.streaming.receiver.ReceiverDisconnectedException;
import io.acequia.streaming.testkit.ContainerTest;
import io.acequia.streaming.testkit.ReceiverReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the broker keeps for a receiver, and others at the same broker. */
@ContainerTest
@Timeout(60)
class MqttSessionTest extends AtMosquitto {
    // ---- the session

    @ParameterizedTest
    @EnumSource
    void theBrokerKeepsWhatComesWhileNobodyListensUntilTheSessionIsRemoved(Version version) throws Exception {
        String topic = "kept/" + version;
        MqttSource source = source("kept", version).subscribe(topic, 1).build();
        new ReceiverReader<>(source).close();
        mosquitto.publish(numbers(topic, 0, 3));
        try (ReceiverReader<MqttMessage> reader = new ReceiverReader<>(source)) {
            assertThat(reader.readAll(3)).hasSize(3);
        }
        source.removeSession();
        try (ReceiverReader<MqttMessage> reader = new ReceiverReader<>(source)) {
            mosquitto.publish(numbers(topic, 3, 4));
            reader.readAll(1);
            assertThat(Mosquitto.texts(reader)).isEqualTo(texts(3, 4));
            reader.ack();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aSessionThatTheBrokerHasLostIsTold(Version version) throws Exception {
        MqttSource source =
                source("forgotten", version).subscribe("forgotten", 1).build();
        try (Warnings warnings = new Warnings()) {
            new ReceiverReader<>(source).close();
            new ReceiverReader<>(source).close();
            assertThat(warnings.lines()).isEmpty();
            source.removeSession();
            try (ReceiverReader<MqttMessage> reader = new ReceiverReader<>(source)) {
                assertThat(warnings.lines())
                        .singleElement()
                        .asString()
                        .startsWith("ACQ-2561 the broker has lost the session of mqtt:forgotten of client ");
                mosquitto.publish(MqttMessage.of("forgotten", "after"));
                reader.readUntil(() -> Mosquitto.texts(reader).contains("after"));
            }
        }
    }

    @Test
    void aSessionOfVersion5EndsWhenItsTimeIsOver() throws Exception {
        MqttSource source = source("short", Version.V5)
                .subscribe("short", 1)
                .sessionExpiry(Duration.ofSeconds(1))
                .build();
        new ReceiverReader<>(source).close();
        awaitLog("Expiring client shortV5 due to timeout.");
        mosquitto.publish(MqttMessage.of("short", "lost"));
        try (ReceiverReader<MqttMessage> reader = new ReceiverReader<>(source)) {
            assertThat(reader.readOut()).isEmpty();
        }
    }

    @Test
    void aClosedReceiverTakesLeaveAndLeavesNoSubscriberBehind() throws Exception {
        MqttSource source = source("leaves").subscribe("leaves", 1).build();
        for (int i = 0; i < 3; i++) {
            new ReceiverReader<>(source).close();
        }
        mosquitto.proxy().awaitOpenConnections(0);
        mosquitto.publish(MqttMessage.of("leaves", "kept"));
        String log = mosquitto.server().log();
        assertThat(log.split("Client leavesV3_1_1 disconnected.", -1)).hasSize(4);
        assertThat(log).doesNotContain("Sending PUBLISH to leavesV3_1_1");
    }

    @Test
    void theWillIsPublishedWhenTheConnectionBreaksAndNotWhenItIsClosed() throws Exception {
        MqttSource source = source("mortal")
                .subscribe("mortal", 1)
                .will(MqttMessage.of("heirs", "gone"))
                .build();
        MqttSource heir = MqttSource.builder(mosquitto.broker())
                .clientId("heir")
                .subscribe("heirs", 1)
                .build();
        try (ReceiverReader<MqttMessage> heirs = new ReceiverReader<>(heir)) {
            new ReceiverReader<>(source).close();
            mosquitto.publish(MqttMessage.of("heirs", "closed before"));
            ReceiverReader<MqttMessage> dies = new ReceiverReader<>(source);
            mosquitto.proxy().cut();
            heirs.readAll(2);
            dies.close();
            assertThat(Mosquitto.texts(heirs)).containsExactly("closed before", "gone");
            heirs.ack();
        }
    }

    // ---- others at the same broker

    @Test
    void aSecondClientOfTheSameIdTakesTheConnectionOver() throws Exception {
        MqttSource source = source("twice").subscribe("twice", 1).build();
        try (ReceiverReader<MqttMessage> first = new ReceiverReader<>(source);
                ReceiverReader<MqttMessage> second = new ReceiverReader<>(source)) {
            assertThatThrownBy(() -> first.readUntil(() -> false))
                    .isInstanceOf(ReceiverDisconnectedException.class)
                    .hasMessageStartingWith("ACQ-2559 the connection of client 'twiceV3_1_1' to tcp://127.0.0.1:")
                    .hasMessageContaining("another client uses the same id: each receiver needs its own");
            second.read(1);
        }
    }

    /** Mosquitto says nothing; here is a broker that does. */
    @Test
    void aSecondClientOfTheSameIdIsNamedWhereTheBrokerSaysSo() throws Exception {
        try (ScriptedBroker broker = new ScriptedBroker(
                new byte[] {0x20, 3, 0, 0, 0}, new byte[] {(byte) 0x90, 4, 0, 1, 0, 1, (byte) 0xE0, 1, (byte) 0x8E})) {
            MqttSource source = MqttSource.builder(broker.broker().version(Version.V5))
                    .clientId("named")
                    .subscribe("a", 1)
                    .build();
            try (ReceiverReader<MqttMessage> reader = new ReceiverReader<>(source)) {
                assertThatThrownBy(() -> reader.readUntil(() -> false))
                        .isInstanceOf(ReceiverDisconnectedException.class)
                        .hasMessageStartingWith("ACQ-2560 another client has taken the connection of client 'named'")
                        .hasMessageContaining("give each receiver an id of its own");
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void receiversWithIdsOfTheirOwnShareASubscription(Version version) throws Exception {
        String topic = "shared/" + version;
        MqttSource one =
                source("one", version).subscribe("$share/group/" + topic, 1).build();
        MqttSource two =
                source("two", version).subscribe("$share/group/" + topic, 1).build();
        try (ReceiverReader<MqttMessage> first = new ReceiverReader<>(one);
                ReceiverReader<MqttMessage> second = new ReceiverReader<>(two)) {
            mosquitto.publish(numbers(topic, 0, 30));
            List<String> all = new ArrayList<>();
            while (all.size() < 30) {
                first.read(100);
                second.read(100);
                first.ack();
                second.ack();
                all = new ArrayList<>(Mosquitto.texts(first));
                all.addAll(Mosquitto.texts(second));
            }
            assertThat(all).containsExactlyInAnyOrderElementsOf(texts(0, 30));
            assertThat(first.records()).isNotEmpty();
            assertThat(second.records()).isNotEmpty();
        }
    }

    @Test
    void aMemberOfASharedSubscriptionThatHasGoneHoldsItsShare() throws Exception {
        MqttSource stays = source("stays").subscribe("$share/holders/held", 1).build();
        MqttSource goes = source("goes").subscribe("$share/holders/held", 1).build();
        new ReceiverReader<>(goes).close();
        try (ReceiverReader<MqttMessage> reader = new ReceiverReader<>(stays)) {
            mosquitto.publish(numbers("held", 0, 10));
            reader.readAll(5);
            assertThat(reader.readOut()).hasSize(5);
            reader.ack();
        }
        try (ReceiverReader<MqttMessage> reader = new ReceiverReader<>(goes)) {
            assertThat(reader.readAll(5)).hasSize(5);
        }
        goes.removeSession();
        stays.removeSession();
    }
}
