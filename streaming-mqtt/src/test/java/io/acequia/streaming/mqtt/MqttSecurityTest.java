/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.Output;
import io.acequia.streaming.data.Secret;
import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.mqtt.MqttBroker.Version;
import io.acequia.streaming.testkit.ContainerTest;
import io.acequia.streaming.testkit.FaultProxy;
import io.acequia.streaming.testkit.ReceiverReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Logins, certificates and access rules, against a real broker. */
@ContainerTest
@Timeout(60)
class MqttSecurityTest {
    private static final Secret PASSWORD = Secret.of("open-sesame");
    private static final Secret STORE = Secret.of("changeit");
    private static final Output.Key KEY = new Output.Key(new Time(1_000), "out", 0);

    @TempDir
    static Path directory;

    private static SecuredMosquitto mosquitto;

    @BeforeAll
    static void start() throws Exception {
        mosquitto = new SecuredMosquitto(directory, PASSWORD, STORE);
    }

    @AfterAll
    static void stop() {
        mosquitto.close();
    }

    private static MqttSource source(MqttBroker broker) {
        return MqttSource.builder(broker)
                .clientId("reader" + broker.version())
                .subscribe("open/a", 1)
                .build();
    }

    private static void publish(MqttBroker broker, MqttMessage message) throws Exception {
        try (var writer = MqttSink.builder(broker).build().open(KEY)) {
            writer.write(message);
            writer.commit();
        }
    }

    private static void passes(MqttBroker broker) throws Exception {
        try (ReceiverReader<MqttMessage> reader = new ReceiverReader<>(source(broker))) {
            publish(broker, MqttMessage.of("open/a", "text"));
            assertThat(reader.readAll(1)).containsExactly(MqttMessage.of("open/a", "text"));
            reader.ack();
        }
        source(broker).removeSession();
    }

    @ParameterizedTest
    @EnumSource
    void aLoginIsTaken(Version version) throws Exception {
        passes(mosquitto.plain().version(version).login(SecuredMosquitto.USER, PASSWORD));
    }

    @ParameterizedTest
    @EnumSource
    void aWrongPasswordIsTold(Version version) {
        assertThatThrownBy(() -> new ReceiverReader<>(source(
                        mosquitto.plain().version(version).login(SecuredMosquitto.USER, Secret.of("wrong-one")))))
                .hasMessageStartingWith(
                        "ACQ-2553 the broker refuses client 'reader" + version + "' at tcp://127.0.0.1:")
                .hasMessageContaining("look at login(..)")
                .hasMessageNotContaining("wrong-one");
    }

    @ParameterizedTest
    @EnumSource
    void aMissingLoginIsTold(Version version) {
        assertThatThrownBy(() -> new ReceiverReader<>(source(mosquitto.plain().version(version))))
                .hasMessageStartingWith("ACQ-2553 ");
    }

    @ParameterizedTest
    @EnumSource
    void messagesPassByTls(Version version) throws Exception {
        passes(mosquitto.ssl("127.0.0.1").version(version).login(SecuredMosquitto.USER, PASSWORD));
    }

    @Test
    void aCertificateThatIsNotTrustedIsTold() {
        String uri = mosquitto.ssl("127.0.0.1").uris().get(0);
        assertThatThrownBy(() -> new ReceiverReader<>(source(Mosquitto.impatient(uri))))
                .hasMessageStartingWith("ACQ-2554 no TLS for client 'readerV3_1_1' at ssl://127.0.0.1:")
                .hasMessageContaining("look at trustStore(..)");
    }

    @ParameterizedTest
    @EnumSource
    void aCertificateForAnotherNameIsTold(Version version) {
        assertThatThrownBy(() ->
                        new ReceiverReader<>(source(mosquitto.ssl("localhost").version(version))))
                .hasMessageStartingWith("ACQ-2554 ")
                .hasMessageContaining("localhost");
    }

