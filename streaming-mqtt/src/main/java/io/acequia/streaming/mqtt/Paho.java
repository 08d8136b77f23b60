/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.mqtt;

import io.acequia.streaming.mqtt.Client.Events;
import java.util.Objects;
import java.util.function.Consumer;
import org.eclipse.paho.client.mqttv3.IMqttActionListener;
import org.eclipse.paho.client.mqttv3.IMqttDeliveryToken;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttActionListener;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.jspecify.annotations.Nullable;

/** What Paho's clients of both versions are given: they differ in little but the packages. */
final class Paho {
    private static final int FIRST_ERROR = 128;

    private Paho() {}

    /** Instead of a thread that pings. */
    static final class NoTimer
            implements org.eclipse.paho.client.mqttv3.MqttPingSender, org.eclipse.paho.mqttv5.client.MqttPingSender {
        @Override
        public void init(org.eclipse.paho.client.mqttv3.internal.ClientComms comms) {}

        @Override
        public void init(org.eclipse.paho.mqttv5.client.internal.ClientComms comms) {}

        @Override
        public void start() {}

        @Override
        public void stop() {}

        @Override
        public void schedule(long delayMillis) {}
    }

    /** What comes without being asked for. */
    record Heard(Events events)
            implements org.eclipse.paho.client.mqttv3.MqttCallback, org.eclipse.paho.mqttv5.client.MqttCallback {
        @Override
        public void messageArrived(String topic, org.eclipse.paho.client.mqttv3.MqttMessage message)
                throws InterruptedException {
            events.arrived(
                    message.getId(),
                    new MqttMessage(topic, message.getPayload(), message.getQos(), message.isRetained()));
        }

        @Override
        public void messageArrived(String topic, org.eclipse.paho.mqttv5.common.MqttMessage message)
                throws InterruptedException {
            events.arrived(
                    message.getId(),
                    new MqttMessage(topic, message.getPayload(), message.getQos(), message.isRetained()));
        }

        @Override
        public void connectionLost(Throwable cause) {
            events.lost(Link.code(cause), cause);
        }

        @Override
        public void disconnected(MqttDisconnectResponse response) {
            MqttException cause = response.getException();
            events.lost(cause == null ? response.getReturnCode() : cause.getReasonCode(), cause);
        }

        @Override
        public void connectComplete(boolean reconnect, String uri) {}

        @Override
        public void deliveryComplete(IMqttDeliveryToken token) {}

        @Override
        public void deliveryComplete(IMqttToken token) {}

        @Override
        public void mqttErrorOccurred(MqttException error) {}

        @Override
        public void authPacketArrived(int reason, MqttProperties properties) {}
    }

    /** Tells null when the broker has answered well, and otherwise why not. */
    record Answer(Consumer<@Nullable String> told) implements IMqttActionListener, MqttActionListener {
        @Override
        public void onSuccess(org.eclipse.paho.client.mqttv3.IMqttToken token) {
            told.accept(null);
        }

        /** Version 5 comes here whatever the broker says. */
        @Override
        public void onSuccess(IMqttToken token) {
            int[] reasons = token.getReasonCodes();
            boolean refused = reasons != null && reasons.length > 0 && reasons[0] >= FIRST_ERROR;
            told.accept(refused ? "the broker refuses it by reason code 0x" + Integer.toHexString(reasons[0]) : null);
        }

        @Override
        public void onFailure(org.eclipse.paho.client.mqttv3.IMqttToken token, @Nullable Throwable cause) {
            told.accept(Objects.toString(cause));
        }

        @Override
        public void onFailure(IMqttToken token, @Nullable Throwable cause) {
            told.accept(Objects.toString(cause));
        }
    }
}
