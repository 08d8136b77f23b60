/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.data.ByteSize;
import io.acequia.streaming.data.Secret;
import io.acequia.streaming.receiver.Receiver;
import io.acequia.streaming.receiver.ReliableReceiver;
import io.acequia.streaming.receiver.UnreliableReceiver;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MqttConfigTest {
    private static final MqttBroker BROKER = MqttBroker.at("tcp://localhost:1883");

    private static MqttSource.Builder source() {
        return MqttSource.builder(BROKER).clientId("readers");
    }

    @Test
    void allProblemsOfASourceAreToldAtOnce() {
        MqttBroker broker = MqttBroker.at("http://localhost", "tcp://user:hidden@localhost:1883")
                .login(" ", Secret.of("hidden"))
                .trustStore("trusted.p12", Secret.of("hidden"))
                .keepAlive(Duration.ofMillis(1_500))
                .connectTimeout(Duration.ZERO);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MqttSource.builder(broker)
                        .subscribe("a/#/b", 1)
                        .subscribe("b", 2)
                        .subscribe("c", 1)
                        .subscribe("c", 0)
                        .will(MqttMessage.of("d/+", "gone"))
                        .sessionExpiry(Duration.ofHours(1))
                        .maxInflight(0)
                        .build())
                .withMessage(
                        """
                        ACQ-2550 invalid MQTT source 'mqtt:a/#/b,b,c,c' (13 problems):
                          broker 'http://localhost': must be tcp://host:port or ssl://host:port, without a login, which login(..) takes, and without a path; a host has letters, digits, dots and hyphens
                          broker '…@localhost:1883': must be tcp://host:port or ssl://host:port, without a login, which login(..) takes, and without a path; a host has letters, digits, dots and hyphens
                          trustStore, keyStore: need a broker by ssl://
                          login: the name must not be empty
                          keepAlive = PT1.5S: must be whole seconds, from 1 to 65535
                          connectTimeout = PT0S: must be from 1 ms to a day
                          subscribe('a/#/b'): must be a topic filter, with + for a whole level and # for the last ones, or $share/group/filter
                          subscribe('b', 2): the QoS must be 0 or 1; 2 is not offered, 1 gives at least once
                          subscribe('c'): is given twice
                          clientId: must be given for QoS 1, as the broker keeps the messages by it
                          will(d/+: 4 bytes, QoS 1): must have a topic without wildcards, and a QoS from 0 to 2
                          sessionExpiry = PT1H: must be at least a second, and is for version 5; with 3.1.1 the broker's own setting decides
                          maxInflight = 0: must be from 1 to 65535""");
    }

    @Test
    void aSourceNeedsABrokerAndAFilter() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MqttSource.builder(MqttBroker.at()).build())
                .withMessageContainingAll(
                        "(2 problems)",
                        "broker: must be given, as tcp://host:1883 or ssl://host:8883",
                        "subscribe: at least one filter must be given");
    }

    @Test
    void aSessionExpiryIsAtLeastASecond() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MqttSource.builder(BROKER.version(MqttBroker.Version.V5))
                        .clientId("readers")
                        .subscribe("a", 1)
                        .sessionExpiry(Duration.ofMillis(500))
                        .build())
                .withMessageContaining("sessionExpiry = PT0.5S: must be at least a second");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "a/b#", "a+/b", "#/a", "$share", "$share/group", "$share//a", "$share/g+/a", "$share/g/"})
    void aWrongFilterIsRefused(String filter) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> source().subscribe(filter, 1).build())
                .withMessageStartingWith("ACQ-2550 ")
                .withMessageContaining("subscribe('" + filter + "'): must be a topic filter");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "/", "#", "+", "a/+/b/#", "/a//b", "$SYS/#", "$share/group/a/+", "ä"})
    void aFilterOfAnyFormIsTaken(String filter) {
        assertThat(source().subscribe(filter, 1).build().name()).isEqualTo("mqtt:" + filter);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost:1883",
                "ws://localhost",
                "tcp://",
                "tcp://under_score:1883",
                "ssl://host/path",
                "tcp://a b"
            })
    void aBrokerThatCannotBeReachedByItsNameIsRefused(String uri) {
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        MqttSource.builder(MqttBroker.at(uri)).subscribe("a", 0).build())
                .withMessageContaining("broker '" + uri + "': must be tcp://host:port or ssl://host:port");
    }

    @Test
    void allProblemsOfASinkAreToldAtOnce() {
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        MqttSink.builder(MqttBroker.at()).maxInflight(70_000).build())
                .withMessage(
                        """
                        ACQ-2551 invalid MQTT sink (2 problems):
                          broker: must be given, as tcp://host:1883 or ssl://host:8883
                          maxInflight = 70000: must be from 1 to 65535""");
    }

    @Test
    void theQosDecidesWhetherASourceIsReliable() {
        assertThat((Receiver<?>)
                        source().subscribe("a", 0).subscribe("b", 1).build().newReceiver())
                .isInstanceOf(ReliableReceiver.class);
        assertThat((Receiver<?>) source().subscribe("a", 0).build().newReceiver())
                .isInstanceOf(UnreliableReceiver.class);
    }

    @Test
    void noSecretIsPrinted() {
        MqttBroker broker = MqttBroker.at("ssl://localhost:8883")
                .login("alice", Secret.of("hidden"))
                .keyStore("keys.p12", Secret.of("hidden"));
        MqttSource source = MqttSource.builder(broker)
                .name("meters")
                .clientId("billing")
                .subscribe("a", 1)
                .build();

        assertThat(source).hasToString("meters of client 'billing' at ssl://localhost:8883");
        assertThat(MqttSink.builder(broker).build()).hasToString("sink to MQTT at ssl://localhost:8883");
        assertThat(broker.toString() + broker.keyStore()).doesNotContain("hidden");
    }

    @Test
    void aStoreThatCannotBeUsedIsTold(@TempDir Path folder) throws Exception {
        MqttBroker broker = MqttBroker.at("ssl://localhost:1")
                .trustStore(folder.resolve("none.p12").toString(), Secret.of("hidden"));
        MqttSource source = MqttSource.builder(broker).subscribe("a", 0).build();
        try (Receiver<MqttMessage> receiver = source.newReceiver()) {
            assertThatThrownBy(receiver::connect)
                    .hasMessageStartingWith("ACQ-2555 the trust store ")
                    .hasMessageContainingAll("none.p12", "cannot be used", "PKCS12 or JKS")
                    .hasMessageNotContaining("hidden");
        }
    }

    @Test
    void messagesAreEqualByContent() {
        MqttMessage message = new MqttMessage("a/b", new byte[] {1, 2}, 1, true);

        assertThat(message)
                .isEqualTo(new MqttMessage("a/b", new byte[] {1, 2}, 1, true))
                .hasSameHashCodeAs(new MqttMessage("a/b", new byte[] {1, 2}, 1, true))
                .isNotEqualTo(new MqttMessage("a/b", new byte[] {1, 3}, 1, true))
                .isNotEqualTo(new MqttMessage("a/c", new byte[] {1, 2}, 1, true))
                .isNotEqualTo(new MqttMessage("a/b", new byte[] {1, 2}, 0, true))
                .isNotEqualTo(new MqttMessage("a/b", new byte[] {1, 2}, 1, false))
                .hasToString("a/b: 2 bytes, QoS 1, retained");
        assertThat(MqttMessage.of("a", "ä").text()).isEqualTo("ä");
    }

    @Test
    void whatCannotBePublishedIsRefusedWhenItIsWritten() throws Exception {
        var writer = MqttSink.builder(BROKER).build().open(null);
        assertThatThrownBy(() -> writer.write(MqttMessage.of("a/+", "text")))
                .hasMessageStartingWith("ACQ-2565 no message can be published to the topic 'a/+'");
        writer.close();
    }

    @Test
    void sizesAreTaken() {
        assertThat(source().subscribe("a", 1)
                        .maxPayload(ByteSize.kibibytes(1))
                        .build()
                        .settings
                        .maxPayload())
                .isEqualTo(ByteSize.kibibytes(1));
    }
}
