/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.mqtt;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.eclipse.paho.client.mqttv3.IMqttToken;
import org.eclipse.paho.client.mqttv3.MqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.jspecify.annotations.Nullable;

/** Paho's client of version 3.1.1. */
final class Client3 implements Client {
    private static final int NO_LIMIT = 65_535;

    private final MqttAsyncClient paho;
    private final MqttConnectOptions options = new MqttConnectOptions();
    private final long timeoutMillis;
    private final int window;

    Client3(String uri, MqttBroker broker, Session session, Events events) throws MqttException, IOException {
        timeoutMillis = broker.connectTimeout().toMillis();
        window = session.maxInflight();
        paho = new MqttAsyncClient(uri, session.clientId(), new MemoryPersistence(), new Paho.NoTimer(), null);
        paho.setManualAcks(true);
        paho.setCallback(new Paho.Heard(events));
        options.setMqttVersion(MqttConnectOptions.MQTT_VERSION_3_1_1);
        options.setCleanSession(session.clean());
        options.setKeepAliveInterval((int) broker.keepAlive().toSeconds());
        options.setConnectionTimeout((int) (timeoutMillis + 999) / 1_000);
        options.setMaxInflight(NO_LIMIT);
        if (broker.user() != null && broker.password() != null) {
            options.setUserName(broker.user());
            options.setPassword(broker.password().expose().toCharArray());
        }
        if (MqttBroker.isTls(uri)) {
            options.setSocketFactory(broker.sockets());
        }
        MqttMessage will = session.will();
        if (will != null) {
            options.setWill(will.topic(), will.payload(), will.qos(), will.retained());
        }
    }

    @Override
    public boolean connect() throws MqttException {
        IMqttToken connected = paho.connect(options);
        connected.waitForCompletion(timeoutMillis);
        return connected.getSessionPresent();
    }

    @Override
    public Callable<int @Nullable []> subscribe(List<Filter> filters) throws MqttException {
        IMqttToken subscribed = paho.subscribe(
                filters.stream().map(Filter::topics).toArray(String[]::new),
                filters.stream().mapToInt(Filter::qos).toArray());
        return () -> subscribed.isComplete() ? subscribed.getGrantedQos() : null;
    }

    @Override
    public void acknowledge(int id) throws MqttException {
        paho.messageArrivedComplete(id, 1);
    }

    @Override
    public int window() {
        return window;
    }

    @Override
    public void publish(MqttMessage message, Consumer<@Nullable String> done) throws MqttException {
        paho.publish(message.topic(), message.payload(), 1, message.retained(), null, new Paho.Answer(done));
    }

    @Override
    public boolean ping(Runnable answered) throws MqttException {
        return paho.checkPing(null, new Paho.Answer(failure -> answered.run())) != null;
    }

    @Override
    public void close() throws MqttException {
        try {
            if (paho.isConnected()) {
                paho.unsubscribe(NOBODYS).waitForCompletion(LEAVE_MILLIS);
                paho.disconnect(0).waitForCompletion(LEAVE_MILLIS);
            }
        } finally {
            // Not close(), which holds nothing more, and lets threads fail that end at this moment.
            paho.disconnectForcibly(0, 1, false);
        }
    }
}
