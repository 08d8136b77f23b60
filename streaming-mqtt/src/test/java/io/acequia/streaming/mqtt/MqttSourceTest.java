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
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the receivers do beyond the contract, which the conformance suites try, against a real broker. */
@ContainerTest
@Timeout(60)
class MqttSourceTest {
    private static Mosquitto mosquitto;

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

    private static MqttSource.Builder source(String id, Version version) {
        return MqttSource.builder(mosquitto.proxied().version(version)).clientId(id + version);
    }

    private static MqttSource.Builder source(String id) {
        return source(id, Version.V3_1_1);
    }

    private static MqttMessage[] numbers(String topic, int from, int until) {
        return IntStream.range(from, until)
                .mapToObj(i -> MqttMessage.of(topic, "n" + i))
                .toArray(MqttMessage[]::new);
    }

    private static List<String> texts(int from, int until) {
        return IntStream.range(from, until).mapToObj(i -> "n" + i).toList();
    }

    private static void awaitLog(String line) {
        while (!mosquitto.server().log().contains(line)) {
            Thread.onSpinWait();
        }
    }

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
            assertThat(reader.readOut()).hasSize(version == Version.V5 ? 0 : 1);
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
            assertThat(reader.readOut()).hasSize(version == Version.V5 ? 15 : 20);
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
            assertThat(reader.readOut()).hasSize(5);
            reader.ack();
        }
        try (ReceiverReader<MqttMessage> reader = new ReceiverReader<>(goes)) {
            assertThat(reader.readAll(5)).hasSize(5);
        }
        goes.removeSession();
        stays.removeSession();
    }

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
        int before = Thread.getAllStackTraces().size();
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
        while (Thread.getAllStackTraces().size() > before) {
            Thread.onSpinWait();
        }
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
        int before = Thread.getAllStackTraces().size();
        ReceiverReader<MqttMessage> reader = new ReceiverReader<>(source);
        mosquitto.publish(numbers("full", 0, 20));
        while (Thread.getAllStackTraces().entrySet().stream()
                .noneMatch(each -> each.getKey().getName().startsWith("MQTT Call: full")
                        && Arrays.stream(each.getValue())
                                .anyMatch(frame -> frame.getMethodName().equals("put")))) {
            reader.read(0);
        }
        reader.close();
        while (Thread.getAllStackTraces().size() > before) {
            Thread.onSpinWait();
        }
        try (ReceiverReader<MqttMessage> again = new ReceiverReader<>(source)) {
            again.readAll(20);
            again.ack();
        }
    }
}
