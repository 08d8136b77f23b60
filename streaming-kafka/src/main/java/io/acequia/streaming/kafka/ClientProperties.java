/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kafka;

import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.jspecify.annotations.Nullable;

/** The properties that a builder of a source or a sink gathers for its clients, and what is wrong with it. */
final class ClientProperties {
    private static final List<String> OF_SOURCES = List.of(
            ConsumerConfig.GROUP_ID_CONFIG,
            ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
            ConsumerConfig.AUTO_OFFSET_RESET_CONFIG);

    private final Set<String> classes;
    private final Map<String, Serializable> values = new TreeMap<>();
    private final List<String> refused = new ArrayList<>();

    private ClientProperties(Map<String, Class<?>> classes) {
        this.classes = classes.keySet();
        values.putAll(classes);
    }

    /** Of consumers with these deserializers, which read what is committed. */
    static ClientProperties ofConsumers(Class<?> key, Class<?> value) {
        ClientProperties properties = new ClientProperties(Map.of(
                ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, key,
                ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, value));
        properties.values.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        return properties;
    }

    /** Of producers with these serializers. */
    static ClientProperties ofProducers(Class<?> key, Class<?> value) {
        return new ClientProperties(Map.of(
                ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, key,
                ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, value));
    }

    void set(String key, Object value) {
        if (classes.contains(key)) {
            refused.add("property '" + key + "': must not be set; builder(..) is given the class");
        } else if (value instanceof Serializable serializable) {
            values.put(key, serializable);
        } else {
            refused.add("property '" + key + "' of " + value.getClass().getName()
                    + ": must be serializable, as it goes to tasks");
        }
    }

    /** What is wrong with the properties, to be added to. */
    List<String> problems() {
        List<String> wrong = new ArrayList<>(refused);
        if (isBlank(values.get(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG))) {
            wrong.add("bootstrapServers: must be given, as host:port");
        }
        return wrong;
    }

    /** Adds the properties that a source sets itself. */
    void checkOfSource(List<String> wrong) {
        checkOurs(OF_SOURCES, "groupId(..), startAt(..) and outOfRange(..) say it", wrong);
    }

    /** Adds properties that are not the program's to set. */
    void checkOurs(List<String> keys, String reason, List<String> wrong) {
        for (String ours : keys) {
            if (values.containsKey(ours)) {
                wrong.add("property '" + ours + "' = " + values.get(ours) + ": must not be set; " + reason);
            }
        }
    }

    /** Adds a property that only one value is known to work for. */
    void checkIs(String key, String known, String reason, List<String> wrong) {
        Object value = values.getOrDefault(key, known);
        if (!known.equalsIgnoreCase(value.toString())) {
            wrong.add("property '" + key + "' = " + value + ": must be " + known + ", " + reason);
        }
    }

    static void checkPositive(String key, Duration value, List<String> wrong) {
        if (value.isNegative() || value.isZero()) {
            wrong.add(key + " = " + value + ": must be positive");
        }
    }

    static boolean isBlank(@Nullable Object value) {
        return value == null || value.toString().isBlank();
    }

    /** The way to the brokers, if nothing is wrong with a source. */
    Connection ofSource(String name, List<String> wrong) {
        return connection("ACQ-2508 invalid Kafka source '" + name + "'", wrong);
    }

    /**
     * The way to the brokers, if nothing is wrong.
     *
     * @param refusal how an error begins
     */
    Connection connection(String refusal, List<String> wrong) {
        if (!wrong.isEmpty()) {
            throw new IllegalArgumentException(refusal + " (" + wrong.size()
                    + (wrong.size() == 1 ? " problem" : " problems") + "):\n  " + String.join("\n  ", wrong));
        }
        return new Connection(values);
    }
}
