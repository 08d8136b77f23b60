/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.mqtt;

import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.receiver.Source;
import io.acequia.streaming.testkit.BreakableSystem;
import io.acequia.streaming.testkit.FaultProxy;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.function.UnaryOperator;

/** A tree of topics of its own that is subscribed to with QoS 0, by the proxy of a broker; each message has its own topic in it. */
class MqttChannel implements BreakableSystem<MqttMessage> {
    private static final Duration LISTENING = Duration.ofSeconds(2);

    private final Mosquitto mosquitto;
    private final UnaryOperator<MqttBroker> settings;
    private final int qos;
    private final String id = UUID.randomUUID().toString().substring(0, 13);
    private long published;

    /** @param settings of the receivers */
    MqttChannel(Mosquitto mosquitto, UnaryOperator<MqttBroker> settings) {
        this(mosquitto, settings, 0);
    }

    MqttChannel(Mosquitto mosquitto, UnaryOperator<MqttBroker> settings, int qos) {
        this.mosquitto = mosquitto;
        this.settings = settings;
        this.qos = qos;
    }

    @Override
    public Source<MqttMessage> source() {
        return source(mosquitto.proxied());
    }

    MqttSource source(MqttBroker broker) {
        return MqttSource.builder(settings.apply(broker))
                .clientId(id)
                .subscribe("t/" + id + "/#", qos)
                .build();
    }

    String id() {
        return id;
    }

    Mosquitto mosquitto() {
        return mosquitto;
    }

    synchronized long published() {
        return published;
    }

    @Override
    public synchronized void publish(List<String> payloads) throws Exception {
        StreamClock clock = StreamClock.system();
        long began = clock.nanoTime();
        while (!isKept() && clock.nanoTime() - began < LISTENING.toNanos()) {
            clock.awaitUntil(clock.now().plusMillis(5));
        }
        Mosquitto.publish(
                mosquitto.publisher(),
                payloads.stream()
                        .map(each -> MqttMessage.of("t/" + id + "/" + published++, each))
                        .toList());
    }

    /** Whether what is published now is kept for the source: here, whether it is listening. */
    boolean isKept() {
        String log = mosquitto.server().log();
        int subscribed = log.lastIndexOf("Sending SUBACK to " + id);
        return subscribed >= 0
                && List.of(" disconnected", " closed", " has exceeded").stream()
                        .allMatch(end -> log.lastIndexOf("Client " + id + end) < subscribed);
    }

    @Override
    public String payloadOf(MqttMessage record) {
        return record.text();
    }

    @Override
    public void cut() {
        proxy().refuse();
        proxy().cut();
    }

    @Override
    public void heal() {
        proxy().heal();
    }

    @Override
    public FaultProxy proxy() {
        return mosquitto.proxy();
    }

    @Override
    public void kill() throws Exception {
        mosquitto.server().kill();
    }

    @Override
    public void restart() throws Exception {
        mosquitto.server().restart();
    }

    @Override
    public void close() {
        heal();
    }
}
