/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.data.ByteSize;
import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.mqtt.MqttBroker.Version;
import io.acequia.streaming.receiver.ReceiverDisconnectedException;
import io.acequia.streaming.testkit.ContainerTest;
import io.acequia.streaming.testkit.ReceiverReader;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the receivers do with messages beyond the contract, which the conformance suites try, against a real broker. */
@ContainerTest
@Timeout(60)
class MqttSourceTest extends AtMosquitto {
    // ---- messages

    @ParameterizedTest
    @EnumSource
    void messagesOfSeveralFiltersComeWithAllThatTheyHave(Version version) throws Exception {
        String root = "several/" + version;
        MqttSource source = source("several", version)
                .subscribe(root + "/one", 1)
                .subscribe(root + "/+/two", 0)
                .build();
        try (ReceiverReader<MqttMessage> reader = new ReceiverReader<>(source)) {
            mosquitto.publish(
                    MqttMessage.of(root + "/one", "a"),
                    MqttMessage.of(root + "/x/two", "b"),
                    MqttMessage.of(root + "/other", "c"),
                    new MqttMessage(root + "/one", new byte[0], 2, false));

            assertThat(reader.readAll(3))
                    .containsExactly(
                            MqttMessage.of(root + "/one", "a"),
                            new MqttMessage(root + "/x/two", new byte[] {'b'}, 0, false),
                            new MqttMessage(root + "/one", new byte[0], 1, false));
            reader.ack();
        }
    }

    @Test
    void whatIsPublishedWithQos0StaysSoAndIsNotKept() throws Exception {
        MqttSource source = source("zero").subscribe("zero", 1).build();
        new ReceiverReader<>(source).close();
        mosquitto.publish(new MqttMessage("zero", new byte[] {'a'}, 0, false), MqttMessage.of("zero", "b"));
        try (ReceiverReader<MqttMessage> reader = new ReceiverReader<>(source)) {
            assertThat(reader.readAll(1)).containsExactly(MqttMessage.of("zero", "b"));
            mosquitto.publish(new MqttMessage("zero", new byte[] {'c'}, 0, false));
            assertThat(reader.readAll(2).get(1).qos()).isZero();
            reader.ack();
        }
    }

    @ParameterizedTest
    @EnumSource
    void retainedMessagesComeOnceAndNotAgainWithEachConnection(Version version) throws Exception {
        String topic = "retained/" + version;
        mosquitto.publish(new MqttMessage(topic, new byte[] {'a'}, 1, true));
        MqttSource source = source("retained", version).subscribe(topic, 1).build();
        try (ReceiverReader<MqttMessage> reader = new ReceiverReader<>(source)) {
            assertThat(reader.readAll(1)).containsExactly(new MqttMessage(topic, new byte[] {'a'}, 1, true));
            reader.ack();
        }
        try (ReceiverReader<MqttMessage> reader = new ReceiverReader<>(source)) {
            mosquitto.publish(MqttMessage.of(topic, "b"));
            assertThat(reader.readAll(1)).containsExactly(MqttMessage.of(topic, "b"));
            reader.ack();
        }
        // As after a restart of the process.
        MqttSource restarted = source("retained", version).subscribe(topic, 1).build();
        try (ReceiverReader<MqttMessage> reader = new ReceiverReader<>(restarted)) {
            int again = version == Version.V5 ? 0 : 1;
            reader.readAll(again);
            assertThat(reader.readOut()).hasSize(again);
            reader.ack();
        }
    }

    @Test
    void aPayloadOverTheLimitIsRejectedAndHoldsUpNothing() throws Exception {
        MqttSource source = source("large")
                .subscribe("large", 1)
                .maxPayload(new ByteSize(3))
                .build();
        try (ReceiverReader<MqttMessage> reader = new ReceiverReader<>(source)) {
            // More than the broker sends without an acknowledgement.
            MqttMessage[] large = new MqttMessage[40];
            Arrays.fill(large, MqttMessage.of("large", "four"));
            mosquitto.publish(large);
            mosquitto.publish(MqttMessage.of("large", "abc"));
            reader.readUntil(() -> {
                reader.ack();
                return !reader.records().isEmpty();
            });
            reader.ack();
            assertThat(Mosquitto.texts(reader)).containsExactly("abc");
            assertThat(reader.rejected()).hasSize(40).allSatisfy(each -> {
                assertThat(each.raw()).asString().isEqualTo("four");
                assertThat(each.where()).isEqualTo("topic large");
                assertThat(each.cause())
                        .hasMessageStartingWith("ACQ-2562 ")
                        .hasMessageContainingAll("'large' has 4 bytes", "maxPayload = 3");
            });
        }
        try (ReceiverReader<MqttMessage> reader = new ReceiverReader<>(source)) {
            assertThat(reader.readOut())
                    .as("what was rejected and acknowledged")
                    .isEmpty();
        }
    }

