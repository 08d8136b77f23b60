/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.acequia.streaming.data.Secret;
import io.acequia.streaming.testkit.RealServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * A broker that asks for logins and has a certificate: it listens without both, with one and with both. It knows one user, by
 * PLAIN, SCRAM-SHA-256 (not over TLS) and SCRAM-SHA-512; its certificate is for 127.0.0.1 and signed by itself.
 */
final class SecuredBroker implements AutoCloseable {
    static final String USER = "alice";

    private final RealServer server;
    private final Secret password;
    private final Path trusted;
    private final Secret storePassword;

    /** @param directory where stores of certificates are made */
    SecuredBroker(Path directory, Secret password, Secret storePassword) throws Exception {
        this.password = password;
        this.storePassword = storePassword;
        Path keys = keys(directory.resolve("broker.p12"), storePassword);
        this.trusted = trust(keys, directory.resolve("trusted.p12"));
        this.server = RealServer.of("acequia/kafka")
                .port("PORT")
                .port("CONTROLLER_PORT")
                .port("SSL_PORT")
                .port("SASL_PLAINTEXT_PORT")
                .port("SASL_SSL_PORT")
                .environment("KEYSTORE", Base64.getEncoder().encodeToString(Files.readAllBytes(keys)))
                .environment("EXTRA", properties())
                .start();
        try (Admin admin = admin()) {
            know(admin, password);
        }
    }

    private String properties() {
        List<String> lines = new ArrayList<>(List.of(
                "ssl.keystore.type=PKCS12",
                "ssl.keystore.location=/opt/kafka/keystore.p12",
                "ssl.keystore.password=" + storePassword.expose(),
                "sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512",
                "listener.name.sasl_ssl.sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-512"));
        for (String listener : List.of("sasl_plaintext", "sasl_ssl")) {
            String login = "org.apache.kafka.common.security.scram.ScramLoginModule required;";
            lines.add("listener.name." + listener + ".scram-sha-256.sasl.jaas.config=" + login);
            lines.add("listener.name." + listener + ".scram-sha-512.sasl.jaas.config=" + login);
            lines.add("listener.name." + listener + ".plain.sasl.jaas.config="
                    + "org.apache.kafka.common.security.plain.PlainLoginModule required user_" + USER + "=\""
                    + password.expose() + "\";");
        }
        return String.join("\n", lines);
    }

    /** Makes this the password of SCRAM, and waits until the broker knows. */
    static void know(Admin admin, Secret password) throws Exception {
        List<ScramMechanism> mechanisms = List.of(ScramMechanism.SCRAM_SHA_256, ScramMechanism.SCRAM_SHA_512);
        for (ScramMechanism mechanism : mechanisms) {
            admin.alterUserScramCredentials(List.of(new UserScramCredentialUpsertion(
                            USER, new ScramCredentialInfo(mechanism, 4096), password.expose())))
                    .all()
                    .get();
        }
        Set<ScramMechanism> known = Set.of();
        while (!known.containsAll(mechanisms)) {
            known = Set.copyOf(admin.describeUserScramCredentials().all().get().values().stream()
                    .flatMap(each -> each.credentialInfos().stream().map(ScramCredentialInfo::mechanism))
                    .toList());
        }
    }

    /** Keys and their certificate, for 127.0.0.1. */
    static Path keys(Path store, Secret password) throws IOException, InterruptedException {
        keytool(
                password,
                "-genkeypair",
                "-keystore",
                store,
                "-storetype",
                "PKCS12",
                "-alias",
                "broker",
                "-keyalg",
                "EC",
                "-dname",
                "CN=broker",
                "-ext",
                "san=ip:127.0.0.1",
                "-validity",
                "2");
        return store;
    }

    /** The certificate of {@code keys} as one that is trusted. */
    private Path trust(Path keys, Path store) throws IOException, InterruptedException {
        Path certificate = Files.createTempFile(store.getParent(), "broker", ".crt");
        keytool(storePassword, "-exportcert", "-keystore", keys, "-alias", "broker", "-file", certificate);
        keytool(
                storePassword,
                "-importcert",
                "-noprompt",
                "-keystore",
                store,
                "-storetype",
                "PKCS12",
                "-alias",
                "broker",
                "-file",
                certificate);
        return store;
    }

    private static void keytool(Secret password, Object... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        for (Object each : arguments) {
            command.add(each.toString());
        }
        command.addAll(List.of("-storepass", password.expose()));
        Process keytool = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(keytool.getInputStream().readAllBytes(), UTF_8);
        if (keytool.waitFor() != 0) {
            throw new IOException("keytool: " + said);
        }
    }

    Admin admin() {
        return Admin.create(Map.of("bootstrap.servers", server.endpoint()));
    }

    /** Where it listens by a protocol, as {@code SASL_SSL}. */
    String bootstrap(String protocol) {
        return "127.0.0.1:" + server.port(protocol + "_PORT");
    }

    Secret password() {
        return password;
    }

    /** A store with its certificate. */
    Path trusted() {
        return trusted;
    }

    Secret storePassword() {
        return storePassword;
    }

    void createTopic(String topic) throws Exception {
        try (Admin admin = admin()) {
            Broker.createTopic(admin, new NewTopic(topic, 1, (short) 1));
        }
    }

    /** Creates a topic of one partition, with records from 0 on. */
    void fill(String topic, int records) throws Exception {
        createTopic(topic);
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", server.endpoint()), new StringSerializer(), new StringSerializer())) {
            for (int i = 0; i < records; i++) {
                producer.send(new ProducerRecord<>(topic, "record " + i));
            }
        }
    }

    @Override
    public void close() {
        server.close();
    }
}
