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
    private static int subscribed;

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
        try (RunningProgram program =
                RunningProgram.start(MqttWordCount::main, at().uris().get(0), "lines/#", "counts")) {
            assertThatWordsAreCounted("lines/hamlet", "counts");
            program.stopStream().awaitEnd();
        }
    }

    @Test
    void theExampleRunsFromAcequiaAll() throws Exception {
        JarProgram program =
                JarProgram.fromAcequiaAll(MqttWordCount.class, at().uris().get(0), "lines/#", "all");
        try (program) {
            assertThatWordsAreCounted("lines/hamlet", "all");
        }
    }

    @Test
    void theExampleRunsFromCoreAndTheJarOfTheConnector() throws Exception {
        JarProgram program = JarProgram.fromConnector(
                "mqtt", MqttWordCount.class, at().uris().get(0), "lines/#", "connector");
        try (program) {
            assertThatWordsAreCounted("lines/hamlet", "connector");
        }
    }

    /**
     * A program that has just been started subscribes, counts what is published, and publishes its counts. Words are of this test alone:
     * what a program that was killed had not acknowledged comes again to the next one, which has its session.
     */
    private void assertThatWordsAreCounted(String topic, String counts) throws Exception {
        MqttSource source = MqttSource.builder(at())
                .clientId("test-of-" + counts)
                .subscribe(counts + "/#", 1)
                .build();
        ReliableReceiver<MqttMessage> receiver = (ReliableReceiver<MqttMessage>) source.newReceiver();
        receiver.connect();
        try (receiver) {
            subscribed++;
            while (broker.log().split("Sending SUBACK to word-count", -1).length <= subscribed) {
                Thread.onSpinWait();
            }
            String own = counts + "-";
            publish(topic, own + "be " + own + "or", own + "not " + own + "be");
            Map<String, Long> seen = new TreeMap<>();
            while (seen.values().stream().mapToLong(Long::longValue).sum() < 4) {
                Delivery<MqttMessage> read = receiver.read(100, Duration.ofMillis(50));
                read.records().stream()
                        .filter(each -> each.topic().startsWith(own, counts.length() + 1))
                        .forEach(each -> seen.merge(
                                each.topic().substring(counts.length() + 1), Long.parseLong(each.text()), Long::sum));
                read.settlement().ack();
            }
            assertThat(seen).isEqualTo(Map.of(own + "be", 2L, own + "or", 1L, own + "not", 1L));
        }
    }
}
