/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kafka;

import io.acequia.streaming.receiver.Delivery;
import io.acequia.streaming.receiver.Position;
import io.acequia.streaming.receiver.Rejected;
import io.acequia.streaming.receiver.ReliableReceiver;
import io.acequia.streaming.receiver.Settlement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/** A receiver that the test itself connects and reads, on its own thread, and what it read. */
final class Reader<T> implements AutoCloseable {
    private static final Duration SHORT = Duration.ofMillis(50);

    private final ReliableReceiver<T> receiver;
    private final List<T> records = new ArrayList<>();
    private final List<Rejected> rejected = new ArrayList<>();
    private final List<Position> positions = new ArrayList<>();
    private final List<Settlement> unsettled = new ArrayList<>();

    Reader(KafkaSource<?, ?, T> source) throws Exception {
        this((ReliableReceiver<T>) source.newReceiver());
    }

    Reader(ReliableReceiver<T> receiver) throws Exception {
        this.receiver = receiver;
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
        Delivery<T> read = receiver.read(most, SHORT);
        if (read != Delivery.<T>nothing()) {
            records.addAll(read.records());
            rejected.addAll(read.rejected());
            positions.add(read.position().orElseThrow());
            unsettled.add(read.settlement());
        }
    }

    /** The time limit of the test ends it. */
    void readUntil(Callable<Boolean> so) throws Exception {
        while (!so.call()) {
            read(1_000);
        }
    }

    List<T> readAll(int count) throws Exception {
        readUntil(() -> records.size() >= count);
        return records;
    }

    void ack() throws Exception {
        for (Settlement each : unsettled) {
            each.ack();
        }
        unsettled.clear();
    }

    List<T> records() {
        return records;
    }

    List<Rejected> rejected() {
        return rejected;
    }

    List<Position> positions() {
        return positions;
    }

    List<Settlement> unsettled() {
        return unsettled;
    }

    @Override
    public void close() {
        receiver.close();
    }
}
