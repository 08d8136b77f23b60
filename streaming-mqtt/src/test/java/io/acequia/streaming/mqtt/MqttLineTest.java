/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.mqtt.MqttBroker.Version;
import io.acequia.streaming.receiver.ReceiverDisconnectedException;
import io.acequia.streaming.testkit.ContainerTest;
import io.acequia.streaming.testkit.ReceiverReader;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Connections that cannot be made, that break, and that are held back. */
@ContainerTest
@Timeout(60)
class MqttLineTest extends AtMosquitto {
    // ---- the line

    @ParameterizedTest
    @EnumSource
    void aDeadLineIsNoticedWithinTwiceTheKeepAliveThoughAcknowledgementsAreSent(Version version) throws Exception {
        String topic = "dead/" + version;
        StreamClock clock = StreamClock.system();
        MqttSource source = source("dead", version).subscribe(topic, 1).build();
        try (ReceiverReader<MqttMessage> reader = new ReceiverReader<>(source)) {
            mosquitto.publish(numbers(topic, 0, 20));
            reader.readAll(20);
            mosquitto.proxy().blackHole();
            long began = clock.nanoTime();
            // Later than the last that came, so that the client has sent something more recently than it has heard.
            reader.readUntil(() -> clock.nanoTime() - began > 900_000_000L);
            reader.ack();
            assertThatThrownBy(() -> reader.readUntil(() -> false))
                    .isInstanceOf(ReceiverDisconnectedException.class)
                    .hasMessageStartingWith("ACQ-2559 ")
                    .hasMessageContaining("no answer, not even to a ping, within twice keepAlive = PT1S");
            assertThat(Duration.ofNanos(clock.nanoTime() - began)).isLessThan(Duration.ofMillis(2_200));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aReceiverThatIsHeldBackKeepsItsConnection(Version version) throws Exception {
        String topic = "slow/" + version;
        StreamClock clock = StreamClock.system();
        MqttSource source = source("slow", version).subscribe(topic, 1).build();
        try (ReceiverReader<MqttMessage> reader = new ReceiverReader<>(source)) {
            mosquitto.publish(numbers(topic, 0, 50));
            long began = clock.nanoTime();
            while (clock.nanoTime() - began < 3_000_000_000L) {
                reader.read(0);
                clock.awaitUntil(clock.now().plusMillis(20));
            }
            reader.readAll(20);
            reader.ack();
            reader.readAll(40);
            reader.ack();
        }
    }

    @Test
    void aBrokerThatCannotBeReachedIsTold() throws Exception {
        mosquitto.proxy().refuse();
        assertThatThrownBy(() ->
                        new ReceiverReader<>(source("refused").subscribe("a", 1).build()))
                .hasMessageStartingWith("ACQ-2552 no connection for client 'refusedV3_1_1' at tcp://127.0.0.1:")
                .hasMessageContainingAll("Connection refused", "look whether the broker listens there");
        assertThatThrownBy(
                        () -> new ReceiverReader<>(MqttSource.builder(MqttBroker.at("tcp://no-such-host.invalid:1883"))
                                .subscribe("a", 0)
                                .build()))
                .hasMessageStartingWith("ACQ-2552 ")
                .hasMessageContaining("UnknownHostException");
    }

    @ParameterizedTest
    @EnumSource
    void aBrokerThatDoesNotAnswerIsToldInTime(Version version) throws Exception {
        mosquitto.publisher();
        long before = clientThreads();
        StreamClock clock = StreamClock.system();
        mosquitto.proxy().blackHole();
        long began = clock.nanoTime();
        assertThatThrownBy(() -> new ReceiverReader<>(
                        source("mute", version).subscribe("a", 1).build()))
                .hasMessageStartingWith("ACQ-2552 ")
                .hasMessageContaining("no answer within PT2S");
        assertThat(Duration.ofNanos(clock.nanoTime() - began))
                .isBetween(Duration.ofMillis(1_900), Duration.ofMillis(3_000));
        mosquitto.proxy().heal();
        mosquitto.proxy().awaitOpenConnections(0);
        awaitClientThreads(before);
    }

    @Test
    void theNextUriIsTriedWhenOneDoesNotWork() throws Exception {
        MqttBroker broker = Mosquitto.impatient("tcp://127.0.0.1:1");
        MqttBroker two =
                MqttBroker.at(broker.uris().get(0), mosquitto.proxied().uris().get(0));
        MqttSource source =
                MqttSource.builder(two).clientId("next").subscribe("next", 1).build();
        try (Warnings warnings = new Warnings();
                ReceiverReader<MqttMessage> reader = new ReceiverReader<>(source)) {
            mosquitto.publish(MqttMessage.of("next", "a"));
            assertThat(reader.readAll(1)).hasSize(1);
            assertThat(warnings.lines()).isNotEmpty();
            reader.ack();
        }
    }

    @Test
    void whatIsLeftOfQos0IsReadAfterTheLineIsBroken() throws Exception {
        MqttSource source = source("rest").subscribe("rest", 0).build();
        try (ReceiverReader<MqttMessage> reader = new ReceiverReader<>(source)) {
            mosquitto.publish(numbers("rest", 0, 30));
            long passed = mosquitto.proxy().downBytes();
            mosquitto.publish(MqttMessage.of("rest", "last"));
            mosquitto.proxy().awaitDownBytes(passed + 10);
            mosquitto.proxy().cut();
            assertThatThrownBy(() -> reader.readUntil(() -> {
                        reader.read(1);
                        return false;
                    }))
                    .isInstanceOf(ReceiverDisconnectedException.class);
            assertThat(Mosquitto.texts(reader)).startsWith("n0").hasSizeGreaterThanOrEqualTo(20);
        }
    }

    @Test
    void aSubscriptionThatIsNotAnsweredIsToldInTime() throws Exception {
        try (ScriptedBroker broker = new ScriptedBroker(new byte[] {0x20, 2, 0, 0})) {
            MqttSource source = MqttSource.builder(broker.broker().keepAlive(Duration.ofSeconds(10)))
                    .clientId("unanswered")
                    .subscribe("a", 1)
                    .build();
            assertThatThrownBy(() -> new ReceiverReader<>(source))
                    .hasMessageStartingWith(
                            "ACQ-2556 no answer to the subscription of client 'unanswered' at tcp://127.0.0.1:")
                    .hasMessageContaining(" within PT2S: ");
        }
    }

    @Test
    void connectingEndsWhenItIsInterrupted() throws Exception {
        mosquitto.proxy().blackHole();
        MqttSource source = source("interrupted").subscribe("a", 1).build();
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> new ReceiverReader<>(source)).isInstanceOf(InterruptedException.class);
    }

    @Test
    void aReceiverIsClosedWhileItsClientWaitsForRoom() throws Exception {
        MqttSource source = source("full").subscribe("full", 1).maxInflight(5).build();
        mosquitto.publisher();
        long before = clientThreads();
        ReceiverReader<MqttMessage> reader = new ReceiverReader<>(source);
        mosquitto.publish(numbers("full", 0, 20));
        while (Thread.getAllStackTraces().entrySet().stream()
                .noneMatch(each -> each.getKey().getName().startsWith("MQTT Call: full")
                        && Arrays.stream(each.getValue())
                                .anyMatch(frame -> frame.getMethodName().equals("put")))) {
            reader.read(0);
        }
        reader.close();
        awaitClientThreads(before);
        try (ReceiverReader<MqttMessage> again = new ReceiverReader<>(source)) {
            again.readAll(20);
            again.ack();
        }
    }

    /** Threads of Paho in this JVM. */
    private static long clientThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("MQTT "))
                .count();
    }

    private static void awaitClientThreads(long atMost) throws InterruptedException {
        while (clientThreads() > atMost) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            Thread.onSpinWait();
        }
    }
}
