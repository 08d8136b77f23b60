/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.flume;

import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.receiver.Delivery;
import io.acequia.streaming.receiver.ReliableReceiver;
import io.acequia.streaming.receiver.Source;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;

/** A receiver on the thread of the test. */
final class Reader implements AutoCloseable {
    private static final StreamClock CLOCK = StreamClock.system();
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration WAIT = Duration.ofMillis(50);
    private static final int MOST = 10_000;

    private final ReliableReceiver<FlumeEvent> receiver;

    private Reader(ReliableReceiver<FlumeEvent> receiver) {
        this.receiver = receiver;
    }

    /** Not connected yet. */
    static Reader of(Source<FlumeEvent> source) throws Exception {
        return new Reader((ReliableReceiver<FlumeEvent>) source.newReceiver());
    }

    static Reader connected(Source<FlumeEvent> source) throws Exception {
        Reader reader = of(source);
        boolean connected = false;
        try {
            reader.receiver.connect();
            connected = true;
        } finally {
            if (!connected) {
                reader.close();
            }
        }
        return reader;
    }

    /** One read. */
    Delivery<FlumeEvent> read(int most) throws Exception {
        return receiver.read(most, WAIT);
    }

    /** Reads until there is something; settles nothing. */
    Delivery<FlumeEvent> readSome() throws Exception {
        long began = CLOCK.nanoTime();
        while (CLOCK.nanoTime() - began < PATIENCE.toNanos()) {
            Delivery<FlumeEvent> read = read(MOST);
            if (!read.records().isEmpty()) {
                return read;
            }
        }
        throw new AssertionError("nothing came within " + PATIENCE);
    }

    /** Reads and acknowledges until so many different events came; all that came. */
    List<FlumeEvent> readAll(int different) throws Exception {
        List<FlumeEvent> all = new ArrayList<>();
        Set<FlumeEvent> seen = new HashSet<>();
        until(different + " events", () -> {
            Delivery<FlumeEvent> read = read(MOST);
            all.addAll(read.records());
            seen.addAll(read.records());
            read.settlement().ack();
            return seen.size() >= different;
        });
        return all;
    }

    /** Reads, and drops what comes, until something is so. */
    void readUntil(String what, Callable<Boolean> so) throws Exception {
        until(what, () -> {
            read(MOST);
            return so.call();
        });
    }

    static void until(String what, Callable<Boolean> so) throws Exception {
        long began = CLOCK.nanoTime();
        while (!so.call()) {
            if (CLOCK.nanoTime() - began > PATIENCE.toNanos()) {
                throw new AssertionError("waited " + PATIENCE + " for " + what);
            }
            CLOCK.awaitUntil(CLOCK.now().plusMillis(1));
        }
    }

    static List<String> texts(List<FlumeEvent> events) {
        return events.stream().map(FlumeEvent::text).toList();
    }

    @Override
    public void close() {
        receiver.close();
    }
}
