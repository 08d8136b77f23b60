/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kafka;

import io.acequia.streaming.StreamingException;
import io.acequia.streaming.data.Secret;
import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * How clients are made: travels into tasks, and prints no value, as any may be a password.
 *
 * <p>Kafka's clients log each value that they know, unless its type is a password; of those that they do not know, which are for
 * deserializers and plugins, only the names. So a secret is refused where they would log it.
 */
final class Connection implements Serializable {
    private static final long DEFAULT_TRANSACTION_MS = 60_000;
    /**
     * How long a broker holds a question for what is not there yet. A consumer asks on behind the end of a range, and could not be
     * asked for another partition of the same broker before that is answered.
     */
    private static final int FETCH_WAIT_MS = 1;

    /** More records than a fetch brings: a consumer asks for the next when it has handed out all of one. */
    private static final int WHOLE_FETCH = 50_000;

    private static final Pattern LOGIN_IN_URL = Pattern.compile("//[^/?#\\s]*@");

    private final TreeMap<String, Serializable> properties;

    Connection(Map<String, ? extends Serializable> properties) {
        this.properties = new TreeMap<>(properties);
        List<String> logged = new ArrayList<>();
        this.properties.forEach((key, value) -> {
            if (isLogged(key) && hasSecret(key, value)) {
                logged.add(key);
            }
        });
        if (!logged.isEmpty()) {
            throw new IllegalArgumentException("ACQ-2540 the values of " + logged
                    + " have secrets, and Kafka's clients write these values to the log: there may be no Secret, and no URL"
                    + " with a login. Give the login by a property that is a password for Kafka, as sasl.jaas.config");
        }
    }

    private static boolean isLogged(String key) {
        return Stream.of(ConsumerConfig.configDef(), ProducerConfig.configDef(), AdminClientConfig.configDef())
                .map(known -> known.configKeys().get(key))
                .anyMatch(known -> known != null && known.type != Type.PASSWORD);
    }

    private static boolean hasSecret(String key, Serializable value) {
        if (key.equals(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG)
                && value.toString().contains("@")) {
            return true;
        }
        return value instanceof Secret || LOGIN_IN_URL.matcher(value.toString()).find();
    }

    /** A consumer that belongs to no group and stands where it is put. */
    <K, V> KafkaConsumer<K, V> consumer() {
        Map<String, Object> all = exposed();
        all.remove(ConsumerConfig.GROUP_ID_CONFIG);
        all.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        all.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        all.putIfAbsent(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        all.putIfAbsent(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, FETCH_WAIT_MS);
        all.putIfAbsent(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, WHOLE_FETCH);
        all.putIfAbsent(ConsumerConfig.RECEIVE_BUFFER_CONFIG, CommonClientConfigs.RECEIVE_BUFFER_LOWER_BOUND);
        return made("consumer", () -> new KafkaConsumer<>(all));
    }

    /** A producer with a transactional id of its own, for what the program gives and for our own texts. */
    KafkaProducer<Object, Object> producer(String transactionalId) {
        Map<String, Object> all = exposed();
        all.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactionalId);
        return made(
                "producer",
                () -> new KafkaProducer<>(
                        all,
                        serializer(all, ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, true),
                        serializer(all, ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, false)));
    }

    @SuppressWarnings("unchecked") // the builder of a sink takes nothing else
    private static Serializer<Object> serializer(Map<String, Object> all, String key, boolean isKey) {
        Class<Serializer<Object>> given = (Class<Serializer<Object>>) Objects.requireNonNull(all.get(key));
        try {
            Serializer<Object> programs = given.getDeclaredConstructor().newInstance();
            programs.configure(all, isKey);
            return new EitherSerializer(programs);
        } catch (ReflectiveOperationException e) {
            throw new StreamingException(
                    "ACQ-2528",
                    "no serializer can be made of " + given.getName()
                            + ": make the class public, with a public constructor without arguments",
                    e);
        }
    }

    /** How long a transaction may be open before the brokers undo it. */
    Duration transactionTimeout() {
        Object given = properties.get(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG);
        return Duration.ofMillis(given == null ? DEFAULT_TRANSACTION_MS : Long.parseLong(given.toString()));
    }

