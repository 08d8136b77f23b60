/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.mqtt;

import io.acequia.streaming.data.Secret;
import java.io.File;
import java.io.IOException;
import java.io.Serializable;
import java.net.URI;
import java.net.URISyntaxException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * How a broker is reached; begin with {@link #at}. Immutable: each method with an argument gives another one. What is wrong is
 * refused by the source or the sink that is made with it.
 *
 * @param uris each {@code tcp://host:port} or {@code ssl://host:port}, tried in this order
 * @param keepAlive whole seconds; a dead connection is noticed within twice of it, and one on which nothing was read for half of
 *     it may be ended by the broker
 * @param connectTimeout how long each attempt waits for each answer
 */
public record MqttBroker(
        List<String> uris,
        Version version,
        @Nullable String user,
        @Nullable Secret password,
        @Nullable Store trustStore,
        @Nullable Store keyStore,
        Duration keepAlive,
        Duration connectTimeout)
        implements Serializable {
    /** Version of the protocol. */
    public enum Version {
        V3_1_1,
        V5
    }

    /** A file of certificates or keys, in PKCS12 or JKS, where the receivers and the writers run. */
    public record Store(String path, Secret password) implements Serializable {}

    /** A broker by its URIs. Default: version 3.1.1, no login, the JVM's certificates, keep-alive and time-out of 10 s. */
    public static MqttBroker at(String... uris) {
        Duration ten = Duration.ofSeconds(10);
        return new MqttBroker(List.of(uris), Version.V3_1_1, null, null, null, null, ten, ten);
    }

    /** The version to speak; no other one is tried. */
    public MqttBroker version(Version spoken) {
        return new MqttBroker(uris, spoken, user, password, trustStore, keyStore, keepAlive, connectTimeout);
    }

    /** Who we are. */
    public MqttBroker login(String name, Secret secret) {
        return new MqttBroker(uris, version, name, secret, trustStore, keyStore, keepAlive, connectTimeout);
    }

    /** The certificates to trust, instead of the JVM's. The name in the broker's certificate is always checked. */
    public MqttBroker trustStore(String path, Secret storePassword) {
        Store store = new Store(path, storePassword);
        return new MqttBroker(uris, version, user, password, store, keyStore, keepAlive, connectTimeout);
    }

    /** Our own certificate, for brokers that ask for one; the key has the password of the store. */
    public MqttBroker keyStore(String path, Secret storePassword) {
        Store store = new Store(path, storePassword);
        return new MqttBroker(uris, version, user, password, trustStore, store, keepAlive, connectTimeout);
    }

    /** How long the line may be silent before it is tried. */
    public MqttBroker keepAlive(Duration seconds) {
        return new MqttBroker(uris, version, user, password, trustStore, keyStore, seconds, connectTimeout);
    }

    /** How long to wait for a connection, and for the answer to a subscription. */
    public MqttBroker connectTimeout(Duration atMost) {
        return new MqttBroker(uris, version, user, password, trustStore, keyStore, keepAlive, atMost);
    }

    /** What is wrong, to be added to. */
    List<String> problems() {
        List<String> wrong = new ArrayList<>();
        if (uris.isEmpty()) {
            wrong.add("broker: must be given, as tcp://host:1883 or ssl://host:8883");
        }
        uris.stream()
                .filter(each -> !isUsable(each))
                .forEach(each -> wrong.add("broker '"
                        + (each.contains("@") ? "…" + each.substring(each.lastIndexOf('@')) : each)
                        + "': must be tcp://host:port or ssl://host:port, without a login, which login(..) takes, and"
                        + " without a path; a host has letters, digits, dots and hyphens"));
        if ((trustStore != null || keyStore != null) && uris.stream().noneMatch(MqttBroker::isTls)) {
            wrong.add("trustStore, keyStore: need a broker by ssl://");
        }
        if (user != null && user.isBlank()) {
            wrong.add("login: the name must not be empty");
        }
        if (keepAlive.toNanosPart() != 0 || keepAlive.toSeconds() < 1 || keepAlive.toSeconds() > 65_535) {
            wrong.add("keepAlive = " + keepAlive + ": must be whole seconds, from 1 to 65535");
        }
        if (connectTimeout.toMillis() < 1 || connectTimeout.toHours() > 24) {
            wrong.add("connectTimeout = " + connectTimeout + ": must be from 1 ms to a day");
        }
        return wrong;
    }

    private static boolean isUsable(String uri) {
        try {
            URI parsed = new URI(uri);
            return (uri.startsWith("tcp://") || isTls(uri))
                    && parsed.getHost() != null
                    && parsed.getUserInfo() == null
                    && parsed.getPath().isEmpty()
                    && parsed.getQuery() == null;
        } catch (URISyntaxException e) {
            return false;
        }
    }

    static boolean isTls(String uri) {
        return uri.startsWith("ssl://");
    }

    SSLSocketFactory sockets() throws IOException {
        try {
            TrustManagerFactory trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trusted.init(load(trustStore));
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(
                    load(keyStore),
                    keyStore == null ? null : keyStore.password.expose().toCharArray());
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), trusted.getTrustManagers(), null);
            return context.getSocketFactory();
        } catch (GeneralSecurityException | IOException | IllegalArgumentException e) {
            throw new IOException(
                    "ACQ-2555 the trust store " + trustStore + " or the key store " + keyStore + " cannot be used: "
                            + e.getMessage()
                            + ": each must be a file of PKCS12 or JKS with the password given, where the"
                            + " receivers and the writers run",
                    e);
        }
    }

    /** Nothing, of which Java makes its own certificates and no key, when none is given. */
    private static @Nullable KeyStore load(@Nullable Store store) throws GeneralSecurityException, IOException {
        return store == null
                ? null
                : KeyStore.getInstance(
                        new File(store.path), store.password.expose().toCharArray());
    }

    @Override
    public String toString() {
        return String.join(",", uris);
    }
}