    @ParameterizedTest
    @EnumSource
    void aBrokerThatAsksForACertificateGetsOurs(Version version) throws Exception {
        MqttBroker broker = mosquitto.mutual().version(version).login(SecuredMosquitto.USER, PASSWORD);
        passes(broker.keyStore(mosquitto.file("client.p12").toString(), STORE));
        assertThatThrownBy(() -> new ReceiverReader<>(source(broker)))
                .hasMessageMatching("(?s)ACQ-255[24] .*client 'reader" + version + "' at ssl://.*");
    }

    @Test
    void aWrongPasswordOfAStoreIsTold() {
        MqttBroker broker = mosquitto
                .ssl("127.0.0.1")
                .trustStore(mosquitto.file("trusts-broker.p12").toString(), Secret.of("not-this"));
        assertThatThrownBy(() -> new ReceiverReader<>(source(broker)))
                .hasMessageStartingWith("ACQ-2555 the trust store ")
                .hasMessageContaining("trusts-broker.p12")
                .hasMessageNotContaining("not-this");
    }

    @Test
    void aDeadLineIsNoticedThroughTls() throws Exception {
        StreamClock clock = StreamClock.system();
        try (FaultProxy proxy = mosquitto.sslProxy()) {
            MqttBroker broker = mosquitto
                    .trusting(Mosquitto.impatient("ssl://127.0.0.1:" + proxy.port()))
                    .login(SecuredMosquitto.USER, PASSWORD);
            try (ReceiverReader<MqttMessage> reader = new ReceiverReader<>(source(broker))) {
                proxy.blackHole();
                long began = clock.nanoTime();
                assertThatThrownBy(() -> reader.readUntil(() -> false)).hasMessageStartingWith("ACQ-2559 ");
                assertThat(Duration.ofNanos(clock.nanoTime() - began)).isLessThan(Duration.ofMillis(2_200));
            }
        }
    }

    @Test
    void aPublisherThatHasNoRightIsToldByVersion5() {
        MqttBroker broker = mosquitto.plain().version(Version.V5).login(SecuredMosquitto.USER, PASSWORD);
        assertThatThrownBy(() -> publish(broker, MqttMessage.of("secret/a", "text")))
                .hasMessageStartingWith("ACQ-2566 1 messages of ")
                .hasMessageContaining("the broker refuses it by reason code 0x87");
    }

    @Test
    void aBrokerOfVersion311TakesWhatItDoesNotAllowAndForgetsIt() throws Exception {
        publish(mosquitto.plain().login(SecuredMosquitto.USER, PASSWORD), MqttMessage.of("secret/a", "text"));
    }

    @ParameterizedTest
    @EnumSource
    void aFilterThatIsNotAllowedIsTold(Version version) throws Exception {
        try (Mosquitto strict = new Mosquitto(Map.of("ADMIN", "open-sesame"))) {
            MqttBroker broker = strict.broker().version(version).login("admin", PASSWORD);
            MqttSource source = MqttSource.builder(broker)
                    .clientId("reader")
                    .subscribe("$SYS/broker/uptime", 1)
                    .subscribe("a", 1)
                    .build();
            assertThatThrownBy(() -> new ReceiverReader<>(source))
                    .hasMessageStartingWith("ACQ-2557 the broker at tcp://127.0.0.1:")
                    .hasMessageContainingAll("refuses client 'reader' the filter 'a'", "look at its rules");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aBrokerThatGrantsLessThanIsAskedForIsRefused(Version version) throws Exception {
        try (Mosquitto careless = new Mosquitto(Map.of("LISTENER", "max_qos 0"))) {
            MqttBroker broker = careless.broker().version(version);
            assertThatThrownBy(() -> new ReceiverReader<>(source(broker)))
                    .hasMessageStartingWith("ACQ-2558 the broker at tcp://127.0.0.1:")
                    .hasMessageContaining("grants QoS 0 for the filter 'open/a' where 1 is asked for");
            assertThatThrownBy(() -> publish(broker, MqttMessage.of("open/a", "text")))
                    .hasMessageStartingWith("ACQ-2566 ")
                    .hasMessageContaining(version == Version.V5 ? "ACQ-2567 the broker at" : "Connection lost");
        }
    }
}
