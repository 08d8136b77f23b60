/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.zeromq;

import io.acequia.streaming.receiver.Delivery;
import io.acequia.streaming.receiver.Receiver;
import io.acequia.streaming.receiver.Records;
import io.acequia.streaming.receiver.Rejected;
import io.acequia.streaming.receiver.ReliableReceiver;
import io.acequia.streaming.receiver.Settlement;
import io.acequia.streaming.receiver.Source;
import io.acequia.streaming.receiver.UnreliableReceiver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/** A receiver that the test itself connects and reads, on its own thread, and what it read. */
final class Reader<T> implements AutoCloseable {
    private static final Duration SHORT = Duration.ofMillis(50);

    private final Receiver<T> receiver;
    private final List<T> records = new ArrayList<>();
    private final List<Rejected> rejected = new ArrayList<>();
    private final List<Settlement> unsettled = new ArrayList<>();

    Reader(Source<T> source) throws Exception {
        this.receiver = source.newReceiver();
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
        if (receiver instanceof ReliableReceiver<T> reliable) {
            Delivery<T> read = reliable.read(most, SHORT);
            records.addAll(read.records());
            rejected.addAll(read.rejected());
            unsettled.add(read.settlement());
        } else {
            Records<T> read = ((UnreliableReceiver<T>) receiver).read(most, SHORT);
            records.addAll(read.records());
            rejected.addAll(read.rejected());
        }
    }

    /** The time limit of the test ends it. */
    Reader<T> readUntil(Callable<Boolean> so) throws Exception {
        while (!so.call()) {
            read(1_000);
        }
        return this;
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

    void nack() throws Exception {
        for (Settlement each : unsettled) {
            each.nack(new IllegalStateException("given back by the test"));
        }
        unsettled.clear();
    }

    List<T> records() {
        return records;
    }

    List<Rejected> rejected() {
        return rejected;
    }

    Receiver<T> receiver() {
        return receiver;
    }

    @Override
    public void close() {
        receiver.close();
    }
}
