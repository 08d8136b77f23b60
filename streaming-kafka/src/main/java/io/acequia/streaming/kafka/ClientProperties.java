/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kafka;

import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.jspecify.annotations.Nullable;

/** The properties that a builder of a source gathers for its consumers, and what is wrong with a source. */
final class ConsumerProperties {
    private static final List<String> DESERIALIZERS =
            List.of(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG);
    private static final List<String> OURS = List.of(
            ConsumerConfig.GROUP_ID_CONFIG,
            ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
            ConsumerConfig.AUTO_OFFSET_RESET_CONFIG);

    private final Map<String, Serializable> values = new TreeMap<>();
    private final List<String> refused = new ArrayList<>();

    ConsumerProperties(Class<?> key, Class<?> value) {
        values.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, key);
        values.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, value);
        values.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    }

    void set(String key, Object value) {
        if (DESERIALIZERS.contains(key)) {
            refused.add("property '" + key + "': must not be set; builder(..) is given the class");
        } else if (value instanceof Serializable serializable) {
            values.put(key, serializable);
        } else {
            refused.add("property '" + key + "' of " + value.getClass().getName()
                    + ": must be serializable, as it goes to tasks");
        }
    }

    /** What is wrong with the properties and the topics of a source, to be added to. */
    List<String> problems(Topics topics) {
        List<String> wrong = new ArrayList<>(refused);
        if (isBlank(values.get(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG))) {
            wrong.add("bootstrapServers: must be given, as host:port");
        }
        topics.check(wrong);
        return wrong;
    }

    /** Adds the properties that a source sets itself. */
    void checkOurs(List<String> wrong) {
        for (String ours : OURS) {
            if (values.containsKey(ours)) {
                wrong.add("property '" + ours + "' = " + values.get(ours)
                        + ": must not be set; groupId(..), startAt(..) and outOfRange(..) say it");
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

    /** The way to the brokers, if nothing is wrong. */
    Connection connection(String source, List<String> wrong) {
        if (!wrong.isEmpty()) {
            throw new IllegalArgumentException("ACQ-2508 invalid Kafka source '" + source + "' (" + wrong.size()
                    + (wrong.size() == 1 ? " problem" : " problems") + "):\n  " + String.join("\n  ", wrong));
        }
        return new Connection(values);
    }
}
