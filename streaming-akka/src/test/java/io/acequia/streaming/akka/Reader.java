/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.akka;

import io.acequia.streaming.receiver.Delivery;
import io.acequia.streaming.receiver.Rejected;
import io.acequia.streaming.receiver.ReliableReceiver;
import io.acequia.streaming.receiver.Settlement;
import java.io.IOException;
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
    private final List<Settlement> unsettled = new ArrayList<>();

    Reader(AkkaSource<T> source) throws Exception {
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

    List<T> readAll(int count) throws Exception {
        readUntil(() -> records.size() >= count);
        return records;
    }

    /** Reads until the receiver has ended; how it did. */
    Exception readToTheEnd() {
        try {
            readUntil(() -> false);
            throw new AssertionError("cannot be");
        } catch (Exception ended) {
            return ended;
        }
    }

    void ack() throws Exception {
        for (Settlement each : unsettled) {
            each.ack();
        }
        unsettled.clear();
    }

    void nack(String why) throws Exception {
        for (Settlement each : unsettled) {
            each.nack(new IOException(why));
        }
        unsettled.clear();
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
