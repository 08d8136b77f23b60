/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kinesis;

import io.acequia.streaming.receiver.Delivery;
import io.acequia.streaming.receiver.Rejected;
import io.acequia.streaming.receiver.ReliableReceiver;
import io.acequia.streaming.receiver.Settlement;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Callable;

/** A receiver that the test itself connects and reads, on its own thread, and what it read. */
final class Reader<T> implements AutoCloseable {
    private static final Duration SHORT = Duration.ofMillis(50);

    private final ReliableReceiver<T> receiver;
    private final List<T> records = new ArrayList<>();
    private final List<Rejected> rejected = new ArrayList<>();
    private final Deque<Settlement> unsettled = new ArrayDeque<>();

    Reader(KinesisSource<T> source) throws Exception {
        receiver = (ReliableReceiver<T>) source.newReceiver();
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
            unsettled.add(read.settlement());
        }
    }

    /** The time limit of the test ends it. */
    void readUntil(Callable<Boolean> so) throws Exception {
        while (!so.call()) {
            read(1_000);
        }
    }

    /** The same, and all that comes is acknowledged. */
    void readAndAckUntil(Callable<Boolean> so) throws Exception {
        readUntil(() -> {
            ack();
            return so.call();
        });
    }

    List<T> readAll(int count) throws Exception {
        readUntil(() -> records.size() + rejected.size() >= count);
        return records;
    }

    void ack() throws Exception {
        while (!unsettled.isEmpty()) {
            unsettled.remove().ack();
        }
    }

    Deque<Settlement> unsettled() {
        return unsettled;
    }

    List<T> records() {
        return records;
    }

    List<Rejected> rejected() {
        return rejected;
    }

    @Override
    public void close() {
        receiver.close();
    }
}