    /** A consumer of committed texts, with the connection of a producer. */
    KafkaConsumer<String, String> reader() {
        Map<String, Object> all = exposed();
        all.keySet()
                .removeIf(key -> !ConsumerConfig.configNames().contains(key)
                        && ProducerConfig.configNames().contains(key));
        all.remove(ConsumerConfig.INTERCEPTOR_CLASSES_CONFIG);
        all.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        all.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        all.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        return made("consumer", () -> new KafkaConsumer<>(all, new StringDeserializer(), new StringDeserializer()));
    }

    /**
     * A consumer that is a member of a group, and gives bytes.
     *
     * @param preset what holds unless the properties say otherwise
     * @param ours what holds in any case
     */
    KafkaConsumer<byte[], byte[]> member(Map<String, ?> preset, Map<String, ?> ours) {
        Map<String, Object> all = exposed();
        preset.forEach(all::putIfAbsent);
        all.putAll(ours);
        return made("consumer", () -> new KafkaConsumer<>(all));
    }

    /** The deserializer that a property names, ready for use. */
    Deserializer<?> deserializer(String property, boolean ofKeys) {
        try {
            Class<?> type = (Class<?>) Objects.requireNonNull(properties.get(property));
            Deserializer<?> made =
                    (Deserializer<?>) type.getDeclaredConstructor().newInstance();
            made.configure(exposed(), ofKeys);
            return made;
        } catch (ReflectiveOperationException | RuntimeException e) {
            throw new StreamingException(
                    "ACQ-2516",
                    properties.get(property) + " cannot be used as " + property
                            + ": it must be public, have a public constructor without arguments, and accept the properties: "
                            + e,
                    e);
        }
    }

    boolean has(String key) {
        return properties.containsKey(key);
    }

    /** It is given what plugins may need, too, and not what only consumers know. */
    Admin admin() {
        Map<String, Object> all = exposed();
        Set<String> known = AdminClientConfig.configNames();
        all.keySet()
                .removeIf(key -> !known.contains(key)
                        && (ConsumerConfig.configNames().contains(key)
                                || ProducerConfig.configNames().contains(key)));
        return made("admin client", () -> Admin.create(all));
    }

    private <T> T made(String what, Supplier<T> client) {
        try {
            return client.get();
        } catch (KafkaException e) {
            throw unusable(what, e);
        }
    }

    /** What Kafka says of a login that it cannot parse quotes from it: that, and its cause, are left out. */
    private StreamingException unusable(String what, KafkaException e) {
        StringBuilder why = new StringBuilder();
        @Nullable Throwable cause = e;
        for (Throwable each = e; each != null; each = each.getCause()) {
            if (String.valueOf(each.getMessage()).contains("JAAS config")) {
                why.append(
                        ": sasl.jaas.config cannot be read, it must be: class required name=\"value\" name=\"value\"; with \\\""
                                + " for a quote within a value");
                cause = null;
                break;
            }
            why.append(": ").append(each.getMessage());
        }
        return new StreamingException("ACQ-2541", "no " + what + " can be made for " + this + why, cause);
    }

    /** The brokers and this client do not trust each other: trying again does not help. */
    StreamingException refused(AuthenticationException e) {
        Throwable innermost = e;
        while (innermost.getCause() != null) {
            innermost = innermost.getCause();
        }
        boolean tls = e instanceof SslAuthenticationException;
        return new StreamingException(
                "ACQ-2542",
                "no login at " + this + ": " + e.getMessage()
                        + (innermost == e ? "" : ": " + innermost.getMessage())
                        + (tls
                                ? ": look at security.protocol, ssl.truststore.location and the names in the broker's certificate"
                                : ": look at security.protocol, sasl.mechanism and sasl.jaas.config"),
                e);
    }

    IsolationLevel isolation() {
        Object level = properties.get(ConsumerConfig.ISOLATION_LEVEL_CONFIG);
        return "read_uncommitted".equals(level) ? IsolationLevel.READ_UNCOMMITTED : IsolationLevel.READ_COMMITTED;
    }

    private Map<String, Object> exposed() {
        Map<String, Object> exposed = new TreeMap<>();
        properties.forEach((key, value) -> exposed.put(key, value instanceof Secret secret ? secret.expose() : value));
        return exposed;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Connection that && properties.equals(that.properties);
    }

    @Override
    public int hashCode() {
        return properties.hashCode();
    }

    @Override
    public String toString() {
        return "Kafka at " + properties.get(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG);
    }
}
