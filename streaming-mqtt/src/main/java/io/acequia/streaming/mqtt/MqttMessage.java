/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.mqtt;

import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A message of a topic. Two are equal when all of it is.
 *
 * @param topic where it was published, or shall be
 * @param payload what it says; not copied, must not be changed
 * @param qos 0, 1 or 2: the lower one of the publisher's and the subscription's when it was received
 * @param retained whether the broker kept it for those who subscribe later; when it was received, that it is such a kept one
 */
public record MqttMessage(String topic, byte[] payload, int qos, boolean retained) implements Serializable {
    /** A message to publish with QoS 1, which the broker does not retain. */
    public static MqttMessage of(String topic, byte[] payload) {
        return new MqttMessage(topic, payload, 1, false);
    }

    /** The same with a text, in UTF-8. */
    public static MqttMessage of(String topic, String text) {
        return of(topic, text.getBytes(StandardCharsets.UTF_8));
    }

    /** The payload, read as UTF-8. */
    public String text() {
        return new String(payload, StandardCharsets.UTF_8);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof MqttMessage that
                && qos == that.qos
                && retained == that.retained
                && topic.equals(that.topic)
                && Arrays.equals(payload, that.payload);
    }

    @Override
    public int hashCode() {
        return 31 * topic.hashCode() + Arrays.hashCode(payload);
    }

    @Override
    public String toString() {
        return topic + ": " + payload.length + " bytes, QoS " + qos + (retained ? ", retained" : "");
    }
}
