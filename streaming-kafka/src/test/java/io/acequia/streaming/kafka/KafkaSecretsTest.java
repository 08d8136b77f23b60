/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kafka;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.acequia.streaming.kafka.SecretsProgram.Planted;
import io.acequia.streaming.testkit.ContainerTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * F48: secrets are found nowhere where a program tells something: in no log, at DEBUG for ours and at INFO for Kafka's clients,
 * no exception, status, text of a source, checkpoint or journal. The program is a process of its own, so that the log is whole.
 */
@ContainerTest
@Timeout(120)
class KafkaSecretsTest {
    @TempDir
    static Path stores;

    private static SecuredBroker broker;
    private static Path keys;

    @TempDir
    Path directory;

    @BeforeAll
    static void start() throws Exception {
        broker = new SecuredBroker(stores, Planted.PASSWORD.secret(), Planted.TRUSTSTORE.secret());
        keys = SecuredBroker.keys(stores.resolve("client.p12"), Planted.KEYSTORE.secret());
        broker.fill("secrets", 10);
        broker.createTopic("written");
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    /** All that a child prints, to its end. */
    private String printed(String what) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.add("-Dorg.slf4j.simpleLogger.defaultLogLevel=info");
        command.add("-Dorg.slf4j.simpleLogger.log.io.acequia=debug");
        command.add(SecretsProgram.class.getName());
        command.addAll(List.of(what, directory.toString(), broker.bootstrap("SASL_SSL"), "secrets"));
        command.addAll(List.of(broker.trusted().toString(), keys.toString()));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("STREAMING_"));
        Process child = builder.start();
        try {
            String printed = new String(child.getInputStream().readAllBytes(), UTF_8);
            assertThat(child.waitFor()).as(printed).isZero();
            return printed;
        } finally {
            child.destroyForcibly();
        }
    }

    /** All names and bytes of the files that it has written. */
    private String written() throws IOException {
        StringBuilder all = new StringBuilder();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                all.append(file).append('\n').append(new String(Files.readAllBytes(file), ISO_8859_1));
            }
        }
        return all.toString();
    }

    private static List<Planted> foundIn(String text) {
        return Stream.of(Planted.values())
                .filter(each -> text.contains(each.text()))
                .toList();
    }

    @Test
    void noSecretIsTold() throws Exception {
        String printed = printed("tell");
        String written = written();

        assertThat(printed)
                .as("the program told what it should")
                .contains(
                        "DEBUG io.acequia",
                        "ConsumerConfig values",
                        "ProducerConfig values",
                        "AdminClientConfig values")
                .contains("the deserializer has its secrets: true", "read 10", "received 10", "END")
                .contains("ContextStatus[appName=secrets", "sink of job 'secrets' to Kafka at")
                .contains("ACQ-2508", "ACQ-2540", "ACQ-2541", "ACQ-2542")
                .doesNotContain("the deserializer has its secrets: false");
        assertThat(written).contains("job right", "secrets/0@10");
        assertThat(foundIn(printed)).isEmpty();
        assertThat(foundIn(written)).isEmpty();
    }

    @Test
    void theSearchFindsWhatIsTold() throws Exception {
        String printed = printed("leak");

        assertThat(foundIn(printed)).containsExactly(Planted.values());
        assertThat(foundIn(written())).containsExactly(Planted.values());
        assertThat(printed)
                .as("Kafka's clients log what they know")
                .contains("client.rack = " + Planted.LOGGED_VALUE.text())
                .contains("alice:" + Planted.LOGGED_URL.text() + "@");
    }
}
