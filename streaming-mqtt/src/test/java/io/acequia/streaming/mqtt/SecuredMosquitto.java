/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.acequia.streaming.data.Secret;
import io.acequia.streaming.testkit.FaultProxy;
import io.acequia.streaming.testkit.RealServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * A broker that asks for logins and has a certificate for 127.0.0.1, signed by itself: it listens without TLS, with it, and with it for
 * clients that have a certificate. It knows one user, who may read everything and write all but {@code secret/#}.
 */
final class SecuredMosquitto implements AutoCloseable {
    static final String USER = "alice";

    private final Path directory;
    private final Secret storePassword;
    private final RealServer server;

    /** @param directory where stores of certificates are made */
    SecuredMosquitto(Path directory, Secret password, Secret storePassword) throws Exception {
        this.directory = directory;
        this.storePassword = storePassword;
        keys("broker");
        keys("client");
        server = RealServer.of("acequia/mqtt")
                .port("PORT")
                .port("SSL_PORT")
                .port("MUTUAL_PORT")
                .environment("KEYSTORE", Base64.getEncoder().encodeToString(Files.readAllBytes(file("broker.p12"))))
                .environment("KEYSTORE_PASSWORD", storePassword.expose())
                .environment("CLIENT_CA", Files.readString(file("client.crt")))
                .environment("USERS", USER + ":" + password.expose())
                .environment("ACL", "user " + USER + "\ntopic read #\ntopic readwrite open/#")
                .start();
    }

    /** Keys and their certificate, and a store that trusts it. */
    private void keys(String owner) throws IOException, InterruptedException {
        Path store = file(owner + ".p12");
        Path certificate = file(owner + ".crt");
        keytool(
                "-genkeypair",
                "-keystore",
                store,
                "-storetype",
                "PKCS12",
                "-alias",
                owner,
                "-keyalg",
                "EC",
                "-dname",
                "CN=" + owner,
                "-ext",
                "san=ip:127.0.0.1",
                "-validity",
                "2");
        keytool("-exportcert", "-rfc", "-keystore", store, "-alias", owner, "-file", certificate);
        keytool(
                "-importcert",
                "-noprompt",
                "-keystore",
                file("trusts-" + owner + ".p12"),
                "-storetype",
                "PKCS12",
                "-alias",
                owner,
                "-file",
                certificate);
    }

    private void keytool(Object... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        for (Object each : arguments) {
            command.add(each.toString());
        }
        command.addAll(List.of("-storepass", storePassword.expose()));
        Process keytool = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(keytool.getInputStream().readAllBytes(), UTF_8);
        if (keytool.waitFor() != 0) {
            throw new IOException("keytool: " + said);
        }
    }

    Path file(String name) {
        return directory.resolve(name);
    }

    FaultProxy sslProxy() throws IOException {
        return FaultProxy.to("127.0.0.1", server.port("SSL_PORT"));
    }

    MqttBroker plain() {
        return Mosquitto.impatient("tcp://127.0.0.1:" + server.port());
    }

    MqttBroker ssl(String host) {
        return trusting(Mosquitto.impatient("ssl://" + host + ":" + server.port("SSL_PORT")));
    }

    MqttBroker mutual() {
        return trusting(Mosquitto.impatient("ssl://127.0.0.1:" + server.port("MUTUAL_PORT")));
    }

    MqttBroker trusting(MqttBroker broker) {
        return broker.trustStore(file("trusts-broker.p12").toString(), storePassword);
    }

    @Override
    public void close() {
        server.close();
    }
}
