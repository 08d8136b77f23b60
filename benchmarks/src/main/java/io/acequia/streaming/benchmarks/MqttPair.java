/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import io.acequia.streaming.DStream;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.mqtt.MqttBroker;
import io.acequia.streaming.mqtt.MqttSource;
import io.acequia.streaming.testkit.RealServer;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;
import org.eclipse.paho.client.mqttv3.IMqttActionListener;
import org.eclipse.paho.client.mqttv3.IMqttDeliveryToken;
import org.eclipse.paho.client.mqttv3.IMqttToken;
import org.eclipse.paho.client.mqttv3.MqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttCallback;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.MqttMessage;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;

/** Messages that a broker keeps for a session, QoS 1, version 3.1.1. */
final class MqttPair implements ClientPair {
    private static final String TOPIC = "bench";
    private static final String READER = "bench-reader";
    private static final int QOS = 1;
    /** What a broker may have sent, and a publisher, without an acknowledgement. */
    private static final int WINDOW = 1000;

    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final RealServer server;

    private MqttPair(RealServer server) {
        this.server = server;
    }

    static MqttPair start() throws Exception {
        return new MqttPair(RealServer.of("acequia/mqtt")
                .port("PORT")
                .environment("INFLIGHT", String.valueOf(WINDOW))
                .environment("LOG", "error")
                .environment("EXTRA", "autosave_on_changes false\nmax_queued_bytes 0")
                .start());
    }

    @Override
    public String name() {
        return "QoS 1";
    }

    private String uri() {
        return "tcp://" + server.endpoint();
    }

    private MqttAsyncClient connected(String id, MqttCallback callback) throws MqttException {
        MqttAsyncClient client = new MqttAsyncClient(uri(), id, new MemoryPersistence());
        client.setCallback(callback);
        MqttConnectOptions options = new MqttConnectOptions();
        options.setCleanSession(false);
        options.setMaxInflight(WINDOW);
        client.connect(options).waitForCompletion();
        return client;
    }

    private static void end(MqttAsyncClient client) throws MqttException {
        client.disconnect().waitForCompletion();
        client.close();
    }

    @Override
    public void fill(int messages, int bytes) throws Exception {
        MqttAsyncClient reader = connected(READER, new Counting(0));
        reader.subscribe(TOPIC, QOS).waitForCompletion();
        end(reader);
        MqttAsyncClient publisher = connected("bench-publisher", new Counting(0));
        byte[] payload = new byte[bytes];
        Semaphore window = new Semaphore(WINDOW / 2);
        IMqttActionListener next = new IMqttActionListener() {
            @Override
            public void onSuccess(IMqttToken token) {
                window.release();
            }

            @Override
            public void onFailure(IMqttToken token, Throwable cause) {
                throw new IllegalStateException("a message was not published", cause);
            }
        };
        for (int i = 0; i < messages; i++) {
            window.acquire();
            publisher.publish(TOPIC, payload, QOS, false, null, next);
        }
        window.acquire(WINDOW / 2);
        end(publisher);
    }

    @Override
    public DStream<Integer> lengths(StreamingContext context) {
        MqttSource source = MqttSource.builder(MqttBroker.at(uri()))
                .clientId(READER)
                .subscribe(TOPIC, QOS)
                .maxInflight(WINDOW)
                .build();
        return context.receiverStream(source).map(message -> message.payload().length);
    }

    @Override
    public Tally readByHand(int messages, Runnable all) throws Exception {
        Counting counting = new Counting(messages);
        MqttAsyncClient reader = connected(READER, counting);
        counting.await();
        all.run();
        end(reader);
        return new Tally(messages, counting.length.sum(), 0);
    }

    @Override
    public void close() {
        server.close();
    }

    /** The client acknowledges a message when this returns. */
    private static final class Counting implements MqttCallback {
        private final LongAdder length = new LongAdder();
        private final CountDownLatch left;

        Counting(int messages) {
            left = new CountDownLatch(messages);
        }

        void await() throws InterruptedException {
            ClientThroughput.await(left, PATIENCE);
        }

        @Override
        public void messageArrived(String topic, MqttMessage message) {
            length.add(message.getPayload().length);
            left.countDown();
        }

        @Override
        public void connectionLost(Throwable cause) {}

        @Override
        public void deliveryComplete(IMqttDeliveryToken token) {}
    }
}
