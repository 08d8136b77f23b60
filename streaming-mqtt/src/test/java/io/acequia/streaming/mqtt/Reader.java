/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.mqtt;

import io.acequia.streaming.receiver.Delivery;
import io.acequia.streaming.receiver.Receiver;
import io.acequia.streaming.receiver.Records;
import io.acequia.streaming.receiver.Rejected;
import io.acequia.streaming.receiver.ReliableReceiver;
import io.acequia.streaming.receiver.Settlement;
import io.acequia.streaming.receiver.UnreliableReceiver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/** A receiver that the test itself connects and reads, on its own thread, and what it read. */
final class Reader implements AutoCloseable {
    private static final Duration SHORT = Duration.ofMillis(20);

    private final Receiver<MqttMessage> receiver;
    private final List<MqttMessage> messages = new ArrayList<>();
    private final List<Rejected> rejected = new ArrayList<>();
    private final List<Settlement> unsettled = new ArrayList<>();

    Reader(MqttSource source) throws Exception {
        receiver = source.newReceiver();
        boolean connected = false;
        try {
            receiver.connect();
            connected = true;
        } finally {
            if (!connected) {
                receiver.close();
            }
        }
    }

    void read(int most) throws Exception {
        if (receiver instanceof ReliableReceiver<MqttMessage> reliable) {
            Delivery<MqttMessage> read = reliable.read(most, SHORT);
            if (read != Delivery.<MqttMessage>nothing()) {
                messages.addAll(read.records());
                rejected.addAll(read.rejected());
                unsettled.add(read.settlement());
            }
        } else {
            Records<MqttMessage> read = ((UnreliableReceiver<MqttMessage>) receiver).read(most, SHORT);
            messages.addAll(read.records());
            rejected.addAll(read.rejected());
        }
    }

    /** The time limit of the test ends it. */
    void readUntil(Callable<Boolean> so) throws Exception {
        while (!so.call()) {
            read(1_000);
        }
    }

    List<MqttMessage> readAll(int count) throws Exception {
        readUntil(() -> messages.size() >= count);
        return messages;
    }

    /** Reads until nothing has come for some time. */
    List<MqttMessage> readOut() throws Exception {
        int before;
        do {
            before = messages.size();
            for (int i = 0; i < 15; i++) {
                read(1_000);
            }
        } while (messages.size() > before);
        return messages;
    }

    void ack() throws Exception {
        for (Settlement each : unsettled) {
            each.ack();
        }
        unsettled.clear();
    }

    void nack() throws Exception {
        for (Settlement each : unsettled) {
            each.nack(new IllegalStateException("of the test"));
        }
        unsettled.clear();
    }

    List<MqttMessage> messages() {
        return messages;
    }

    List<String> texts() {
        return messages.stream().map(MqttMessage::text).toList();
    }

    List<Rejected> rejected() {
        return rejected;
    }

    @Override
    public void close() {
        receiver.close();
    }
}
