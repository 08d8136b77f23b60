/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.acequia.streaming.BatchFailedException;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.data.Secret;
import io.acequia.streaming.kafka.KafkaDirectSource.Builder;
import io.acequia.streaming.kafka.KafkaDirectSource.Start;
import io.acequia.streaming.testkit.ContainerTest;
import io.acequia.streaming.testkit.TestStreams;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.config.types.Password;
import org.apache.kafka.common.security.JaasContext;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Logins and certificates against a real broker. Both timeouts of the sources are longer than that of a test: what is refused
 * must not wait for them.
 */
@ContainerTest
@Timeout(60)
class KafkaSecurityTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration LONGER_THAN_THE_TEST = Duration.ofMinutes(10);
    private static final Secret PASSWORD = Secret.of("right-horse-battery");
    private static final Secret WRONG = Secret.of("wrong-horse-battery");
    private static final Secret STORES = Secret.of("stores-of-keys");
    private static final AtomicInteger TOPICS = new AtomicInteger();

    @TempDir
    static Path stores;

    private static SecuredBroker broker;

    @BeforeAll
    static void start() throws Exception {
        broker = new SecuredBroker(stores, PASSWORD, STORES);
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    private static String filled() throws Exception {
        String topic = "secured-" + TOPICS.incrementAndGet();
        broker.fill(topic, 10);
        return topic;
    }

    private static Builder<String, String> source(String protocol, String topic) {
        return KafkaDirectSource.builder(StringDeserializer.class, StringDeserializer.class)
                .bootstrapServers(broker.bootstrap(protocol))
                .startAt(Start.EARLIEST)
                .planTimeout(LONGER_THAN_THE_TEST)
                .readTimeout(LONGER_THAN_THE_TEST)
                .topics(topic)
                .property("security.protocol", protocol);
    }

    private static Builder<String, String> login(
            Builder<String, String> source, String mechanism, String user, Secret password) {
        String module = mechanism.equals("PLAIN") ? "plain.PlainLoginModule" : "scram.ScramLoginModule";
        return source.property("sasl.mechanism", mechanism)
                .property(
                        "sasl.jaas.config",
                        Secret.of("org.apache.kafka.common.security." + module + " required username=\"" + user
                                + "\" password=\"" + password.expose() + "\";"));
    }

    private static Builder<String, String> trusting(Builder<String, String> source, Path store) {
        return source.property("ssl.truststore.type", "PKCS12")
                .property("ssl.truststore.location", store.toString())
                .property("ssl.truststore.password", STORES);
    }

    private static TestStreams values(Builder<String, String> source) {
        KafkaDirectSource<String, String> built = source.build();
        return TestStreams.every(
                SECOND,
                StreamingConf.withoutDefaults().setMaster("local[2]").setAppName("kafka"),
                s -> s.collect("values", s.context().directStream(built).map(ConsumerRecord::value)));
    }

    private static void reads(Builder<String, String> source) {
        try (TestStreams t = values(source)) {
            t.advance(1);
            assertThat(t.<String>last("values"))
                    .hasSize(10)
                    .startsWith("record 0")
                    .endsWith("record 9");
        }
    }

    /** The context does not start; nothing that is printed of the error has a secret. */
    private static void isRefused(Builder<String, String> source, String... words) {
        try (TestStreams t = values(source)) {
            Throwable thrown = catchThrowable(() -> t.advance(1));
            assertThat(thrown).isNotNull();
            assertThat(stack(thrown))
                    .contains(words)
                    .contains("no login at Kafka at 127.0.0.1:")
                    .doesNotContain(PASSWORD.expose(), WRONG.expose(), STORES.expose());
        }
    }

    private static String stack(Throwable thrown) {
        StringWriter text = new StringWriter();
        thrown.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    // ---- logins

    @ParameterizedTest
    @ValueSource(strings = {"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"})
    void theRightPasswordReads(String mechanism) throws Exception {
        reads(login(source("SASL_PLAINTEXT", filled()), mechanism, SecuredBroker.USER, PASSWORD));
    }

    @ParameterizedTest
    @ValueSource(strings = {"PLAIN", "SCRAM-SHA-512"})
    void theRightPasswordOverTlsReads(String mechanism) throws Exception {
        reads(trusting(login(source("SASL_SSL", filled()), mechanism, SecuredBroker.USER, PASSWORD), broker.trusted()));
    }

    @ParameterizedTest
    @CsvSource({
        "SASL_PLAINTEXT, PLAIN",
        "SASL_PLAINTEXT, SCRAM-SHA-256",
        "SASL_PLAINTEXT, SCRAM-SHA-512",
        "SASL_SSL, PLAIN",
        "SASL_SSL, SCRAM-SHA-512"
    })
    void aWrongPasswordIsRefusedAtOnce(String protocol, String mechanism) {
        isRefused(
                trusting(login(source(protocol, "any"), mechanism, SecuredBroker.USER, WRONG), broker.trusted()),
                "ACQ-2542",
                "look at security.protocol, sasl.mechanism and sasl.jaas.config");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"})
    void anUnknownUserIsRefusedAtOnce(String mechanism) {
        isRefused(login(source("SASL_PLAINTEXT", "any"), mechanism, "mallory", PASSWORD), "ACQ-2542");
    }

    @Test
    void aMechanismThatTheBrokerDoesNotOfferIsRefusedAtOnce() {
        isRefused(
                trusting(
                        login(source("SASL_SSL", "any"), "SCRAM-SHA-256", SecuredBroker.USER, PASSWORD),
                        broker.trusted()),
                "ACQ-2542",
                "[PLAIN, SCRAM-SHA-512]");
    }

    @Test
    void aPasswordThatIsChangedWhileTheJobRunsFailsTheTaskAtOnce() throws Exception {
        String topic = filled();
        KafkaDirectSource<String, String> source = login(
                        source("SASL_PLAINTEXT", topic), "SCRAM-SHA-256", SecuredBroker.USER, PASSWORD)
                .build();
        try (Admin admin = broker.admin();
                TestStreams t = TestStreams.every(
                        SECOND, s -> s.context().directStream(source).foreachRDD(rdd -> {
                            SecuredBroker.know(admin, WRONG);
                            rdd.count();
                        }))) {
            assertThatThrownBy(() -> t.advance(1))
                    .isInstanceOf(BatchFailedException.class)
                    .hasStackTraceContaining("ACQ-2542")
                    .satisfies(thrown -> assertThat(stack(thrown)).doesNotContain(PASSWORD.expose(), WRONG.expose()));
        } finally {
            try (Admin admin = broker.admin()) {
                SecuredBroker.know(admin, PASSWORD);
            }
        }
    }

    @Test
    void aLoginThatCannotBeParsedIsNotQuoted() {
        String login = "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"alice\""
                + " password=\"half\"of-it\";";
        assertThatThrownBy(() -> JaasContext.loadClientContext(Map.of("sasl.jaas.config", new Password(login))))
                .as("Kafka quotes it")
                .hasMessageContaining("of-it");
        KafkaDirectSource<String, String> source = source("SASL_PLAINTEXT", "any")
                .property("sasl.mechanism", "PLAIN")
                .property("sasl.jaas.config", Secret.of(login))
                .build();
        assertThatThrownBy(() -> source.connection().admin())
                .hasMessageStartingWith("ACQ-2541 no admin client can be made for Kafka at 127.0.0.1:")
                .hasMessageContaining("sasl.jaas.config cannot be read")
                .satisfies(thrown -> assertThat(stack(thrown)).doesNotContain("of-it", "half"));
        assertThatThrownBy(() -> source.connection().consumer())
                .hasMessageStartingWith("ACQ-2541 no consumer can be made for Kafka at 127.0.0.1:")
                .satisfies(thrown -> assertThat(stack(thrown)).doesNotContain("of-it", "half"));
    }

    // ---- certificates

    @Test
    void aTrustedCertificateReads() throws Exception {
        reads(trusting(source("SSL", filled()), broker.trusted()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"SSL", "SASL_SSL"})
    void aCertificateThatIsNotTrustedIsRefusedAtOnce(String protocol) throws Exception {
        Path other = SecuredBroker.keys(stores.resolve("other-" + protocol + ".p12"), STORES);
        Builder<String, String> source = login(source(protocol, "any"), "PLAIN", SecuredBroker.USER, PASSWORD);
        isRefused(trusting(source, other), "ACQ-2542", "ssl.truststore.location", "PKIX");
    }

    @Test
    void aCertificateIsNotTrustedWithoutATruststore() {
        isRefused(source("SSL", "any"), "ACQ-2542", "ssl.truststore.location", "PKIX");
    }

    @Test
    void aCertificateForAnotherNameIsRefusedAtOnce() {
        Builder<String, String> source = trusting(source("SSL", "any"), broker.trusted())
                .bootstrapServers(broker.bootstrap("SSL").replace("127.0.0.1", "localhost"));
        try (TestStreams t = values(source)) {
            assertThatThrownBy(() -> t.advance(1))
                    .hasStackTraceContaining("ACQ-2542 no login at Kafka at localhost:")
                    .hasStackTraceContaining("names in the broker's certificate");
        }
    }

    @Test
    void aTruststoreThatCannotBeOpenedIsRefusedWithoutItsPassword() {
        KafkaDirectSource<String, String> source = trusting(source("SSL", "any"), broker.trusted())
                .property("ssl.truststore.password", WRONG)
                .build();
        assertThatThrownBy(() -> source.connection().admin())
                .hasMessageStartingWith("ACQ-2541 no admin client can be made for Kafka at 127.0.0.1:")
                .hasMessageContaining("trusted.p12")
                .satisfies(thrown -> assertThat(stack(thrown)).doesNotContain(WRONG.expose()));
    }

    // ---- what would be logged

    @Test
    void aSecretWhereKafkaWouldLogItIsRefused() {
        assertThatThrownBy(() -> source("SSL", "any")
                        .property("client.rack", Secret.of("in a rack"))
                        .property("sasl.oauthbearer.token.endpoint.url", "https://alice:in-a-url@login.example/token")
                        .build())
                .hasMessageStartingWith(
                        "ACQ-2540 the values of [client.rack, sasl.oauthbearer.token.endpoint.url] have secrets")
                .satisfies(thrown -> assertThat(stack(thrown)).doesNotContain("in a rack", "in-a-url"));
        assertThatThrownBy(() -> source("SSL", "any")
                        .bootstrapServers("alice:in-a-url@127.0.0.1:9092")
                        .build())
                .hasMessageStartingWith("ACQ-2540 the values of [bootstrap.servers] have secrets")
                .satisfies(thrown -> assertThat(stack(thrown)).doesNotContain("in-a-url"));
    }

    @Test
    void aSecretThatKafkaDoesNotKnowIsTaken() {
        KafkaDirectSource<String, String> source = source("SSL", "any")
                .property("registry.url", Secret.of("https://alice:in-a-url@registry.example"))
                .property("sasl.oauthbearer.token.endpoint.url", "https://login.example/token?of=a@b")
                .build();
        assertThat(source).hasToString("kafka:any of Kafka at " + broker.bootstrap("SSL"));
    }
}
