/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.acequia.streaming.BatchSink;
import io.acequia.streaming.Output;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.mqtt.MqttBroker;
import io.acequia.streaming.mqtt.MqttMessage;
import io.acequia.streaming.mqtt.MqttSink;
import io.acequia.streaming.mqtt.MqttSource;
import io.acequia.streaming.receiver.Delivery;
import io.acequia.streaming.receiver.ReliableReceiver;
import io.acequia.streaming.testkit.ContainerTest;
import io.acequia.streaming.testkit.RealServer;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The example that reads from and writes to MQTT, against a real broker. */
@ContainerTest
@Timeout(60)
class MqttExamplesTest {
    private static RealServer broker;

    @BeforeAll
    static void start() throws Exception {
        broker = RealServer.of("acequia/mqtt").port("PORT").start();
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    private static MqttBroker at() {
        return MqttBroker.at("tcp://" + broker.endpoint());
    }

    private static void publish(String topic, String... lines) throws Exception {
        Output.Key any = new Output.Key(new Time(0), "lines", 0);
        try (BatchSink.Writer<MqttMessage> writer =
                MqttSink.builder(at()).build().open(any)) {
            for (String line : lines) {
                writer.write(MqttMessage.of(topic, line));
            }
            writer.commit();
        }
    }

    @Test
    void wordsOfTopicsAreCountedAndTheCountsArePublished() throws Exception {
        MqttSource counts = MqttSource.builder(at())
                .clientId("test")
                .subscribe("counts/#", 1)
                .build();
        ReliableReceiver<MqttMessage> receiver = (ReliableReceiver<MqttMessage>) counts.newReceiver();
        receiver.connect();
        try (receiver;
                RunningProgram program =
                        RunningProgram.start(MqttWordCount::main, at().uris().get(0), "lines/#", "counts")) {
            while (!broker.log().contains("Sending SUBACK to word-count")) {
                Thread.onSpinWait();
            }
            publish("lines/hamlet", "to be or", "not to be");
            Map<String, Long> seen = new TreeMap<>();
            while (seen.values().stream().mapToLong(Long::longValue).sum() < 6) {
                Delivery<MqttMessage> read = receiver.read(100, Duration.ofMillis(50));
                read.records().forEach(each -> seen.merge(each.topic(), Long.parseLong(each.text()), Long::sum));
                read.settlement().ack();
            }
            assertThat(seen).isEqualTo(Map.of("counts/to", 2L, "counts/be", 2L, "counts/or", 1L, "counts/not", 1L));
            program.stopStream().awaitEnd();
        }
    }
}
