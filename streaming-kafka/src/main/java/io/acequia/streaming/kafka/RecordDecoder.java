/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kafka;

import io.acequia.streaming.StreamingException;
import io.acequia.streaming.function.Function;
import io.acequia.streaming.receiver.Rejected;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.utils.Utils;

/**
 * Makes records of what came from Kafka: by the deserializers, and then by the function of the user. Not left to the
 * consumer, which throws at a record that it cannot deserialize, so that those around it would be read again. For one
 * thread.
 */
final class RecordDecoder<K, V, T> implements AutoCloseable {
    private static final byte[] NONE = {};

    private final Deserializer<K> keys;
    private final Deserializer<V> values;
    private final Function<? super ConsumerRecord<K, V>, ? extends T> map;

    @SuppressWarnings("unchecked") // a builder is given the classes by their types
    RecordDecoder(Connection connection, Function<? super ConsumerRecord<K, V>, ? extends T> map) {
        this.keys = (Deserializer<K>) connection.deserializer(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, true);
        this.values = (Deserializer<V>) connection.deserializer(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, false);
        this.map = map;
    }

    T decode(ConsumerRecord<byte[], byte[]> raw) throws Exception {
        Headers headers = raw.headers();
        T record = map.call(new ConsumerRecord<>(
                raw.topic(),
                raw.partition(),
                raw.offset(),
                raw.timestamp(),
                raw.timestampType(),
                raw.serializedKeySize(),
                raw.serializedValueSize(),
                raw.key() == null ? null : keys.deserialize(raw.topic(), headers, raw.key()),
                raw.value() == null ? null : values.deserialize(raw.topic(), headers, raw.value()),
                headers,
                raw.leaderEpoch()));
        if (record == null) {
            throw new StreamingException(
                    "ACQ-2515",
                    "the function of the source gave null for the record at " + place(raw)
                            + ": give something that a filter of the stream leaves out",
                    null);
        }
        return record;
    }

    static Rejected rejected(ConsumerRecord<byte[], byte[]> raw, Exception why) {
        return new Rejected(Optional.ofNullable(raw.value()).orElse(NONE), place(raw), why);
    }

    private static String place(ConsumerRecord<?, ?> record) {
        return record.topic() + "/" + record.partition() + "@" + record.offset();
    }

    @Override
    public void close() {
        Utils.closeQuietly(keys, "deserializer of keys");
        Utils.closeQuietly(values, "deserializer of values");
    }
}