    @Test
    void messagesOfQos0AreDroppedWhenTooManyWaitAndThatIsTold() throws Exception {
        MqttSource source =
                source("flood").subscribe("flood", 0).maxInflight(10).build();
        try (Warnings warnings = new Warnings();
                ReceiverReader<MqttMessage> reader = new ReceiverReader<>(source)) {
            MqttMessage[] flood = new MqttMessage[100];
            Arrays.fill(flood, new MqttMessage("flood", new byte[1], 0, false));
            mosquitto.publish(flood);
            mosquitto.publish(numbers("other", 0, 1));
            StreamClock clock = StreamClock.system();
            while (warnings.lines().isEmpty()) {
                reader.read(0);
                clock.awaitUntil(clock.now().plusMillis(10));
            }
            reader.readOut();
            assertThat(reader.records()).hasSizeBetween(10, 99);
            assertThat(warnings.lines().get(0))
                    .startsWith("ACQ-2563 ")
                    .contains("messages of QoS 0 were dropped", "maxInflight = 10");
        }
    }

    // ---- the window of the broker

    @ParameterizedTest
    @EnumSource
    void aBrokerWaitsForTheFirstAcknowledgementWhenItsWindowIsFull(Version version) throws Exception {
        String topic = "window/" + version;
        MqttSource source =
                source("window", version).subscribe(topic, 1).maxInflight(15).build();
        try (ReceiverReader<MqttMessage> reader = new ReceiverReader<>(source)) {
            mosquitto.publish(numbers(topic, 0, 40));
            // Its own window is 20; version 5 tells it ours.
            int window = version == Version.V5 ? 15 : 20;
            reader.readAll(window);
            assertThat(reader.readOut()).hasSize(window);
            reader.readUntil(() -> {
                reader.ack();
                return reader.records().size() == 40;
            });
            reader.ack();
        }
    }

    /** This broker keeps to its window only until the first acknowledgement. */
    @Test
    void aReceiverThatIsHeldBackForLongWithMoreThanItHasRoomForLosesTheLineAndNoMessage() throws Exception {
        MqttSource source = source("room").subscribe("room", 1).maxInflight(10).build();
        Set<String> safe = new HashSet<>();
        try (ReceiverReader<MqttMessage> reader = new ReceiverReader<>(source)) {
            mosquitto.publish(numbers("room", 0, 200));
            reader.readAll(20);
            reader.ack();
            safe.addAll(Mosquitto.texts(reader));
            assertThatThrownBy(() -> {
                        while (true) {
                            reader.read(0);
                        }
                    })
                    .isInstanceOf(ReceiverDisconnectedException.class);
        }
        try (ReceiverReader<MqttMessage> reader = new ReceiverReader<>(source)) {
            reader.readUntil(() -> {
                reader.ack();
                safe.addAll(Mosquitto.texts(reader));
                return safe.size() == 200;
            });
        }
    }

    @Test
    void whatIsGivenBackComesAgainAndDoesNotFillTheWindow() throws Exception {
        MqttSource source = source("back").subscribe("back", 1).build();
        try (ReceiverReader<MqttMessage> reader = new ReceiverReader<>(source)) {
            mosquitto.publish(numbers("back", 0, 30));
            reader.readAll(20);
            reader.nack(new IllegalStateException("given back by the test"));
            assertThat(reader.readAll(40).stream().map(MqttMessage::text).distinct())
                    .containsExactlyElementsOf(texts(0, 20));
            reader.ack();
            reader.readAll(50);
            reader.ack();
            assertThat(new HashSet<>(Mosquitto.texts(reader))).containsExactlyInAnyOrderElementsOf(texts(0, 30));
        }
        try (ReceiverReader<MqttMessage> reader = new ReceiverReader<>(source)) {
            assertThat(reader.readOut()).as("what was acknowledged").isEmpty();
        }
    }

    /** As after a restart of the process, which subscribes again. */
    @ParameterizedTest
    @EnumSource
    void aSessionThatHoldsMoreThanThereIsRoomForIsTakenOver(Version version) throws Exception {
        String topic = "held/" + version;
        MqttSource source =
                source("held", version).subscribe(topic, 1).maxInflight(500).build();
        Set<String> safe = new HashSet<>();
        try (ReceiverReader<MqttMessage> reader = new ReceiverReader<>(source)) {
            mosquitto.publish(numbers(topic, 0, 400));
            reader.readAll(15);
            reader.ack();
            safe.addAll(Mosquitto.texts(reader));
            reader.readAll(300);
        }
        MqttSource restarted =
                source("held", version).subscribe(topic, 1).maxInflight(10).build();
        try (ReceiverReader<MqttMessage> reader = new ReceiverReader<>(restarted)) {
            reader.readUntil(() -> {
                reader.ack();
                safe.addAll(Mosquitto.texts(reader));
                return safe.size() == 400;
            });
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatIsNotReadWhenALineBreaksComesAgain(Version version) throws Exception {
        String topic = "unread/" + version;
        MqttSource source = source("unread", version).subscribe(topic, 1).build();
        try (ReceiverReader<MqttMessage> reader = new ReceiverReader<>(source)) {
            mosquitto.publish(numbers(topic, 0, 30));
            while (reader.records().size() < 5) {
                reader.read(1);
            }
            reader.ack();
            mosquitto.proxy().reset();
            assertThatThrownBy(() -> reader.readUntil(() -> false)).isInstanceOf(ReceiverDisconnectedException.class);
        }
        Set<String> again = new HashSet<>();
        try (ReceiverReader<MqttMessage> reader = new ReceiverReader<>(source)) {
            reader.readUntil(() -> {
                reader.ack();
                again.addAll(Mosquitto.texts(reader));
                return again.containsAll(texts(5, 30));
            });
        }
    }
}
