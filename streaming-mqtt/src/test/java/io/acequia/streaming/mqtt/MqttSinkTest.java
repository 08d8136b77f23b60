/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.BatchSink;
import io.acequia.streaming.Output;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.mqtt.MqttBroker.Version;
import io.acequia.streaming.testkit.ContainerTest;
import io.acequia.streaming.testkit.ReceiverReader;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the sink does when the line breaks, against a real broker. */
@ContainerTest
@Timeout(60)
class MqttSinkTest {
    private static final Output.Key KEY = new Output.Key(new Time(1_000), "out", 0);
    private static Mosquitto mosquitto;

    @BeforeAll
    static void start() throws Exception {
        mosquitto = new Mosquitto(Map.of("PERSISTENCE", "false", "LOG", "error"));
    }

    @AfterAll
    static void stop() {
        mosquitto.close();
    }

    @AfterEach
    void heal() {
        mosquitto.proxy().heal();
    }

    /** One that need not be read all the time. */
    private static ReceiverReader<MqttMessage> reader(String topic) throws Exception {
        return new ReceiverReader<>(MqttSource.builder(mosquitto.patient())
                .clientId("of" + topic)
                .subscribe(topic, 1)
                .build());
    }

    private static List<String> texts(int count) {
        return IntStream.range(0, count).mapToObj(i -> "n" + i).toList();
    }

    private static BatchSink.Writer<MqttMessage> written(MqttBroker broker, String topic, int count) throws Exception {
        BatchSink.Writer<MqttMessage> writer = MqttSink.builder(broker).build().open(KEY);
        for (String text : texts(count)) {
            writer.write(MqttMessage.of(topic, text));
        }
        return writer;
    }

    @ParameterizedTest
    @EnumSource
    void messagesArePublishedInOrderWhenTheyAreCommitted(Version version) throws Exception {
        String topic = "order" + version;
        try (ReceiverReader<MqttMessage> reader = reader(topic);
                var writer = written(mosquitto.broker().version(version), topic, 500)) {
            writer.write(new MqttMessage(topic, new byte[] {1}, 0, true));
            writer.commit();
            reader.readUntil(() -> {
                reader.ack();
                return reader.records().size() >= 501;
            });
            reader.ack();
            assertThat(Mosquitto.texts(reader).subList(0, 500)).isEqualTo(texts(500));
            assertThat(reader.records())
                    .allSatisfy(each -> assertThat(each.qos()).isEqualTo(1));
        }
        try (ReceiverReader<MqttMessage> late = new ReceiverReader<>(
                MqttSource.builder(mosquitto.broker()).subscribe(topic, 0).build())) {
            assertThat(late.readAll(1)).containsExactly(new MqttMessage(topic, new byte[] {1}, 0, true));
        }
    }

    /** Some messages come twice, none is missing. */
    @ParameterizedTest
    @EnumSource
    void aLineThatBreaksDuringACommitIsMadeAnew(Version version) throws Exception {
        String topic = "broken" + version;
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try (ReceiverReader<MqttMessage> reader = reader(topic);
                var writer = written(mosquitto.proxied().version(version), topic, 3_000)) {
            long passed = mosquitto.proxy().upBytes();
            int before = mosquitto.proxy().acceptedConnections();
            Future<?> commit = thread.submit(() -> {
                writer.commit();
                return null;
            });
            // Else it may be through before the line is cut.
            mosquitto.proxy().delay(Duration.ofMillis(20));
            mosquitto.proxy().awaitUpBytes(passed + 20_000);
            mosquitto.proxy().reset();
            mosquitto.proxy().heal();
            commit.get();
            assertThat(mosquitto.proxy().acceptedConnections() - before).isEqualTo(2);
            Set<String> seen = new HashSet<>();
            reader.readUntil(() -> {
                reader.ack();
                seen.addAll(Mosquitto.texts(reader));
                reader.records().clear();
                return seen.size() == 3_000;
            });
        } finally {
            thread.shutdownNow();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aBrokerThatDoesNotAnswerFailsTheCommit(Version version) throws Exception {
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try (var writer = written(mosquitto.proxied().version(version), "mute", 10_000)) {
            long answered = mosquitto.proxy().downBytes();
            Future<?> commit = thread.submit(() -> {
                writer.commit();
                return null;
            });
            mosquitto.proxy().awaitDownBytes(answered + 100);
            mosquitto.proxy().blackHole();
            assertThatThrownBy(commit::get)
                    .cause()
                    .hasMessageStartingWith("ACQ-2566 ")
                    .hasMessageContainingAll(
                            "are not acknowledged: ACQ-2552 no connection for client 'acequia",
                            "no answer within PT2S",
                            "the batch is tried again");
        } finally {
            thread.shutdownNow();
        }
    }

    @Test
    void aBrokerThatIsNotThereFailsTheCommit() throws Exception {
        mosquitto.proxy().refuse();
        try (var writer = written(mosquitto.proxied(), "away", 3)) {
            assertThatThrownBy(writer::commit)
                    .hasMessageStartingWith("ACQ-2566 3 messages of Key[time=1000 ms, output=out, partition=0]")
                    .hasMessageContaining("ACQ-2552 ");
            mosquitto.proxy().heal();
            writer.commit();
        }
    }
}
