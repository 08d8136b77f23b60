/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttSubscription;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.jspecify.annotations.Nullable;

/** Paho's client of version 5. */
final class Client5 implements Client {
    private static final int UNLESS_SUBSCRIBED_BEFORE = 1;

    private final MqttAsyncClient paho;
    private final MqttConnectionOptions options = new MqttConnectionOptions();
    private final long timeoutMillis;
    private int window;

    Client5(String uri, MqttBroker broker, Session session, Events events) throws MqttException, IOException {
        timeoutMillis = broker.connectTimeout().toMillis();
        window = session.maxInflight();
        paho = new MqttAsyncClient(uri, session.clientId(), new MemoryPersistence(), new Paho.NoTimer(), null);
        paho.setManualAcks(true);
        paho.setCallback(new Paho.Heard(events));
        options.setCleanStart(session.clean());
        options.setSessionExpiryInterval(session.expirySeconds());
        options.setReceiveMaximum(session.maxInflight());
        options.setKeepAliveInterval((int) broker.keepAlive().toSeconds());
        options.setConnectionTimeout((int) (timeoutMillis + 999) / 1_000);
        if (broker.user() != null && broker.password() != null) {
            options.setUserName(broker.user());
            options.setPassword(broker.password().expose().getBytes(UTF_8));
        }
        if (MqttBroker.isTls(uri)) {
            options.setSocketFactory(broker.sockets());
        }
        MqttMessage will = session.will();
        if (will != null) {
            options.setWill(will.topic(), pahos(will, will.qos()));
        }
    }

    private static org.eclipse.paho.mqttv5.common.MqttMessage pahos(MqttMessage message, int qos) {
        return new org.eclipse.paho.mqttv5.common.MqttMessage(
                message.payload(), qos, message.retained(), new MqttProperties());
    }

    @Override
    public boolean connect() throws MqttException {
        IMqttToken connected = paho.connect(options);
        connected.waitForCompletion(timeoutMillis);
        MqttProperties brokers = connected.getResponseProperties();
        if (Objects.equals(brokers.getMaximumQoS(), 0)) {
            window = 0; // Paho would publish with QoS 0 then, and say that it is done
        } else if (brokers.getReceiveMaximum() != null) {
            window = Math.min(window, brokers.getReceiveMaximum());
        }
        return connected.getSessionPresent();
    }

    @Override
    public Callable<int @Nullable []> subscribe(List<Filter> filters) throws MqttException {
        IMqttToken subscribed =
                paho.subscribe(filters.stream().map(Client5::pahos).toArray(MqttSubscription[]::new));
        return () -> subscribed.isComplete() ? subscribed.getReasonCodes() : null;
    }

    private static MqttSubscription pahos(Filter filter) {
        MqttSubscription subscription = new MqttSubscription(filter.topics(), filter.qos());
        subscription.setRetainHandling(UNLESS_SUBSCRIBED_BEFORE);
        return subscription;
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
        paho.publish(message.topic(), pahos(message, 1), null, new Paho.Answer(done));
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
