/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kafka;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/** Serializes what the program gives as the program says, and our own text beside it, in one producer. */
record EitherSerializer(Serializer<Object> programs) implements Serializer<Object> {
    /** Ours. */
    record Text(String text) {}

    @Override
    public byte @Nullable [] serialize(String topic, @Nullable Object data) {
        return data instanceof Text ours
                ? ours.text().getBytes(StandardCharsets.UTF_8)
                : programs.serialize(topic, data);
    }

    @Override
    public byte @Nullable [] serialize(String topic, Headers headers, @Nullable Object data) {
        return data instanceof Text ? serialize(topic, data) : programs.serialize(topic, headers, data);
    }

    @Override
    public void close() {
        programs.close();
    }
}
