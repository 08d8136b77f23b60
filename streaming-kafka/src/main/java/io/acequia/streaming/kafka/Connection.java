/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kafka;

import io.acequia.streaming.data.Secret;
import java.io.Serializable;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.IsolationLevel;

/** How clients are made: travels into tasks, and prints no value, as any may be a password. */
final class Connection implements Serializable {
    private final TreeMap<String, Serializable> properties;

    Connection(Map<String, ? extends Serializable> properties) {
        this.properties = new TreeMap<>(properties);
    }

    /** A consumer that belongs to no group and stands where it is put. */
    <K, V> KafkaConsumer<K, V> consumer() {
        Map<String, Object> all = exposed();
        all.remove(ConsumerConfig.GROUP_ID_CONFIG);
        all.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        all.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        return new KafkaConsumer<>(all);
    }

    Admin admin() {
        Map<String, Object> known = exposed();
        known.keySet().retainAll(AdminClientConfig.configNames());
        return Admin.create(known);
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
