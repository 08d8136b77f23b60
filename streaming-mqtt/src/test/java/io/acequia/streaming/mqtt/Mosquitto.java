/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.mqtt;

import io.acequia.streaming.testkit.FaultProxy;
import io.acequia.streaming.testkit.RealServer;
import io.acequia.streaming.testkit.ReceiverReader;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.paho.client.mqttv3.IMqttDeliveryToken;
import org.eclipse.paho.client.mqttv3.MqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.jspecify.annotations.Nullable;

/** A broker in a container, behind a proxy, and clients that publish past the proxy. */
final class Mosquitto implements AutoCloseable {
    private static final AtomicInteger CLIENTS = new AtomicInteger();

    private final RealServer server;
    private final FaultProxy proxy;
    private @Nullable MqttAsyncClient publisher;

    Mosquitto() throws IOException, InterruptedException {
        this(Map.of());
    }

    /** @param environment of the image */
    Mosquitto(Map<String, String> environment) throws IOException, InterruptedException {
        RealServer.Builder builder = RealServer.of("acequia/mqtt").port("PORT");
        environment.forEach(builder::environment);
        server = builder.start();
        proxy = server.proxy();
    }

    RealServer server() {
        return server;
    }

    FaultProxy proxy() {
        return proxy;
    }

    /** Past the proxy. */
    MqttBroker broker() {
        return impatient("tcp://127.0.0.1:" + server.port());
    }

    /** Past the proxy, with the time-outs that are the default. */
    MqttBroker patient() {
        return MqttBroker.at("tcp://127.0.0.1:" + server.port());
    }

    /** By the proxy. */
    MqttBroker proxied() {
        return impatient("tcp://127.0.0.1:" + proxy.port());
    }

    /** A dead line is noticed within two seconds. */
    static MqttBroker impatient(String uri) {
        return MqttBroker.at(uri).keepAlive(Duration.ofSeconds(1)).connectTimeout(Duration.ofSeconds(2));
    }

    /** A client of Paho's, past the proxy, without a session. */
    MqttAsyncClient client() throws MqttException {
        MqttAsyncClient client = new MqttAsyncClient(
                "tcp://" + server.endpoint(), "test-" + CLIENTS.incrementAndGet(), new MemoryPersistence());
        MqttConnectOptions options = new MqttConnectOptions();
        options.setMqttVersion(MqttConnectOptions.MQTT_VERSION_3_1_1);
        options.setMaxInflight(65_535);
        client.connect(options).waitForCompletion();
        return client;
    }

    /** A client that stays, and is made anew when the broker was killed. */
    synchronized MqttAsyncClient publisher() throws MqttException {
        MqttAsyncClient open = publisher;
        if (open == null || !open.isConnected()) {
            open = client();
            publisher = open;
        }
        return open;
    }

    static List<String> texts(ReceiverReader<MqttMessage> reader) {
        return reader.records().stream().map(MqttMessage::text).toList();
    }

    /** Not by close(), which lets threads of the client fail. */
    static void leave(MqttAsyncClient client) throws MqttException {
        client.disconnectForcibly(0, 1, false);
    }

    /** Returns when the broker has them. */
    void publish(MqttMessage... messages) throws MqttException {
        publish(publisher(), List.of(messages));
    }

    static void publish(MqttAsyncClient client, List<MqttMessage> messages) throws MqttException {
        List<IMqttDeliveryToken> tokens = new ArrayList<>();
        for (MqttMessage each : messages) {
            tokens.add(client.publish(each.topic(), each.payload(), each.qos(), each.retained()));
        }
        for (IMqttDeliveryToken each : tokens) {
            each.waitForCompletion();
        }
    }

    @Override
    public void close() {
        try {
            if (publisher != null) {
                leave(publisher);
            }
        } catch (MqttException e) {
            throw new IllegalStateException(e);
        }
        server.close();
        proxy.close();
    }
}
